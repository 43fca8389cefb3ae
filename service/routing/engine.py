"""Gives tickets away by the rules: never two runs at once, so turns and loads are what they are.

A run holds a lock until its transaction ends: with many connections each person gets as many as with one. Why somebody
got a ticket stands in its log. What nobody can take stays in its queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from leads.allocation.choosing import Seat, deal_out
from leads.allocation.turns import keep_turns, pass_turns
from orders.loyalty.queries import tiers_of
from service.choices import EventKind, MessageKind, TicketState
from service.models import Message, RoutingRule, RoutingTurn, Ticket, TicketEvent
from service.promising import keep_due
from service.routing.people import AT_WORK, People

LOCK = 7346
AT_ONCE = 1_000
MOST_LOGGED = 25


@dataclass
class Routed:
    """What a run did: tickets given, by person; those that no rule fits, and those for whom nobody is free."""

    count: int = 0
    by_person: dict[int, int] = field(default_factory=dict)
    without_rule: list[int] = field(default_factory=list)
    nobody_free: list[int] = field(default_factory=list)


def unrouted() -> QuerySet[Ticket]:
    """Unsolved tickets that nobody has, and in which it is our turn; the most urgent first, then the oldest."""
    return Ticket.objects.filter(state__in=AT_WORK, owner=None).order_by("-rank", "opened_at", "id")


def route(ticket_ids: Sequence[int] | None = None) -> Routed:
    """Give these tickets away that nobody has (None: all), in batches of a transaction each."""
    routed = Routed()
    if not RoutingRule.objects.filter(is_active=True).exists():
        return routed
    keys = list(unrouted().values_list("pk", flat=True)) if ticket_ids is None else list(ticket_ids)
    for start in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            _route(keys[start : start + AT_ONCE], routed)
    return routed


def standing(ticket_ids: Sequence[int]) -> Routed:
    """What a run would leave and why; nothing is given away."""
    routed = Routed()
    with transaction.atomic():
        _route(ticket_ids, routed, is_dry=True)
    return routed


def rule_condition(rule: RoutingRule) -> Q:
    """The tickets that a rule fits, but for the tier of the customer. Raises TreeProblem where its segment asks for a
    field that is gone."""
    condition = Q()
    node = tree_of(rule.tree) if rule.tree else None
    if node is not None:
        condition &= TreeList("service.ticket", None).meant(node)
    one_of = {"kind": rule.kinds, "priority": rule.priorities, "channel": rule.channels, "language": rule.languages}
    condition &= Q(**{f"{name}__in": values for name, values in one_of.items() if values})
    if rule.queue_id:
        condition &= Q(queue=rule.queue_id)
    if rule.product_id:
        condition &= Q(product=rule.product_id)
    if rule.tags:
        condition &= Q(tags__overlap=rule.tags)
    if rule.words:
        said = Message.objects.filter(ticket=OuterRef("pk"), kind=MessageKind.IN)
        found = Q()
        for word in rule.words:
            found |= Q(subject__icontains=word) | Q(Exists(said.filter(text__icontains=word)))
        condition &= found
    return condition


def fitting(rule: RoutingRule, rows: QuerySet[Ticket]) -> list[Ticket]:
    """Those of the tickets that a rule fits, in their order."""
    found = list(rows.filter(rule_condition(rule)))
    if rule.tier_id is None:
        return found
    tiers = tiers_of(ticket.contact_id for ticket in found if ticket.contact_id)
    return [one for one in found if one.contact_id in tiers and tiers[one.contact_id].pk == rule.tier_id]


def _route(ticket_ids: Sequence[int], routed: Routed, *, is_dry: bool = False) -> None:
    waiting = unrouted().filter(pk__in=ticket_ids)
    if not is_dry:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # what somebody is just working on is left for the next run
        waiting = waiting.filter(pk__in=list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)))
    people = People(timezone.now())
    order = list(waiting.values_list("pk", flat=True))
    left, fitted = set(order), set[int]()
    for rule in RoutingRule.objects.filter(is_active=True).select_related("to_queue"):
        if not left:
            break
        try:
            found = fitting(rule, waiting.filter(pk__in=left))
        except TreeProblem:
            continue  # the page of the rules says it; the other rules still give tickets away
        fitted |= {ticket.pk for ticket in found}
        left -= _give(rule, found, people, routed, is_dry=is_dry)
    routed.without_rule += [pk for pk in order if pk in left - fitted]
    routed.nobody_free += [pk for pk in order if pk in left & fitted]


def _give(rule: RoutingRule, tickets: Sequence[Ticket], people: People, routed: Routed, *, is_dry: bool) -> set[int]:
    """Give the tickets of one rule away; the ids of those that were given."""
    seats, dealt = people.seats(rule), list[tuple[int, Seat, str]]()
    groups: dict[str, list[int]] = {}
    for ticket in tickets:
        groups.setdefault(ticket.language if rule.by_language else "", []).append(ticket.pk)
    for language, keys in groups.items():
        chosen = [one for one in seats.values() if not rule.by_language or people.speaks(one.user_id, language)]
        part = deal_out(keys, chosen, rule.way, what="unsolved tickets")
        pass_turns(part, seats)
        dealt += part
    for seat in seats.values():
        people.open_counts[seat.user_id] = seat.open_count
        if seat.taken:
            routed.by_person[seat.user_id] = routed.by_person.get(seat.user_id, 0) + seat.taken
    routed.count += len(dealt)
    if dealt and not is_dry:
        _write(rule, {ticket.pk: ticket for ticket in tickets}, dealt, people)
    return {key for key, _, _ in dealt}


def _write(
    rule: RoutingRule, tickets: dict[int, Ticket], dealt: Sequence[tuple[int, Seat, str]], people: People
) -> None:
    """The tickets with their new owners, a row of each one's log with the reason, the bell, whose turn is next."""
    given, events, news, said = [], [], [], []
    for key, seat, why in dealt:
        ticket, owner = tickets[key], people.users[seat.user_id]
        reason = f"the rule “{rule.name}”: {why}"
        events.append(_event(ticket, EventKind.ASSIGNED, f"{owner.name} by {reason}", people))
        if rule.to_queue is not None and ticket.queue_id != rule.to_queue_id:
            ticket.queue = rule.to_queue
            events.append(_event(ticket, EventKind.MOVED, rule.to_queue.name, people))
        ticket.owner, ticket.team_id = owner, owner.team_id
        ticket.state = TicketState.OPEN
        ticket.updated_at = people.now
        given.append(ticket)
        news.append(_news(ticket, owner))
        said.append((ticket, f"Given to {owner.name} by {reason}"))
    for ticket in given:
        ticket.version = F("version") + 1
    Ticket.objects.bulk_update(given, ["owner", "team", "queue", "state", "version", "updated_at"])
    TicketEvent.objects.bulk_create(events)
    if rule.to_queue is not None:
        keep_due(list(Ticket.objects.filter(pk__in=[ticket.pk for ticket in given])))
    ring_bell(news)
    _log(rule, said)
    keep_turns(RoutingTurn, rule, [seat for _, seat, _ in dealt], people.now)


def _log(rule: RoutingRule, said: Sequence[tuple[Ticket, str]]) -> None:
    """A row of the log of intent for each; one for all, where they are many."""
    if len(said) > MOST_LOGGED:
        log(actor=None, verb="route", kind=Ticket, summary=f"Gave {len(said):,} tickets away by the rule “{rule.name}”")
        return
    for ticket, words in said:
        log(actor=None, verb="route", object=ticket, contact_id=ticket.contact_id, summary=f"{words}: {ticket.subject}")


def _event(ticket: Ticket, event: str, value: str, people: People) -> TicketEvent:
    return TicketEvent(ticket_id=ticket.pk, event=event, value=value[:200], occurred_at=people.now)


def _news(ticket: Ticket, owner: User) -> News:
    title = "".join(sign for sign in f"{ticket.number} is yours: {ticket.subject}" if sign.isprintable())
    key = f"routed:{ticket.pk}:{ticket.version}:{owner.pk}"
    return News(user=owner, kind=NoticeKind.TASK, title=title, url=ticket.get_absolute_url(), key=key)
