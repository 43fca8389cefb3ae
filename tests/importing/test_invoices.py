"""Invoices, payments, registrations by file: the same file again changes nothing; a fault in a row stops no other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crm.choices import Role
from orders.models import Invoice, Payment, ProductRegistration
from tests.factories import make_contact, make_order, make_product, make_team, make_user
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
INVOICES = """number,contact_external_id,issued_on,due_on,amount,state,open_amount,order_id
R1,c1,2026-01-10,2026-01-24,119.00,partially paid,19.00,
R2,c1,2026-01-11,2026-01-25,50.00,paid,,SO-1
R3,c2,2026-01-12,,70.50,unpaid,,
R4,c2,2026-01-13,,10.00,void,,
R5,c2,2026-01-14,2026-01-01,10.00,unpaid,,
R6,c2,2026-01-15,,10.00,unpaid,,SO-9
R7,c2,2026-01-15,,1e15,unpaid,,
"""
PAYMENTS = """external_id,invoice_number,paid_on,amount,method,reference
p1,R3,2026-02-01,20.50,wire,thanks
,R3,2026-02-02,5,,
,R3,2026-02-02,5,,
p2,R9,2026-02-01,20,wire,
p3,R3,2099-02-01,20,wire,
p4,R3,2026-02-01,0,wire,
"""


def imported(kind, tmp_path, content, **options):
    return brought_in(kind, written(tmp_path, content), **options)


def standing():
    rows = Invoice.objects.order_by("number").values_list("number", "state", "paid_amount", "open_amount")
    return [(number, state, f"{paid:f}", f"{left:f}") for number, state, paid, left in rows]


def test_invoices_come_in_with_what_is_paid_and_again_change_nothing(tmp_path):
    order = make_order(make_contact(), number="SO-1")
    result = imported("invoices", tmp_path, INVOICES)
    assert (counts(result), result.counts.related) == ((4, 0, 0, 3), {"contacts": 2})
    expected = [
        ("R1", "part_paid", "100.0000", "19.0000"),
        ("R2", "paid", "50.0000", "0.0000"),
        ("R3", "open", "0.0000", "70.5000"),
        ("R4", "cancelled", "0.0000", "0.0000"),
    ]
    assert standing() == expected
    assert Invoice.objects.get(number="R2").order == order
    assert counts(imported("invoices", tmp_path, INVOICES)) == (0, 0, 4, 3)
    assert (standing(), Payment.objects.count()) == (expected, 2)
    later = INVOICES.replace("119.00,partially paid,19.00", "119.00,partially paid,9.00")
    assert counts(imported("invoices", tmp_path, later)) == (0, 1, 3, 3)
    assert standing()[0] == ("R1", "part_paid", "110.0000", "9.0000")


def test_payments_come_in_once_and_those_that_cannot_be_stay_out(tmp_path):
    imported("invoices", tmp_path, INVOICES)
    result = imported("payments", tmp_path, PAYMENTS)
    assert counts(result) == (3, 0, 0, 3)
    assert standing()[1] == ("R3", "part_paid", "30.5000", "40.0000")  # the other R2 names an order nobody knows
    assert counts(imported("payments", tmp_path, PAYMENTS)) == (0, 0, 3, 3)
    assert Payment.objects.filter(invoice__number="R3").count() == 3
    other = "external_id,invoice_number,paid_on,amount\np1,R3,2026-02-01,21\n"
    assert counts(imported("payments", tmp_path, other)) == (0, 0, 0, 1)


def test_a_number_and_an_external_id_belong_together(tmp_path):
    one = "number,external_id,contact_external_id,issued_on,amount\nR1,e1,c1,2026-01-10,5\n"
    assert counts(imported("invoices", tmp_path, one)) == (1, 0, 0, 0)
    for wrong in ("R2,e1,c1,2026-01-10,5", "R1,e2,c1,2026-01-10,5", "R3,e3,c,2026-01-10,5\nR3,e4,c,2026-01-10,5"):
        rows = "number,external_id,contact_external_id,issued_on,amount\n" + wrong + "\n"
        assert counts(imported("invoices", tmp_path, rows))[:3] == (0, 0, 0), wrong
    assert Invoice.objects.count() == 1


def test_a_rep_changes_no_invoice_of_a_stranger_by_a_file(tmp_path):
    rep, stranger = make_user(Role.REP, team=make_team()), make_user(Role.REP, team=make_team())
    foreign = make_contact(owner=stranger, team=stranger.team, external_id="c1")
    imported("invoices", tmp_path, "number,contact_external_id,issued_on,amount\nR1,c1,2026-01-10,5\n")
    theirs = "number,contact_external_id,issued_on,amount\nR1,mine,2026-01-10,9\nR2,c1,2026-01-10,9\n"
    assert counts(imported("invoices", tmp_path, theirs, actor=rep)) == (0, 0, 0, 2)
    paid = "invoice_number,paid_on,amount\nR1,2026-01-10,5\n"
    assert counts(imported("payments", tmp_path, paid, actor=rep)) == (0, 0, 0, 1)
    assert list(Invoice.objects.values_list("contact", "amount", "paid_amount")) == [(foreign.pk, 5, 0)]


REGISTRATIONS = """contact_external_id,product_external_id,serial,bought_on,warranty_ends_on
c1,lamp,  ab  1 ,2026-01-31,
c1,lamp,AB 1,2026-01-31,
c2,lamp,ab 2,,2027-05-05
c2,desk,ab 1,2026-02-01,2026-01-01
"""


def test_registrations_come_in_once_by_product_and_serial_number(tmp_path):
    make_product(external_id="lamp", warranty_months=1)
    result = imported("registrations", tmp_path, REGISTRATIONS)
    assert (counts(result), result.counts.related) == ((2, 1, 0, 1), {"contacts": 2})
    rows = ProductRegistration.objects.order_by("serial").values_list("serial", "warranty_ends_on")
    assert list(rows) == [("AB 1", dt.date(2026, 2, 28)), ("ab 2", dt.date(2027, 5, 5))]
    assert counts(imported("registrations", tmp_path, REGISTRATIONS)) == (0, 0, 3, 1)
    moved = "contact_external_id,product_external_id,serial\nc3,lamp,ab 2\n"
    assert counts(imported("registrations", tmp_path, moved)) == (0, 1, 0, 0)
    assert ProductRegistration.objects.get(serial="ab 2").contact.external_id == "c3"
    assert Decimal(ProductRegistration.objects.count()) == 2
