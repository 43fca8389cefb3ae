"""The process map of tickets."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext_noop as _

from crm.languages.words import in_words
from crm.requests import SignedInRequest
from crm.templatetags.figures import hours_in_words, number, percent, plural
from crm.views.base import ScopedView
from service.models import Queue, Ticket
from service.process import IMPORTED, OWN, logs_there, process_map
from service.process_drawing import drawing_of

LABELS = {OWN: _("Our own log"), IMPORTED: _("Imported logs")}


class ProcessView(ScopedView):
    """`?log=` own or imported, `?queue=` the id of a queue."""

    model = Ticket
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, asked = self.request.user, request.GET.get("queue", "")
        there = logs_there(user)
        log = request.GET.get("log", "")
        log = log if log in LABELS else there[0] if there else OWN
        queues = list(Queue.objects.visible_to(user))
        queue = next((one for one in queues if str(one.pk) == asked), None)
        found = process_map(user, log=log, zone=self.request.company.time_zone, queue=queue.pk if queue else None)
        busiest = max((count for _, count in found.months), default=1)
        context = {
            "map": found,
            "drawing": drawing_of(found),
            "logs": [(name, LABELS[name]) for name in there],
            "log": log,
            "queues": queues,
            "queue": queue,
            "months": [(_month_in_words(month), count, count / busiest) for month, count in found.months],
            "figures": _figures(found),
        }
        return render(request, "service/process.html", context)


def _month_in_words(month: str) -> str:
    """`2026-11` as November 2026, in the language of the page."""
    return date_format(dt.date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT")


def _figures(found: Any) -> list[dict[str, Any]]:
    if not found.tickets:
        return []
    return [
        {"label": "Tickets", "value": number(found.tickets), "note": plural(found.events, "step")},
        {"label": "Steps a ticket", "value": number(found.mean_events, 2), "note": "on average"},
        {
            "label": "Half are through in",
            "value": hours_in_words(found.hours["0.5"]),
            "note": "from first step to last",
        },
        {
            "label": "Nine of ten in",
            "value": hours_in_words(found.hours["0.9"]),
            "note": in_words("mean %(hours)s", hours=hours_in_words(found.hours["mean"])),
        },
        {"label": "Within 24 hours", "value": percent(found.within_day, 1), "note": ""},
        {"label": "Within 7 days", "value": percent(found.within_week, 1), "note": ""},
    ]
