"""What names the customers: the table of segments and the levels of usage; saved, and everybody scored again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import actions, jobs, queries
from analytics.forms import SegmentFormSet, UsageForm, segment_in_words
from analytics.models import RfmSegment, UsageLevel
from crm.access import can
from crm.choices import Verb
from crm.conflicts import (
    OPENED,
    Conflict,
    State,
    compare,
    difference,
    merge,
    opened_state,
    state_in_words,
    state_of,
)
from crm.requests import SignedInRequest
from crm.saving import what_happened
from crm.views.base import ScopedView

REFUSED, CONFLICT = 422, 409


def segment_rows() -> list[dict[str, Any]]:
    """The table as it is stored, by place."""
    return [dict(row) for row in RfmSegment.objects.order_by("position").values()]


def compared(table: Any, rows: Iterable[Mapping[str, Any]]) -> tuple[Any, Conflict | None]:
    """A table that was sent, held against the `rows` that are stored now: see `SegmentListView.compared`."""
    stored = {row["name"]: row for row in rows}
    theirs: State = {name: [table.in_words(row)] for name, row in stored.items()}
    opened = opened_state(table.data) if table.data.get(OPENED) else theirs
    if opened == theirs:
        return table, None
    mine: State = table.state
    both, taken = compare(opened=opened, theirs=theirs, mine=mine)
    table = table.with_rows({name: stored.get(name, {"DELETE": "on"}) for name in taken})
    return table, Conflict(*([difference(name, theirs, mine) for name in names] for names in (both, taken)))


class NamingView(ScopedView):
    """A form whose answer the next run goes by; the right to change the segments covers the levels of usage."""

    model = RfmSegment
    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, RfmSegment):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def leave(self, *, is_changed: bool) -> HttpResponse:
        """Say what happened; after a change, score again as the last run did."""
        if not is_changed:
            messages.info(self.request, "Nothing was changed.")
            return redirect(self.request.path)
        run = queries.last_run("rfm")
        if run is not None:
            jobs.start_rfm(actor=self.request.user, as_of=run.as_of, window_days=run.parameters.get("window_days"))
        messages.success(self.request, "Saved. The customers get their new names with the run that has just started.")
        return redirect("analytics:rfm_detail")


class SegmentListView(NamingView):
    """One form for the whole table: the order of its rows is part of its meaning."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(SegmentFormSet(initial=segment_rows()))

    def post(self, request: HttpRequest) -> HttpResponse:
        table: Any = SegmentFormSet(request.POST)
        if not table.is_valid():
            return self.show(table, status=REFUSED)
        if "preview" in request.POST:
            return self.show(table, preview=queries.counts_by(table.rows))
        with transaction.atomic():
            actions.hold_segments()
            table, conflict = self.compared(table)
            is_changed = not conflict and actions.save_segments(actor=self.request.user, rows=table.rows)
        if conflict:
            messages.error(request, what_happened(RfmSegment))
            return self.show(table, conflict=conflict, status=CONFLICT)
        return self.leave(is_changed=is_changed)

    def compared(self, table: Any) -> tuple[Any, Conflict | None]:
        """What somebody else saved since the page was opened, and the table in which rows left alone take theirs."""
        return compared(table, segment_rows())

    def show(
        self, table: Any, preview: list[Any] | None = None, status: int = 200, conflict: Conflict | None = None
    ) -> HttpResponse:
        kept = table.data.get(OPENED, "") if table.is_bound and not conflict else ""
        stands = {row["name"]: [segment_in_words(row)] for row in segment_rows()}
        context = {
            "table": table,
            "preview": preview,
            "run": queries.last_run("rfm"),
            "conflict": conflict,
            "opened": kept or json.dumps(stands),
        }
        return render(self.request, "analytics/segment_list.html", context, status=status)


class UsageLevelView(NamingView):
    """How many are heavy and moderate users, and the messages."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(UsageForm(initial=UsageForm.initial_of(UsageLevel.objects.all())))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UsageForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        with transaction.atomic():
            conflict = self.compared(form)
            is_changed = not conflict and actions.save_usage_levels(actor=self.request.user, levels=form.levels)
        if conflict:
            messages.error(request, what_happened(UsageLevel))
            return self.show(form, conflict=conflict, status=CONFLICT)
        return self.leave(is_changed=is_changed)

    def compared(self, form: UsageForm) -> Conflict | None:
        """What somebody else saved since the page was opened."""
        current = UsageForm(initial=UsageForm.initial_of(UsageLevel.objects.select_for_update()))
        opened = opened_state(form.data)
        return merge(form, current) if opened and opened != state_of(current) else None

    def show(self, form: UsageForm, conflict: Conflict | None = None, status: int = 200) -> HttpResponse:
        kept = form.data.get(OPENED, "") if form.is_bound and not conflict else ""
        stands = state_in_words(UsageForm(initial=UsageForm.initial_of(UsageLevel.objects.all())))
        context = {"form": form, "conflict": conflict, "opened": kept or stands}
        return render(self.request, "analytics/usage_list.html", context, status=status)
