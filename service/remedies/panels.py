"""What compensation puts on other pages: a panel of tickets, a card of approvals, the history of a contact."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.access import can
from crm.catalogue import RecordPanel, TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.field_rights import hides, mask
from crm.models import User
from crm.requests import SignedInRequest
from crm.tiles.spec import HomeCard
from service.models import Compensation, CompensationEntry, Ticket
from service.remedies.choices import REMEDY_ICONS, RemedyStep
from service.remedies.queries import compensations_of, waiting_for
from service.remedies.specs import AMOUNT, state_pill

MOST_SHOWN = 6
TOLD = {
    RemedyStep.GRANTED: ("given", "good"),
    RemedyStep.APPROVED: ("given", "good"),
    RemedyStep.REVERSED: ("taken back", "warn"),
}
"""What of a compensation stands in the customer's history: what reached them."""


def ticket_panel(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """What was given with this ticket, and the way to give more; None where there is neither."""
    user, ticket = cast(SignedInRequest, request).user, cast(Ticket, record)
    rows = list(compensations_of(user, ticket)[:MOST_SHOWN])
    may_give = can(user, Verb.CHANGE, ticket) and not ticket.is_merged
    if not rows and not may_give:
        return None
    for one in rows:
        mask(user, one)
    return {"ticket": ticket, "rows": [(one, state_pill(one)) for one in rows], "may_give": may_give}


def approvals_card(request: HttpRequest) -> dict[str, Any] | None:
    """Compensations that wait for this person's word; None where there are none."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.CHANGE, Ticket) or hides(user, AMOUNT):
        return None
    rows = waiting_for(user)
    return {"rows": rows} if rows else None


def compensations_before(user: User, key: int, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    """What a contact was given, and what was taken back, of tickets that the person may see; newest first."""
    if not can(user, Verb.VIEW, Compensation):
        return []
    rows = CompensationEntry.objects.visible_to(user).filter(compensation__contact=key, step__in=list(TOLD))
    rows = rows.filter(at__lt=before) if before else rows
    shows_money = not hides(user, AMOUNT)
    return [
        _entry(one, shows_money) for one in rows.select_related("compensation", "actor").order_by("-at", "-pk")[:limit]
    ]


def _entry(entry: CompensationEntry, shows_money: bool) -> TimelineEntry:
    compensation = entry.compensation
    verb, tone = TOLD[RemedyStep(entry.step)]
    what = str(compensation) if shows_money else compensation.get_remedy_display()
    return TimelineEntry(
        at=entry.at,
        icon=REMEDY_ICONS[compensation.remedy],
        title=f"{what} {verb}",
        key=f"compensation-{entry.pk}",
        text=entry.words or compensation.reason,
        who=entry.actor.name if entry.actor else "",
        url=compensation.get_absolute_url(),
        tone=tone,
    )


TICKET_PANELS = (RecordPanel("remedies", "Compensation", "service/remedies/_panel.html", ticket_panel, order=40),)
CARDS = (HomeCard("remedies", "service/remedies/_home_approvals.html", approvals_card, order=13, label="Compensation"),)
TIMELINE = TimelineSource("compensations", "Compensation", compensations_before, counted_as="tickets")
