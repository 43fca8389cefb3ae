"""The API of acquired lists and origins, and every channel of the contact history."""

from __future__ import annotations

import pytest

from contacts.choices import Channel
from contacts.models import AcquiredList, Interaction, ListedContact
from crm.choices import Role
from orders.models import Order
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_order, make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    make_company()
    return Caller(make_token(make_user(Role.MANAGER, name="Mia Keller")))


def test_a_list_is_written_down_read_and_changed(caller):
    given = {"name": "Joiners", "kind": "compiled", "currency": "EUR", "cost": "500", "names_delivered": 200}
    made = caller.post("/acquired-lists", given)
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    contact = make_contact()
    ListedContact.objects.create(acquired_list_id=key, contact=contact)
    make_order(contact)
    found = caller.get(f"/acquired-lists/{key}").json()
    figures = ("cost", "cost_per_name", "names_here", "names_permitted", "customers_made", "revenue")
    assert [found[name] for name in figures] == ["500.00", "2.50", 1, 0, 1, f"{Order.objects.get().base_amount:f}"]
    changed = caller.patch(f"/acquired-lists/{key}", {"vendor": "Adresskontor", "version": found["version"]})
    assert (changed.status_code, AcquiredList.objects.get().vendor) == (200, "Adresskontor")
    assert caller.patch(f"/acquired-lists/{key}", {"vendor": "X", "version": found["version"]}).status_code in (
        409,
        412,
    )
    wrong = caller.post("/acquired-lists", {"name": "joiners", "kind": "compiled", "currency": "EUR"})
    assert (wrong.status_code, "of this name already" in wrong.content.decode()) == (422, True)
    assert [one["name"] for one in caller.pages("/acquired-lists", {"q": "kontor"})] == ["Joiners"]


def test_every_channel_is_taken(caller):
    contact = make_contact()
    for channel in Channel.values:
        answer = caller.post(f"/contacts/{contact.pk}/interactions", {"channel": channel, "subject": "Seen"})
        assert answer.status_code == 201, answer.content
    assert set(Interaction.objects.values_list("channel", flat=True)) == set(Channel.values)
