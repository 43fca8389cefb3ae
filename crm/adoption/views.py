"""The page of adoption, its file, and the rows behind a figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from crm.access import can
from crm.adoption.queries import MEASURES, MOST_ROWS, RECORDS, adoption, rows_behind, weeks_up_to_now
from crm.choices import Role, Verb
from crm.company import company_today
from crm.exporting.formats import CSV
from crm.filtering.patience import OutOfPatience
from crm.log import log_export
from crm.models import LogEntry, User
from crm.past.specs import kind_of
from crm.primary_keys import key_in
from crm.views.base import ScopedView

WEEKS = (4, 8, 13, 26)
USUAL_WEEKS = 8
LEADERS = (Role.MANAGER, Role.ADMIN)


def asked_weeks(request: HttpRequest) -> int:
    typed = request.GET.get("weeks", "")
    return int(typed) if typed in map(str, WEEKS) else USUAL_WEEKS


class AdoptionGate(ScopedView):
    """For managers and administrators who may read the log."""

    model = LogEntry

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.request.user.role not in LEADERS or not can(self.request.user, Verb.VIEW, LogEntry):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AdoptionView(AdoptionGate):
    """One measure by person and week."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("what", "")
        measure = asked if asked in MEASURES else RECORDS
        count = asked_weeks(request)
        weeks = weeks_up_to_now(count)
        try:
            people = adoption(self.request.user, weeks)
        except OutOfPatience:
            people = None
        file_url = f"{reverse('crm:adoption_export')}?{urlencode({'weeks': str(count)})}"
        context = {
            "measure": measure,
            "help": MEASURES[measure][1],
            "weeks": weeks,
            "rows": None if people is None else [self.line(one, measure, weeks) for one in people],
            "totals": [sum(one.of(measure, week) for one in people or ()) for week in weeks],
            "total": sum(one.total(measure) for one in people or ()),
            "today": company_today(),
            "tabs": [self.tab(name, measure, count) for name in MEASURES],
            "spans": [(one, f"?{urlencode({'what': measure, 'weeks': str(one)})}", one == count) for one in WEEKS],
            "file_url": file_url if can(self.request.user, Verb.EXPORT, LogEntry) else "",
        }
        return render(request, "crm/adoption/adoption.html", context)

    @staticmethod
    def tab(name: str, measure: str, weeks: int) -> dict[str, Any]:
        url = f"?{urlencode({'what': name, 'weeks': str(weeks)})}"
        return {"label": MEASURES[name][0], "url": url, "active": name == measure}

    @staticmethod
    def line(one: Any, measure: str, weeks: list[dt.date]) -> dict[str, Any]:
        """A person's row: each figure with the address of its rows."""
        asked = {"what": measure, "person": str(one.person.pk)}
        page = reverse("crm:adoption_rows")
        cells = [(one.of(measure, week), f"{page}?{urlencode({**asked, 'week': week.isoformat()})}") for week in weeks]
        return {"person": one.person, "cells": cells, "total": one.total(measure)}


class AdoptionExportView(AdoptionGate):
    """All three measures as a file."""

    verb = Verb.EXPORT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        count = asked_weeks(request)
        weeks = weeks_up_to_now(count)
        try:
            people = adoption(self.request.user, weeks)
        except OutOfPatience:  # the page says so
            return redirect(f"{reverse('crm:adoption')}?{urlencode({'weeks': str(count)})}")
        heads = ["Person", "Role", "Week of", *(label for label, _ in MEASURES.values())]
        lines = [
            [one.person.name, one.person.get_role_display(), week, *(one.of(name, week) for name in MEASURES)]
            for one in people
            for week in weeks
        ]
        log_export(actor=self.request.user, kind=User, what="adoption by person and week")
        response = StreamingHttpResponse(CSV.write(heads, heads, lines), content_type=CSV.content_type)
        response["Content-Disposition"] = f'attachment; filename="adoption-{company_today().isoformat()}.csv"'
        return response


class AdoptionRowsView(AdoptionGate):
    """The rows of the log behind one figure."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET:
            return redirect("crm:adoption")
        measure, key = request.GET.get("what", ""), key_in(request.GET.get("person", ""))
        person = User.objects.visible_to(self.request.user).filter(pk=key).first() if key is not None else None
        try:
            week = dt.date.fromisoformat(request.GET.get("week", ""))
        except ValueError as error:
            raise Http404("There is no such week.") from error
        is_week = week.weekday() == 0 and 2000 <= week.year < 9000
        if measure not in MEASURES or person is None or not is_week:
            raise Http404("There is no such figure.")
        rows = rows_behind(self.request.user, measure, person.pk, week)
        count = rows.count()
        context = {
            "person": person,
            "label": MEASURES[measure][0],
            "help": MEASURES[measure][1],
            "week": week,
            "count": count,
            "most": MOST_ROWS,
            "rows": [(one, kind_of(one)) for one in rows[:MOST_ROWS]],
        }
        return render(request, "crm/adoption/rows.html", context)
