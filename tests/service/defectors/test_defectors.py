"""Customers who ended: found overnight or written down, tried to win back, settled; the figures say why they went."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from contacts.models import Interaction
from crm.choices import Role
from crm.company import company_today
from crm.models import JobRun
from orders.keeping import refresh_totals
from orders.models import Order
from service.defectors import actions
from service.defectors.figures import defection_figures
from service.defectors.finding import find_defectors
from service.models import Defection, Queue, WinBackAttempt
from service.tasks import find_defectors_task
from tests.factories import make_company, make_contact, make_order, make_subscription, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def bought(contact, *days: int, amount: int = 100) -> None:
    for day in days:
        moment = dt.datetime.combine(ago(day), dt.time(12), tzinfo=dt.UTC)
        order = make_order(
            contact, ordered_at=moment, ordered_on=moment.date(), lines=({"quantity": 1, "amount": Decimal(amount)},)
        )
        refresh_totals([order.pk])


@pytest.fixture(autouse=True)
def company():
    make_company()


def test_the_night_finds_who_ended_and_nobody_else():
    rep = make_user(Role.REP)
    over = make_contact(name="Contract over", owner=rep)
    make_subscription(over, ended_on=ago(10), cancel_reason="Too dear")
    bought(over, 100, 200, 500)
    renewed = make_contact(name="Renewed")
    make_subscription(renewed, ended_on=ago(10))
    make_subscription(renewed, plan="New", started_on=ago(9))
    silent = make_contact(name="Silent")
    bought(silent, 380, 500, 800)
    for name, days in (("Once only", (380,)), ("Still buys", (380, 500, 20)), ("Long gone", (700, 900))):
        bought(make_contact(name=name), *days)
    archived = make_contact(name="Archived", archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    make_subscription(archived, ended_on=ago(10))
    assert find_defectors(TODAY) == {"found": 2, "back": 0}
    assert find_defectors(TODAY) == {"found": 0, "back": 0}
    first, second = Defection.objects.order_by("contact__name")
    assert (first.contact, first.source, first.ended_on, first.owner, first.words, first.worth_amount) == (
        over, "subscription", ago(10), rep, "Too dear", Decimal(200),
    )  # fmt: skip
    assert (second.contact, second.source, second.ended_on, second.worth_amount) == (
        silent, "silent", ago(380), Decimal(200),
    )  # fmt: skip


def test_who_comes_back_is_won_by_itself_and_is_found_again_when_they_end_again():
    contact = make_contact()
    make_subscription(contact, ended_on=ago(10))
    find_defectors(TODAY)
    bought(contact, 1)
    Order.objects.update(ordered_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    assert find_defectors(TODAY)["back"] == 1
    one = Defection.objects.get()
    assert (one.state, one.result_on) == ("won", TODAY)
    make_subscription(contact, ended_on=ago(2))
    assert find_defectors(TODAY)["found"] == 1


def test_an_attempt_stands_on_the_history_and_cannot_be_changed():
    agent, contact = make_user(Role.AGENT), make_contact()
    one = actions.note_defection(actor=agent, contact=contact, fields={"words": "They sell at cost."})
    actions.try_to_win_back(
        actor=agent, defection=one,
        fields={"way": "phone", "offer": "Ten per cent off", "words": "They think about it.", "cost_amount": 60},
    )  # fmt: skip
    one.refresh_from_db()
    assert (one.state, one.tried_at is not None) == ("tried", True)
    touch = Interaction.objects.get(contact=contact)
    assert (touch.channel, touch.subject) == ("phone", "Tried to win them back: Ten per cent off")
    with pytest.raises(DatabaseError), transaction.atomic():
        WinBackAttempt.objects.update(offer="Nothing")
    with pytest.raises(ValidationError, match="what you offered"):
        actions.try_to_win_back(actor=agent, defection=one, fields={"way": "phone"})


def test_a_result_is_given_once_with_a_reason_and_can_be_undone():
    one = actions.note_defection(actor=None, contact=make_contact(), fields={})
    with pytest.raises(ValidationError, match="why they went"):
        actions.settle_defection(actor=None, defection=one, version=1, state="lost")
    lost = actions.settle_defection(actor=None, defection=one, version=1, state="lost", reason="price")
    assert (lost.state, lost.reason, lost.result_on) == ("lost", "price", company_today())
    with pytest.raises(ValidationError, match="has a result already: lost"):
        actions.settle_defection(actor=None, defection=one, version=lost.version, state="won")
    with pytest.raises(ValidationError, match="has a result"):
        actions.try_to_win_back(actor=None, defection=one, fields={"offer": "Ten per cent"})
    assert actions.reopen_defection(actor=None, defection=one).state == "open"


def test_a_customer_is_on_the_list_once():
    contact = make_contact()
    actions.note_defection(actor=None, contact=contact, fields={})
    with pytest.raises(ValidationError, match="on the list already"):
        actions.note_defection(actor=None, contact=contact, fields={})


def test_an_agent_writes_down_what_was_said_in_a_ticket():
    agent = make_user(Role.AGENT)
    ticket = make_ticket(make_contact(name="Ada Okafor"))
    client = signed_in(agent)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert f"/defectors/new/?ticket={ticket.pk}" in page
    answer = client.post(
        f"/defectors/new/?ticket={ticket.pk}", {"contact": ticket.contact_id, "reason": "service", "words": "Enough."}
    )
    one = Defection.objects.get()
    assert answer.url == one.get_absolute_url()
    assert (one.source, one.ticket, one.owner) == ("ticket", ticket, agent)
    detail = client.get(one.get_absolute_url()).content.decode()
    assert "Said so in a ticket" in detail
    assert "Enough." in detail


def test_figures_by_reason_and_result_with_an_interval():
    for number, (reason, state) in enumerate(
        [("price", "lost"), ("price", "lost"), ("price", "won"), ("service", "won"), ("", "")]
    ):
        one = actions.note_defection(actor=None, contact=make_contact(), fields={"reason": reason})
        if number == 3:
            actions.try_to_win_back(actor=None, defection=one, fields={"offer": "A visit"})
            one.refresh_from_db()
        if state:
            actions.settle_defection(actor=None, defection=one, version=one.version, state=state)
    found = defection_figures(None, since=company_today() - dt.timedelta(days=9))
    assert (found.whole.count, found.whole.won, found.whole.lost, found.whole.waiting) == (5, 2, 2, 1)
    assert found.whole.interval == pytest.approx((0.1500, 0.8500), abs=1e-4)
    price = next(line for line in found.by_reason if line.name == "Price")
    assert (price.count, price.share) == (3, pytest.approx(1 / 3))
    assert (found.tried.count, found.untried.count) == (1, 4)
    page = signed_in(make_user(Role.MANAGER)).get("/defectors/figures/").content.decode()
    assert "Not known yet" in page


def test_the_night_starts_once(time_machine):
    Queue.objects.create(name="Support")
    time_machine.move_to(dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC))
    assert (find_defectors_task(), find_defectors_task()) == (True, False)
    assert JobRun.objects.get().kind == "defectors"
