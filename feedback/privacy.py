"""Data of persons in answers, reviews and suggestions. Ratings stay, words do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from contacts.choices import Act
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Part, Times
from contacts.privacy.tables import PersonalData, PersonalTable, Swept
from feedback.models import Invitation, Response, Review, SuggestionVote


def told_before(before: dt.datetime) -> QuerySet[Response]:
    rows: QuerySet[Response] = Response.objects.filter(told_at__lt=before)
    return rows


def _answered_since(times: Times) -> QuerySet[Any]:
    return Response.objects.filter(Q(told_at__gte=times.before) | Q(created_at__gte=times.before))


def _asked_since(times: Times) -> QuerySet[Any]:
    return Invitation.objects.filter(Q(asked_at__gte=times.before) | Q(expires_at__gte=times.before))


def _reviewed_since(times: Times) -> QuerySet[Any]:
    return Review.objects.filter(Q(written_at__gte=times.before) | Q(decided_at__gte=times.before))


def _suggested_since(times: Times) -> QuerySet[Any]:
    return SuggestionVote.objects.filter(Q(asked_at__gte=times.before) | Q(told_at__gte=times.before))


KEEPING = (
    KeptBack("answered a survey since then", _answered_since),
    KeptBack("was asked by a survey since then", _asked_since),
    KeptBack("a review of since then", _reviewed_since),
    KeptBack("asked for something new since then", _suggested_since),
)
AGES = (
    AgedKind(
        "feedback.comments",
        "Comments in surveys",
        Act.EMPTY,
        36,
        "What was written beside the answers goes; the answers themselves stay.",
        "feedback.response",
        told_before,
        contact="contact",
        words=("comment", "search_text"),
        parts=(Part("feedback.answer", "response", ("comment",)),),
    ),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable("feedback.response", ("contact",), title="Answered surveys", unseen=("sender_digest", "stamp")),
        PersonalTable("feedback.answer", ("response__contact",), keeps=("choice",)),
        PersonalTable("feedback.invitation", ("contact",), keeps=("key",), title="Invitations to surveys"),
        PersonalTable("feedback.review", ("contact",), title="Reviews"),
        PersonalTable("feedback.suggestionvote", ("contact",), title="Suggestions"),
        PersonalTable("feedback.npsstanding", ("contact",), title="Would they recommend us"),
    ),
    without={
        "Words of the house itself: its surveys, touch points and visits.": (
            "feedback.checklist", "feedback.checklistitem", "feedback.mysteryvisit", "feedback.question",
            "feedback.survey", "feedback.touchpoint", "feedback.visitmark",
        ),
        "Of several customers at once: names and addresses in it are swept out.": ("feedback.suggestion",),
    },
    swept=(
        Swept("feedback_response", ("comment", "search_text")),
        Swept("feedback_suggestion", ("title", "text", "search_text")),
    ),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
