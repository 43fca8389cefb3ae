"""Selling alerts on other pages: the tab of a customer, the card of the home page."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from analytics.alerts.queries import alerts_at, waiting_of
from analytics.choices import AlertReason
from analytics.models import SellAlert
from analytics.models.alerts import OPEN
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel
from crm.choices import Role, Verb
from crm.company import current_company
from crm.models import User
from crm.requests import SignedInRequest
from crm.tiles.counting import count_figures
from crm.tiles.spec import Figure, HomeCard, HomeFigures

MOST = 6
SNOOZES = ((7, _("In a week")), (30, _("In a month")), (90, _("In three months")))


def answering() -> dict[str, Any]:
    """What the buttons of an alert offer."""
    return {"snoozes": SNOOZES, "reasons": AlertReason.choices, "currency": current_company().currency}


def counted(user: User) -> VisibleQuerySet[Any]:
    """The alerts of a customer that are not answered; those that were put off are among them."""
    return SellAlert.objects.visible_to(user).filter(contact=OuterRef("pk"), state__in=OPEN)


def count(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the customer; none, no tab."""
    return getattr(record, "alerts_count", 0) or None


def tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    user = cast(SignedInRequest, request).user
    may_answer = can(user, Verb.CHANGE, record)
    return {"lines": alerts_at(user, record.pk), "may_answer": may_answer, "contact": record, **answering()}


def card(request: HttpRequest) -> dict[str, Any] | None:
    """The best alerts of the person's own customers; None without any."""
    user = cast(SignedInRequest, request).user
    lines = waiting_of(user, MOST)
    return {"lines": lines, "may_answer": True, **answering()} if lines else None


CONTACT_PANELS = (
    RecordPanel(
        "alerts",
        "Selling alerts",
        "analytics/alerts/_tab.html",
        tab,
        place="tab",
        order=17,
        count=count,
        counted=counted,
    ),
)


def waiting_alerts(user: User) -> list[Figure]:
    """How many alerts of the person's own customers wait for an answer."""
    asked = {"waits": "yes", "owner": user.pk}
    note = _("customers to sell to, to look after or to win back")
    return count_figures(
        user, "analytics.sellalert", "analytics:alert_list", asked, says=_("Selling alerts"), note=note
    )


SELLING = (Role.REP, Role.MANAGER, Role.ADMIN)
CARDS = (HomeCard("alerts", "analytics/alerts/_home.html", card, roles=SELLING, order=16, label="Selling alerts"),)
FIGURES = (HomeFigures("waiting_alerts", "Selling alerts", waiting_alerts, roles=(Role.REP,), order=40),)
