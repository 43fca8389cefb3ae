"""The history part of a record's page: timeline, what it can be narrowed to, next steps, composer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from contacts.choices import BULK_CHANNELS, PointKind
from contacts.composing.forms import CallForm, NoteForm
from contacts.composing.place import AT_CONTACT, Place
from contacts.models import Contact, Interaction
from contacts.queries import main_point_shown, signal_days
from crm.access import can
from crm.agenda.forms import QUICK_DAYS
from crm.agenda.queries import next_steps_at
from crm.choices import Verb
from crm.counted_panels import sources_without_rows
from crm.hanging import text_key_of
from crm.languages.words import Titled
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.timeline import moment_asked, read_timeline, source_choices
from crm.views.base import ScopedView

# the tabs of the composer: what they are called, and their keys
TABS = {
    "note": (_("Note"), "w"),
    "call": (_("Call"), "c"),
    "mail": (_("Mail"), "m"),
    "meeting": (_("Meeting"), "b"),
    "task": (_("Task"), "t"),
    "other": (_("Other"), ""),
}


class ContactTimelineView(ScopedView):
    """The timeline alone: narrowed to a source, or the entries before a moment."""

    model: type[Model] = Contact
    place = AT_CONTACT
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = timeline_context(request, self.get_record(), self.place)
        template = "contacts/_entries.html" if "before" in request.GET else "contacts/_timeline.html"
        return render(request, template, context)


class SignalDaysView(ScopedView):
    """What each day of a month brought of one kind: the inside of a folded line of the timeline."""

    model = Contact

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact, kind = self.get_record(), request.GET.get("kind", BULK_CHANNELS[0])
        try:
            month = dt.date.fromisoformat(f"{request.GET.get('month') or timezone.localdate().strftime('%Y-%m')}-01")
        except ValueError as error:
            raise Http404("That is no month.") from error
        return render(request, "contacts/_signal_days.html", {"days": signal_days(contact.pk, kind, month)})


def history_context(
    request: HttpRequest, record: Model, place: Place = AT_CONTACT, people: Sequence[Contact] | None = None
) -> dict[str, Any]:
    """All that stands left on the page of a record: composer, next steps, timeline. `people` where they are read."""
    user = cast(SignedInRequest, request).user
    known = place.people(user, record) if people is None else people
    context = timeline_context(request, record, place) | composer_context(request, record, place, known)
    return context | next_steps_context(record)


def timeline_context(request: HttpRequest, record: Model, place: Place = AT_CONTACT) -> dict[str, Any]:
    """One page of the record's history, and what it can be narrowed to."""
    only, choices = request.GET.get("only", ""), source_choices(record._meta.label_lower)
    if only and only not in {choice.name for choice in choices}:
        raise Http404("This timeline has no such part.")
    moment = moment_asked(request.GET.get("before", ""))
    words = request.GET.get("words", "").replace("\0", "").strip()[:100]
    user = cast(SignedInRequest, request).user
    without = sources_without_rows(record) + (() if getattr(record, "has_bulk", True) else ("signals",))
    return {
        "record": record,
        "timeline": read_timeline(user, record, before=moment, only=only, words=words, without=without),
        "timeline_url": reverse(place.names["timeline"], args=[record.pk]),
        "answer_url": reverse(place.names["part"], args=[record.pk]) if can(user, Verb.ADD, Interaction) else "",
        "nothing_yet": Titled(place.nothing, record=record),
        "sources": choices,
        "only": only,
        "words": words,
    }


def composer_context(
    request: HttpRequest, record: Model, place: Place = AT_CONTACT, people: Sequence[Contact] = ()
) -> dict[str, Any]:
    """The forms of the composer that stand on the page at once; the others come when they are opened."""
    user = cast(SignedInRequest, request).user
    label, url_name = place.crumb
    return {
        "may_log": can(user, Verb.ADD, Interaction),
        "tabs_of_composer": [(kind, *TABS[kind]) for kind in place.kinds(people)],
        "urls": place.urls(record),
        "crumb": {"label": label, "url": path_of(url_name)},
        "note_form": NoteForm(user=user),
        "call_form": CallForm(user=user, people=people),
        "record_key": text_key_of(record),
        "phone": main_point_shown(user, people[0], PointKind.PHONE) if people else "",
    }


def next_steps_context(record: Model) -> dict[str, Any]:
    """What is to be done next."""
    return {"next_steps": next_steps_at(record), "snooze_days": QUICK_DAYS[1:4]}
