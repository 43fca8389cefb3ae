"""Conditions on what hangs on a record where that is far more than fits into the memory of a statement."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection, transaction

from campaigns.models import Segment
from campaigns.segments.meaning import people_in
from contacts.models import Contact
from crm.choices import Role
from orders.models import Order
from tests import factories as make

pytestmark = pytest.mark.django_db
MONTHS = {"count": 24, "unit": "month"}
ORGANIZATION = {"field": "kind", "op": "any", "value": ["organization"]}
BOUGHT = {"field": "orders_last", "op": "in_last", "value": MONTHS}
OFTEN = {"field": "orders_count", "op": "at_least", "value": 2, "within": {"op": "in_last", "value": MONTHS}}
WHERE = {
    "bought, or a firm": {"any": [ORGANIZATION, BOUGHT]},
    "not bought": {"all": [{"not": BOUGHT}]},
    "never bought": {"all": [{"field": "orders_last", "op": "empty"}]},
    "often, or a firm": {"any": [ORGANIZATION, OFTEN]},
    "not often": {"all": [{"not": OFTEN}]},
}
ONE_BY_ONE = re.compile(r"\(ANY \([^()]*= \(SubPlan")
"""How a plan shows that each record is compared with all that a sub-query gives."""


@pytest.fixture
def crowd() -> None:
    """Two thousand people with five orders of the last days each."""
    make.make_company()
    people = Contact.objects.bulk_create(
        [Contact(name=f"Customer {number}", sort_name=f"customer {number}") for number in range(2_000)]
    )
    noon = dt.datetime.now(tz=dt.UTC).replace(hour=12) - dt.timedelta(days=3)
    day = noon.date()
    Order.objects.bulk_create(
        [
            Order(
                contact=one,
                number=f"{one.pk}-{turn}",
                ordered_at=noon,
                ordered_on=day,
                is_purchase=True,
                currency="EUR",
            )
            for one in people
            for turn in range(5)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_contact, orders_order")


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("where", WHERE.values(), ids=list(WHERE))
def test_no_record_is_compared_with_each_row_of_others(where):
    segment = Segment.objects.create(name="Crowd", filter={"version": 1, "where": where})
    sql, values = people_in(segment, make.make_user(Role.MANAGER)).order_by().query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")  # twice that holds 4,000 ids at 32 bytes
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert not ONE_BY_ONE.search(plan), plan
