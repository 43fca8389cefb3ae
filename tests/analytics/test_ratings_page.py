"""The page of ratings, from answers by a personal link to its figures: trust, commitment, value, delight, gaps; what
comments are about. Each is reckoned here by plain loops."""

from __future__ import annotations

import re
import statistics
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import ModelRun
from analytics.runs import run_steps
from crm.choices import Role
from feedback.actions import create_survey, open_survey
from feedback.actions.answering import Said, answer_invitation
from feedback.models import Answer, Question, Response, Survey
from feedback.ready import READY
from tests.analytics.test_retention_pages import text_of
from tests.factories import make_company, make_contact, make_response, make_user
from tests.past.feedback_actions import invited

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
EACH = 6


def answered(kind: str, rng: np.random.Generator) -> Survey:
    """A ready survey that some customers have answered, each most of its ratings."""
    fields = {"name": READY[kind].title, "kind": kind}
    survey = open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=READY[kind].questions))
    ratings = list(survey.questions.filter(kind="rating"))
    for _ in range(EACH):
        said = {
            one.pk: Said(Decimal(int(rng.integers(one.low, one.high + 1)))) for one in ratings if rng.random() < 0.8
        }
        answer_invitation(invitation=invited(survey=survey), answers=said)
    return survey


def hundredths(survey: Survey, dimension: str) -> dict[int, dict[str, float]]:
    """Rating of 0 to 100 by response and attribute, one by one."""
    found: dict[int, dict[str, float]] = {}
    for one in Answer.objects.filter(question__survey=survey, value__isnull=False).select_related("question"):
        asked: Question = one.question
        if asked.dimension == dimension and asked.kind == "rating":
            rating = 100 * (float(one.value or 0) - asked.low) / (asked.high - asked.low)
            found.setdefault(one.response_id, {})[asked.text] = rating
    return found


@pytest.fixture
def shown(client, db):
    make_company()
    rng = np.random.default_rng(20)
    surveys = {kind: answered(kind, rng) for kind in ("trust", "value", "delight", "attributes")}
    run_steps(actor=None, as_of=timezone.localdate(), only=["satisfaction"])
    client.force_login(make_user(Role.MANAGER))
    said = text_of(client.get(reverse("analytics:satisfaction_ratings")))
    return (
        surveys,
        ModelRun.objects.get(step="satisfaction").metrics["ratings"],
        said.replace("\N{NO-BREAK SPACE}", " "),
    )


def test_trust_commitment_and_value_are_those_of_plain_counting(shown):
    surveys, found, said = shown
    for name, label, dimension in (("trust", "Trust", "performance"), ("commitment", "Commitment", "intention")):
        means = [statistics.fmean(one.values()) for one in hundredths(surveys["trust"], dimension).values()]
        assert (found[name]["n"], found[name]["mean"]) == (len(means), pytest.approx(statistics.fmean(means)))
        assert re.search(
            rf"{label} {statistics.fmean(means):.1f} ± [\d.]+ [^±]*?of 100; {len(means)} customers, few", said
        )
    gained, paid = (hundredths(surveys["value"], name) for name in ("benefit", "cost"))
    each = [
        statistics.fmean(gained[one].values()) - statistics.fmean(paid[one].values()) for one in gained if one in paid
    ]
    assert found["value"]["mean"] == pytest.approx(statistics.fmean(each))
    assert f"{len(each)} customers, few answers" in said


def test_delight_and_the_gap_to_a_competitor_are_of_answers_by_the_same_customer(shown):
    surveys, found, said = shown
    expected = hundredths(surveys["delight"], "expectation")
    pairs = [
        (rating, expected[one][name])
        for one, ratings in hundredths(surveys["delight"], "performance").items()
        for name, rating in ratings.items()
        if name in expected.get(one, {})
    ]
    overall = found["delight"]["overall"]
    assert (overall["n"], overall["above"]) == (len(pairs), sum(first > second for first, second in pairs))
    assert overall["mean"] == pytest.approx(statistics.fmean(first - second for first, second in pairs))
    ours, theirs = (hundredths(surveys["attributes"], name) for name in ("performance", "competitor"))
    by_name = {one["name"]: one for one in found["attributes"]}
    for name in READY["attributes"].questions[0].rows:
        gaps = [
            ours[one][name] - theirs[one][name] for one in ours if name in ours[one] and name in theirs.get(one, {})
        ]
        told = by_name[name]["competitors"]["Best other supplier"]
        assert (told["n"], told["mean"]) == (len(gaps), pytest.approx(statistics.fmean(gaps)))
    assert "Against Best other supplier" in said


@pytest.mark.parametrize(
    ("comment", "tags"),
    [
        ("The frame was broken and too expensive.", ["product", "price"]),
        ("Nobody rang back, and the delivery was late", ["process"]),
        ("Die Beratung war sehr freundlich, die Lieferung verspätet", ["people", "process"]),
        ("Emballage sale, livraison en retard", ["process", "physical"]),
        ("Tu tienda es cara, el personal es muy amable", ["place", "people"]),
        ("The newsletter with the voucher", ["promotion"]),
        ("Nothing to add", []),
        ("", []),
    ],
)
def test_what_a_comment_is_about_is_guessed_from_its_words(comment, tags):
    response = make_response(make_contact(), 9, comment=comment)
    assert sorted(Response.objects.get(pk=response.pk).tags) == sorted(tags)
