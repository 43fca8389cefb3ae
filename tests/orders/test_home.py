"""Sales on the home page: the last 30 days beside the 30 before, of the orders that the person may see."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from orders.home import newest_orders_card, sales_card
from orders.models import Order

TODAY = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
GAP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def manager(db) -> User:
    return User.objects.create_user("m@crm.example", name="Mia", role=Role.MANAGER)


def buy(owner: User | None, days_ago: int, amount: int) -> Order:
    day = timezone.now() - dt.timedelta(days=days_ago)
    contact = Contact.objects.create(name="Anna", owner=owner, sort_name="anna")
    money = Decimal(amount)
    return Order.objects.create(
        contact=contact, ordered_at=day, ordered_on=day.date(), currency="EUR", amount=money, base_amount=money,
        is_purchase=amount >= 0,
    )  # fmt: skip


def ask(rf, user: User):
    request = rf.get("/")
    request.user = user
    return request


def values(card) -> dict[str, tuple[str, str]]:
    return {figure["label"]: (figure["value"], figure.get("change", "")) for figure in card["figures"]}


def test_without_orders_there_is_no_card(rf, manager):
    assert (sales_card(ask(rf, manager)), newest_orders_card(ask(rf, manager))) == (None, None)


def test_sales_beside_the_days_before(rf, manager):
    for days_ago, amount in ((0, 100), (29, 50), (30, 100), (59, 20), (60, 999), (3, -20)):
        buy(None, days_ago, amount)
    card = sales_card(ask(rf, manager))
    assert values(card) == {
        "Revenue": (f"€{GAP}130", f"+8{GAP}%"),
        "Orders": ("2", "as before"),
        "Customers who bought": ("2", "as before"),
        "An order, on average": (f"€{GAP}65", f"+8{GAP}%"),
    }
    assert card["figures"][0]["url"] == "/orders/?ordered_on_min=2026-10-24&ordered_on_max=2026-11-22"


def test_old_data_are_shown_up_to_their_last_order(rf, manager):
    buy(None, 400, 70)
    card = sales_card(ask(rf, manager))
    assert (card["words"].replace(GAP, " "), values(card)["Revenue"][0]) == (
        "30 days up to 18 Oct 2025, the last order",
        f"€{GAP}70",
    )


def test_sales_of_a_rep_leave_strangers_out(rf, manager):
    rep = User.objects.create_user("r@crm.example", name="Rea", role=Role.REP)
    buy(rep, 1, 10)
    buy(manager, 1, 90)
    assert values(sales_card(ask(rf, rep)))["Revenue"][0] == f"€{GAP}10"


def test_sums_are_kept_for_a_while_by_what_was_asked(rf, manager):
    buy(manager, 1, 90)
    first = sales_card(ask(rf, manager))
    buy(manager, 1, 10)
    again = sales_card(ask(rf, manager))
    assert (values(again), again["as_of"]) == (values(first), first["as_of"])
    rep = User.objects.create_user("r@crm.example", name="Rea", role=Role.REP)
    buy(rep, 1, 7)
    assert values(sales_card(ask(rf, rep)))["Revenue"][0] == f"€{GAP}7"


def test_newest_orders_and_their_customers_are_one_question(rf, manager, django_assert_num_queries):
    for days_ago in (1, 2, 3):
        buy(None, days_ago, 10)
    request = ask(rf, manager)
    newest_orders_card(request)  # the person's rights are read once a request
    with django_assert_num_queries(1):
        names = [str(order.contact) for order in newest_orders_card(request)["orders"]]
    assert names == ["Anna"] * 3
