"""Which promise holds for a ticket, and when it has to be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from orders.loyalty.queries import standing_of
from orders.models import LoyaltyMember
from service.choices import DueFor
from service.clocks import Clock, clocks_of, next_due
from service.models import SlaPolicy, Ticket, TicketEvent

MINUTES = {
    DueFor.FIRST_REPLY: "first_reply_minutes",
    DueFor.NEXT_REPLY: "next_reply_minutes",
    DueFor.SOLUTION: "solution_minutes",
}


def policies() -> list[SlaPolicy]:
    """All promises in their order, with their hours."""
    return list(SlaPolicy.objects.select_related("hours"))


def policy_for(ticket: Ticket, among: Sequence[SlaPolicy]) -> SlaPolicy | None:
    """The first that fits its queue, its priority and the tier of its customer; None where none does."""
    tier = tier_of(ticket) if any(policy.tier_id for policy in among) else None
    for policy in among:
        fits = policy.queue_id in (None, ticket.queue_id) and policy.priority in ("", ticket.priority)
        if fits and policy.tier_id in (None, tier):
            return policy
    return None


def tier_of(ticket: Ticket) -> int | None:
    """The loyalty tier of the customer, by id."""
    member = LoyaltyMember.objects.filter(contact=ticket.contact_id).first() if ticket.contact_id else None
    tier = standing_of(member).tier if member is not None else None
    return tier.pk if tier is not None else None


def goals_of(policy: SlaPolicy) -> dict[str, dt.timedelta]:
    """What it promises, by kind."""
    return {kind: dt.timedelta(minutes=minutes) for kind, name in MINUTES.items() if (minutes := getattr(policy, name))}


def clocks_for(ticket: Ticket, policy: SlaPolicy | None) -> list[Clock]:
    """The clocks of a ticket by its own log."""
    if policy is None:
        return []
    log = TicketEvent.objects.filter(ticket=ticket).order_by("occurred_at", "pk").values_list("event", "occurred_at")
    return clocks_of(log, policy.hours.working, goals_of(policy))


def keep_due(ticket: Ticket, among: Sequence[SlaPolicy] | None = None) -> bool:
    """Write down what is due next, as the log and the promises say; whether that is another than before."""
    found = policies() if among is None else among
    policy = policy_for(ticket, found) if found and ticket.is_unsolved else None
    clock = next_due(clocks_for(ticket, policy))
    wanted = (policy.pk if policy else None, clock.due_at if clock else None, clock.kind if clock else "")
    if (ticket.policy_id, ticket.due_at, ticket.due_for) == wanted:
        return False
    ticket.policy_id, ticket.due_at, ticket.due_for = wanted
    names = ("policy", "due_at", "due_for")
    Ticket.objects.filter(pk=ticket.pk).update(**dict(zip(names, wanted, strict=True)))
    return True
