"""Orders, a row a line: who an order and a line are, what their totals are, what is made beside them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from psycopg import sql

from contacts.models import Contact
from crm.importing.dates import DateOrder
from crm.importing.errors import UnreadableFile
from crm.models import Company, ExchangeRate
from orders.keeping import refresh_totals_of
from orders.models import Order, OrderLine, Product
from tests.factories import make_company, make_contact, make_order, make_product, make_user
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db

BASKETS = """order_id,contact_external_id,ordered_at,product_external_id,quantity,unit_price,discount,amount,unit_cost
A1,c1,2026-03-01 10:00,p1,2,10,1.5,,4
A1,c1,2026-03-01 10:01,p2,1,5,,4.50,2
A2,,2026-03-01 11:00,p1,1,10,,,
A3,c2,2026-03-02 09:00,p1,-2,10,,,
"""


def imported(tmp_path, content, **options):
    return brought_in("orders", written(tmp_path, content), **options)


def test_lines_become_orders_with_their_totals(tmp_path):
    result = imported(tmp_path, BASKETS)
    assert (counts(result), result.counts.related) == ((4, 0, 0, 0), {"contacts": 2, "products": 2})
    rows = Order.objects.order_by("number").values_list(
        "number", "contact__external_id", "amount", "cost", "is_purchase"
    )
    assert list(rows) == [
        ("A1", "c1", Decimal("23.0000"), Decimal("10.0000"), True),
        ("A2", None, Decimal("10.0000"), None, True),
        ("A3", "c2", Decimal("-20.0000"), None, False),
    ]
    lines = (
        OrderLine.objects.filter(order__number="A1").order_by("position").values_list("position", "amount", "discount")
    )
    assert list(lines) == [(1, Decimal("18.5"), Decimal("1.5")), (2, Decimal("4.5"), Decimal(0))]
    assert Order.objects.get(number="A1").ordered_at == dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def test_totals_are_as_the_pages_keep_them(tmp_path):
    ExchangeRate.objects.create(currency="USD", valid_from="2026-01-01", rate="0.9")
    imported(tmp_path, BASKETS)
    more = "ordered_at,amount,quantity,unit_cost,currency,contact_external_id\n"
    imported(
        tmp_path, more + "2026-03-01,0,,2,USD,c1\n2026-03-01,-5,,2,USD,c1\n2026-03-01,7,0,2,GBP,c1\n2026-03-01,5,1,,,\n"
    )
    kept = ("amount", "cost", "is_purchase", "ordered_on", "base_amount")
    before = list(Order.objects.order_by("pk").values_list(*kept))
    refresh_totals_of(sql.SQL("SELECT id FROM orders_order"))
    assert list(Order.objects.order_by("pk").values_list(*kept)) == before
    assert (Decimal("-4.5000"), None) == (before[4][4], before[5][4])


def test_the_same_file_again_changes_nothing(tmp_path):
    imported(tmp_path, BASKETS)
    before = [list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Product, Contact)]
    result = imported(tmp_path, BASKETS)
    assert (counts(result), result.created_related) == ((0, 0, 4, 0), 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Product, Contact)] == before


def test_a_changed_line_changes_its_order(tmp_path):
    imported(tmp_path, BASKETS)
    assert counts(imported(tmp_path, BASKETS.replace("4.50,2", "6.50,2"))) == (0, 1, 3, 0)
    assert Order.objects.get(number="A1").amount == Decimal("25.0000")


def test_without_an_order_number_equal_sales_are_told_apart_by_their_place(tmp_path):
    content = (
        "contact_external_id,ordered_at,amount\n"
        + "c1,2026-03-01,5\n" * 2
        + "c2,2026-03-01,5\n"
        + ",2026-03-01,5\n" * 2
    )
    assert counts(imported(tmp_path, content)) == (5, 0, 0, 0)
    assert counts(imported(tmp_path, content)) == (0, 0, 5, 0)
    assert counts(imported(tmp_path, content + "c1,2026-03-01,6\n")) == (1, 0, 5, 0)
    assert Order.objects.count() == 6


def test_line_numbers_say_which_line_a_row_is(tmp_path):
    head = "order_id,line_number,ordered_at,amount\n"
    assert counts(imported(tmp_path, head + "A,10,2026-03-01,1\nA,20,2026-03-01,2\nA,,2026-03-01,3\n")) == (3, 0, 0, 0)
    assert list(OrderLine.objects.order_by("position").values_list("position", flat=True)) == [10, 20, 21]
    assert counts(imported(tmp_path, head + "A,20,2026-03-01,5\n")) == (0, 1, 0, 0)
    assert Order.objects.get().amount == Decimal(9)
    assert counts(imported(tmp_path, head + "B,1,2026-03-01,1\nB,1,2026-03-01,4\n")) == (1, 1, 0, 0)
    assert Order.objects.get(number="B").amount == Decimal(4)


def test_a_line_with_an_id_of_its_own_is_that_line(tmp_path):
    head = "external_id,order_id,ordered_at,amount\n"
    assert counts(imported(tmp_path, head + "L1,A,2026-03-01,1\nL2,A,2026-03-01,2\nL3,,2026-03-02,3\n")) == (3, 0, 0, 0)
    again = head + "L3,,2026-03-02,3\nL2,A,2026-03-01,5\nL1,A,2026-03-01,1\nL1,A,2026-03-01,1\n"
    assert counts(imported(tmp_path, again)) == (0, 1, 3, 0)
    assert sorted(Order.objects.values_list("amount", flat=True)) == [Decimal(3), Decimal(6)]


def test_a_row_without_money_is_refused_with_its_line(tmp_path):
    content = (
        "ordered_at,quantity,unit_price,amount\n2026-03-01,1,,\n2026-03-01,,4,\n2026-03-01,999999999999,999999999999,\n"
    )
    result = imported(tmp_path, content)
    assert counts(result) == (1, 0, 0, 2)
    assert result.examples == [
        'line 2, column "amount": there is no amount, nor a unit price to reckon it from',
        'line 4, column "amount": quantity times unit price is too large a number',
    ]


def test_naive_times_are_in_the_zone_of_the_company(tmp_path):
    Company.objects.create(pk=1, name="House", time_zone="America/New_York", currency="USD")
    imported(tmp_path, "ordered_at,amount\n2026-03-01 23:30,1\n2026-03-02T01:00Z,1\n")
    rows = Order.objects.order_by("pk").values_list("ordered_at", "ordered_on", "currency")
    assert list(rows) == [
        (dt.datetime(2026, 3, 2, 4, 30, tzinfo=dt.UTC), dt.date(2026, 3, 1), "USD"),
        (dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC), dt.date(2026, 3, 1), "USD"),
    ]


def test_dates_that_stay_open_are_asked_about_and_an_answer_is_taken(tmp_path):
    content = "ordered_at,amount\n03/04/2026,1\n05/06/2026,1\n"
    with pytest.raises(UnreadableFile, match=r"“ordered_at”.*--date-order"):
        imported(tmp_path, content)
    assert Order.objects.count() == 0
    imported(tmp_path, content, date_order=DateOrder.MDY)
    assert list(Order.objects.order_by("pk").values_list("ordered_on", flat=True)) == [
        dt.date(2026, 3, 4),
        dt.date(2026, 5, 6),
    ]


def test_dates_in_three_orders_let_the_certain_ones_in(tmp_path):
    content = "ordered_at,amount\n2026-04-03,1\n13/04/2026,1\n04/14/2026,1\n03/04/2026,1\n"
    result = imported(tmp_path, content)
    assert counts(result) == (3, 0, 0, 1)
    assert result.examples[0].startswith(
        'line 5, column "ordered_at": “03/04/2026” can be day/month/year or month/day/year'
    )


def test_an_amount_with_a_comma_is_never_silently_wrong(tmp_path):
    head = "ordered_at;amount\n"
    imported(tmp_path, head + "2026-03-01;1.234,50\n2026-03-01;2,5\n")
    assert sorted(Order.objects.values_list("amount", flat=True)) == [Decimal("2.5"), Decimal("1234.5")]
    result = imported(tmp_path, 'ordered_at,amount\n2026-04-01,12.50\n2026-04-01,"12,50"\n2026-04-01,"1,234.00"\n')
    assert counts(result) == (2, 0, 0, 1)
    assert result.examples[0].startswith('line 3, column "amount": “12,50” has a decimal comma')
    with pytest.raises(UnreadableFile, match="--decimal point"):
        imported(tmp_path, 'ordered_at,amount\n2026-04-01,"1,234"\n')


def test_products_take_what_is_given(tmp_path):
    path = written(tmp_path, "product,series,sales_price\nGTX,G,550\nMG,M,\n")
    mapped = ["product=external_id", "product=name", "series=family", "sales_price=unit_price"]
    assert counts(brought_in("products", path, mapped)) == (2, 0, 0, 0)
    assert counts(brought_in("products", path, mapped)) == (0, 0, 2, 0)
    dearer = written(tmp_path, "external_id,unit_price\nGTX,560\n")
    assert counts(brought_in("products", dearer)) == (0, 1, 0, 0)
    product = Product.objects.get(external_id="GTX")
    assert (product.name, product.family, product.unit_price, product.search_text) == (
        "GTX",
        "G",
        Decimal(560),
        "gtx gtx g",
    )


def test_chosen_options_come_in_once_are_priced_and_go_out_again(tmp_path):
    content = (
        "order_id,line_number,contact_external_id,ordered_at,product_external_id,quantity,unit_price,options\n"
        "N1,1,c1,2026-03-02,frame,2,20,Colour: Oak (+4.50); Engraving: for: Ada\n"
        "N1,2,c1,2026-03-02,frame,1,20,\n"
        "N1,3,c1,2026-03-02,frame,1,20,Oak\n"
    )
    assert counts(brought_in("orders", written(tmp_path, content))) == (2, 0, 0, 1)
    order = Order.objects.get()
    assert order.amount == Decimal(69)
    told = list(order.options.values_list("name", "value", "surcharge"))
    assert told == [("Colour", "Oak", Decimal("4.5")), ("Engraving", "for: Ada", 0)]
    assert counts(brought_in("orders", written(tmp_path, content))) == (0, 0, 2, 1)
    out = StringIO()
    call_command("export_data", "orders", "--columns", "line_number,options", stdout=out)
    assert out.getvalue().splitlines()[1:] == ["1,Colour: Oak (+4.50); Engraving: for: Ada", "2,"]
    other = content.replace("Colour: Oak (+4.50)", "Colour: Ash")
    assert counts(brought_in("orders", written(tmp_path, other))) == (0, 1, 1, 1)
    assert Order.objects.get().amount == Decimal(60)
    assert [str(one) for one in order.options.all()] == ["Colour: Ash", "Engraving: for: Ada"]


def test_an_order_that_was_made_here_comes_in_again_as_the_same_one(tmp_path):
    make_company()
    contact, product = make_contact(external_id="c1"), make_product(external_id="p1")
    line = {"product": product, "quantity": 2, "unit_price": 10, "amount": 20}
    made = make_order(contact, number="Q-7", channel="field", lines=(line, {**line, "amount": 15}))
    double = [make_order(contact, number="Q-8", lines=(line,)) for _ in range(2)]
    assert {made.import_key, *(order.import_key for order in double)} == {None}
    file = tmp_path / "orders.csv"
    call_command("export_data", "orders", "--output", str(file), stdout=StringIO())
    text = "\n".join(row for row in file.read_text("utf-8-sig").splitlines() if "Q-8" not in row)
    assert counts(imported(tmp_path, text)) == (0, 0, 2, 0)
    assert counts(imported(tmp_path, text.replace(",15,", ",16,"))) == (0, 1, 1, 0)
    kept = Order.objects.get(number="Q-7")
    assert (kept.pk, kept.import_key, kept.amount) == (made.pk, "number:Q-7", 36)
    assert counts(imported(tmp_path, "order_id,ordered_at,amount\nQ-8,2026-03-01,5\n")) == (1, 0, 0, 0)
    assert Order.objects.filter(number="Q-8").count() == 3, "of two of a number nobody can say which is meant"


def test_an_order_that_was_made_here_for_somebody_else_stays_theirs(tmp_path):
    make_company()
    mine, product = make_contact(external_id="c1"), make_product(external_id="p1")
    line = {"product": product, "quantity": 1, "unit_price": 10, "amount": 10}
    made = make_order(mine, number="17", channel="field", lines=(line,))
    nobodys = make_order(None, number="18", lines=(line,))
    names = "order_id,contact_external_id,ordered_at,product_external_id,amount\n"
    file = f"{names}17,c2,2026-03-01,p1,99\n18,c2,2026-03-01,p1,10\n"
    assert counts(imported(tmp_path, file)) == (1, 1, 0, 0)
    made.refresh_from_db()
    assert (made.contact, made.amount, made.import_key) == (mine, 10, None)
    assert Order.objects.get(import_key="number:17").contact.external_id == "c2"
    nobodys.refresh_from_db()
    assert nobodys.contact.external_id == "c2", "nobody's so far"
    assert counts(imported(tmp_path, file)) == (0, 0, 2, 0)


def test_an_order_that_was_made_here_out_of_reach_stays_as_it_is(tmp_path):
    make_company()
    rep = make_user("rep")
    make_contact(external_id="c1", owner=rep)
    made = make_order(None, number="19")
    path = written(tmp_path, "order_id,contact_external_id,ordered_at,amount\n19,c1,2026-03-01,5\n")
    assert counts(brought_in("orders", path, actor=rep)) == (1, 0, 0, 0)
    made.refresh_from_db()
    assert (made.contact, made.import_key, Order.objects.count()) == (None, None, 2)


def test_lines_that_are_there_are_known_by_their_ids_once_a_file_says_them(tmp_path):
    imported(tmp_path, "order_id,ordered_at,amount\nA,2026-03-01,5\nA,2026-03-01,7\n")
    said = "external_id,order_id,ordered_at,amount\n{}{}"
    first, second = "l1,A,2026-03-01,5\n", "l2,A,2026-03-01,7\n"
    assert counts(imported(tmp_path, said.format(first, second))) == (0, 2, 0, 0)
    assert counts(imported(tmp_path, said.format(first, second))) == (0, 0, 2, 0)
    assert counts(imported(tmp_path, said.format(second, first))) == (0, 0, 2, 0)
    assert counts(imported(tmp_path, "external_id,ordered_at,amount\nl2,2026-03-01,8\n")) == (0, 1, 0, 0)
    assert list(OrderLine.objects.order_by("position").values_list("external_id", "amount")) == [("l1", 5), ("l2", 8)]
