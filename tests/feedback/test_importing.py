"""Answers of surveys from files: who an answer is, what is skipped, what is refused, and what is kept of them."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.management import call_command

from crm.choices import Role, Scope
from crm.models import AccessRule
from feedback.models import Answer, NpsStanding, Question, Response, Survey
from tests.factories import make_company, make_contact, make_product, make_survey, make_user
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
HEAD = "survey,contact_external_id,email,question,dimension,value,answered_at,comment"
ANSWERS = f"""{HEAD}
Spring,C1,,Recommend,nps,9,2026-03-02 09:00,Fast delivery
Spring,C1,,Delivery,performance,4,2026-03-02 09:00,
Spring,C1,,Delivery,importance,5,2026-03-02 09:00,
Spring,C2,,Recommend,nps,,2026-03-02 10:00,
Spring,,tom@example.org,Recommend,nps,3.0,2026-03-02 11:00,Nobody rang back
spring,C1,,Which channel?,other,Web shop,2026-03-02 09:00,
"""
REFUSED = f"""{HEAD}
Spring,C1,,Recommend,nps,11,2026-03-02 09:00,
Spring,C1,,Recommend,nps,8.5,2026-03-02 09:00,
Spring,C1,,Delivery,performance,good,2026-03-02 09:00,
Spring,,,Recommend,nps,9,2026-03-02 09:00,
Spring,C1,,Recommend,nps,9,2036-03-02 09:00,
,C1,,Recommend,nps,9,2026-03-02 09:00,
"""


@pytest.fixture(autouse=True)
def company(db):
    return make_company(time_zone="Europe/Berlin")


@pytest.fixture
def bring(tmp_path):
    return lambda text, **options: brought_in("survey_responses", written(tmp_path, text), **options)


def told(response: Response) -> dict[str, object]:
    return {f"{a.question.text} {a.question.dimension}": a.value if a.value is not None else a.choice
            for a in response.answers.all()}  # fmt: skip


def test_answers_come_in_as_responses_with_surveys_questions_and_contacts(bring):
    mia = make_contact(external_id="C1", name="Mia Keller")
    result = bring(ANSWERS)
    assert (counts(result), result.counts.related) == ((6, 0, 0, 0), {"contacts": 2, "surveys": 1})
    survey = Survey.objects.get()
    assert (survey.name, survey.state) == ("Spring", "closed")
    scales = {(q.text, q.dimension): (q.kind, q.low, q.high, q.is_asked) for q in survey.questions.all()}
    assert scales[("Recommend", "nps")] == ("nps", 0, 10, False)
    assert scales[("Delivery", "importance")] == ("rating", 1, 5, False)
    assert scales[("Which channel?", "other")][0] == "text"
    one = Response.objects.get(contact=mia)
    assert (one.nps, one.nps_group, one.comment) == (9, "promoter", "Fast delivery")
    assert told(one) == {
        "Recommend nps": 9, "Delivery performance": 4, "Delivery importance": 5, "Which channel? other": "Web shop"
    }  # fmt: skip
    skipped = Response.objects.get(contact__external_id="C2")
    assert (skipped.nps, skipped.nps_group, skipped.answers.get().value) == (None, "", None)
    assert {s.contact.name: (s.score, s.nps_group) for s in NpsStanding.objects.all()} == {
        "Mia Keller": (9, "promoter"),
        "tom@example.org": (3, "detractor"),
    }


def test_same_answers_again_change_nothing_and_a_grown_or_mended_file_is_taken(bring):
    bring(ANSWERS)
    assert counts(bring(ANSWERS)) == (0, 0, 6, 0)
    mended = ANSWERS.replace("3.0,2026-03-02 11:00,Nobody rang back", "6,2026-03-02 11:00,They rang back")
    grown = f"{mended}Spring,C1,,Recommend,nps,2,2026-06-02 09:00,Slow now\n"
    assert counts(bring(grown)) == (1, 1, 5, 0)
    tom = Response.objects.get(contact__name="tom@example.org")
    assert (tom.nps, tom.comment, tom.contact.nps.score) == (6, "They rang back", 6)
    newest = NpsStanding.objects.get(contact__external_id="C1")
    assert (newest.score, newest.answers) == (2, 2)


def test_equal_answers_without_a_date_are_told_apart_by_their_place(bring):
    text = "survey,contact_external_id,question,dimension,value\n" + "Till,C1,Recommend,nps,9\n" * 2
    assert counts(bring(text)) == (2, 0, 0, 0)
    assert counts(bring(text + "Till,C1,Recommend,nps,4\n")) == (1, 0, 2, 0)
    assert sorted(Response.objects.values_list("place", "nps")) == [(1, 9), (2, 9), (3, 4)]
    assert not Response.objects.exclude(answered_at=None).exists()


def test_an_answer_with_an_id_is_put_right_and_never_becomes_anothers(bring):
    head = "external_id,survey,contact_external_id,question,dimension,value,answered_at\n"
    bring(f"{head}A1,Spring,C1,Recommend,nps,9,2026-03-02\nA2,Spring,C1,Recommend,nps,8,2026-03-02\n")
    assert Response.objects.count() == 2
    assert counts(bring(f"{head}A1,Spring,C1,Recommend,nps,7,2026-03-02\n")) == (0, 1, 0, 0)
    assert counts(bring(f"{head}A1,Spring,C2,Recommend,nps,7,2026-03-02\n")) == (0, 0, 0, 1)
    assert counts(bring(f"{head}A3,Spring,C1,Recommend,nps,5,2026-03-02\n")) == (1, 0, 0, 0)
    assert sorted(Answer.objects.values_list("external_id", "value")) == [("A1", 7), ("A2", 8), ("A3", 5)]


def test_rows_that_are_no_answers_are_refused_each_with_its_reason(bring):
    result = bring(REFUSED)
    assert counts(result) == (0, 0, 0, 6)
    reasons = result.rejected_path.read_text()
    for words in ("whole number from 0 to 10", "this is no number", "names no contact", "lies in the future"):
        assert words in reasons
    assert not Response.objects.exists()


def test_what_an_answer_is_about_comes_along_and_can_be_added_later(bring):
    make_product(external_id="P1", name="Frame")
    head = "survey,contact_external_id,question,dimension,value,answered_at"
    bring(f"{head}\nSpring,C1,Recommend,nps,9,2026-03-02\n")
    row = "Spring,C1,Recommend,nps,9,2026-03-02,Delivery,P1,ann@example.org\n"
    assert counts(bring(f"{head},touch_point,product_external_id,agent_email\n{row}")) == (0, 1, 0, 0)
    one = Response.objects.get()
    assert (one.touch_point.name, one.product.name, one.agent.email) == ("Delivery", "Frame", "ann@example.org")


def test_a_survey_that_is_asked_gets_no_question_from_a_file(bring):
    survey = make_survey(name="Spring", state="open")
    bring(ANSWERS)
    assert Question.objects.filter(survey=survey, is_asked=True).count() == 1
    assert Response.objects.filter(survey=survey).count() == 3


def test_who_may_make_no_survey_brings_answers_of_known_ones_about_own_contacts(bring):
    rep = make_user(Role.REP)
    make_contact(external_id="C1", owner=rep)
    make_contact(external_id="C9")
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="import", scope=Scope.OWN)
    head = "survey,contact_external_id,question,dimension,value"
    assert counts(bring(f"{head}\nSpring,C1,Recommend,nps,9\n", actor=rep)) == (0, 0, 0, 1)
    make_survey(name="Spring")
    assert counts(bring(f"{head}\nSpring,C1,Recommend,nps,9\nSpring,C9,Recommend,nps,1\n", actor=rep)) == (1, 0, 0, 1)


def test_exported_answers_come_back_as_they_are(bring):
    make_contact(external_id="C1")
    bring(ANSWERS)
    out = io.StringIO()
    call_command("export_data", "survey_responses", stdout=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["value"] for row in rows] == ["9", "4", "5", "Web shop", "", "3"]
    assert counts(bring(out.getvalue())) == (0, 0, 6, 0)
