"""The table of segments: edit it, look at what would change, save it and score again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import actions, jobs, queries
from analytics.forms import SegmentFormSet
from analytics.models import RfmSegment
from crm.access import can
from crm.choices import Verb
from crm.requests import SignedInRequest
from crm.views.base import ScopedView

REFUSED = 422


class SegmentListView(ScopedView):
    """One form for the whole table: the order of its rows is part of its meaning."""

    model = RfmSegment
    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, RfmSegment):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(SegmentFormSet(initial=list(RfmSegment.objects.order_by("position").values())))

    def post(self, request: HttpRequest) -> HttpResponse:
        table: Any = SegmentFormSet(request.POST)
        if not table.is_valid():
            return self.show(table, status=REFUSED)
        if "preview" in request.POST:
            return self.show(table, preview=queries.counts_by(table.rows))
        if not actions.save_segments(actor=self.request.user, rows=table.rows):
            messages.info(request, "Nothing was changed.")
            return redirect("analytics:segment_list")
        run = queries.last_run("rfm")
        if run is not None:
            jobs.start_rfm(actor=self.request.user, as_of=run.as_of, window_days=run.parameters.get("window_days"))
        messages.success(request, "Saved. The customers get their new names with the run that has just started.")
        return redirect("analytics:rfm_detail")

    def show(self, table: Any, preview: list[Any] | None = None, status: int = 200) -> HttpResponse:
        context = {"table": table, "preview": preview, "run": queries.last_run("rfm")}
        return render(self.request, "analytics/segment_list.html", context, status=status)
