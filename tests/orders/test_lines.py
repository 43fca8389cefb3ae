"""The list of order lines: its figures beside plain arithmetic, whose lines, its filters, its reports."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.choices import FieldRight, Role
from crm.models import ExchangeRate, FieldRule
from crm.reports.definitions import definition_of
from crm.reports.reading import Report
from crm.reports.results import result_of
from crm.reports.subjects import all_ready
from tests import factories as make

EVERY = (
    "number,customer,product,partner,sold_by,amount,base_amount,base_cost,base_margin,base_sold,base_returned,is_return"
)
DAY = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


@pytest.fixture
def shop(house):
    """Frames sold twice (once in dollars, by a partner) and one of three taken back; glass without a cost."""
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 1, 1), rate=Decimal("0.8"))
    frame, glass = make.make_product(name="Frame", family="Wood"), make.make_product(name="Glass", family="Glass")
    mine, theirs = (
        make.make_contact(name="Mine", owner=house.rep),
        make.make_contact(name="Theirs", owner=house.stranger),
    )
    partner = make.make_contact(name="CANARY partner", owner=house.stranger)
    make.make_order(mine, number="A", lines=(
        {"product": frame, "quantity": 3, "amount": Decimal(30), "unit_cost": Decimal(4)},
        {"product": frame, "quantity": -1, "amount": Decimal(-10), "unit_cost": Decimal(4)},
        {"product": glass, "quantity": None, "amount": Decimal(7)},
    ))  # fmt: skip
    make.make_order(mine, number="B", currency="USD", partner=partner, lines=(
        {"product": frame, "quantity": 2, "amount": Decimal(50), "unit_cost": Decimal(5)},
    ))  # fmt: skip
    make.make_order(theirs, number="C", currency="CHF", lines=(
        {"product": glass, "quantity": 1, "amount": Decimal(9), "unit_cost": Decimal(2)},
    ))  # fmt: skip
    return house


def rows(person, query: str = "", columns: str = "number,product") -> list[list[str]]:
    answer = make.signed_in(person).get(f"/orders/lines/?columns={columns}&{query}")
    assert answer.status_code == 200, answer.context["problems"]
    return [[str(cell.html).replace("\xa0", " ") for cell in row.cells] for row in answer.context["table"].rows]


def told(person) -> dict[tuple[str, str], list[str]]:
    """The file of the list, by order and amount."""
    sent = make.signed_in(person).get(f"/orders/lines/export/?columns={EVERY}")
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()[1:]
    return {(line.split(",")[0], line.split(",")[5]): line.split(",") for line in lines}


def test_each_line_says_what_it_came_to_in_our_currency(shop):
    found = {key: [one and f"{Decimal(one):.2f}" for one in line[6:11]] for key, line in told(shop.manager).items()}
    assert found == {
        ("A", "30.0000"): ["30.00", "12.00", "18.00", "30.00", "0.00"],
        ("A", "-10.0000"): ["-10.00", "-4.00", "-6.00", "0.00", "10.00"],
        ("A", "7.0000"): ["7.00", "", "", "7.00", "0.00"],  # without a cost there is no margin
        ("B", "50.0000"): ["40.00", "8.00", "32.00", "40.00", "0.00"],
        ("C", "9.0000"): ["", "", "", "", "0.00"],  # without a rate there is nothing in our currency
    }
    page = {(one[0], one[5]): one[6:9] for one in rows(shop.manager, columns=EVERY)}
    assert page["B", "$ 50.00"] == ["€ 40", "€ 8", "€ 32"]


def test_a_person_sees_the_lines_of_their_customers_and_no_name_of_a_partner_out_of_sight(shop):
    assert sorted({one[0] for one in rows(shop.rep)}) == ["A", "B"]
    text = make.signed_in(shop.rep).get(f"/orders/lines/?columns={EVERY}").content
    assert b"CANARY" not in text
    assert [line[4] for line in told(shop.rep).values()].count("by a partner") == 1
    assert "CANARY" not in str(told(shop.rep))
    assert "CANARY partner" in str(told(shop.manager))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("is_return=yes", [("A", "Frame")]),
        ("is_return=no&family=Wood", [("A", "Frame"), ("B", "Frame")]),
        ("sold_by=partner", [("B", "Frame")]),
        ("sold_by=direct&product=glass", [("A", "Glass"), ("C", "Glass")]),
        ("q=theirs", [("C", "Glass")]),
        ("q=A", [("A", "Frame"), ("A", "Frame"), ("A", "Glass")]),
        ("ordered_on_min=2026-03-03", []),
        ("ordered_on_max=2026-03-02&amount_min=40", [("B", "Frame")]),
    ],
)
def test_lines_are_filtered_and_found(shop, query, expected):
    assert sorted(map(tuple, rows(shop.manager, query))) == expected


def test_the_day_of_a_line_is_that_of_the_company(shop):
    make.make_company(time_zone="Europe/Berlin")
    late = dt.datetime(2026, 3, 4, 23, 30, tzinfo=dt.UTC)  # in Berlin it is the fifth
    make.make_order(make.make_contact(name="Late"), number="L", ordered_at=late, ordered_on=dt.date(2026, 3, 5))
    for query, count in (("ordered_on_min=2026-03-05", 1), ("ordered_on_max=2026-03-04&q=L", 0)):
        assert len(rows(shop.manager, query)) == count, query


def test_a_hidden_cost_takes_the_margin_along(shop):
    FieldRule.objects.create(role=Role.REP, model="orders.order", field="cost", right=FieldRight.HIDDEN)
    answer = make.signed_in(shop.rep).get("/orders/lines/?columns=number,base_margin")
    assert answer.status_code == 400
    offered = answer.context["listing"].design.specs
    assert {"base_cost", "base_margin", "unit_cost"}.isdisjoint(offered)
    assert "base_amount" in offered


def test_a_page_asks_as_much_for_three_lines_as_for_fifty(shop, django_assert_max_num_queries):
    client = make.signed_in(shop.manager)
    with django_assert_max_num_queries(12):
        client.get(f"/orders/lines/?columns={EVERY}")
    for number in range(40):
        make.make_order(make.make_contact(), number=f"N{number}")
    with django_assert_max_num_queries(12):
        client.get(f"/orders/lines/?columns={EVERY}")


def figures(person, name: str) -> dict[str, list]:
    """A ready report of all time: the words of its groups and its figures."""
    definition = definition_of(all_ready()[name]).changed(filter="")
    result = result_of(Report(definition, person))
    return {
        " / ".join(one.text for one in row.keys): [
            None if one.value is None else round(float(one.value), 4) for one in row.figures
        ]
        for row in result.rows
    }


def test_ready_reports_say_margin_returns_and_what_partners_sold(shop):
    assert figures(shop.manager, "margin-by-product") == {
        "Frame": [70.0, 10.0, 60.0, 44.0], "Glass": [7.0, 0.0, 7.0, None],
    }  # fmt: skip
    assert figures(shop.manager, "margin-by-family")["Wood"] == [70.0, 10.0, 60.0, 44.0]
    assert figures(shop.manager, "direct-and-partners") == {
        "directly / –": [27.0, round(27 / 67, 4), 12.0, 2.0],
        "by a partner / CANARY partner": [40.0, round(40 / 67, 4), 32.0, 1.0],
    }  # fmt: skip
    assert list(figures(shop.rep, "direct-and-partners")) == ["directly / –", "by a partner / not yours to see"]


def test_amounts_in_the_currencies_of_orders_are_not_put_together(shop):
    definition = definition_of(all_ready()["margin-by-family"]).changed(filter="", measures=("sum:amount",))
    result = result_of(Report(definition, shop.manager))
    assert {(row.keys[0].text, row.keys[1].text): row.figures[0].value for row in result.rows} == {
        ("Wood", "EUR"): 20, ("Wood", "USD"): 50, ("Glass", "EUR"): 7, ("Glass", "CHF"): 9,
    }  # fmt: skip
