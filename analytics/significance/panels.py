"""On the page of a contact: for what it is significant, with each reason, and the way to say so or take it back."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.models import ClvScore, RfmScore, SignificanceMark, SignificanceScore
from analytics.rights import sees_runs
from analytics.significance.specs import reasons_for, significance_of
from analytics.significance.words import kinds_of
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.models import User
from crm.requests import SignedInRequest


def hidden_figures(user: User) -> frozenset[str]:
    """`value` and `volume` where the person may not see the money that they are made of."""
    hidden = {"value": (ClvScore, "clv"), "volume": (RfmScore, "monetary")}
    return frozenset(name for name, (model, field) in hidden.items() if field in hidden_fields(user, model))


def significance(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The reasons; nothing where there are none and the person may not say any."""
    user = cast(SignedInRequest, request).user
    if hidden_fields(user, SignificanceScore) or hidden_fields(user, SignificanceMark):
        return None
    reasons = reasons_for(record, hidden_figures(user))
    may_change = can(user, Verb.CHANGE, record)
    if not reasons and not may_change:
        return None
    return {
        "contact": record,
        "reasons": reasons,
        "pills": kinds_of(reasons),
        "score": significance_of(record),
        "may_change": may_change,
        "may_open_page": sees_runs(user),
    }


def flags(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The pills beside the name."""
    found = significance(request, record)
    return found if found and found["reasons"] else None


CONTACT_PANELS = (
    RecordPanel("significant_pills", "Significant as", "analytics/significance/_pills.html", flags, "pill", order=13),
    RecordPanel("significant", "Significant as", "analytics/significance/_panel.html", significance, order=15),
)
