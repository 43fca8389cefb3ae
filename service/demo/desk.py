"""The demo's desk: who gets which ticket, when quiet ones end, what a ticket costs, and how some hang together."""

from __future__ import annotations

from decimal import Decimal

from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from leads.choices import Way
from service.choices import LinkKind, Priority, TicketChannel
from service.models import (
    Queue,
    RoutingRule,
    RoutingTurn,
    Ticket,
    TicketIntake,
    TicketLink,
    TicketWatcher,
    TouchCost,
    WebForm,
)

SKILLS = (["glass", "claims"], ["delivery", "claims"], ["glass"])
COSTS = (
    (TicketChannel.EMAIL, "1.20", "3.40"),
    (TicketChannel.PHONE, "2.80", "4.90"),
    (TicketChannel.WEB, "0.80", "3.40"),
    (TicketChannel.CHAT, "1.00", "2.60"),
    (TicketChannel.DESK, "3.50", "3.40"),
)


def load(house: House) -> Fill | None:
    """The rules once; the function that links tickets of the first batch."""
    if RoutingRule.objects.exists():
        return None
    queues = list(Queue.objects.all())
    Queue.objects.filter(pk__in=[queue.pk for queue in queues[:2]]).update(notice_after_days=7, close_after_days=7)
    TouchCost.objects.bulk_create(
        TouchCost(channel=channel, ticket_amount=Decimal(ticket), reply_amount=Decimal(reply))
        for channel, ticket, reply in COSTS
    )
    agents = [one.id for one in house.with_role(Role.AGENT)]
    for place, agent in enumerate(agents):
        TicketIntake.objects.create(user_id=agent, capacity=25, skills=SKILLS[place % len(SKILLS)])
    if queues:
        WebForm.objects.create(
            name="Questions of customers",
            queue=queues[0],
            is_on_help=True,
            intro="Tell us what you need. We answer by mail, on the same working day.",
        )
    claims = queues[min(1, len(queues) - 1)] if queues else None
    rules = (
        RoutingRule(position=10, name="Claims about glass", queue=claims, words=["glass", "pane", "broken"],
                    skills=["glass"], way=Way.LEAST_BUSY),
        RoutingRule(position=20, name="Urgent, whoever is free", priorities=[Priority.URGENT], way=Way.LEAST_BUSY),
        RoutingRule(position=30, name="Where is my parcel", words=["parcel", "delivery", "tracking"]),
    )  # fmt: skip
    for rule in rules:
        rule.save()
        RoutingTurn.objects.bulk_create(RoutingTurn(rule=rule, user_id=one, order=at) for at, one in enumerate(agents))

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _tie(agents)

    return fill


def _tie(agents: list[int]) -> None:
    """Newest tickets of one subject are incidents of the first of them; a colleague watches it."""
    newest = list(Ticket.objects.unsolved().order_by("-opened_at", "-pk")[:40])
    for problem in newest:
        incidents = [one for one in newest if one.subject == problem.subject and one.pk != problem.pk][:3]
        if incidents:
            TicketLink.objects.bulk_create(
                TicketLink(ticket=one, other=problem, kind=LinkKind.INCIDENT) for one in incidents
            )
            watcher = next((one for one in agents if one != problem.owner_id), None)
            if watcher is not None:
                TicketWatcher.objects.create(ticket=problem, user_id=watcher)
            return
