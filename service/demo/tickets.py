"""The demo's tickets: a year of them, most of them solved, and those of the last days on the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.utils import timezone

from contacts.choices import PointKind
from contacts.models import Contact, ContactPoint
from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from crm.incoming.choices import MailPurpose
from crm.models import Mailbox
from orders.models import Order
from service.actions.watching import refresh_promises
from service.choices import EventKind, MessageKind, TicketChannel, TicketState
from service.demo.words import QUEUES, Story, stories
from service.keeping import refresh_tickets
from service.models import Message, Queue, ServiceHours, SlaPolicy, Ticket, TicketEvent
from service.models.promises import WEEKDAYS

MAILBOX = "service@example.com"
MOST, A_CUSTOMER = 420, 0.16
CHANNELS = (TicketChannel.EMAIL, TicketChannel.PHONE, TicketChannel.WEB, TicketChannel.CHAT, TicketChannel.DESK)
SHARES = (0.58, 0.22, 0.11, 0.06, 0.03)
RECENT = dt.timedelta(days=4)
HOLIDAYS = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
# name, priority, place of the queue, minutes to the first reply, the next, the solution
PROMISES: tuple[tuple[str, str, int | None, int, int, int], ...] = (
    ("Urgent", "urgent", None, 30, 60, 480),
    ("Claims", "", 1, 120, 240, 1_440),
    ("Everything else", "", None, 480, 480, 2_880),
)


def load(house: House) -> Fill | None:
    """The queues once; the function that writes the tickets of the first batch."""
    if Queue.objects.exists():
        return None
    team = house.team_ids.get("Service")
    mailbox = Mailbox.objects.create(name="Service", address=MAILBOX, purpose=MailPurpose.SERVICE)
    queues = [
        Queue.objects.create(name=name, position=place, team_id=team, mailbox=mailbox if place == 1 else None)
        for place, name in enumerate(QUEUES, start=1)
    ]

    _promise(house, queues)

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch, queues, team)

    return fill


def _promise(house: House, queues: list[Queue]) -> None:
    """Office hours with the Saturday morning, and what customers are promised within them."""
    week = dict.fromkeys(WEEKDAYS[:5], "08:00-18:00")
    years = range(house.start.year, house.end.year + 2)
    holidays = [dt.date(year, month, day) for year in years for month, day in HOLIDAYS]
    hours = ServiceHours.objects.create(
        name="Workshop and service", time_zone=house.zone.key, saturday="09:00-12:00", holidays=holidays, **week
    )
    for place, (name, priority, queue, *minutes) in enumerate(PROMISES, start=1):
        SlaPolicy.objects.create(
            name=name, position=place, hours=hours, priority=priority, queue=None if queue is None else queues[queue],
            **dict(zip(("first_reply_minutes", "next_reply_minutes", "solution_minutes"), minutes, strict=True)),
        )  # fmt: skip


def _write(batch: Batch, queues: list[Queue], team: int | None) -> None:
    rng, house = batch.rng("tickets"), batch.house
    wanted = min(MOST, max(14, round(batch.size * A_CUSTOMER)))
    orders = list(
        Order.objects.filter(contact__isnull=False, is_purchase=True, contact__archived_at=None)
        .select_related("contact")
        .prefetch_related("lines__product")
        .order_by("-ordered_at", "pk")[: wanted * 2]
    )
    if not orders:
        return
    addresses = dict(
        ContactPoint.objects.filter(kind=PointKind.EMAIL, contact__in=[order.contact_id for order in orders])
        .order_by("-is_primary", "-pk")
        .values_list("contact_id", "value")
    )
    agents = [one.id for one in house.with_role(Role.AGENT)]
    told_of = stories()
    chances = np.array([story.weight for story in told_of], float)
    tickets: list[Ticket] = []
    told: list[tuple[Ticket, list[Message], list[TicketEvent]]] = []
    for number in range(wanted):
        order = orders[int(rng.integers(len(orders)))]
        story = told_of[int(rng.choice(len(told_of), p=chances / chances.sum()))]
        opened = _moment(rng, house, number, wanted)
        ticket, messages, events = _tell(rng, house, story, order, opened, agents)
        ticket.queue, ticket.team_id = queues[story.queue], team
        ticket.requester_email = addresses.get(order.contact_id or 0, "")
        tickets.append(ticket)
        told.append((ticket, messages, events))
    Ticket.objects.bulk_create(tickets)
    Message.objects.bulk_create([_of(one, ticket) for ticket, messages, _ in told for one in messages])
    TicketEvent.objects.bulk_create([_of(one, ticket) for ticket, _, events in told for one in events])
    refresh_tickets([ticket.pk for ticket in tickets])
    refresh_promises()
    house.counts["tickets"] += len(tickets)


def _of(row: Any, ticket: Ticket) -> Any:
    row.ticket_id = ticket.pk
    return row


def _moment(rng: np.random.Generator, house: House, number: int, wanted: int) -> dt.datetime:
    """Over the last year, denser towards its end, on working days between eight and six; a few on the last days."""
    days = min(house.days, 365)
    back = int(rng.integers(0, 4)) if number % 12 == 0 else int(days * (number / wanted) ** 1.3)
    day = house.end - dt.timedelta(days=back)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(8 + int(rng.integers(0, 10)), int(rng.integers(0, 60))), tzinfo=house.zone)


def _tell(
    rng: np.random.Generator, house: House, story: Story, order: Order, opened: dt.datetime, agents: list[int]
) -> tuple[Ticket, list[Message], list[TicketEvent]]:
    """A ticket with what was said in it as far as it is by the end of the demo's last day."""
    end = min(dt.datetime.combine(house.end, dt.time(18), tzinfo=house.zone), timezone.now())
    line = next(iter(order.lines.all()), None)
    names = {"number": order.number, "product": line.product.name if line and line.product else "your oak frame"}
    channel = CHANNELS[int(rng.choice(len(CHANNELS), p=SHARES))]
    contact: Contact = order.contact  # type: ignore[assignment]
    agent = agents[int(rng.integers(len(agents)))] if agents else None
    ticket = Ticket(
        subject=story.subject.format(**names)[:300], kind=story.kind, priority=story.priority, channel=channel,
        tags=list(story.tags), contact=contact, requester_name=contact.name[:200],
        organization_id=contact.pk if contact.is_organization else contact.organization_id,
        product=line.product if line else None, opened_at=opened, waiting_since=opened, message_at=opened,
        language="en",
    )  # fmt: skip
    messages = [_said(MessageKind.IN, story.text.format(**names), opened, channel, contact)]
    events = [TicketEvent(event=EventKind.OPENED, value=channel, occurred_at=opened)]
    at, is_young = opened, end - opened < RECENT
    if is_young and agents and opened.minute % 2:  # whoever signs in as the agent finds work of their own
        agent = agents[0]
    for place, turn in enumerate(story.turns):
        at += _pause(rng, place)
        if at > end or (is_young and rng.random() < 0.45):
            break
        is_ours = place % 2 == 0
        kind, author = (MessageKind.OUT, agent) if is_ours else (MessageKind.IN, None)
        messages.append(_said(kind, turn.format(**names), at, channel, contact, author))
        _step(ticket, events, at, agent, is_ours=is_ours)
        if is_ours and place == 0:
            messages += [_said(MessageKind.NOTE, note, at + dt.timedelta(minutes=4), channel, contact, agent)
                         for note in story.notes if rng.random() < 0.7]  # fmt: skip
    _end(rng, ticket, events, at, end, agent, is_done=len(messages) > 1 and not is_young)
    return ticket, messages, events


def _pause(rng: np.random.Generator, place: int) -> dt.timedelta:
    """How long the next turn takes: ours hours, theirs half a day."""
    return dt.timedelta(minutes=float(np.exp(rng.normal(4.9 if place % 2 == 0 else 5.8, 0.9))))


def _said(kind: str, text: str, at: dt.datetime, channel: str, contact: Contact, agent: int | None = None) -> Message:
    sender = contact.name[:200] if kind == MessageKind.IN else ""
    return Message(kind=kind, channel=channel, text=text, sent_at=at, author_id=agent, sender_name=sender)


def _step(ticket: Ticket, events: list[TicketEvent], at: dt.datetime, agent: int | None, *, is_ours: bool) -> None:
    if not is_ours:
        events.append(TicketEvent(event=EventKind.WROTE, occurred_at=at, value=ticket.channel))
        ticket.state, ticket.waiting_since, ticket.message_at = TicketState.OPEN, at, at
        return
    if ticket.owner_id is None:
        ticket.owner_id = agent
        events.append(TicketEvent(event=EventKind.ASSIGNED, occurred_at=at, actor_id=agent))
    events += [
        TicketEvent(event=EventKind.REPLIED, occurred_at=at, actor_id=agent),
        TicketEvent(event=EventKind.WAITING, occurred_at=at, actor_id=agent),
    ]
    ticket.first_reply_at = ticket.first_reply_at or at
    ticket.state, ticket.waiting_since, ticket.message_at = TicketState.WAITING, None, at


def _end(
    rng: np.random.Generator, ticket: Ticket, events: list[TicketEvent], at: dt.datetime, end: dt.datetime,
    agent: int | None, *, is_done: bool,
) -> None:  # fmt: skip
    """Older ones are solved; a few of them were opened again, for a day."""
    solved = at + dt.timedelta(hours=float(rng.uniform(0.2, 30)))
    if not is_done or solved > end:
        return
    events.append(TicketEvent(event=EventKind.SOLVED, occurred_at=solved, actor_id=agent))
    if rng.random() < 0.07 and solved + dt.timedelta(days=2) < end:
        again, done = solved + dt.timedelta(hours=5), solved + dt.timedelta(hours=26)
        ticket.reopenings = 1
        events += [
            TicketEvent(event=EventKind.REOPENED, occurred_at=again),
            TicketEvent(event=EventKind.SOLVED, occurred_at=done, actor_id=agent),
        ]
        solved = done
    ticket.state, ticket.solved_at, ticket.waiting_since = TicketState.SOLVED, solved, None
