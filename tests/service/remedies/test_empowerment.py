"""What people may give to a customer: within their limits at once, beyond them by whoever may; the ledger says all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from crm.choices import Role
from crm.models import Notice, OutgoingMail, Task
from crm.saving import StaleRecord
from orders.loyalty.actions import enrol_member, spend_points
from orders.loyalty.queries import balance_of
from service.models import Compensation, CompensationEntry, Empowerment, RemedyRules, TicketEvent
from service.remedies import actions
from service.remedies.limits import given_in_month
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_contact, make_team, make_ticket, make_user

REASON = "The frame came broken twice."


class House:
    """An agent of a team with its manager, a customer with a ticket."""

    def __init__(self) -> None:
        make_company()
        team = make_team()
        self.boss = make_user(Role.MANAGER, name="Mia Manager", team=team)
        self.agent = make_user(Role.AGENT, name="Petra Agent", team=team, manager=self.boss)
        self.customer = make_contact(name="Ada Okafor", emails=("ada@example.org",))
        self.ticket = make_ticket(self.customer, kind="complaint")

    def give(self, remedy="credit", amount=None, points=None, actor=None, **more):
        money = None if amount is None else Decimal(str(amount))
        return actions.compensate(
            actor=actor or self.agent, ticket=more.get("ticket", self.ticket), remedy=remedy, amount=money,
            points=points, reason=more.get("reason", REASON),
        )  # fmt: skip


@pytest.fixture
def house(db) -> House:
    return House()


def ledger(compensation) -> list[tuple[str, Decimal]]:
    return list(CompensationEntry.objects.filter(compensation=compensation).values_list("step", "cost_amount"))


def test_within_the_limit_it_is_given_at_once_and_stands_in_the_ledger(house):
    given = house.give("refund", 20)
    assert (given.state, given.contact, given.asked_by) == ("granted", house.customer, house.agent)
    assert ledger(given) == [("granted", Decimal(20))]
    assert TicketEvent.objects.filter(ticket=house.ticket, event="compensated", value="Refund").count() == 1
    assert not Notice.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        CompensationEntry.objects.update(cost_amount=0)


@pytest.mark.parametrize(
    ("remedy", "size", "state"),
    [("refund", 50, "granted"), ("refund", "50.01", "awaiting"), ("gift", 30, "granted"), ("gift", 31, "awaiting")],
)
def test_each_remedy_has_its_own_limit(house, remedy, size, state):
    assert house.give(remedy, size).state == state


def test_the_limit_of_the_month_holds_over_remedies_tickets_and_people_and_ends_with_the_month(house, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC), tick=False)
    colleague, other_ticket = make_user(Role.AGENT, name="Deniz Demir"), make_ticket(house.customer)
    assert house.give("refund", 50).state == "granted"
    assert house.give("credit", 50, actor=colleague, ticket=other_ticket).state == "granted"
    assert house.give("gift", 1).state == "awaiting"
    assert house.give("gift", 1, ticket=make_ticket(make_contact())).state == "granted"
    time_machine.move_to(dt.datetime(2026, 4, 1, 0, 30, tzinfo=dt.UTC), tick=False)
    assert house.give("gift", 1).state == "granted"


def test_an_administrator_sets_the_limits_of_a_role(house):
    Empowerment.objects.create(role=Role.AGENT, refund_amount=5, points=10)
    assert house.give("refund", 6).state == "awaiting"
    assert house.give("credit", 400).state == "granted"


def test_beyond_the_limit_approvers_are_told_once_by_bell_mail_and_task(house):
    house.agent.manager = None
    house.agent.save()
    elsewhere = make_user(Role.MANAGER, name="Otto Other")
    make_user(Role.ADMIN)
    before = timezone.now()
    asked = house.give("refund", 80)
    assert asked.state == "awaiting"
    assert asked.decide_by - before >= dt.timedelta(hours=48)
    assert [one.user for one in asked.approvers.order_by("pk")] == [house.boss, elsewhere]
    for boss in (house.boss, elsewhere):
        told = Notice.objects.get(user=boss)
        assert (told.kind, told.url) == ("approval", asked.get_absolute_url())
        assert OutgoingMail.objects.filter(recipient=boss.email).count() == 1
        assert Task.objects.get(owner=boss).due_at == asked.decide_by
    assert ledger(asked) == [("asked", Decimal(0))]
    approved = actions.approve_compensation(
        actor=elsewhere, compensation=asked, version=asked.version, words="Of course."
    )
    assert (approved.state, approved.decided_by) == ("granted", elsewhere)
    assert ledger(asked) == [("asked", Decimal(0)), ("approved", Decimal(80))]
    assert Notice.objects.get(user=house.agent).text == "Of course."
    assert not Task.objects.open().exists()
    with pytest.raises(StaleRecord):
        actions.refuse_compensation(actor=house.boss, compensation=asked, version=asked.version, words="No.")
    with pytest.raises(ValidationError, match="decided before: granted"):
        actions.refuse_compensation(actor=house.boss, compensation=asked, version=approved.version, words="No.")


def test_five_at_most_are_asked_the_own_manager_first_then_the_teams_of_ticket_and_asker(house):
    far = [make_user(Role.MANAGER, team=make_team()) for _ in range(4)]
    of_ticket = make_user(Role.MANAGER, team=make_team())
    own = make_user(Role.MANAGER, name="Of another house", team=make_team())
    house.agent.manager = own
    house.agent.save()
    ticket = make_ticket(house.customer, team=of_ticket.team)
    asked = house.give("refund", 80, ticket=ticket)
    told = [one.user for one in asked.approvers.order_by("pk")]
    assert told == [own, house.boss, of_ticket, *far[:2]]
    assert Task.objects.filter(owner__in=told).count() == 5


def test_nobody_decides_their_own_nor_beyond_their_limit(house):
    mine = house.give("refund", 600, actor=make_user(Role.ADMIN))
    assert mine.state == "granted", "an administrator has no limit"
    big = house.give("credit", 600)
    assert [one.user.role for one in big.approvers.all()] == [Role.ADMIN], "no manager may give so much"
    with pytest.raises(ValidationError, match="beyond your own limit"):
        actions.approve_compensation(actor=house.boss, compensation=big, version=big.version)
    own = house.give("credit", 300, actor=make_user(Role.AGENT, name="Deniz Demir"))
    with pytest.raises(ValidationError, match="Nobody decides what they asked for"):
        actions.approve_compensation(actor=own.asked_by, compensation=own, version=own.version)
    with pytest.raises(ValidationError, match="Say why"):
        actions.refuse_compensation(actor=house.boss, compensation=own, version=own.version, words=" ")


def test_nobody_may_allow_it_is_said_and_nothing_is_kept(house):
    with pytest.raises(ValidationError, match="nobody here may allow it"):
        house.give("credit", 10_000)
    assert not Compensation.objects.exists()


def test_a_passed_deadline_is_told_and_grants_nothing(house, time_machine):
    RemedyRules.objects.create(pk=1, approval_hours=2)
    asked = house.give("refund", 80)
    assert actions.expire_compensations() == 0
    time_machine.move_to(timezone.now() + dt.timedelta(hours=2))
    with pytest.raises(ValidationError, match="deadline has passed"):
        actions.approve_compensation(actor=house.boss, compensation=asked, version=asked.version)
    assert (actions.expire_compensations(), actions.expire_compensations()) == (1, 0)
    asked.refresh_from_db()
    assert (asked.state, asked.granted_at) == ("expired", None)
    assert ledger(asked) == [("asked", Decimal(0)), ("expired", Decimal(0))]
    assert "Nobody decided in time" in Notice.objects.get(user=house.agent).title
    assert Notice.objects.filter(user=house.boss).count() == 2
    assert not Task.objects.open().exists()


def test_one_that_cannot_be_ended_keeps_no_other_waiting(house, time_machine, monkeypatch, caplog):
    first, second = house.give("refund", 80), house.give("refund", 90)
    time_machine.move_to(timezone.now() + dt.timedelta(days=3))
    end = actions.expire_compensation

    def broken(key):
        if key == first.pk:
            raise RuntimeError("broken")
        return end(key)

    monkeypatch.setattr(actions, "expire_compensation", broken)
    assert actions.expire_compensations() == 1
    second.refresh_from_db()
    assert second.state == "expired"
    assert f"Compensation {first.pk} could not be ended" in caplog.text


def test_points_go_through_the_loyalty_ledger_and_back(house):
    with pytest.raises(ValidationError, match="does not take part"):
        house.give("points", points=100)
    member = enrol_member(actor=None, contact=house.customer)
    given = house.give("points", points=300)
    assert (balance_of(member), given.cost_amount) == (300, Decimal("3.00"))
    back = actions.reverse_compensation(
        actor=house.agent, compensation=given, version=given.version, words="It was the wrong customer."
    )
    assert (back.state, balance_of(member)) == ("reversed", 0)
    assert ledger(given) == [("granted", Decimal(3)), ("reversed", Decimal(-3))]
    assert given_in_month(house.customer, timezone.now()) == 0
    spent = house.give("points", points=300)
    spend_points(actor=None, member=member, points=200, note="A mug")
    with pytest.raises(ValidationError, match="There are 100 points"):
        actions.reverse_compensation(actor=house.agent, compensation=spent, version=spent.version, words="Wrong.")
    spent.refresh_from_db()
    assert spent.state == "granted"


def test_withdrawn_it_is_asked_no_more(house):
    asked = house.give("refund", 80)
    for _ in range(2):
        actions.withdraw_compensation(actor=house.agent, compensation=asked)
    assert ledger(asked) == [("asked", Decimal(0)), ("withdrawn", Decimal(0))]
    assert not Notice.objects.filter(user=house.agent).exists()
    other = house.give("refund", 90)
    actions.withdraw_compensation(actor=house.boss, compensation=other)
    assert "Mia Manager asks no more for Refund" in Notice.objects.get(user=house.agent).title
    assert not Task.objects.open().exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"remedy": "refund", "amount": 0}, "above nothing"),
        ({"remedy": "refund", "amount": "1.005"}, "parts of a cent"),
        ({"remedy": "refund", "points": 5}, "Say how much"),
        ({"remedy": "points", "points": 5, "amount": 5}, "not both"),
        ({"remedy": "kiss", "amount": 5}, "no such remedy"),
        ({"remedy": "refund", "amount": 5, "reason": " "}, "what it makes good"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(house, given, sentence):
    with pytest.raises(ValidationError, match=sentence):
        house.give(**given)


def test_without_a_customer_nothing_is_given(house):
    with pytest.raises(ValidationError, match="whose ticket this is"):
        house.give("refund", 5, ticket=make_ticket())


@pytest.mark.django_db(transaction=True)
def test_two_who_give_at_once_do_not_pass_the_limit_of_the_month_together():
    """Each alone is within the month's 100; of both, one is given and the other one has to be asked for."""
    house = House()
    tickets = [house.ticket, make_ticket(house.customer)]
    agents = [house.agent, make_user(Role.AGENT)]
    for _ in range(4):
        customer = make_contact()
        tickets = [make_ticket(customer) for _ in agents]
        works = [partial(house.give, "refund", 50, actor=who) for who in agents]
        works = [partial(work, ticket=ticket) for work, ticket in zip(works, tickets, strict=True)]
        house.give("credit", 10, ticket=tickets[0])
        states = sorted(one.state for one in at_once(works))
        assert states == ["awaiting", "granted"]
        assert given_in_month(customer, timezone.now()) == Decimal(60)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts():
    house = House()
    other = make_user(Role.MANAGER)
    for _ in range(3):
        asked = house.give("refund", 80, ticket=make_ticket(make_contact()))
        approve = partial(actions.approve_compensation, actor=house.boss, compensation=asked, version=asked.version)
        refuse = partial(
            actions.refuse_compensation, actor=other, compensation=asked, version=asked.version, words="No."
        )

        def tried(act):
            try:
                return act().state
            except (StaleRecord, ValidationError):
                return "too late"

        found = at_once([partial(tried, approve), partial(tried, refuse)])
        assert found.count("too late") == 1
        assert CompensationEntry.objects.filter(compensation=asked).count() == 2
