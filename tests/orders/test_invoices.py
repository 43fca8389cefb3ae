"""Invoices: what is paid, what is open, what is overdue; no currency is added to another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction

from crm.choices import Role
from crm.company import company_today
from crm.models import ExchangeRate
from orders.choices import InvoiceState
from orders.invoices.actions import add_payment, cancel_invoice, change_invoice
from orders.invoices.queries import state_is
from orders.models import Invoice, Payment
from orders.told import balances_of
from tests import factories as make
from tests.concurrency.racing import at_once

pytestmark = pytest.mark.django_db
YESTERDAY = dt.timedelta(days=1)


@pytest.fixture
def contact(db):
    make.make_company()
    return make.make_contact()


def test_payments_move_an_invoice_from_open_to_paid(contact):
    invoice = make.make_invoice(contact, amount=Decimal("119.00"))
    states = []
    for amount in ("19.00", "99.99", "0.01"):
        add_payment(actor=None, invoice=invoice, amount=Decimal(amount))
        invoice.refresh_from_db()
        states.append((invoice.state, invoice.paid_amount, invoice.open_amount))
    assert states == [
        (InvoiceState.PART_PAID, Decimal(19), Decimal(100)),
        (InvoiceState.PART_PAID, Decimal("118.99"), Decimal("0.01")),
        (InvoiceState.PAID, Decimal(119), Decimal(0)),
    ]
    add_payment(actor=None, invoice=invoice, amount=Decimal("-119"), reference="sent back by the bank")
    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == (InvoiceState.OPEN, Decimal(119))


def test_kept_figures_equal_exact_sums_for_invoices_and_credit_notes(contact):
    amounts = [Decimal(text) for text in ("0.1", "0.2", "-0.3", "33.3333", "-12.0001", "7", "0.0001")]
    for total in (Decimal("41.3333"), Decimal("-41.3333"), Decimal(0)):
        invoice = make.make_invoice(contact, amount=total)
        for index, amount in enumerate(amounts):
            add_payment(actor=None, invoice=invoice, amount=amount)
            invoice.refresh_from_db()
            paid = sum(Fraction(one) for one in amounts[: index + 1])
            left = Fraction(total) - paid
            assert (Fraction(invoice.paid_amount), Fraction(invoice.open_amount)) == (paid, left)
            is_settled = left <= 0 if total > 0 else left >= 0 if total < 0 else True
            assert (invoice.state == InvoiceState.PAID) is is_settled


def test_a_cancelled_invoice_asks_for_nothing_and_owes_what_was_paid(contact):
    invoice = make.make_invoice(contact, paid=30)
    cancel_invoice(actor=None, invoice=invoice)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == (InvoiceState.CANCELLED, Decimal(-30))
    with pytest.raises(ValidationError, match="cancelled"):
        add_payment(actor=None, invoice=invoice, amount=Decimal(1))
    add_payment(actor=None, invoice=invoice, amount=Decimal(-30))
    assert balances_of(None, contact) == []


def test_what_is_past_its_last_day_is_overdue_until_it_is_paid(contact):
    today = company_today()
    late = make.make_invoice(contact, issued_on=today - 30 * YESTERDAY, due_on=today - YESTERDAY, paid=40)
    make.make_invoice(contact, issued_on=today, due_on=today)
    paid = make.make_invoice(contact, issued_on=today - 30 * YESTERDAY, due_on=today - YESTERDAY, paid=100)
    assert [one.state_on(today) for one in (late, paid)] == [InvoiceState.OVERDUE, InvoiceState.PAID]
    found = {state: set(Invoice.objects.filter(state_is([state]))) for state in InvoiceState}
    assert found[InvoiceState.OVERDUE] == {late}
    for one in Invoice.objects.all():
        assert [state for state, rows in found.items() if one in rows] == [one.state_on(today)]
    assert all(not first & second for first, second in pairwise(found.values()))


def test_balances_stand_by_currency_and_are_compared_in_the_company_s(contact):
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 1, 1), rate=Decimal("0.9"))
    make.make_invoice(contact, amount=Decimal(100))
    make.make_invoice(contact, amount=Decimal(50), currency="USD", paid=10)
    no_rate = make.make_invoice(contact, amount=Decimal(7), currency="CHF")
    assert [(one.currency, one.open) for one in balances_of(None, contact)] == [
        ("CHF", Decimal(7)),
        ("EUR", Decimal(100)),
        ("USD", Decimal(40)),
    ]
    assert no_rate.base_open_amount is None
    known = Invoice.objects.exclude(pk=no_rate.pk).order_by("base_open_amount")
    assert list(known.values_list("base_open_amount", flat=True)) == [36, 100]


def test_contacts_are_found_by_open_balance_and_overdue_invoices(contact):
    other, today = make.make_contact(), company_today()
    make.make_invoice(contact, amount=Decimal(90))
    make.make_invoice(contact, amount=Decimal(20), issued_on=dt.date(2026, 1, 1), due_on=today - YESTERDAY)
    make.make_invoice(other, amount=Decimal(100))
    client = make.signed_in(make.make_user(Role.MANAGER))

    def found(condition: str) -> list[int]:
        tree = f'{{"version": 1, "where": {{"all": [{condition}]}}}}'
        return [row.pk for row in client.get("/contacts/", {"filter": tree}).context["table"].rows]

    assert found('{"field": "open_balance", "op": "over", "value": 100}') == [contact.pk]
    assert found('{"field": "open_balance", "op": "at_least", "value": "100"}') == [contact.pk, other.pk]
    assert found('{"field": "has_overdue", "op": "is", "value": "yes"}') == [contact.pk]
    assert found('{"field": "has_overdue", "op": "is", "value": "no"}') == [other.pk]


def test_payments_are_only_added_to(contact):
    make.make_invoice(contact, paid=10)
    for statement in ("UPDATE orders_payment SET amount = 99", "DELETE FROM orders_payment"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_currency_stays_once_money_came(contact):
    invoice = make.make_invoice(contact, paid=10)
    with pytest.raises(ValidationError, match="currency stays"):
        change_invoice(actor=None, invoice=invoice, version=1, fields={"currency": "USD"})


@pytest.mark.django_db(transaction=True)
def test_two_payments_at_once_are_both_counted():
    make.make_company()
    invoice = make.make_invoice(make.make_contact())
    at_once([lambda: add_payment(actor=None, invoice=invoice, amount=Decimal(30))] * 2)
    invoice.refresh_from_db()
    assert (invoice.paid_amount, Payment.objects.count()) == (Decimal(60), 2)


def test_pages_make_an_invoice_of_an_order_and_take_its_payment(contact):
    order = make.make_order(contact, number="SO-9")
    client = make.signed_in(make.make_user(Role.MANAGER))
    form = client.get(f"/invoices/new/?order={order.pk}").context["form"]
    assert [form[name].value() for name in ("contact", "order_number", "amount")] == [contact.pk, "SO-9", Decimal(10)]
    sent = {"contact": contact.pk, "number": "2026-1", "order_number": "SO-9", "issued_on": "2026-03-02"}
    made = client.post("/invoices/new/", {**sent, "due_on": "2026-03-01", "amount": "10", "currency": "EUR"})
    assert made.status_code == 422
    assert "due before it is issued" in made.content.decode()
    made = client.post("/invoices/new/", {**sent, "due_on": "2026-03-16", "amount": "10", "currency": "EUR"})
    invoice = Invoice.objects.get()
    assert (made["Location"], invoice.order) == (invoice.get_absolute_url(), order)
    page = f"{invoice.get_absolute_url()}payments/new/"
    assert client.get(page).context["form"]["amount"].value() == Decimal(10)
    assert client.post(page, {"amount": "10", "paid_on": "2099-01-01"}).status_code == 422
    assert client.post(page, {"amount": "4", "paid_on": "2026-03-03", "method": "card"}).status_code == 302
    text = client.get(invoice.get_absolute_url()).content.decode()
    assert "Card" in text
    record = client.get(contact.get_absolute_url()).content.decode()
    assert "Open balance" in record
    assert "Invoice 2026-1" in record
    assert "Payment for 2026-1" in record


def test_timeline_of_invoices_pages_without_loss(contact):
    client = make.signed_in(make.make_user(Role.MANAGER))
    for day in range(1, 29):
        invoice = make.make_invoice(contact, issued_on=dt.date(2026, 2, day))
        add_payment(actor=None, invoice=invoice, amount=Decimal(5), paid_on=dt.date(2026, 2, day))
    seen, path = [], f"/contacts/{contact.pk}/timeline/"
    page = client.get(path).context["timeline"]
    while page:
        seen += [entry.key for entry in page.entries if entry.key.startswith(("invoice", "payment"))]
        older = page.older_than
        page = client.get(path, {"before": older.isoformat()}).context["timeline"] if older else None
    assert len(seen) == len(set(seen)) == 56


def test_a_rep_sees_no_invoice_of_a_stranger(contact):
    rep = make.make_user(Role.REP, team=make.make_team())
    invoice = make.make_invoice(make.make_contact(owner=make.make_user(Role.REP, team=make.make_team())))
    client = make.signed_in(rep)
    for page in ("", "edit/", "payments/new/"):
        assert client.get(f"/invoices/{invoice.pk}/{page}").status_code == 404
    assert Invoice.objects.visible_to(rep).count() == Payment.objects.visible_to(rep).count() == 0
