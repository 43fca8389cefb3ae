"""Segments of responsibility: each contact has the person of its segment, and accounts are reviewed in turn."""

from __future__ import annotations

import datetime as dt

import pytest

from contacts.models import Contact, Responsibility
from contacts.responsibility.actions import review_contact
from contacts.responsibility.keeping import keep_responsibilities
from crm.choices import Role
from crm.company import company_today
from crm.models import JobRun, LogEntry, SavedView, Territory
from tests.factories import make_company, make_contact, make_user, signed_in

pytestmark = pytest.mark.django_db
STEEL = {"version": 1, "where": {"field": "industry", "op": "is", "value": "Steel"}}


@pytest.fixture
def today():
    make_company()
    return company_today()


def responsible_of(contact):
    contact.refresh_from_db()
    return contact.responsible


def test_the_segment_with_the_lowest_position_counts(today):
    eve, bob, kim = (make_user(Role.REP, name=name) for name in ("Eve", "Bob", "Kim"))
    north = Territory.objects.create(name="North")
    leeds = Territory.objects.create(name="Leeds", parent=north)
    view = SavedView.objects.create(list_name="contacts.contact", name="Steel", owner=eve, filter=STEEL)
    Responsibility.objects.create(owner=eve, territory=north, position=20)
    Responsibility.objects.create(owner=bob, view=view, position=10, review_days=30)
    Responsibility.objects.create(owner=kim, field="kind", value="organization", position=30)
    in_leeds, steel = make_contact(territory=leeds), make_contact(territory=leeds, industry="Steel")
    firm, nobodys = make_contact(kind="organization"), make_contact()
    gone = make_contact(kind="organization", archived_at="2026-01-01T00:00Z")
    assert keep_responsibilities() == 3
    found = [responsible_of(one) for one in (in_leeds, steel, firm, nobodys, gone)]
    assert found == [eve, bob, kim, None, None]
    assert in_leeds.review_on is None
    assert today <= steel.review_on < today + dt.timedelta(days=30)
    assert keep_responsibilities() == 0
    bob.is_active = False
    bob.save()
    keep_responsibilities()
    assert responsible_of(steel) == eve


def test_a_review_leads_to_the_next(today):
    owner = make_user(Role.REP)
    Responsibility.objects.create(owner=owner, field="kind", value="person", review_days=90)
    contact = make_contact(name="Ann", owner=owner, review_on=today - dt.timedelta(days=3))
    later = make_contact(name="Later", owner=owner, review_on=today + dt.timedelta(days=3))
    client = signed_in(owner)
    home = client.get("/").content.decode()
    assert "To be reviewed" in home and "Ann" in home and "Later" not in home
    due = client.get("/contacts/", {"review": "due"}).context["listing"].page.records
    assert [record.name for record in due] == ["Ann"]
    assert client.post(f"/contacts/{contact.pk}/reviewed/").status_code == 302
    contact.refresh_from_db()
    assert (contact.reviewed_on, contact.review_on) == (today, today + dt.timedelta(days=90))
    assert LogEntry.objects.filter(verb="review", contact_id=contact.pk, actor=owner).exists()
    Contact.objects.filter(pk=later.pk).update(review_days=7)
    assert review_contact(actor=owner, contact=later).review_on == today + dt.timedelta(days=7)


def test_a_manager_gives_a_segment_and_sees_what_is_due(today):
    owner, manager = make_user(Role.REP, name="Eve Park"), signed_in(make_user(Role.MANAGER))
    make_contact(kind="organization", review_on=today)
    assert "No segments yet" in manager.get("/contacts/responsibilities/").content.decode()
    sent = {"segment": "field:kind:organization", "owner": owner.pk, "review_days": 30, "position": 10}
    assert manager.post("/contacts/responsibilities/new/", sent).status_code == 302
    assert JobRun.objects.filter(kind="responsibilities").exists()
    page = " ".join(manager.get("/contacts/responsibilities/").content.decode().split())
    assert "Kind: Organization" in page and "Eve Park" in page and "every 30 days" in page
    again = manager.post("/contacts/responsibilities/new/", sent)
    assert "Somebody is responsible for this segment already." in again.content.decode()
