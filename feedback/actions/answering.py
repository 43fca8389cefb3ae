"""What somebody answered is taken: by a personal link, once and changeable for a day; or by an open link."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.locks import wait_for_word
from crm.log import log
from feedback.actions.closing import follow_up, is_unhappy
from feedback.actions.reviewing import keep_review
from feedback.choices import SurveyKind, Via
from feedback.experience.events import point_of_ticket
from feedback.keeping import refresh_responses
from feedback.models import Answer, Invitation, Question, Response, Survey

CHANGEABLE_FOR = dt.timedelta(days=1)
WINDOW = dt.timedelta(hours=1)
MOST_AN_HOUR = 20
ANSWER_LOCK = 7331


class TooMany(Exception):
    """So much was sent by this open link from one place that more is not taken for a while."""


class AnsweredAlready(Exception):
    """The personal link was answered more than a day ago."""


class NotOpen(Exception):
    """The survey was closed, or the link ended, while somebody was answering."""


@dataclass(frozen=True)
class Said:
    """The answer to one question; all of it empty: skipped."""

    value: Decimal | None = None
    choice: str = ""
    comment: str = ""


@transaction.atomic
def answer_invitation(*, invitation: Invitation, answers: Mapping[int, Said], language: str = "") -> Response:
    """Take what the holder of a personal link says, by question; again within a day replaces it.

    Raises AnsweredAlready, NotOpen.
    """
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    now = timezone.now()
    if current.expires_at <= now or current.not_asked or not _asked(current.survey_id).exists():
        raise NotOpen
    response = Response.objects.filter(pk=current.response_id).first() if current.response_id else None
    if response is not None and not is_changeable(response, now):
        raise AnsweredAlready
    if response is None:
        response = Response.objects.create(
            survey_id=current.survey_id, contact_id=current.contact_id, answered_at=now, via=Via.LINK,
            touch_point_id=_touch_point_of(current),
            product_id=current.product_id, agent_id=current.agent_id, ticket_id=current.ticket_id,
            order_id=current.order_id, language=language,
        )  # fmt: skip
        current.response = response
        current.save(update_fields=["response"])
    return _written(response, answers)


@transaction.atomic
def answer_openly(*, survey: Survey, answers: Mapping[int, Said], ip: str, stamp: str, language: str = "") -> Response:
    """Take what somebody unknown says by the open link; a page (`stamp`) that is sent twice counts once.

    Raises TooMany, NotOpen.
    """
    if not _asked(survey.pk).exists():
        raise NotOpen
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{survey.pk}{ip}".encode()).hexdigest()
    wait_for_word(ANSWER_LOCK, digest)
    page = hashlib.sha256(stamp.encode()).hexdigest()
    if (sent := Response.objects.filter(stamp=page).first()) is not None:
        return sent
    since = timezone.now() - WINDOW
    if Response.objects.filter(sender_digest=digest, created_at__gte=since).count() >= MOST_AN_HOUR:
        raise TooMany
    response = Response.objects.create(
        survey=survey, answered_at=timezone.now(), via=Via.OPEN, touch_point_id=survey.touch_point_id,
        language=language, sender_digest=digest, stamp=page,
    )  # fmt: skip
    return _written(response, answers)


def is_changeable(response: Response, now: dt.datetime | None = None) -> bool:
    """Whether what was said by a personal link can still be changed."""
    return (now or timezone.now()) < response.created_at + CHANGEABLE_FOR


def said_before(response: Response) -> dict[int, Said]:
    """The answers of a response, by question."""
    return {one.question_id: Said(one.value, one.choice, one.comment) for one in response.answers.all()}


def _touch_point_of(invitation: Invitation) -> int | None:
    """That of the survey; where it has none, that of the ticket which was asked about."""
    point: int | None = Survey.objects.values_list("touch_point", flat=True).get(pk=invitation.survey_id)
    return point or point_of_ticket(invitation.ticket_id)


def _asked(survey_id: int) -> QuerySet[Question]:
    return Question.objects.filter(survey=survey_id, survey__state="open", is_asked=True)


def _written(response: Response, answers: Mapping[int, Said]) -> Response:
    known = {one.question_id: one for one in Answer.objects.filter(response=response)}
    made: list[Answer] = []
    for key in _asked(response.survey_id).exclude(kind="matrix").values_list("pk", flat=True):
        said = answers.get(key, Said())
        answer = known.get(key) or Answer(response=response, question_id=key)
        answer.value, answer.choice, answer.comment = said.value, said.choice, said.comment
        made.append(answer)
    Answer.objects.bulk_create([one for one in made if one.pk is None])
    Answer.objects.bulk_update([one for one in made if one.pk is not None], ["value", "choice", "comment"])
    refresh_responses([response.pk])
    response.refresh_from_db()
    verb, words = ("answer again", "Changed the answers to") if known else ("answer", "Answered")
    summary = f"{words} “{response.survey.name}”" + ("" if response.nps is None else f": {response.nps} of 10")
    log(actor=None, verb=verb, object=response, contact_id=response.contact_id, summary=summary)
    if response.survey.kind == SurveyKind.REVIEW:
        keep_review(response=response)
    if response.contact_id and response.survey.follows_up and response.follow_up_id is None and is_unhappy(response):
        follow_up(actor=None, response=response)
        response.refresh_from_db()
    return response
