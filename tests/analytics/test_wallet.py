"""The share of wallet: our sales over what customers say they spend, by plain counting over a random base."""

from __future__ import annotations

import datetime as dt
import statistics
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse

from analytics.models import WalletScore
from analytics.queries import last_run
from analytics.runs import run_steps
from contacts.models import Contact
from crm.choices import Role
from crm.company import current_company
from crm.jobs import SilentProgress
from crm.models import FieldRule
from feedback.actions.surveys import create_survey
from feedback.models import Answer, Question, Response
from feedback.ready import READY
from tests.factories import make_company, make_contact, make_order, make_survey, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def company(db):
    return make_company(time_zone="Europe/Berlin")


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=current_company().zone)


def run(day: dt.date = DAY) -> dict[str, object]:
    run_steps(actor=None, as_of=day, only=["satisfaction"], parameters={}, progress=SilentProgress())
    return last_run("satisfaction").metrics["wallet"]


def says(contact, amount, day: dt.date, question: Question) -> None:
    response = Response.objects.create(survey=question.survey, contact=contact, answered_at=moment(day))
    Answer.objects.create(response=response, question=question, value=amount)


def asked() -> Question:
    survey = create_survey(actor=None, fields={"name": "Wallet", "kind": "wallet"}, questions=READY["wallet"].questions)
    return survey.questions.get(dimension="spend")


def test_shares_of_a_random_base_are_those_of_plain_counting():
    rng, question = np.random.default_rng(3), asked()
    expected = {}
    for number in range(40):
        contact = make_contact(name=f"Customer {number}")
        bought = []
        for _ in range(rng.integers(0, 6)):
            day, amount = DAY - dt.timedelta(days=int(rng.integers(-40, 900))), int(rng.integers(-30, 300))
            make_order(contact, ordered_at=moment(day), ordered_on=day, lines=({"quantity": 1, "amount": amount},))
            bought.append((day, amount))
        told = [
            (DAY - dt.timedelta(days=int(rng.integers(-50, 500))), int(rng.integers(0, 5)) * 200)
            for _ in range(rng.integers(0, 3))
        ]
        for day, amount in told:
            says(contact, amount, day, question)
        known = [one for one in enumerate(told) if one[1][0] <= DAY]
        if known:
            _, (on, said) = max(known, key=lambda one: (one[1][0], one[0]))
            ours = sum(amount for day, amount in bought if on - dt.timedelta(days=365) < day <= on)
            expected[contact.pk] = (on, said, ours, ours / said if said else None)
    found = run()
    rows = {one.contact_id: (one.said_on, one.said_amount, one.our_amount, one.share)
            for one in WalletScore.objects.all()}  # fmt: skip
    assert rows.keys() == expected.keys()
    for key, (on, said, ours, share) in expected.items():
        assert rows[key][:3] == (on, said, ours)
        assert rows[key][3] == (pytest.approx(share) if share is not None else None)
    shares = [one for *_, one in expected.values() if one is not None]
    whole = [one for one in expected.values() if one[3] is not None]
    assert (found["told"], found["n"], found["nothing"]) == (len(expected), len(shares), len(expected) - len(shares))
    assert found["median"] == pytest.approx(statistics.median(shares))
    assert found["share"] == pytest.approx(sum(one[2] for one in whole) / sum(one[1] for one in whole))
    assert found["beyond"] == sum(share > 1 for share in shares)
    assert sum(one["count"] for one in found["bands"]) == len(shares)
    for band in found["bands"]:
        low, high = band["low"], band["high"] or float("inf")
        assert band["count"] == sum(low <= max(share, 0) < high for share in shares)


def test_no_share_where_something_is_unknown_and_the_page_says_of_whom():
    question = asked()
    people = {name: make_contact(name=name) for name in ("Known", "Silent", "Nothing", "No rate")}
    for contact in people.values():
        make_order(contact, ordered_at=moment(DAY), ordered_on=DAY, lines=({"quantity": 1, "amount": 50},))
    make_order(
        people["No rate"],
        ordered_at=moment(DAY),
        ordered_on=DAY,
        currency="JPY",
        lines=({"quantity": 1, "amount": 50},),
    )
    says(people["Known"], 200, DAY, question)
    says(people["Nothing"], 0, DAY, question)
    says(people["No rate"], 100, DAY, question)
    says(None, 100, DAY, question)
    page = reverse("analytics:satisfaction_wallet")
    manager = signed_in(make_user(Role.MANAGER))
    assert "No share of wallet yet" in manager.get(page).content.decode()
    found = run()
    kept = {one.contact.name: one.share for one in WalletScore.objects.select_related("contact")}
    assert kept == {"Known": 0.25, "Nothing": None, "No rate": None}
    assert (found["n"], found["unknown"], found["nothing"], found["strangers"]) == (1, 1, 1, 1)
    said = manager.get(page).content.decode()
    for words in ("25.0", "without a rate", "spend nothing", "from nobody whom we know", "n = 1"):
        assert words in said
    assert Contact.objects.filter(wallet__share__gte=0.2).get() == people["Known"]
    listed = manager.get(reverse("contacts:contact_list"), {"wallet_min": "0.25", "wallet_max": "0.5"})
    assert listed.context["count"] == "1"


@pytest.mark.parametrize(
    ("model", "field", "is_said"), [("analytics.rfmscore", "monetary", True), ("feedback.answer", "value", False)]
)
def test_who_may_see_no_money_or_no_answers_sees_no_share(model, field, is_said):
    question, contact = asked(), make_contact()
    make_order(contact, ordered_at=moment(DAY), ordered_on=DAY, lines=({"quantity": 1, "amount": 50},))
    says(contact, 160, DAY, question)
    run()
    manager, page = signed_in(make_user(Role.MANAGER)), reverse("analytics:satisfaction_wallet")

    def told() -> tuple[bool, bool]:
        lists = (manager.get(reverse("contacts:contact_list"), {"columns": one}) for one in ("wallet", "wallet_said"))
        share, said = (one.content.decode().replace("\N{NO-BREAK SPACE}", " ") for one in lists)
        return "31 %" in share, "€ 160" in said

    def has_tab() -> bool:
        return f'href="{page}"' in manager.get(reverse("analytics:satisfaction_detail")).content.decode()

    assert (told(), manager.get(page).status_code, has_tab()) == ((True, True), 200, True)
    FieldRule.objects.create(role=Role.MANAGER, model=model, field=field, right="hidden")
    assert (told(), manager.get(page).status_code, has_tab()) == ((False, is_said), 403, False)


def test_another_survey_that_asks_the_spend_counts_and_the_newest_answer_holds():
    wallet, contact = asked(), make_contact()
    own = Question.objects.create(
        survey=make_survey(name="Own"), text="All in all?", kind="number", dimension="spend", low=0, high=1, position=2
    )
    make_order(
        contact,
        ordered_at=moment(DAY - dt.timedelta(days=10)),
        ordered_on=DAY - dt.timedelta(days=10),
        lines=({"quantity": 1, "amount": 30},),
    )
    says(contact, 300, DAY - dt.timedelta(days=20), wallet)
    says(contact, 60, DAY - dt.timedelta(days=5), own)
    run()
    assert WalletScore.objects.get().share == 0.5
    run(DAY - dt.timedelta(days=15))  # the order and the newer answer were still to come
    score = WalletScore.objects.get()
    assert (score.share, score.said_amount, score.our_amount) == (0, Decimal(300), 0)
