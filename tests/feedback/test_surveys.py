"""Surveys are built on a page: ready ones, matrices, what may be changed after answers came, what came of them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.choices import Role
from feedback.actions import change_survey, create_survey, open_survey
from feedback.forms import rows_of
from feedback.models import Question, Survey
from feedback.ready import READY, QuestionInput
from feedback.results import figures_of
from tests.analytics.test_retention_pages import text_of
from tests.concurrency.forms import form_in
from tests.factories import make_company, make_contact, make_response, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(db):
    make_company()
    return signed_in(make_user(Role.MARKETER))


@pytest.mark.parametrize("kind", READY)
def test_every_ready_survey_is_made_by_its_page_as_it_stands_there(marketer, kind):
    page = f"{reverse('feedback:survey_create')}?kind={kind}"
    form = form_in(marketer.get(page).content.decode(), "form_token")
    fields = {**form.fields, "name": "Spring"}
    if kind == "own":
        fields["questions-0-text"] = "How was it?"
    answer = marketer.post(page, fields)
    survey = Survey.objects.get()
    assert answer["Location"] == survey.get_absolute_url()
    ready = READY[kind].questions or (QuestionInput("How was it?"),)
    assert [(one["text"], one["kind"], one["dimension"]) for one in rows_of(survey)] == [
        (one.text, one.kind, one.dimension) for one in ready
    ]
    rows = [row for one in ready for row in one.rows]
    assert sorted(Question.objects.filter(matrix__isnull=False).values_list("text", flat=True)) == sorted(rows)
    assert marketer.get(survey.get_absolute_url()).status_code == 200
    assert marketer.get(reverse("feedback:survey_look", args=[survey.pk])).status_code == 200


def test_what_is_wrong_in_a_question_is_said_at_it(marketer):
    page = reverse("feedback:survey_create")
    form = form_in(marketer.get(page).content.decode(), "form_token")
    wrong = {"name": "Spring", "questions-0-text": "Which?", "questions-0-kind": "choice", "questions-0-lines": "One"}
    answer = marketer.post(page, {**form.fields, **wrong, "mail_text": "Dear {nick}"})
    said = answer.content.decode()
    assert answer.status_code == 422
    for words in ("What can be chosen?", "The only field is {first_name}.", "Which?"):
        assert words in said
    assert not Survey.objects.exists()


def test_a_question_with_answers_keeps_its_meaning_and_stays_when_it_is_taken_out(db):
    make_company()
    survey = create_survey(
        actor=None, fields={"name": "Spring"}, questions=[QuestionInput("Delivery"), QuestionInput("Why?", "text")]
    )
    first = survey.questions.get(text="Delivery")
    make_response(make_contact(), 4, survey=survey)
    other = [QuestionInput("Delivery", high=7, pk=first.pk)]
    with pytest.raises(ValidationError, match="has been answered"):
        change_survey(actor=None, survey=survey, version=1, fields={}, questions=other)
    survey = change_survey(actor=None, survey=survey, version=1, fields={}, questions=[QuestionInput("Price")])
    left = dict(survey.questions.values_list("text", "is_asked"))
    assert left == {"Delivery": False, "Price": True}
    again = [QuestionInput("Delivery"), QuestionInput("delivery")]
    with pytest.raises(ValidationError, match="asked twice"):
        change_survey(actor=None, survey=survey, version=2, fields={}, questions=again)
    with pytest.raises(ValidationError, match="This name is taken"):
        create_survey(actor=None, fields={"name": "spring"}, questions=[])
    with pytest.raises(ValidationError, match="asks nothing yet"):
        open_survey(actor=None, survey=create_survey(actor=None, fields={"name": "Empty"}, questions=[]))


def test_what_came_of_a_survey_is_counted_question_by_question(marketer):
    survey = create_survey(actor=None, fields={"name": "Spring"}, questions=READY["nps"].questions)
    for score in (10, 9, 7, 3, None):
        make_response(make_contact(), score, survey=survey, comment="Good" if score == 10 else "")
    first = figures_of(None, survey)[0]
    assert (first.n, first.skipped, first.mean, first.nps.score) == (4, 1, 7.25, 25.0)
    assert [count for _, count, _ in first.spread] == [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1]
    said = text_of(marketer.get(survey.get_absolute_url()))
    assert "4 answers, 1 skipped" in said
    assert "few answers" in said
