"""Subscriptions: by dates, by lengths, by ids; the same file again changes nothing, on another day either."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.models import Contact
from crm.choices import Role
from crm.company import company_today
from orders.contracts.renewing import renew_due
from orders.contracts.terms import months_later
from orders.models import Subscription
from tests.factories import make_contact, make_user
from tests.importing.tables import DATA, brought_in, counts, written

pytestmark = pytest.mark.django_db
DATED = """contact_external_id,plan,started_on,ended_on,monthly_amount,currency
c1,Basic,2024-01-15,,19.90,EUR
c1,Plus,2023-01-15,2024-01-14,29.90,EUR
c2,Basic,2024-03-01,2024-02-01,19.90,EUR
"""
LENGTHS = ("customerID=contact_external_id", "tenure=tenure_months", "Churn=ended", "Contract=plan")


def imported(tmp_path, content, mapped=(), **options):
    return brought_in("subscriptions", written(tmp_path, content), mapped, **options)


def stored():
    columns = ("contact__external_id", "plan", "started_on", "ended_on")
    return list(Subscription.objects.order_by("contact__external_id", "started_on").values_list(*columns))


def test_contracts_by_dates_come_in_once_and_a_wrong_one_stays_out(tmp_path):
    result = imported(tmp_path, DATED)
    assert (counts(result), result.counts.related) == ((2, 0, 0, 1), {"contacts": 1})
    assert stored() == [
        ("c1", "Plus", dt.date(2023, 1, 15), dt.date(2024, 1, 14)),
        ("c1", "Basic", dt.date(2024, 1, 15), None),
    ]
    assert Subscription.objects.get(plan="Basic").monthly_amount == Decimal("19.90")
    assert counts(imported(tmp_path, DATED)) == (0, 0, 2, 1)


def test_a_later_end_and_another_price_change_the_contract(tmp_path):
    imported(tmp_path, DATED)
    changed = "contact_external_id,plan,started_on,ended_on,monthly_amount\nc1,Basic,2024-01-15,2025-01-14,21\n"
    assert counts(imported(tmp_path, changed)) == (0, 1, 0, 0)
    basic = Subscription.objects.get(plan="Basic")
    assert (basic.ended_on, basic.monthly_amount) == (dt.date(2025, 1, 14), Decimal(21))
    early = "contact_external_id,plan,started_on,ended_on\nc1,Basic,2024-01-15,2024-01-01\n"
    assert counts(imported(tmp_path, early)) == (0, 0, 0, 1)


def test_a_length_is_counted_back_from_the_day_of_the_import(tmp_path):
    content = "customerID,tenure,Churn,Contract\na,0,No,Monthly\nb,13,Yes,Yearly\nc,1.5,No,Monthly\n"
    assert counts(imported(tmp_path, content, LENGTHS)) == (3, 0, 0, 0)
    today = company_today()
    a, b, c = stored()
    assert a == ("a", "Monthly", today, None)
    assert b[3] == today
    assert (today.year * 12 + today.month) - (b[2].year * 12 + b[2].month) == 13
    assert 43 <= (today - c[2]).days <= 47


def test_a_file_of_lengths_is_known_again_on_later_days(tmp_path, monkeypatch):
    content = "customerID,tenure,Churn,Contract\na,5,No,Monthly\nb,13,Yes,Yearly\n"
    imported(tmp_path, content, LENGTHS)
    first = stored()
    later = timezone.now() + dt.timedelta(days=10)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert counts(imported(tmp_path, content, LENGTHS)) == (0, 0, 2, 0)
    assert stored() == first
    a_month_on = timezone.now() + dt.timedelta(days=20)
    monkeypatch.setattr(timezone, "now", lambda: a_month_on)
    assert counts(imported(tmp_path, content.replace("a,5,No", "a,6,Yes"), LENGTHS)) == (0, 1, 1, 0)
    assert stored()[0] == ("a", "Monthly", first[0][2], company_today())


def test_an_external_id_says_which_contract_it_is(tmp_path):
    content = "external_id,contact_external_id,plan,started_on\ns1,c1,Basic,2024-01-01\ns2,c1,Basic,2024-01-01\n"
    assert counts(imported(tmp_path, content)) == (2, 0, 0, 0)
    assert counts(imported(tmp_path, content)) == (0, 0, 2, 0)
    moved = content.replace("s2,c1,Basic,2024-01-01", "s2,c1,Plus,2024-02-01")
    assert counts(imported(tmp_path, moved)) == (0, 1, 1, 0)
    assert Subscription.objects.get(external_id="s2").started_on == dt.date(2024, 2, 1)


def test_neither_start_nor_length_is_refused_with_a_sentence(tmp_path):
    result = imported(tmp_path, "contact_external_id,plan\nc1,Basic\n")
    assert (counts(result), Contact.objects.count()) == ((0, 0, 0, 1), 0)
    assert "neither a start nor a number of months" in result.examples[0]


def test_a_rep_brings_in_contracts_of_own_customers_only(tmp_path):
    rep, other = make_user(Role.REP), make_user(Role.REP)
    make_contact(external_id="mine", owner=rep)
    make_contact(external_id="theirs", owner=other)
    content = "contact_external_id,plan,started_on\nmine,Basic,2024-01-01\ntheirs,Basic,2024-01-01\n"
    assert counts(imported(tmp_path, content, actor=rep)) == (1, 0, 0, 1)


def test_the_telco_file_comes_in_as_contracts(tmp_path):
    mapped = (*LENGTHS, "MonthlyCharges=monthly_amount")
    result = brought_in("subscriptions", DATA / "telco_churn.csv", mapped)
    assert counts(result) == (7043, 0, 0, 0)
    ended = Subscription.objects.filter(ended_on__isnull=False)
    assert (ended.count(), Subscription.objects.filter(plan="Two year", tenure_months=72).count()) == (1869, 343)


def test_a_contract_that_renews_by_itself_is_told_so_and_gets_its_day_in_the_night(tmp_path):
    start = company_today() - dt.timedelta(days=90)
    rows = f"contact_external_id,plan,started_on,term_months,auto_renews\nc1,A,{start},12,yes\nc1,B,{start},12,\n"
    assert counts(imported(tmp_path, rows)) == (2, 0, 0, 0)
    assert renew_due(company_today()) == 0
    days = dict(Subscription.objects.values_list("plan", "renews_on"))
    assert days == {"A": months_later(start, 12), "B": None}
    again = f"contact_external_id,plan,started_on,auto_renews\nc1,A,{start},no\n"
    assert counts(imported(tmp_path, again)) == (0, 1, 0, 0)
    assert not Subscription.objects.filter(auto_renews=True).exists()
