"""The actions of surveys and answers with what they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from feedback.actions import answering, closing, refusing, reviewing, surveys, tagging
from feedback.actions.answering import Said
from feedback.experience import actions as points
from feedback.ideas import actions as ideas
from feedback.keeping import refresh_responses
from feedback.models import Checklist, Invitation, Review, Survey, TouchPoint
from feedback.ready import READY, WITH_NAME, QuestionInput
from feedback.visits import actions as visits
from feedback.visits.actions import ItemInput, MarkInput
from tests.factories import make_contact, make_response, make_survey

FEEDBACK_MODULES = (surveys, answering, refusing, tagging, closing, reviewing, ideas, visits, points)
FEEDBACK_NOT_ALONE = {"is_changeable", "said_before", "is_unhappy", "keep_review"}  # reads; one statement
QUESTIONS = [QuestionInput("How was it?"), QuestionInput("Why?", "text")]


def invited(**fields: Any) -> Invitation:
    """Somebody who was asked by an open survey with one question."""
    end = timezone.now() + dt.timedelta(days=9)
    survey = fields.pop("survey", None) or make_survey(state="open")
    return Invitation.objects.create(**{"survey": survey, "contact": make_contact(), "expires_at": end, **fields})


def nine(survey: Survey) -> dict[int, Said]:
    """A nine as the answer to the first question."""
    return {survey.questions.all()[0].pk: Said(Decimal(9))}


def _of(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        survey = make_survey(state="draft")
        return lambda: act(actor=actor, survey=survey, **given)

    return prepared


def _create(actor: Any) -> Callable[[], Any]:
    return lambda: surveys.create_survey(actor=actor, fields={"name": "Spring"}, questions=QUESTIONS)


def _translate(actor: Any) -> Callable[[], Any]:
    survey = make_survey()
    texts = {"title": "Würden Sie uns empfehlen?"}
    return lambda: surveys.translate_survey(
        actor=actor, survey=survey, version=survey.version, language="de", texts=texts
    )


def _answer(actor: Any) -> Callable[[], Any]:
    one = invited()
    return lambda: answering.answer_invitation(invitation=one, answers=nine(one.survey))


def _answer_openly(actor: Any) -> Callable[[], Any]:
    survey = make_survey(state="open")
    return lambda: answering.answer_openly(survey=survey, answers=nine(survey), ip="192.0.2.1", stamp="page")


def _refuse(actor: Any) -> Callable[[], Any]:
    one = invited()
    return lambda: refusing.ask_no_more(invitation=one)


def _tag(actor: Any) -> Callable[[], Any]:
    response = make_response(make_contact(), comment="Too slow")
    return lambda: tagging.tag_response(actor=actor, response=response, tags=["people"])


def waiting_review() -> Review:
    """A review of five stars that nobody has looked at."""
    survey = surveys.create_survey(actor=None, fields={"name": "Reviews"}, questions=READY["review"].questions)
    _, words, may = survey.questions.order_by("position")
    response = make_response(make_contact(first_name="Mia", name="Mia Keller"), 5, survey=survey)
    response.answers.create(question=may, choice=WITH_NAME)
    response.answers.create(question=words, comment="Closes perfectly.")
    refresh_responses([response.pk])
    response.refresh_from_db()
    review = reviewing.keep_review(response=response)
    assert review is not None
    return review


def _of_review(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        review = waiting_review()
        return lambda: act(actor=actor, review=review, **given)

    return prepared


def _follow_up(actor: Any) -> Callable[[], Any]:
    response = make_response(make_contact(), 2, comment="Too slow")
    return lambda: closing.follow_up(actor=actor, response=response)


def _of_idea(act: Callable[..., Any], *, to: str = "new", **given: Any) -> Any:
    """Of a suggestion of one customer, which stands in a state."""

    def prepared(actor: Any) -> Callable[[], Any]:
        mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
        idea = ideas.suggest(actor=actor, fields={"title": "Hooks that hold"}, contact=mia)
        if to != "new":
            fields = {"answer": "From May on."}
            idea = ideas.move_suggestion(actor=actor, suggestion=idea, version=1, state=to, fields=fields)
        more = {"contact": mia if act is ideas.remove_vote else make_contact()} if "vote" in act.__name__ else {}
        return lambda: act(actor=actor, suggestion=idea, **given, **more)

    return prepared


def _take_idea(actor: Any) -> Callable[[], Any]:
    contact = make_contact()
    return lambda: ideas.take_idea(contact=contact, title="Hooks that hold", words="They bend.")


def _suggest(actor: Any) -> Callable[[], Any]:
    contact = make_contact()
    return lambda: ideas.suggest(actor=actor, fields={"title": "Hooks that hold"}, contact=contact, words="They bend.")


DAY = dt.date(2026, 3, 2)
ITEMS = [ItemInput("Greets within a minute", 3), ItemInput("Asks what it is for")]


def checklist() -> Checklist:
    return visits.create_checklist(actor=None, fields={"name": "Shop floor"}, items=ITEMS)


def _of_visit(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        visit = visits.plan_visit(actor=actor, fields={"checklist": checklist(), "planned_on": DAY})
        more = {}
        if act is visits.mark_visit:
            more = {"marks": {item.pk: MarkInput(2) for item in visit.checklist.items.all()}}
        return lambda: act(actor=actor, visit=visit, **given, **more)

    return prepared


def _change_checklist(actor: Any) -> Callable[[], Any]:
    one = checklist()
    return lambda: visits.change_checklist(actor=actor, checklist=one, version=1, fields={"intro": "Ask for oak."})


def _plan(actor: Any) -> Callable[[], Any]:
    fields = {"checklist": checklist(), "planned_on": DAY}
    return lambda: visits.plan_visit(actor=actor, fields=fields)


def _change_point(actor: Any) -> Callable[[], Any]:
    point = TouchPoint.objects.create(name="Delivery")
    return lambda: points.change_touch_point(actor=actor, point=point, fields={"planned_volume": 400})


FEEDBACK_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_survey": _create,
    "change_survey": _of(surveys.change_survey, version=1, fields={"title": "Spring"}, questions=QUESTIONS),
    "open_survey": _of(surveys.open_survey),
    "close_survey": _of(surveys.close_survey),
    "switch_open_link": _of(surveys.switch_open_link, is_on=True),
    "translate_survey": _translate,
    "answer_invitation": _answer,
    "answer_openly": _answer_openly,
    "ask_no_more": _refuse,
    "tag_response": _tag,
    "follow_up": _follow_up,
    "publish_review": _of_review(reviewing.publish_review, reply="Thank you!"),
    "suggest": _suggest,
    "take_idea": _take_idea,
    "change_suggestion": _of_idea(ideas.change_suggestion, version=1, fields={"text": "Ten kilos."}),
    "move_suggestion": _of_idea(ideas.move_suggestion, version=1, state="planned", fields={"answer": "In May."}),
    "add_vote": _of_idea(ideas.add_vote, words="Me too."),
    "remove_vote": _of_idea(ideas.remove_vote),
    "tell_customers": _of_idea(ideas.tell_customers, to="planned"),
    "create_checklist": lambda actor: (
        lambda: visits.create_checklist(actor=actor, fields={"name": "Shop floor"}, items=ITEMS)
    ),
    "change_checklist": _change_checklist,
    "plan_visit": _plan,
    "change_visit": _of_visit(visits.change_visit, version=1, fields={"site": "Leeds"}),
    "mark_visit": _of_visit(visits.mark_visit, version=1, visited_on=DAY),
    "drop_visit": _of_visit(visits.drop_visit),
    "create_touch_point": lambda actor: lambda: points.create_touch_point(actor=actor, fields={"name": "Delivery"}),
    "change_touch_point": _change_point,
    "refuse_review": _of_review(reviewing.refuse_review),
}
