"""The page of the table of strategies: edited as a whole, and everybody placed again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import jobs, queries
from analytics.models import StrategyRule
from analytics.portfolio import actions
from analytics.portfolio.forms import RuleFormSet, row_in_words
from crm.access import can
from crm.choices import Verb
from crm.conflicts import OPENED, Conflict, State, compare, difference, opened_state
from crm.requests import SignedInRequest
from crm.saving import what_happened
from crm.views.base import ScopedView

REFUSED, CONFLICT = 422, 409


def rule_rows() -> list[dict[str, Any]]:
    """The table as it is stored, by place."""
    return [dict(row) for row in StrategyRule.objects.order_by("position").values()]


class StrategyListView(ScopedView):
    """One form for the whole table: the order of its rules is part of its meaning."""

    model = StrategyRule
    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, StrategyRule):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(RuleFormSet(initial=rule_rows()))

    def post(self, request: HttpRequest) -> HttpResponse:
        table: Any = RuleFormSet(request.POST)
        if not table.is_valid():
            return self.show(table, status=REFUSED)
        with transaction.atomic():
            actions.hold_strategies()
            table, conflict = self.compared(table)
            is_changed = not conflict and actions.save_strategies(actor=self.request.user, rows=table.rows)
        if conflict:
            messages.error(request, what_happened(StrategyRule))
            return self.show(table, conflict=conflict, status=CONFLICT)
        return self.leave(is_changed=is_changed)

    def leave(self, *, is_changed: bool) -> HttpResponse:
        """Say what happened; after a change, place everybody again as of the same day."""
        if not is_changed:
            messages.info(self.request, "Nothing was changed.")
            return redirect(self.request.path)
        run = queries.last_run("strategies")
        if run is None:
            messages.success(self.request, "Saved. The next run goes by it.")
        else:
            jobs.start_analysis(actor=self.request.user, as_of=run.as_of, only=["strategies"])
            messages.success(
                self.request, "Saved. The contacts get their strategies with the run that has just started."
            )
        return redirect("analytics:portfolio_detail")

    def compared(self, table: Any) -> tuple[Any, Conflict | None]:
        """What somebody else saved since the page was opened, and the table in which rules left alone take theirs."""
        stored = {row["name"]: row for row in rule_rows()}
        theirs: State = {name: [row_in_words(row)] for name, row in stored.items()}
        opened = opened_state(table.data) or theirs
        if opened == theirs:
            return table, None
        mine: State = table.state
        both, taken = compare(opened=opened, theirs=theirs, mine=mine)
        table = table.with_rows({name: stored.get(name, {"DELETE": "on"}) for name in taken})
        return table, Conflict(*([difference(name, theirs, mine) for name in names] for names in (both, taken)))

    def show(self, table: Any, status: int = 200, conflict: Conflict | None = None) -> HttpResponse:
        kept = table.data.get(OPENED, "") if table.is_bound and not conflict else ""
        stands = {row["name"]: [row_in_words(row)] for row in rule_rows()}
        context = {"table": table, "conflict": conflict, "opened": kept or json.dumps(stands)}
        return render(self.request, "analytics/portfolio/rules.html", context, status=status)
