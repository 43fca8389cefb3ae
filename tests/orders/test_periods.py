"""The days that pages of order lines begin with, and what becomes of days that are too many."""

import datetime as dt

import pytest
from django.test import Client

from crm.choices import Role
from crm.company import company_today
from orders import periods
from orders.models import OrderLine
from orders.periods import SPANS, PeriodForm, usual_span
from tests import factories as make

pytestmark = pytest.mark.django_db
PAGES = ("/products/prices/", "/products/margins/", "/analytics/partners/")


def test_a_year_unless_its_orders_are_too_many_to_wait_for(monkeypatch):
    make.make_company()
    today = company_today()
    make.make_order(make.make_contact())
    assert usual_span(today) == SPANS[0]
    monkeypatch.setattr(periods, "MOST_ORDERS", -1)  # the planner guesses one row at least
    assert usual_span(today) == SPANS[-1] == dt.timedelta(days=29)
    form = PeriodForm.of({})  # type: ignore[arg-type]  # an address that says nothing
    assert form.days == {"first": str(today - SPANS[-1]), "last": str(today)}
    asked = PeriodForm.of({"first": "2020-01-01"})  # type: ignore[arg-type]
    assert asked.days == {"first": "2020-01-01", "last": str(today)}


@pytest.mark.parametrize("path", PAGES)
def test_days_that_take_too_long_are_said_to(client: Client, settings, path):
    make.make_company()
    contact, product = make.make_contact(), make.make_product(unit_price=10)
    day = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    order = make.make_order(contact, ordered_at=day, ordered_on=day.date())
    OrderLine.objects.bulk_create(
        [OrderLine(order=order, product=product, position=n, quantity=2, amount=18) for n in range(2, 8_000)],
        batch_size=1_000,
    )
    client.force_login(make.make_user(Role.MANAGER))
    assert client.get(path).status_code == 200
    settings.CRM_REPORT_MILLISECONDS = 1
    page = client.get(path)
    assert page.status_code == 400
    assert "choose fewer days" in page.content.decode()
