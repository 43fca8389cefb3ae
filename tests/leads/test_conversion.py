"""A lead becomes a contact with its organization and its history, and can be taken back for a day."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Interaction
from crm.agenda.actions import create_task
from crm.models import Note, Task
from crm.notes.actions import add_note
from leads.actions import log_touch, move_lead
from leads.conversion.actions import Party, convert_lead, reverse_conversion
from leads.models import Conversion, Lead
from tests.factories import make_contact, make_lead, signed_in

pytestmark = pytest.mark.django_db
NEW, NOBODY = Party(is_new=True), Party()


@pytest.fixture
def lead(house):
    return make_lead(
        name="Ada Lund", first_name="Ada", last_name="Lund", organization="Ashford Mills", email="ada@example.org",
        phone="+44 113 496 0188", city="Leeds", country="GB", source="Fair", list_kind="response",
        owner=house.rep, team=house.rep.team,
    )  # fmt: skip


def test_a_lead_becomes_a_person_at_an_organization_with_its_history(house, lead):
    log_touch(actor=house.rep, lead=lead, channel="phone", subject="Called", outcome="answered")
    add_note(actor=house.rep, record=lead, text="Likes oak")
    create_task(actor=house.rep, record=lead, fields={"title": "Send the catalogue"})
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NEW)
    lead.refresh_from_db()
    person = lead.contact
    assert (lead.status, lead.converted, lead.converted_at is not None) == ("converted", True, True)
    assert (person.name, person.organization.name, person.owner, person.source) == (
        "Ada Lund", "Ashford Mills", house.rep, "Fair",
    )  # fmt: skip
    assert sorted(person.points.values_list("value", flat=True)) == ["+44 113 496 0188", "ada@example.org"]
    assert Interaction.objects.get(contact=person).subject == "Called"
    assert Note.objects.get().contact_id == Task.objects.get().contact_id == person.pk


def test_a_chosen_contact_keeps_its_facts(house, lead):
    known = make_contact(name="Ada Lundqvist", owner=house.rep, team=house.rep.team, city="York")
    convert_lead(actor=house.rep, lead=lead, person=Party(known), organization=NOBODY)
    known.refresh_from_db()
    assert (known.name, known.points.count(), known.addresses.get().city) == ("Ada Lundqvist", 0, "York")


def test_who_converts_second_is_told_and_makes_nobody(house, lead):
    client, url = signed_in(house.rep), reverse("leads:lead_convert", args=[lead.pk])
    sent = {"person": "new", "organization": "none", "opened": '{"person": ["new"], "organization": ["new"]}'}
    assert client.post(url, sent).status_code == 302
    second = client.post(url, sent)
    assert second.status_code == 409
    assert "Theirs" in second.content.decode()
    assert client.post(url, sent | {"opened": ""}).status_code == 422
    assert Contact.objects.filter(name="Ada Lund").count() == 1


def test_the_page_offers_who_it_may_be_with_the_reason(house, lead):
    twin = make_contact(name="A. Lund", emails=("ada@example.org",), owner=house.rep, team=house.rep.team)
    firm = make_contact(name="Ashford Mills", kind="organization", owner=house.rep, team=house.rep.team)
    client, url = signed_in(house.rep), reverse("leads:lead_convert", args=[lead.pk])
    page = client.get(url).content.decode()
    assert "A. Lund (the same e-mail address)" in page
    assert "Ashford Mills (the same name)" in page
    opened = page.split('name="opened" value="')[1].split('"')[0].replace("&quot;", '"')
    sent = {"person": twin.pk, "organization": firm.pk, "opened": opened}
    assert client.post(url, sent).status_code == 302
    lead.refresh_from_db()
    assert lead.contact == twin
    assert Contact.objects.count() == 2


def test_a_contact_out_of_sight_is_neither_offered_nor_taken(house, lead):
    hidden = make_contact(name="Ada Lund", emails=("ada@example.org",), owner=house.stranger, team=house.stranger.team)
    client, url = signed_in(house.rep), reverse("leads:lead_convert", args=[lead.pk])
    assert "the same e-mail address" not in client.get(url).content.decode()
    assert client.post(url, {"person": hidden.pk, "organization": "none"}).status_code == 422


def test_it_is_converted_once(house, lead):
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NOBODY)
    with pytest.raises(ValidationError, match="converted already"):
        convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NOBODY)
    assert Conversion.objects.count() == 1


def test_taken_back_all_stands_as_before(house, lead):
    log_touch(actor=house.rep, lead=lead, channel="phone", subject="Called")
    add_note(actor=house.rep, record=lead, text="Likes oak")
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NEW)
    reverse_conversion(actor=house.rep, lead=lead)
    lead.refresh_from_db()
    assert (lead.status, lead.contact, lead.converted, lead.converted_at) == ("working", None, None, None)
    assert not Interaction.objects.exists()
    assert Note.objects.get().contact_id is None
    assert Contact.objects.count() == 2
    assert not Contact.objects.filter(archived_at=None).exists()
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NOBODY)
    assert Conversion.objects.filter(reversed_at=None).count() == 1


@pytest.mark.parametrize(
    "move",
    [
        {"status": "nurturing", "recycle_on": timezone.localdate() + dt.timedelta(days=30)},
        {"status": "disqualified", "lost_reason": "no budget"},
    ],
)
def test_taken_back_a_lead_that_was_put_off_or_lost_is_so_again(house, lead, move):
    before = move_lead(actor=house.rep, lead=lead, **move)
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NOBODY)
    reverse_conversion(actor=house.rep, lead=lead)
    after = Lead.objects.get(pk=lead.pk)
    names = ("status", "status_at", "recycle_on", "lost_reason", "lost_at", "converted", "qualified_at")
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]


def test_a_known_contact_keeps_its_history_when_it_is_taken_back(house, lead):
    known = make_contact(name="Ada Lund", owner=house.rep, team=house.rep.team)
    lead.contact = known
    lead.save()
    log_touch(actor=house.rep, lead=lead, channel="phone", subject="Called")
    convert_lead(actor=house.rep, lead=lead, person=Party(known), organization=NOBODY)
    reverse_conversion(actor=house.rep, lead=lead)
    known.refresh_from_db()
    assert Interaction.objects.get(contact=known).subject == "Called"
    assert known.archived_at is None


def test_after_a_day_it_is_history(house, lead):
    convert_lead(actor=house.rep, lead=lead, person=NEW, organization=NOBODY)
    Conversion.objects.update(at=timezone.now() - dt.timedelta(days=1, minutes=1))
    with pytest.raises(ValidationError, match="more than a day"):
        reverse_conversion(actor=house.rep, lead=lead)
