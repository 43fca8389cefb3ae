"""The demo company, once loaded: right in every kept column, like a company that somebody works in."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Max, Min, Sum

from contacts import keeping as contact_keeping
from contacts.models import AcquiredList, Contact, ContactPoint, Interaction, Responsibility
from contacts.normalising import normalise_point
from crm.choices import Role
from crm.dashboards.queries import tiles_for
from crm.models import Company, LogEntry, User
from crm.tiles.spec import Question
from orders import keeping as order_keeping
from orders.invoices import keeping as invoice_keeping
from orders.models import Order, OrderLine
from pipeline.models import Quote
from pipeline.quotes.totals import totals_of
from tests.demo.conftest import SIZE
from tests.factories import signed_in
from tests.held import held
from tests.tiles.behind import rows_behind, wrong_figures

START, END = dt.date(2023, 4, 1), dt.date(2026, 3, 31)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[None]:
    with held(django_db_blocker):
        call_command("load_demo", *SIZE, verbosity=0)
        yield


def test_kept_columns_are_what_recomputing_gives():
    statements = (
        contact_keeping.REFRESH_SQL.format(chosen=contact_keeping.EVERY_CONTACT),
        order_keeping.TOTALS_SQL.format(chosen=order_keeping.EVERY_ORDER),
        order_keeping.PRODUCTS_SQL.format(chosen=order_keeping.EVERY_PRODUCT),
        invoice_keeping.INVOICES_SQL.format(chosen=invoice_keeping.EVERY_INVOICE),
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount == 0


def test_points_are_normalised_as_the_pages_do_it():
    points = list(ContactPoint.objects.values_list("kind", "value", "normalised"))
    assert points
    assert [normalise_point(kind, value) for kind, value, _ in points] == [point[2] for point in points]


def test_points_reach_nobody():
    emails = ContactPoint.objects.filter(kind="email").values_list("value", flat=True)
    assert all(value.endswith(".example") for value in emails)


def test_returns_are_negative_and_no_purchases():
    returns = Order.objects.filter(is_purchase=False)
    assert returns.exists()
    assert not returns.filter(amount__gte=0).exists()
    assert not OrderLine.objects.filter(order__in=returns, quantity__gte=0).exists()


def test_every_customer_has_bought_within_the_period():
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 60
    days = Order.objects.aggregate(first=Min("ordered_on"), last=Max("ordered_on"))
    assert days["first"] >= START
    assert days["last"] <= END


def test_lines_add_up_to_the_cent():
    wrong = OrderLine.objects.exclude(amount=F("quantity") * F("unit_price") - F("discount"))
    assert not wrong.exists()
    totals = OrderLine.objects.values("order").annotate(total=Sum("amount")).exclude(total=F("order__amount"))
    assert not totals.exists()


def test_quotes_add_up_and_are_what_their_orders_and_deals_are_worth():
    quotes = list(Quote.objects.prefetch_related("lines").select_related("order", "deal"))
    assert {"sent", "accepted"} <= {quote.state for quote in quotes}
    for quote in quotes:
        added = totals_of(quote.lines.all(), quote.currency, quote.discount)
        assert (quote.net_amount, quote.tax_amount, quote.amount) == (added.net, added.tax, added.total)
        assert quote.order is None or quote.order.amount == quote.net_amount
        assert not quote.is_primary or quote.deal.amount == quote.net_amount


def test_history_lies_between_the_first_day_of_a_contact_and_the_last_of_the_demo():
    assert Interaction.objects.count() > 60
    assert not Interaction.objects.filter(occurred_at__date__lt=F("contact__created_on")).exists()
    assert not Interaction.objects.filter(occurred_at__date__gt=END).exists()
    assert not Interaction.objects.filter(body__contains="{").exists()


def test_people_work_at_organizations_and_share_their_owner():
    people = Contact.objects.filter(organization__isnull=False)
    assert people.exists()
    assert not people.exclude(organization__kind="organization").exists()
    assert not people.exclude(team=F("organization__team")).filter(team__isnull=False).exists()
    assert Contact.objects.filter(owner=None).exists()


def test_demo_accounts_sign_in_and_the_others_do_not():
    accounts = User.objects.filter(email__endswith="@example.com")
    roles = dict(accounts.values_list("email", "role"))
    assert roles == {f"{role}@example.com": role for role in ("rep", "marketer", "agent", "manager", "admin")}
    assert all(user.check_password("demo") for user in accounts)
    others = User.objects.exclude(email__endswith="@example.com")
    assert len(others) >= 10
    assert not any(user.has_usable_password() for user in others)
    assert Company.objects.get().is_demo


def test_rep_has_a_team_mate_and_contacts():
    rep = User.objects.get(email="rep@example.com")
    assert rep.team.name == "North"
    assert rep.team.members.exclude(pk=rep.pk).filter(role="rep").exists()
    assert rep.contacts.exists()


def test_loading_is_one_log_entry():
    entry = LogEntry.objects.get(verb="load demo")
    assert "60 customers" in entry.summary


def test_names_come_from_lists_and_accounts_are_reviewed():
    assert AcquiredList.objects.filter(entries__isnull=False).distinct().count() == 4
    assert Responsibility.objects.filter(review_days__gt=0, owner__is_active=True).count() == 3
    reviewed = Contact.objects.exclude(review_days=None)
    assert reviewed.exists()
    assert not reviewed.exclude(review_on=F("reviewed_on") + F("review_days")).exists()
    asked_lately = Contact.objects.filter(kind="organization", external_id=None)  # nobody has judged them yet
    accounts = Contact.objects.filter(kind="organization", archived_at=None).exclude(pk__in=asked_lately)
    assert accounts.exists()
    assert not accounts.filter(potential=None).exists()


@pytest.mark.parametrize("role", Role.values)
def test_every_figure_of_the_home_pages_has_exactly_its_rows_behind_it(role):
    user = User.objects.filter(role=role).order_by("pk")[0]
    client = signed_in(user)
    assert client.get("/").status_code == 200
    assert wrong_figures(client, user) == {}


def test_every_cell_of_the_tiles_has_exactly_its_rows_behind_it():
    user = User.objects.filter(role=Role.MANAGER).order_by("pk")[0]
    client, wrong = signed_in(user), {}
    for tile in tiles_for(user).values():
        content = tile.read(user, Question("quarter"))
        # the demo ends before the last days that service and campaigns are asked for
        assert tile.name in ("service", "campaigns") or content.rows, tile.name
        for row in content.rows[:2] if content else ():
            for head, cell in zip(content.heads, row, strict=True):
                if cell.url and isinstance(cell.value, int) and rows_behind(client, cell.url) != cell.value:
                    wrong[tile.name, head, cell.text] = cell.url
    assert wrong == {}
