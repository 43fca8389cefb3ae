"""The loyalty programme: a ledger that adds up, orders credited once, points that expire in the order they came."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.choices import Role
from crm.company import company_today
from orders.choices import PointsKind
from orders.loyalty.actions import adjust_points, enrol_member, spend_points
from orders.loyalty.keeping import credit_and_expire
from orders.loyalty.queries import balance_of, standing_of
from orders.models import LoyaltyMember, LoyaltyProgramme, LoyaltyTier, Order, PointsEntry
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_contact, make_order, make_team, make_user

START = dt.date(2026, 1, 1)
TODAY = dt.date(2026, 6, 30)


@pytest.fixture
def programme(db):
    make_company()
    return LoyaltyProgramme.objects.create(pk=1, name="Circle", starts_on=START, points_per_unit=2, valid_months=3)


def member_since(day=START, **fields):
    return enrol_member(actor=None, contact=make_contact(**fields), joined_on=day)


def order_of(member, day, amount):
    order = make_order(member.contact)
    moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    Order.objects.filter(pk=order.pk).update(ordered_at=moment, ordered_on=day, base_amount=Decimal(amount))
    return order


def ledger(member):
    return list(PointsEntry.objects.filter(member=member).order_by("id").values_list("kind", "points"))


def test_orders_are_credited_once_and_a_changed_one_is_put_right(programme):
    member = member_since()
    order = order_of(member, dt.date(2026, 6, 1), "10.90")
    order_of(member, dt.date(2025, 12, 31), "99")  # before the programme
    order_of(member, dt.date(2026, 7, 1), "99")  # after the day
    assert credit_and_expire(TODAY) == {"credited": 1, "expired": 0}
    assert credit_and_expire(TODAY) == {"credited": 0, "expired": 0}
    Order.objects.filter(pk=order.pk).update(base_amount=Decimal(4))
    credit_and_expire(TODAY)
    assert ledger(member) == [(PointsKind.EARNED, 21), (PointsKind.RETURNED, -13)]
    assert balance_of(member) == 8


def test_points_go_with_an_order_that_is_given_to_another_customer(programme):
    first, second = member_since(), member_since()
    order = order_of(first, dt.date(2026, 6, 1), "10")
    credit_and_expire(TODAY)
    Order.objects.filter(pk=order.pk).update(contact=second.contact)
    assert credit_and_expire(TODAY)["credited"] == 2
    assert (ledger(first), ledger(second)) == (
        [(PointsKind.EARNED, 20), (PointsKind.RETURNED, -20)],
        [(PointsKind.EARNED, 20)],
    )
    assert credit_and_expire(TODAY) == {"credited": 0, "expired": 0}


def test_a_return_takes_its_points_back(programme):
    member = member_since()
    order_of(member, dt.date(2026, 6, 1), "10")
    credit_and_expire(dt.date(2026, 6, 2))
    order_of(member, dt.date(2026, 6, 10), "-4")
    credit_and_expire(TODAY)
    assert ledger(member) == [(PointsKind.EARNED, 20), (PointsKind.RETURNED, -8)]


def test_nobody_earns_before_joining(programme):
    member = member_since(dt.date(2026, 6, 15))
    order_of(member, dt.date(2026, 6, 14), "10")
    order_of(member, dt.date(2026, 6, 15), "3")
    credit_and_expire(TODAY)
    assert balance_of(member) == 6


def test_points_expire_after_their_time_less_what_was_spent(programme):
    member = member_since()
    order_of(member, dt.date(2026, 1, 10), "50")  # 100 points, valid until 10 April
    order_of(member, dt.date(2026, 6, 1), "20")
    credit_and_expire(dt.date(2026, 4, 10))
    spend_points(actor=None, member=member, points=30, note="A frame")
    assert credit_and_expire(dt.date(2026, 4, 10))["expired"] == 0
    assert credit_and_expire(TODAY)["expired"] == 1
    assert balance_of(member) == 40
    assert credit_and_expire(TODAY) == {"credited": 0, "expired": 0}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("es"), st.integers(1, 60), st.integers(0, 9)), max_size=8))
def test_expiry_equals_a_brute_force_of_lots(programme, steps):
    member = member_since()
    entries: list[PointsEntry] = []
    lots: list[list[int]] = []  # [last day, left], those that end first are spent first
    for kind, points, day in steps:
        if kind == "e":
            last = dt.date(2026, 5, 1) + dt.timedelta(days=day * 10)
            entries.append(PointsEntry(member=member, kind=PointsKind.EARNED, points=points, expires_on=last))
            lots.append([last.toordinal(), points])
        elif sum(left for _, left in lots) >= points:
            entries.append(PointsEntry(member=member, kind=PointsKind.SPENT, points=-points))
            rest = points
            for lot in sorted(lots):
                taken = min(lot[1], rest)
                rest -= taken
                lot[1] -= taken
    PointsEntry.objects.bulk_create(entries)
    credit_and_expire(TODAY)
    assert balance_of(member) == sum(left for last, left in lots if last >= TODAY.toordinal())


def test_more_than_there_is_cannot_be_spent_and_an_adjustment_says_why(programme):
    member = member_since()
    adjust_points(actor=None, member=member, points=10, note="Welcome")
    for wrong in (
        lambda: spend_points(actor=None, member=member, points=11, note=""),
        lambda: spend_points(actor=None, member=member, points=-1, note=""),
        lambda: adjust_points(actor=None, member=member, points=-11, note="Too many"),
        lambda: adjust_points(actor=None, member=member, points=5, note=" "),
        lambda: adjust_points(actor=None, member=member, points=0, note="Nothing"),
    ):
        with pytest.raises(ValidationError):
            wrong()
    assert ledger(member) == [(PointsKind.ADJUSTED, 10)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_spend_the_same_points_one_is_refused():
    make_company()
    member = member_since()
    adjust_points(actor=None, member=member, points=10, note="Welcome")

    def spend() -> bool:
        try:
            spend_points(actor=None, member=member, points=8, note="A mug")
        except ValidationError:
            return False
        return True

    assert sorted(at_once([spend, spend])) == [False, True]
    assert balance_of(member) == 2


def test_the_ledger_is_only_added_to(programme):
    member = member_since()
    adjust_points(actor=None, member=member, points=10, note="Welcome")
    for statement in ("UPDATE orders_pointsentry SET points = 99", "DELETE FROM orders_pointsentry"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_tier_is_reached_by_what_was_earned(programme):
    for name, least in (("Blue", 0), ("Silver", 50)):
        LoyaltyTier.objects.create(name=name, least_points=least)
    LoyaltyProgramme.objects.update(starts_on=dt.date(2020, 1, 1))
    member = member_since(dt.date(2020, 1, 1))
    adjust_points(actor=None, member=member, points=500, note="A present earns no tier")
    assert (standing_of(member).tier.name, standing_of(member).missing) == ("Blue", 50)
    today = company_today()
    order_of(member, today - dt.timedelta(days=366), "1000")
    credit_and_expire(today)
    assert standing_of(member).tier.name == "Blue"  # that is too long ago, though it was credited today
    order_of(member, today - dt.timedelta(days=3), "25")
    credit_and_expire(today)
    assert standing_of(member).tier.name == "Silver"


def test_the_page_lets_somebody_join_and_spend(client, programme):
    client.force_login(make_user(Role.MARKETER))
    contact = make_contact()
    response = client.post(f"/loyalty/{contact.pk}/join/")
    assert response["Location"] == f"{contact.get_absolute_url()}?tab=loyalty"
    sent = {"kind": "adjusted", "points": "40", "note": "Welcome"}
    assert client.post(f"/loyalty/{contact.pk}/points/", sent).status_code == 302
    too_many = client.post(f"/loyalty/{contact.pk}/points/", {"kind": "spent", "points": "41"})
    assert too_many.status_code == 422
    assert "too many" in too_many.content.decode()
    page = client.get(f"{contact.get_absolute_url()}?tab=loyalty").content.decode()
    assert "40 points" in page
    assert "Welcome" in page


def test_points_of_a_contact_that_does_not_take_part_are_not_found(client, programme):
    client.force_login(make_user(Role.MARKETER))
    sent = {"kind": "adjusted", "points": "40", "note": "Welcome"}
    assert client.post(f"/loyalty/{make_contact().pk}/points/", sent).status_code == 404


def test_a_rep_gives_no_points_to_a_strangers_contact(client, programme):
    rep, stranger = make_user(Role.REP, team=make_team()), make_user(Role.REP, team=make_team())
    member = member_since(owner=stranger, team=stranger.team)
    client.force_login(rep)
    assert client.get(f"/loyalty/{member.contact_id}/points/").status_code == 404
    assert LoyaltyMember.objects.visible_to(rep).count() == 0
