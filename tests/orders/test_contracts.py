"""Subscriptions that renew and are cancelled; registered products with the end of their warranty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.company import company_today
from orders.choices import SubscriptionState
from orders.contracts.actions import cancel_subscription, create_subscription, renew_subscription
from orders.contracts.queries import renewing, state_is
from orders.contracts.terms import months_later
from orders.models import ProductRegistration, Subscription
from orders.registrations.actions import register_product
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def contract(**fields):
    make.make_company()
    values = {"contact": make.make_contact(), "plan": "Care", "currency": "EUR", "term_months": 12, **fields}
    return create_subscription(actor=None, fields={"started_on": company_today(), **values})


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-05-05", -5, "2025-12-05"),
    ],
)
def test_months_are_added_as_postgresql_adds_them(day, months, later):
    from django.db import connection  # noqa: PLC0415

    assert months_later(dt.date.fromisoformat(day), months).isoformat() == later
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date + make_interval(months => %s))::date", [day, months])
        assert cursor.fetchone()[0].isoformat() == later


def test_a_contract_renews_term_by_term_and_takes_a_new_price():
    subscription = contract(monthly_amount=Decimal(10))
    first = subscription.renews_on
    assert first == months_later(company_today(), 12)
    second = months_later(first, 12)
    renew_subscription(actor=None, subscription=subscription, renews_on=second, monthly_amount=Decimal(12), note="")
    subscription.refresh_from_db()
    assert (subscription.renews_on, subscription.monthly_amount) == (second, Decimal(12))
    assert subscription.renewals.get().starts_on == first
    with pytest.raises(ValidationError, match="has to end after"):
        renew_subscription(actor=None, subscription=subscription, renews_on=second, monthly_amount=None)


def test_an_old_contract_renews_at_the_next_term_to_come():
    today = company_today()
    subscription = contract(started_on=months_later(today, -30))
    assert subscription.renews_on == months_later(today, 6)


def test_a_cancelled_contract_runs_out_and_is_not_renewed():
    subscription, today = contract(), company_today()
    last = subscription.renews_on - DAY
    cancelled = cancel_subscription(actor=None, subscription=subscription, version=1, ended_on=last, reason="Too dear")
    states = [cancelled.state_on(day) for day in (today, last, last + DAY)]
    assert states == [SubscriptionState.CANCELLED, SubscriptionState.CANCELLED, SubscriptionState.ENDED]
    with pytest.raises(ValidationError, match="cancelled"):
        renew_subscription(actor=None, subscription=subscription, renews_on=last, monthly_amount=None)
    with pytest.raises(ValidationError, match="before it starts"):
        cancel_subscription(actor=None, subscription=subscription, version=2, ended_on=today - DAY, reason="")
    ended = make.make_subscription(cancelled.contact, started_on=today - 60 * DAY, ended_on=today - DAY)
    running = make.make_subscription(cancelled.contact, renews_on=today + 5 * DAY)
    found = {state: set(Subscription.objects.filter(state_is([state]))) for state in SubscriptionState}
    assert list(found.values()) == [{running}, {cancelled}, {ended}]
    assert list(renewing(None, today + 30 * DAY)) == [running]


def test_pages_make_renew_and_cancel_a_contract():
    make.make_company()
    client, contact = make.signed_in(make.make_user(Role.MANAGER)), make.make_contact()
    sent = {"contact": contact.pk, "plan": "Care", "started_on": "2026-01-01", "currency": "EUR", "term_months": "12"}
    assert client.post("/subscriptions/new/", sent).status_code == 302
    page = Subscription.objects.get().get_absolute_url()
    assert client.post(f"{page}renew/", {"renews_on": "2090-01-01", "monthly_amount": "15"}).status_code == 302
    assert "15.00" in client.get(page).content.decode()
    late = {"version": 2, "cancelled_on": "2026-02-01", "ended_on": "2025-12-31"}
    assert client.post(f"{page}cancel/", late).status_code == 422
    assert (
        client.post(f"{page}cancel/", {**late, "ended_on": "2090-12-31", "cancel_reason": "Moves"}).status_code == 302
    )
    assert "Moves" in client.get(page).content.decode()
    rows = client.get("/subscriptions/?state=cancelled").context["table"].rows
    assert [row.url for row in rows] == [page]


def test_a_registration_reckons_its_warranty_and_is_there_once():
    make.make_company()
    product, contact = make.make_product(warranty_months=24), make.make_contact()
    fields = {"contact": contact, "product": product, "serial": "PM-1", "registered_on": dt.date(2026, 3, 9)}
    one = register_product(actor=None, fields={**fields, "bought_on": dt.date(2026, 2, 28)})
    assert one.warranty_ends_on == dt.date(2028, 2, 28)
    with pytest.raises(ValidationError, match="registered already"):
        register_product(actor=None, fields={**fields, "serial": "pm-1"})
    other = register_product(actor=None, fields={**fields, "product": make.make_product()})
    assert other.warranty_ends_on is None


def test_pages_register_a_product_and_find_who_has_which_warranty():
    make.make_company()
    client, contact, product = make.signed_in(make.make_user(Role.MANAGER)), make.make_contact(), make.make_product()
    sent = {"contact": contact.pk, "product": product.pk, "serial": " PM  7 ", "registered_on": "2026-03-02"}
    sent["warranty_ends_on"] = (company_today() + 10 * DAY).isoformat()
    made = client.post("/registrations/new/", sent)
    registration = ProductRegistration.objects.get()
    assert (made.status_code, registration.serial) == (302, "PM 7")
    assert client.post("/registrations/new/", {**sent, "serial": "pm 7"}).status_code == 422
    make.make_registration(make.make_contact(), warranty_ends_on=company_today() + 90 * DAY)
    soon = (
        '{"version": 1, "where": {"field": "warranty_ends_on", "op": "in_next", "value": {"count": 30, "unit": "day"}}}'
    )
    for page, expected in (("/registrations/", registration.pk), ("/contacts/", contact.pk)):
        assert [row.pk for row in client.get(page, {"filter": soon}).context["table"].rows] == [expected]
    record = client.get(contact.get_absolute_url()).content.decode()
    assert "Registered" in record
    assert "PM 7" in client.get(registration.get_absolute_url()).content.decode()
