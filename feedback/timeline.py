"""Answers on the history of a contact."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from crm.access import can
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.field_rights import mask
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import in_sentence
from feedback.choices import GROUP_TONES, NpsGroup
from feedback.models import Response
from feedback.queries import search_responses

EXCERPT = 400


def responses_before(
    user: User, key: int, before: dt.datetime | None, limit: int, words: str = ""
) -> list[TimelineEntry]:
    """The answers of a contact before a moment, newest first."""
    if not can(user, Verb.VIEW, Response):
        return []
    rows = search_responses(Response.objects.visible_to(user).filter(contact=key), words, user)
    if before:
        rows = rows.filter(told_at__lt=before)
    return [_entry(user, one) for one in rows.select_related("survey").order_by("-told_at", "-pk")[:limit]]


def _entry(user: User, response: Response) -> TimelineEntry:
    mask(user, response)
    group = response.nps_group if response.nps is not None else ""
    of_ten = {"nps": response.nps, "group": in_sentence(NpsGroup(group).label)} if group else {}
    said = gettext(": %(nps)s of 10, %(group)s") % of_ten if group else ""
    text = response.comment or ""
    return TimelineEntry(
        at=response.told_at,
        icon="emoji-smile",
        title=(in_words("Answered “%(survey)s”", survey=response.survey.name)) + said,
        key=f"response-{response.pk}",
        text=text[:EXCERPT] + ("…" if len(text) > EXCERPT else ""),
        url=response.get_absolute_url(),
        tone=GROUP_TONES.get(group, "accent"),
    )


TIMELINE = (TimelineSource("answers", "Answers of surveys", responses_before, is_searched=True, counted_as="answers"),)
