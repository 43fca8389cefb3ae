"""What it cost to serve a customer, on the record page: the sum, and the counts and rates that it is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.costs.drivers import DRIVERS
from analytics.costs.specs import serving_of
from analytics.models import CostScore, ModelRun
from analytics.queries import metrics_shown, runs_shown
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import mask
from crm.requests import SignedInRequest
from crm.templatetags.figures import money, number


def serving(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The cost to serve with its reasons, without what is hidden from the person; nothing where it is not reckoned."""
    run = runs_shown(request).get("costs")
    score = serving_of(record) if run else None
    if run is None or score is None:
        return None
    user = cast(SignedInRequest, request).user
    mask(user, score)
    if score.cost_to_serve is None and score.profit is None:
        return None
    pools = metrics_shown(run).get("pools") or [] if run.pk == score.run_id else []
    return {
        "score": score,
        "currency": current_company().currency,
        "lines": lines(score, pools) if None not in (score.cost_to_serve, score.counts) else [],
        "months": run.parameters.get("months"),
        "may_open_run": can(user, Verb.VIEW, ModelRun),
    }


def lines(score: CostScore, pools: list[dict[str, Any]]) -> list[str]:
    """`Calls: 12 calls × €6.00 = €72.00` for each pool that the customer has a part of."""
    currency, said = current_company().currency, []
    for pool in pools:
        driver, count = DRIVERS.get(pool["driver"]), score.counts.get(pool["driver"], 0)
        if driver is None or not count or pool["rate"] is None:
            continue
        rate, act = Decimal(pool["rate"]), driver.one if count == 1 else driver.many
        said.append(
            f"{pool['name']}: {number(count)} {act} × {money(rate, currency)} = {money(rate * count, currency)}"
        )
    return said


PANELS = (RecordPanel("serving", "Cost to serve", "analytics/costs/_panel.html", serving, order=13),)
