"""Two people save one record at once: one wins, the other is shown theirs beside their own; nothing is lost."""

from functools import partial
from typing import Any

import pytest

from contacts.actions import archive_contact
from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry, RowChange
from orders.models import Order, Product
from tests.concurrency.racing import at_once, fields_in
from tests.factories import make_company, make_contact, make_order, make_product, make_user, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


@pytest.fixture
def house():
    make_company()
    return make_user(Role.MANAGER, name="Mia"), make_user(Role.MANAGER, name="Otto")


def opened(client, url, *names):
    """What a browser sends back of the page as it was opened."""
    html = client.get(url).content.decode()
    return fields_in(html, ("opened", *names))


def contact_page(contact, **typed):
    values = {"kind": contact.kind, "name": contact.name, "industry": contact.industry, "source": contact.source}
    return {**values, **typed}


def test_of_two_saves_at_once_one_wins(house):
    """R9, R10: fifty writes by pairs; each pair has one answer 302 and one 409, and one change in the history."""
    clients = [signed_in(person) for person in house]
    contact = make_contact(name="Grace", owner=house[0])
    url = f"/contacts/{contact.pk}/edit/"
    for number in range(ROUNDS):
        page = opened(clients[0], url, "version")
        pages = [contact_page(contact, **page, industry=f"Trade {number} {who}") for who in (0, 1)]
        answers = at_once([partial(client.post, url, data) for client, data in zip(clients, pages, strict=True)])
        assert sorted(answer.status_code for answer in answers) == [302, 409]
    accepted = LogEntry.objects.filter(verb="change", object_id=contact.pk).count()
    kept = RowChange.objects.filter(table_name="contacts_contact", row_id=contact.pk, operation="U")
    versions = sorted(change.was["version"] for change in kept.exclude(request_id="") if change.was)
    assert accepted == ROUNDS
    assert versions == list(range(1, ROUNDS + 1))


def test_the_second_sees_theirs_beside_their_own(house):
    mia, otto = (signed_in(person) for person in house)
    contact = make_contact(name="Grace", industry="Wool", source="Fair", owner=house[0])
    url = f"/contacts/{contact.pk}/edit/"
    page = opened(mia, url, "version")
    otto.post(url, contact_page(contact, **opened(otto, url, "version"), industry="Steel", source="Web"))
    answer = mia.post(url, contact_page(contact, **page, industry="Glass"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Otto saved this record while you were typing" in html
    both = html.partition("conflict-table")[2].partition("</table>")[0]
    assert "Steel" in both
    assert "Glass" in both
    assert 'value="Glass"' in html
    assert 'value="Web"' in html, "what only the other changed is taken over"
    again = contact_page(contact, **fields_in(html, ("opened", "version")), industry="Glass", source="Web")
    assert mia.post(url, again).status_code == 302
    contact.refresh_from_db()
    assert (contact.industry, contact.source) == ("Glass", "Web")


def test_an_archived_contact_is_said(house):
    client = signed_in(house[0])
    contact = make_contact(owner=house[0])
    url = f"/contacts/{contact.pk}/edit/"
    page = opened(client, url, "version")
    archive_contact(actor=house[1], contact=contact)
    answer = client.post(url, contact_page(contact, **page, industry="Typed meanwhile"))
    assert answer.status_code == 409
    assert "Archived" in answer.content.decode()
    assert "Typed meanwhile" in answer.content.decode()


@pytest.mark.parametrize("kind", ["contact", "product", "order"])
def test_what_was_typed_survives_a_deletion(house, kind):
    client = signed_in(house[0])
    records: dict[str, Any] = {
        "contact": make_contact,
        "product": make_product,
        "order": lambda: make_order(make_contact()),
    }
    record = records[kind]()
    url = f"{record.get_absolute_url()}edit/"
    client.get(url)
    if kind == "order":
        record.lines.all().delete()
    type(record).objects.filter(pk=record.pk).delete()
    answer = client.post(url, {"name": "Typed meanwhile", "number": "Typed meanwhile"})
    assert answer.status_code == 404
    assert "Typed meanwhile" in answer.content.decode()
    assert "not there any more" in answer.content.decode()


def test_a_deletion_in_the_middle_of_a_save_is_said_too(house):
    """The record goes between the reading of the page and the lock: the answer is one of the two, never a fault."""
    client = signed_in(house[0])
    for _ in range(4):
        product = make_product(name="Lamp")
        page = fields_in(client.get(f"{product.get_absolute_url()}edit/").content.decode(), ("version",))
        edit = partial(client.post, f"{product.get_absolute_url()}edit/", {"name": "Lamp 2", "currency": "EUR", **page})
        answer, _gone = at_once([edit, Product.objects.filter(pk=product.pk).delete])
        assert answer.status_code in (302, 404)


def test_who_lost_the_right_keeps_what_they_typed(house):
    rep = make_user(Role.REP, team=None)
    contact = make_contact(name="Grace", owner=rep)
    client = signed_in(rep)
    client.get(f"/contacts/{contact.pk}/edit/")
    Contact.objects.filter(pk=contact.pk).update(owner=house[0])
    answer = client.post(f"/contacts/{contact.pk}/edit/", {"name": "Typed meanwhile"})
    assert answer.status_code == 404
    assert "Typed meanwhile" in answer.content.decode()


def test_two_writers_of_one_order_are_shown_its_lines(house):
    mia, otto = (signed_in(person) for person in house)
    order = make_order(make_contact(owner=house[0]), lines=({"quantity": 2, "amount": 20},))
    url = f"/orders/{order.pk}/edit/"
    names = ("version", "lines-0-line_id")
    common = {
        "contact": order.contact_id, "ordered_at": "2026-03-02T12:00", "currency": "EUR",
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 1,
    }  # fmt: skip
    first, second = opened(mia, url, *names), opened(otto, url, *names)
    assert otto.post(url, {**common, **second, "lines-0-quantity": "5", "lines-0-amount": "50"}).status_code == 302
    answer = mia.post(url, {**common, **first, "lines-0-quantity": "7", "lines-0-amount": "70"})
    shown = answer.content.decode().partition("conflict-table")[2].partition("</table>")[0]
    assert answer.status_code == 409
    assert "50 in all" in shown
    assert "70 in all" in shown
    assert Order.objects.get().lines.get().quantity == 5
