"""The demo's compensation: what was given for complaints of the last year, and what waits for a manager's word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from crm.choices import Role
from crm.company import current_company
from crm.demo.house import Batch, Fill, House
from service.choices import UNSOLVED, EventKind, TicketKind
from service.models import Compensation, CompensationApprover, CompensationEntry, RemedyRules, Ticket, TicketEvent
from service.remedies.choices import Remedy, RemedyState, RemedyStep

MOST = 160
A_COMPLAINT = 0.55  # of them something was given for
REMEDIES = (Remedy.CREDIT, Remedy.REFUND, Remedy.GIFT)
SHARES = (0.5, 0.3, 0.2)
SMALL = {Remedy.CREDIT: (10, 15, 20, 25, 40), Remedy.REFUND: (12, 18, 24, 36, 48), Remedy.GIFT: (8, 12, 20, 25)}
LARGE = (60, 75, 90, 120, 180)
REASONS = (
    "Panes came broken; the exhibition opens in nine days.",
    "The corner came open, and they had to wait for a new frame.",
    "Delivered a week later than we had promised.",
    "Two wrong sizes in one order, and the fitter stood there in vain.",
    "The invoice was wrong twice.",
)
NO = "A new frame is on its way already; that makes it good."
WAITING = 2


def load(house: House) -> Fill | None:
    """The rules once; the function that writes what was given for the first batch's tickets."""
    if RemedyRules.objects.exists():
        return None
    RemedyRules.objects.create(pk=1, approval_hours=48, point_value=Decimal("0.0100"), bought_again_days=90)

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch)

    return fill


def _write(batch: Batch) -> None:
    house, rng = batch.house, batch.rng("remedies")
    bosses = [one.id for one in house.with_role(Role.MANAGER)]
    tickets = Ticket.objects.filter(
        kind__in=(TicketKind.COMPLAINT, TicketKind.PURCHASE_ISSUE), contact__isnull=False, owner__isnull=False
    )
    drawn = list(_given(rng, tickets, bosses))
    if bosses:
        drawn += _waiting(rng, tickets)
    Compensation.objects.bulk_create(drawn)
    CompensationEntry.objects.bulk_create(entry for one in drawn for entry in _ledger(one))
    CompensationApprover.objects.bulk_create(
        CompensationApprover(compensation=one, user_id=bosses[0]) for one in drawn if one.decide_by is not None
    )
    TicketEvent.objects.bulk_create(
        TicketEvent(
            ticket_id=one.ticket_id, event=EventKind.COMPENSATED, value=one.get_remedy_display(),
            actor_id=one.asked_by_id, occurred_at=one.granted_at,
        )
        for one in drawn
        if one.granted_at is not None
    )  # fmt: skip
    house.counts["compensations"] += len(drawn)


def _given(rng: np.random.Generator, tickets: QuerySet[Ticket], bosses: list[int]) -> Iterator[Compensation]:
    """For solved complaints: most within an agent's limit, some beyond it with a manager's word."""
    solved = tickets.filter(solved_at__isnull=False).order_by("solved_at", "pk")
    for ticket in solved[:MOST]:
        if ticket.solved_at is None or rng.random() > A_COMPLAINT:
            continue
        moment = ticket.solved_at - dt.timedelta(minutes=int(rng.integers(4, 50)))
        remedy = REMEDIES[int(rng.choice(len(REMEDIES), p=SHARES))]
        is_large = bool(bosses) and rng.random() < 0.16
        amount = Decimal(int(rng.choice(LARGE if is_large else SMALL[remedy])))
        one = _made(ticket, remedy, amount, moment, str(rng.choice(REASONS)))
        if is_large:
            said = rng.random()
            one.decide_by, one.decided_by_id = moment + dt.timedelta(hours=48), bosses[0]
            one.decided_at = moment + dt.timedelta(minutes=int(rng.integers(20, 900)))
            if said < 0.15:
                one.state = RemedyState.REFUSED
            elif said < 0.25:
                one.state, one.decided_by_id, one.decided_at = RemedyState.EXPIRED, None, None
        one.granted_at = (one.decided_at or moment) if one.state == RemedyState.GRANTED else None
        yield one


def _waiting(rng: np.random.Generator, tickets: QuerySet[Ticket]) -> list[Compensation]:
    """For complaints that are open: asked for in the last hours."""
    found = tickets.filter(state__in=UNSOLVED).order_by("-opened_at", "pk")[:WAITING]
    made = []
    for ticket in found:
        moment = timezone.now() - dt.timedelta(hours=float(rng.uniform(1, 20)))
        one = _made(ticket, Remedy.CREDIT, Decimal(int(rng.choice(LARGE))), moment, str(rng.choice(REASONS)))
        one.state, one.decide_by = RemedyState.AWAITING, moment + dt.timedelta(hours=48)
        made.append(one)
    return made


def _made(ticket: Ticket, remedy: Remedy, amount: Decimal, moment: dt.datetime, reason: str) -> Compensation:
    return Compensation(
        ticket=ticket, contact_id=ticket.contact_id or 0, remedy=remedy, amount=amount, cost_amount=amount,
        reason=reason, currency=current_company().currency, state=RemedyState.GRANTED, asked_by_id=ticket.owner_id,
        created_at=moment,
    )  # fmt: skip


def _ledger(one: Compensation) -> Iterator[CompensationEntry]:
    """Its steps, in their order."""
    free = Decimal(0)
    if one.decide_by is None:
        yield _entry(one, RemedyStep.GRANTED, one.created_at, one.asked_by_id, one.cost_amount)
        return
    yield _entry(one, RemedyStep.ASKED, one.created_at, one.asked_by_id, free)
    if one.state == RemedyState.EXPIRED:
        yield _entry(one, RemedyStep.EXPIRED, one.decide_by, None, free)
    elif one.decided_at is not None:
        is_given = one.state == RemedyState.GRANTED
        step, cost = (RemedyStep.APPROVED, one.cost_amount) if is_given else (RemedyStep.REFUSED, free)
        yield _entry(one, step, one.decided_at, one.decided_by_id, cost, "" if is_given else NO)


def _entry(
    one: Compensation, step: RemedyStep, at: dt.datetime, actor: int | None, cost: Decimal, words: str = ""
) -> CompensationEntry:
    return CompensationEntry(compensation=one, step=step, at=at, actor_id=actor, cost_amount=cost, words=words)
