"""Who gets a ticket: the rule that fits, whose turn it is, who knows, has room and is there; fair at once, too."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.models import LogEntry, Notice, Team
from leads.choices import Way
from leads.models import Intake
from orders.loyalty.actions import enrol_member
from orders.models import LoyaltyProgramme, LoyaltyTier
from service.actions import take_ticket
from service.models import Queue, RoutingRule, Ticket, TicketEvent, TicketIntake
from service.routing.actions import change_routing_rule, create_routing_rule, sweep_unrouted
from service.routing.engine import route
from tests.concurrency.racing import at_once
from tests.factories import make_contact, make_product, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agents():
    team = Team.objects.create(name="Service")
    return [make_user(Role.AGENT, name=name, team=team) for name in ("Ann", "Ben", "Cem")]


def rule(people, **fields) -> RoutingRule:
    return create_routing_rule(
        actor=None, fields={"name": f"Rule {RoutingRule.objects.count() + 1}", **fields}, people=people
    )


def owners_of(tickets) -> list[str | None]:
    found = dict(Ticket.objects.values_list("pk", "owner__name"))
    return [found[ticket.pk] for ticket in tickets]


def test_each_in_turn_and_why_stands_in_the_log_of_the_ticket(agents):
    Queue.objects.create(name="Support")
    claims = Queue.objects.create(name="Claims", position=9)
    rule(agents, name="All", to_queue=claims)
    tickets = [make_ticket() for _ in range(4)]
    assert route().by_person == {agents[0].pk: 2, agents[1].pk: 1, agents[2].pk: 1}
    assert owners_of(tickets) == ["Ann", "Ben", "Cem", "Ann"]
    first = Ticket.objects.get(pk=tickets[0].pk)
    assert (first.state, first.team, first.queue, first.version) == ("open", agents[0].team, claims, 2)
    told = [str(one) for one in TicketEvent.objects.filter(ticket=first)]
    assert told[1:] == ["assigned to Ann by the rule “All”: Ann’s turn", "moved: Claims"]
    said = LogEntry.objects.get(object_id=first.pk, verb="route")
    assert said.summary.startswith("Given to Ann by the rule “All”: Ann’s turn")
    assert Notice.objects.filter(user=agents[0]).count() == 2
    assert route().count == 0


def test_fewest_tickets_count_those_that_are_worked_at(agents):
    ann, ben, _ = agents
    for _ in range(2):
        make_ticket(owner=ann)
    Ticket.objects.filter(owner=ann).update(state="waiting", waiting_since=None)
    make_ticket(owner=ben)
    rule([ann, ben], way=Way.LEAST_BUSY)
    tickets = [make_ticket(), make_ticket()]
    route()
    assert owners_of(tickets) == ["Ann", "Ben"]
    assert "has the fewest unsolved tickets (0)" in str(TicketEvent.objects.filter(ticket=tickets[0]).last())


def test_conditions_of_all_kinds_and_the_first_rule_that_fits(agents):
    ann, ben, cem = agents
    frame, vip = make_product(name="Oak frame"), LoyaltyTier.objects.create(name="Gold", least_points=0)
    LoyaltyProgramme.objects.create(pk=1, name="Circle", starts_on="2026-01-01")
    member = make_contact(name="Mia Keller", emails=("mia@example.com",))
    enrol_member(actor=None, contact=member, joined_on=timezone.localdate())
    rule([ann], position=1, words=["invoice", "billing"], priorities=["high", "urgent"])
    rule([ben], position=2, product=frame, kinds=["complaint"], tags=["price", "product"], channels=["phone"])
    rule([cem], position=3, tier=vip)
    rule([ann], position=4, languages=["de"])
    tree = {"version": 1, "where": {"field": "source", "op": "is", "value": "Fair"}}
    rule([ben], position=5, tree=tree, segment="Fair")
    cases = [
        ({"body": "My INVOICE is wrong", "priority": "urgent"}, "Ann"),
        ({"subject": "Billing", "priority": "low"}, None),
        ({"product": frame, "kind": "complaint", "tags": ["product"], "channel": "phone"}, "Ben"),
        ({"product": frame, "kind": "complaint", "tags": ["place"], "channel": "phone"}, None),
        ({"contact": member}, "Cem"),
        ({"body": "Zwei Scheiben sind zerbrochen, und ich brauche eine neue."}, "Ann"),
        ({"source": "Fair"}, "Ben"),
    ]
    tickets = [make_ticket(**given) for given, _ in cases]
    routed = route()
    assert owners_of(tickets) == [name for _, name in cases]
    assert routed.without_rule == [tickets[3].pk, tickets[1].pk]  # the most urgent first


def test_each_condition_by_itself_keeps_a_ticket_out(agents):
    frame, saw = make_product(name="Oak frame"), make_product(name="Mitre saw")
    support, claims = (Queue.objects.create(name=name, position=at) for at, name in enumerate(("Support", "Claims")))
    rule(
        agents[:1], product=frame, kinds=["complaint"], tags=["price"], channels=["phone"], queue=claims,
        priorities=["high"], languages=["de"], words=["pane"],
    )  # fmt: skip
    fits = {
        "product": frame, "kind": "complaint", "tags": ["price", "place"], "channel": "phone", "queue": claims,
        "priority": "high", "language": "de", "subject": "A pane is broken",
    }  # fmt: skip
    other = {
        "product": saw, "kind": "query", "tags": ["place"], "channel": "email", "queue": support, "priority": "low",
        "language": "fr", "subject": "A frame is broken",
    }  # fmt: skip
    assert other.keys() == fits.keys()
    every = [fits, *({**fits, name: value} for name, value in other.items())]
    tickets = [make_ticket(**given, body="Please help.") for given in every]
    route()
    assert owners_of(tickets) == ["Ann", *[None] * len(other)]


def test_who_is_away_full_paused_or_does_not_know_is_passed_over_and_the_ticket_is_shown(agents):
    ann, ben, cem = agents
    day = timezone.localdate()
    Intake.objects.create(user=ann, away_from=day, away_until=day + dt.timedelta(days=3))
    TicketIntake.objects.create(user=ben, capacity=1, skills=["Glass"])
    TicketIntake.objects.create(user=cem, skills=["glass", "oak"], is_paused=True)
    rule(agents, name="Glass", skills=["glass"])
    tickets = [make_ticket(subject=f"Pane {number}") for number in range(2)]
    routed = route()
    assert owners_of(tickets) == ["Ben", None]
    assert routed.nobody_free == [tickets[1].pk]
    page = signed_in(cem).get(reverse("service:rule_list")).content.decode()
    assert "Nobody can take these" in page
    assert "Pane 1" in page.split("Nobody can take these")[1]
    assert "Pane 0" not in page
    TicketIntake.objects.filter(user=cem).update(is_paused=False)
    assert sweep_unrouted() == 1
    assert owners_of(tickets) == ["Ben", "Cem"]


def test_only_who_speaks_the_language_of_the_customer(agents):
    ann, ben, _ = agents
    Intake.objects.create(user=ann, languages=["fr"])
    Intake.objects.create(user=ben, languages=["de", "fr"])
    rule([ann, ben], by_language=True)
    german, unknown = make_ticket(language="de"), make_ticket(subject="4711", body="")
    route()
    assert owners_of([german, unknown]) == ["Ben", None]


def test_a_rule_that_cannot_be_asked_does_not_stop_the_others(agents):
    tree = {"version": 1, "where": {"field": "gone", "op": "is", "value": "x"}}
    rule([agents[0]], position=1, tree=tree, segment="Old")
    rule([agents[1]], position=2)
    ticket = make_ticket()
    route()
    assert owners_of([ticket]) == ["Ben"]
    assert "It is passed over" in signed_in(agents[0]).get(reverse("service:rule_list")).content.decode()


def test_who_stays_in_a_rule_keeps_their_turn_and_a_taken_ticket_is_left_alone(agents):
    ann, ben, cem = agents
    made = rule([ann, ben])
    make_ticket()
    route()
    change_routing_rule(actor=None, rule=made, version=1, fields={}, people=agents)
    taken, *others = [make_ticket() for _ in range(4)]
    take_ticket(actor=cem, ticket=taken)
    route()
    assert owners_of([taken, *others]) == ["Cem", "Ben", "Ann", "Cem"]


@pytest.mark.django_db(transaction=True)
def test_parallel_connections_are_as_fair_as_one_and_give_nothing_twice(agents):
    rule(agents)
    keys = [make_ticket().pk for _ in range(24)]
    at_once([lambda part=keys[at::6]: route(part) for at in range(6)] + [sweep_unrouted, sweep_unrouted])
    assert Counter(Ticket.objects.values_list("owner__name", flat=True)) == {"Ann": 8, "Ben": 8, "Cem": 8}
    assert TicketEvent.objects.filter(event="assigned").count() == 24
