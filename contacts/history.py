"""The history part of a contact's page: timeline, what it can be narrowed to, next steps, composer."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from contacts.choices import BULK_CHANNELS, PointKind
from contacts.composing.forms import CallForm, NoteForm
from contacts.models import Contact, Interaction
from contacts.queries import main_point_shown, signal_days
from crm.access import can
from crm.agenda.forms import QUICK_DAYS
from crm.agenda.queries import next_steps_at
from crm.choices import Verb
from crm.counted_panels import sources_without_rows
from crm.hanging import text_key_of
from crm.requests import SignedInRequest
from crm.timeline import moment_asked, read_timeline, source_choices
from crm.views.base import ScopedView


class ContactTimelineView(ScopedView):
    """The timeline alone: narrowed to a source, or the entries before a moment."""

    model = Contact
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = timeline_context(request, self.get_record())
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


def history_context(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """All that stands left on a contact's page."""
    return timeline_context(request, contact) | composer_context(request, contact) | next_steps_context(contact)


def timeline_context(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """One page of the contact's history, and what it can be narrowed to."""
    only, choices = request.GET.get("only", ""), source_choices()
    if only and only not in {choice.name for choice in choices}:
        raise Http404("This timeline has no such part.")
    moment = moment_asked(request.GET.get("before", ""))
    words = request.GET.get("words", "").replace("\0", "").strip()[:100]
    user = cast(SignedInRequest, request).user
    without = sources_without_rows(contact) + (() if getattr(contact, "has_bulk", True) else ("signals",))
    return {
        "record": contact,
        "timeline": read_timeline(user, contact.pk, before=moment, only=only, words=words, without=without),
        "sources": choices,
        "only": only,
        "words": words,
    }


def composer_context(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """The forms of the composer that stand on the page at once; the others come when they are opened."""
    user = cast(SignedInRequest, request).user
    return {
        "may_log": can(user, Verb.ADD, Interaction),
        "note_form": NoteForm(user=user),
        "call_form": CallForm(user=user),
        "record_key": text_key_of(contact),
        "phone": main_point_shown(user, contact, PointKind.PHONE),
    }


def next_steps_context(contact: Contact) -> dict[str, Any]:
    """What is to be done for the contact next."""
    return {"next_steps": next_steps_at(contact.pk), "snooze_days": QUICK_DAYS[1:4]}
