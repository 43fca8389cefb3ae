"""The demo company: the same again for the same seed, right in every kept column, never mixed with real data."""

import datetime as dt

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.models import F, Max, Min, Sum

from contacts import keeping as contact_keeping
from contacts.models import AcquiredList, Contact, ContactPoint, Interaction, Responsibility
from contacts.normalising import normalise_point
from crm.demo import house
from crm.models import Company, LogEntry, User
from orders import keeping as order_keeping
from orders.invoices import keeping as invoice_keeping
from orders.models import Order, OrderLine

START, END = dt.date(2023, 4, 1), dt.date(2026, 3, 31)


def test_same_seed_gives_the_same_data(load_demo, checksum, taken_back):
    with taken_back():
        load_demo()
        first = checksum()
    load_demo()
    assert checksum() == first


def test_another_seed_gives_other_data(load_demo, checksum, taken_back):
    with taken_back():
        load_demo()
        first = checksum()
    load_demo("--seed", 2)
    assert all(a != b for a, b in zip(first, checksum(), strict=True))


def test_kept_columns_are_what_recomputing_gives(load_demo):
    load_demo()
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


def test_points_are_normalised_as_the_pages_do_it(load_demo):
    load_demo()
    points = list(ContactPoint.objects.values_list("kind", "value", "normalised"))
    assert points
    assert [normalise_point(kind, value) for kind, value, _ in points] == [point[2] for point in points]


def test_points_reach_nobody(load_demo):
    load_demo()
    emails = ContactPoint.objects.filter(kind="email").values_list("value", flat=True)
    assert all(value.endswith(".example") for value in emails)


def test_every_customer_has_bought_within_the_period(load_demo):
    load_demo()
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 60
    days = Order.objects.aggregate(first=Min("ordered_on"), last=Max("ordered_on"))
    assert days["first"] >= START
    assert days["last"] <= END


def test_lines_add_up_to_the_cent(load_demo):
    load_demo()
    wrong = OrderLine.objects.exclude(amount=F("quantity") * F("unit_price") - F("discount"))
    assert not wrong.exists()
    totals = OrderLine.objects.values("order").annotate(total=Sum("amount")).exclude(total=F("order__amount"))
    assert not totals.exists()


def test_returns_are_negative_and_no_purchases(load_demo):
    load_demo("--customers", 400)
    returns = Order.objects.filter(is_purchase=False)
    assert returns.exists()
    assert not returns.filter(amount__gte=0).exists()
    assert not OrderLine.objects.filter(order__in=returns, quantity__gte=0).exists()


def test_history_lies_between_the_first_day_of_a_contact_and_the_last_of_the_demo(load_demo):
    load_demo()
    assert Interaction.objects.count() > 60
    assert not Interaction.objects.filter(occurred_at__date__lt=F("contact__created_on")).exists()
    assert not Interaction.objects.filter(occurred_at__date__gt=END).exists()
    assert not Interaction.objects.filter(body__contains="{").exists()


def test_people_work_at_organizations_and_share_their_owner(load_demo):
    load_demo()
    people = Contact.objects.filter(organization__isnull=False)
    assert people.exists()
    assert not people.exclude(organization__kind="organization").exists()
    assert not people.exclude(team=F("organization__team")).filter(team__isnull=False).exists()
    assert Contact.objects.filter(owner=None).exists()


def test_many_batches_make_one_company(load_demo, monkeypatch):
    monkeypatch.setattr(house, "BATCH_SIZE", 25)
    load_demo()
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 60
    assert Order.objects.values("number").distinct().count() == Order.objects.count()


@pytest.mark.parametrize("customers", [1, 2, 7])
def test_smallest_companies_load(load_demo, customers):
    load_demo("--customers", customers)
    assert Order.objects.values("contact").distinct().count() == customers


def test_demo_accounts_sign_in_and_the_others_do_not(load_demo):
    load_demo()
    accounts = User.objects.filter(email__endswith="@example.com")
    roles = dict(accounts.values_list("email", "role"))
    assert roles == {f"{role}@example.com": role for role in ("rep", "marketer", "agent", "manager", "admin")}
    assert all(user.check_password("demo") for user in accounts)
    others = User.objects.exclude(email__endswith="@example.com")
    assert len(others) >= 10
    assert not any(user.has_usable_password() for user in others)
    assert Company.objects.get().is_demo


def test_rep_has_a_team_mate_and_contacts(load_demo):
    load_demo()
    rep = User.objects.get(email="rep@example.com")
    assert rep.team.name == "North"
    assert rep.team.members.exclude(pk=rep.pk).filter(role="rep").exists()
    assert rep.contacts.exists()


def test_demo_accounts_have_no_password_where_others_can_reach_the_site(load_demo, settings):
    settings.CRM_BASE_URL = "https://crm.company.example"
    load_demo()
    assert not User.objects.get(email="admin@example.com").has_usable_password()


def test_loading_is_one_log_entry(load_demo):
    load_demo()
    entry = LogEntry.objects.get(verb="load demo")
    assert "60 customers" in entry.summary


def test_contacts_that_are_there_are_not_mixed_with_the_demo(load_demo):
    Contact.objects.create(name="Somebody real")
    with pytest.raises(CommandError, match="There are 1 contacts already"):
        load_demo()
    assert Contact.objects.count() == 1
    assert not User.objects.exists()


def test_demo_is_added_when_asked(load_demo):
    load_demo()
    load_demo("--add")
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 120
    assert User.objects.filter(email="rep@example.com").count() == 1


def test_a_real_company_is_never_mixed_with_the_demo(load_demo):
    Company.objects.create(pk=1, name="Real Frames", currency="EUR")
    with pytest.raises(CommandError, match="This is the CRM of Real Frames"):
        load_demo("--add")
    assert not User.objects.exists()


@pytest.mark.parametrize("words", [("--customers", 0), ("--years", 0), ("--seed", -1)])
def test_numbers_out_of_range_are_refused(load_demo, words):
    with pytest.raises(CommandError, match="must be between"):
        load_demo(*words)


def test_a_demo_of_the_future_is_refused(load_demo):
    with pytest.raises(CommandError, match="lies in the future"):
        load_demo("--until", "2999-01-01")


def test_names_come_from_lists_and_accounts_are_reviewed(load_demo):
    load_demo()
    assert AcquiredList.objects.filter(entries__isnull=False).distinct().count() == 4
    assert Responsibility.objects.filter(review_days__gt=0, owner__is_active=True).count() == 3
    reviewed = Contact.objects.exclude(review_days=None)
    assert reviewed.exists()
    assert not reviewed.exclude(review_on=F("reviewed_on") + F("review_days")).exists()
    assert not Contact.objects.filter(kind="organization", archived_at=None, potential=None).exists()
