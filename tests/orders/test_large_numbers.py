"""Numbers that no order can hold are refused in a sentence, by form and by import; the good rows come in."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from psycopg import sql

from analytics.steps.rfm import BASE, make_base
from orders.models import Order
from tests import factories as make
from tests.importing.tables import brought_in, counts, written
from tests.orders.test_pages import form_data

HUGE, LARGE = "99999999999999", "999999999999"


def sent(client, house, lines, **fields):
    client.force_login(house.manager)
    return client.post(reverse("orders:order_create"), form_data(make.make_contact(), lines, **fields))


@pytest.mark.parametrize(
    "lines",
    [
        [{"amount": HUGE}, {"amount": HUGE}],
        [{"amount": "1", "quantity": LARGE, "unit_cost": LARGE}],
        [{"quantity": LARGE, "unit_price": LARGE}],
        [{"amount": LARGE}] * 11,
    ],
)
def test_form_refuses_what_an_order_cannot_hold(client, house, lines):
    response = sent(client, house, lines)
    assert (response.status_code, Order.objects.count()) == (422, 0)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_form_refuses_a_year_out_of_reach(client, house, moment):
    response = sent(client, house, [{"amount": "1"}], ordered_at=moment)
    assert (response.status_code, Order.objects.count()) == (422, 0)


@pytest.mark.parametrize("initial", ["-1", "0"])
def test_form_refuses_lines_that_it_cannot_tell_apart(client, house, initial):
    client.force_login(house.manager)
    order = make.make_order(make.make_contact())
    line = order.lines.get()
    data = form_data(order.contact, [{"line_id": line.pk, "quantity": "1", "amount": "10"}])
    response = client.post(reverse("orders:order_update", args=[order.pk]), data | {"lines-INITIAL_FORMS": initial})
    assert response.status_code in (409, 422)
    assert order.lines.get() == line


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"order_id,ordered_at,amount\na1,2024-01-01,{HUGE}\na1,2024-01-01,{HUGE}\nok,2024-01-01,5\n", (1, 0, 0, 2)),
        ("order_id,ordered_at,amount\n" + f"a1,2024-01-01,{LARGE}\n" * 11 + "ok,2024-01-01,5\n", (1, 0, 0, 11)),
        (
            (
                "order_id,ordered_at,quantity,unit_price,unit_cost\n"
                f"p1,2024-01-01,99999999,99999,1\np2,2024-01-01,99999999,9,{LARGE}\nok,2024-01-01,1,1,1\n"
            ),
            (1, 0, 0, 2),
        ),
        ("order_id,line_number,ordered_at,amount\nl1,2147483647,2024-01-01,5\nl1,,2024-01-01,5\n", (1, 0, 0, 1)),
    ],
)
def test_import_takes_the_good_rows_and_names_the_others(db, tmp_path, content, expected):
    result = brought_in("orders", written(tmp_path, content))
    assert counts(result) == expected
    assert all("line " in sentence and "column " in sentence for sentence in result.examples)


def test_rep_brings_in_no_sale_without_a_customer(house, tmp_path):
    content = "contact_external_id,ordered_at,amount\n,2024-01-01,5\nmine,2024-01-01,5\n"
    again = [brought_in("orders", written(tmp_path, content), actor=house.rep) for _ in range(2)]
    assert [counts(result) for result in again] == [(1, 0, 0, 1), (0, 0, 1, 1)]


def test_a_window_that_begins_before_the_calendar_is_everything(db):
    order = make.make_order(make.make_contact())
    as_of = order.ordered_on + dt.timedelta(days=1)
    make_base(as_of, 36_500 * 50)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(BASE)))
        assert cursor.fetchone() == (1,)
