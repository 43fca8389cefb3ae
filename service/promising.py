"""Which promise holds for a ticket, and when it has to be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from orders.loyalty.queries import tiers_of
from service.choices import INTO_THIS, STANDS_ALONE, UNANSWERED, DueFor, EventKind
from service.clocks import VOID, Clock, Step, clocks_of, next_due
from service.models import SlaPolicy, Ticket, TicketEvent

MINUTES = {
    DueFor.FIRST_REPLY: "first_reply_minutes",
    DueFor.NEXT_REPLY: "next_reply_minutes",
    DueFor.SOLUTION: "solution_minutes",
}


def policies() -> list[SlaPolicy]:
    """All promises that hold, in their order, with their hours."""
    return list(SlaPolicy.objects.select_related("hours"))


def policies_for(tickets: Sequence[Ticket], among: Sequence[SlaPolicy]) -> list[SlaPolicy | None]:
    """For each ticket the first that fits its queue, its priority and its customer's tier; None where none does."""
    asks_tier = any(policy.tier_id for policy in among)
    tiers = tiers_of(ticket.contact_id for ticket in tickets if ticket.contact_id) if asks_tier else {}

    def fits(policy: SlaPolicy, ticket: Ticket) -> bool:
        tier = tiers.get(ticket.contact_id or 0)
        return (
            policy.queue_id in (None, ticket.queue_id)
            and policy.priority in ("", ticket.priority)
            and policy.tier_id in (None, tier.pk if tier else None)
        )

    return [next((policy for policy in among if fits(policy, ticket)), None) for ticket in tickets]


def goals_of(policy: SlaPolicy) -> dict[str, dt.timedelta]:
    """What it promises, by kind."""
    return {kind: dt.timedelta(minutes=minutes) for kind, name in MINUTES.items() if (minutes := getattr(policy, name))}


def clocks_for(tickets: Sequence[Ticket], promised: Sequence[SlaPolicy | None]) -> list[list[Clock]]:
    """The clocks of each ticket by its own log, with what is promised for it. One query."""
    wanted = [ticket.pk for ticket, policy in zip(tickets, promised, strict=True) if policy is not None]
    logs: dict[int, list[Step]] = {key: [] for key in wanted}
    rows = TicketEvent.objects.filter(ticket__in=wanted).order_by("occurred_at", "pk")
    for key, event, value, at in rows.values_list("ticket_id", "event", "value", "occurred_at"):
        logs[key].append((_meant(event, value), at))
    working = {policy.pk: policy.hours.working for policy in promised if policy is not None}
    return [
        clocks_of(logs[ticket.pk], working[policy.pk], goals_of(policy)) if policy is not None else []
        for ticket, policy in zip(tickets, promised, strict=True)
    ]


def _meant(event: str, value: str) -> str:
    """What a row of the log is for the clocks: a ticket into which another one was merged goes on as it was, unless the
    customer waits for an answer to that one."""
    told = value.removesuffix(UNANSWERED)
    if event == EventKind.MERGED and told.endswith(INTO_THIS):
        return EventKind.WROTE if told != value else ""
    if event == EventKind.UNMERGED and told.endswith(STANDS_ALONE):
        return VOID if told != value else ""
    return event


def keep_due(tickets: Sequence[Ticket], among: Sequence[SlaPolicy] | None = None) -> int:
    """Write down what is due next, as the logs and the promises say; for how many that is another than before."""
    found = policies() if among is None else among
    promised = [
        policy if ticket.is_unsolved else None
        for ticket, policy in zip(tickets, policies_for(tickets, found), strict=True)
    ]
    others = []
    for ticket, policy, clocks in zip(tickets, promised, clocks_for(tickets, promised), strict=True):
        clock = next_due(clocks)
        wanted = (policy.pk if policy else None, clock.due_at if clock else None, clock.kind if clock else "")
        if (ticket.policy_id, ticket.due_at, ticket.due_for) != wanted:
            ticket.policy_id, ticket.due_at, ticket.due_for = wanted
            others.append(ticket)
    Ticket.objects.bulk_update(others, ["policy", "due_at", "due_for"])
    return len(others)
