"""On a contact: the likeliest families with their reasons, and when each is expected next."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.families.specs import buying_of
from analytics.families.words import reasons_for
from analytics.models import FamilyScore, ModelRun
from analytics.rights import sees_runs, sees_whole_base
from analytics.steps.defaults import FAMILY_HORIZON
from crm.catalogue import RecordPanel
from crm.field_rights import hidden_fields
from crm.requests import SignedInRequest

SHOWN = 3


def buying(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The chances of a contact; nothing where there are none or something of them is hidden."""
    user = cast(SignedInRequest, request).user
    score = buying_of(record)
    if score is None or hidden_fields(user, FamilyScore):
        return None
    days = {one["family"]: dt.date.fromisoformat(one["on"]) for one in score.expected}
    chances = [
        {
            "family": one["family"], "chance": one["chance"], "on": days.pop(one["family"], None),
            "reasons": reasons_for(one["reasons"], user),
        }
        for one in score.chances[:SHOWN]
    ]  # fmt: skip
    run = ModelRun.objects.filter(pk=score.run_id).values_list("parameters__horizon_days", flat=True).first()
    return {
        "score": score,
        "horizon": run or FAMILY_HORIZON,
        "chances": chances,
        "others": [{"family": name, "on": day} for name, day in list(days.items())[: SHOWN if chances else 2 * SHOWN]],
        "may_open_run": sees_runs(user) and sees_whole_base(user),
    }


PANELS = (RecordPanel("families", "Likely to buy", "analytics/families/_panel.html", buying, order=12),)
