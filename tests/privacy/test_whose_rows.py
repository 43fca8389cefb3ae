"""Whose rows a file holds: each list says by which paths its rows name contacts, and every way out follows them."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import get_resolver, reverse
from django.utils import timezone

from contacts.merging.actions import merge_contacts
from contacts.models import Contact
from contacts.privacy.looks.reading import PERHAPS, TAKEN_OUT, lines_of
from crm.choices import Role
from crm.exporting.taken import contact_paths, exports_with
from crm.log import log_export
from crm.models import ExportedContacts, LogEntry
from crm.views.lists import ListExport
from service.models import Ticket
from tests import factories as make
from tests.factories import signed_in
from tests.past.duplicate_actions import make_pair

pytestmark = pytest.mark.django_db
PATHS = {
    "analytics.duplicatepair": {"first_id", "second_id"},
    "analytics.sellalert": {"contact_id"},
    "campaigns.recipient": {"contact_id"},
    "contacts.contact": {"pk"},
    "crm.logentry": {"contact_id"},
    "feedback.response": {"contact_id"},
    "leads.lead": {"contact_id"},
    "orders.invoice": {"contact_id"},
    "orders.order": {"contact_id", "partner_id"},
    "orders.orderline": {"order__contact_id", "order__partner_id"},
    "orders.productregistration": {"contact_id"},
    "orders.subscription": {"contact_id"},
    "pipeline.deal": {"contact_id", "organization_id"},
    "pipeline.quote": {"contact_id", "recipient_id"},
    "service.compensation": {"contact_id"},
    "service.defection": {"contact_id"},
    "service.ticket": {"contact_id", "organization_id"},
}
OF_NOBODY = {
    "analytics.initiative", "campaigns.campaign", "campaigns.offer", "campaigns.play", "contacts.acquiredlist",
    "feedback.mysteryvisit", "feedback.suggestion", "orders.product",
}  # fmt: skip
FILES_ALONE = {
    "campaigns.piece": {"recipient__contact_id"},
    "contacts.consent": {"contact_id"},
    "contacts.interaction": {"contact_id"},
    "feedback.answer": {"response__contact_id"},
    "orders.payment": {"invoice__contact_id"},
    "service.ticketevent": {"ticket__contact_id", "ticket__organization_id"},
}
"""Rows that leave in a file of a command or for a printer."""


@pytest.fixture(autouse=True)
def company():
    make.make_company()


def told_of(contact) -> list[tuple[str, str]]:
    lines = lines_of(contact, 50)
    return [(one.did, one.what) for one in lines if one.did in (TAKEN_OUT, PERHAPS)]


def fetched(name: str, **asked: str) -> None:
    response = signed_in(make.make_user(Role.ADMIN)).get(reverse(name), asked)
    assert response.status_code == 200
    assert b"".join(response.streaming_content)


def below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_every_list_that_leaves_as_a_file_says_whom_its_rows_name():
    assert get_resolver().url_patterns  # all views are there
    found = {one.model._meta.label_lower: set(contact_paths(one.model)) for one in below(ListExport)}
    assert found == PATHS | {label: set() for label in OF_NOBODY}


@pytest.mark.parametrize("label", FILES_ALONE)
def test_rows_of_other_files_say_it_too(label):
    assert set(contact_paths(apps.get_model(label))) == FILES_ALONE[label]


@pytest.mark.parametrize("columns", ["", "first,second,probability"])
def test_both_of_a_pair_were_in_its_file(columns):
    pair, other = make_pair(), make.make_contact()
    fetched("duplicates:pair_export", **({"columns": columns} if columns else {}))
    assert [len(told_of(one)) for one in (pair.first, pair.second, other)] == [1, 1, 0]


@pytest.mark.parametrize("columns", ["", "amount", "number,amount,customer"])
def test_the_customer_and_the_partner_of_a_line_were_in_its_file(columns):
    anna, partner, bert = (make.make_contact(name=name) for name in ("Anna", "Partner", "Bert"))
    make.make_order(anna, partner=partner)
    make.make_order(None)
    fetched("orders:line_export", **({"columns": columns} if columns else {}))
    assert told_of(anna) == told_of(partner) == [(TAKEN_OUT, "Exported order lines")]
    assert told_of(bert) == []


def test_the_organization_of_deals_and_tickets_was_in_their_files():
    firm, anna, bert = make.make_contact(kind="organization"), make.make_contact(), make.make_contact()
    make.make_deal(contact=anna, organization=firm)
    Ticket.objects.filter(pk=make.make_ticket(anna).pk).update(organization=firm)
    fetched("pipeline:deal_export")
    fetched("service:ticket_export")
    assert [len(told_of(one)) for one in (firm, anna, bert)] == [2, 2, 0]


@pytest.mark.parametrize("kind", ["contacts", "orders", "tickets", "ticket_events", "interactions"])
def test_a_file_of_the_command_tells_whom_it_held(kind):
    anna, bert = make.make_contact(external_id="A1"), make.make_contact()
    make.make_order(anna, lines=({"quantity": 1, "amount": 5}, {"quantity": 2, "amount": 7}))
    make.make_ticket(anna)
    anna.interactions.create(channel="phone", subject="Hello", occurred_at=timezone.now())
    file = StringIO()
    call_command("export_data", kind, stdout=file)
    assert "A1" in file.getvalue() or kind == "ticket_events"
    entry = LogEntry.objects.get(verb="export")
    assert exports_with([anna.pk]) == [entry.pk]
    assert exports_with([bert.pk]) == ([entry.pk] if kind == "contacts" else [])
    assert ExportedContacts.objects.filter(entry=entry).count() == 1


def test_a_file_that_was_not_followed_may_have_held_them_whatever_it_is_of():
    anna = make.make_contact()
    product = apps.get_model("orders.product")
    for kind, what in (
        (Ticket, "tickets"), (Contact, "contacts"), (product, "products"), (Contact, "the report “Cities”"),
    ):  # fmt: skip
        log_export(actor=None, kind=kind, what=what)
    assert told_of(anna) == [
        (PERHAPS, "Exported the report “Cities”"), (TAKEN_OUT, "Exported contacts"), (PERHAPS, "Exported tickets"),
    ]  # fmt: skip


def test_exports_of_somebody_who_was_merged_into_a_newer_record_stay():
    old = make.make_contact(name="Anna Meier")
    fetched("contacts:contact_export", q="Meier")
    log_export(actor=None, kind=Contact, what="contacts", narrowed="City: Leeds")
    new = make.make_contact(name="A. Meier")
    Contact.objects.filter(pk=new.pk).update(created_at=timezone.now() + dt.timedelta(hours=1))
    assert told_of(new) == []
    merge_contacts(actor=None, kept=Contact.objects.get(pk=new.pk), gone=old)
    told = [(PERHAPS, "Exported contacts (City: Leeds)"), (TAKEN_OUT, "Exported contacts (Search: Meier)")]
    assert told_of(Contact.objects.get(pk=new.pk)) == told
