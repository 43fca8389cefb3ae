"""The page of profitability, "Reckon now", and the table of the pools of costs."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import actions, jobs, queries
from analytics.costs.drivers import proposals
from analytics.costs.forms import CostRunForm, PoolFormSet, pool_in_words
from analytics.costs.page import CostPage
from analytics.models import CostPool, CostScore, ModelRun, RfmSegment
from analytics.segment_views import CONFLICT, REFUSED, NamingView, compared
from analytics.steps.costs import MONTHS
from analytics.views import AnalysisView, StartsRun
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.conflicts import OPENED, Conflict
from crm.models import JobRun
from crm.saving import what_happened

STEP = "costs"


class ProfitabilityView(AnalysisView):
    """The whale curve, the tenths and the rates, of the customers that the person may see."""

    scores = CostScore

    def get(self, request: HttpRequest) -> HttpResponse:
        run = queries.last_run(STEP)
        months = run.parameters.get("months", MONTHS) if run else MONTHS
        form = CostRunForm(initial={"as_of": company_today(), "months": months})
        return self.show(form, is_open="reckon" in request.GET)

    def show(self, form: CostRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        user, run = self.request.user, queries.last_run(STEP)
        page = CostPage(run, user, current_company().currency, sees_all=self.sees_all) if run else None
        context = {
            "page": page,
            "has_pools": CostPool.objects.exists(),
            "form": form if can(user, Verb.RUN, ModelRun) else None,
            "is_form_open": is_open,
            "may_edit_pools": can(user, Verb.CHANGE, RfmSegment),
            "is_narrowed": not self.sees_all,
            **self.run_state(STEP, run),
        }
        return render(self.request, "analytics/costs/profitability.html", context, status=status)


class CostRunView(StartsRun, ProfitabilityView):
    """Ask for new costs to serve; the page shows how far they are."""

    form_class = CostRunForm
    url_name = "analytics:profitability"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_costs(**asked)


def pool_rows() -> list[dict[str, Any]]:
    """The pools as they are stored, by place."""
    return [dict(row) for row in CostPool.objects.order_by("position").values()]


class PoolListView(NamingView):
    """One form for all pools of costs; without any it proposes a rate for each driver, and nothing is saved unasked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(PoolFormSet(initial=pool_rows() or proposals()))

    def post(self, request: HttpRequest) -> HttpResponse:
        table: Any = PoolFormSet(request.POST)
        if not table.is_valid():
            return self.show(table, status=REFUSED)
        with transaction.atomic():
            actions.hold_pools()
            table, conflict = compared(table, pool_rows())
            is_changed = not conflict and actions.save_pools(actor=self.request.user, rows=table.rows)
        if conflict:
            messages.error(request, what_happened(CostPool))
            return self.show(table, conflict=conflict, status=CONFLICT)
        return self.leave(is_changed=is_changed)

    def leave(self, *, is_changed: bool) -> HttpResponse:
        """Say what happened; after a change, reckon again as the last run did."""
        if not is_changed:
            messages.info(self.request, "Nothing was changed.")
            return redirect(self.request.path)
        run = queries.last_run(STEP)
        months = run.parameters.get("months", MONTHS) if run else MONTHS
        as_of = run.as_of if run else company_today()
        jobs.start_costs(actor=self.request.user, as_of=as_of, months=months)
        messages.success(self.request, "Saved. The costs are reckoned anew by the run that has just started.")
        return redirect("analytics:profitability")

    def show(self, table: Any, status: int = 200, conflict: Conflict | None = None) -> HttpResponse:
        kept = table.data.get(OPENED, "") if table.is_bound and not conflict else ""
        stored = pool_rows()
        context = {
            "table": table,
            "conflict": conflict,
            "is_proposal": not stored and not table.is_bound,
            "currency": current_company().currency,
            "opened": kept or json.dumps({row["name"]: [pool_in_words(row)] for row in stored}),
        }
        return render(self.request, "analytics/costs/pool_list.html", context, status=status)
