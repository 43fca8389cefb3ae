"""All data of one person go out as files: what every table says of them, for who has the right, and written down."""

import io
import json
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from contacts.keeping import refresh_search
from contacts.models import PrivacyRequest
from contacts.permission.actions import record_consent
from contacts.privacy import views
from contacts.privacy.people import person_of
from crm.choices import Role, Scope
from crm.models import AccessRule, Attachment, LogEntry, Note, StoredFile
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    make.make_company()
    contact = make.make_contact(name="Ada Lovelace", emails=("ada@engine.example",), custom={"shoe": "38"})
    make.make_order(contact, lines=({"amount": 120},))
    make.make_interaction(contact, subject="About the engine", body="She wants two of them.")
    make.make_ticket(contact=contact, subject="A wheel is loose")
    make.make_lead(name="A. Lovelace", email="ada@engine.example", message="Please call")
    record_consent(actor=None, contact=contact, channel="email", purpose="marketing", level=2, proof="signed form 7")
    Note.objects.create(record_model="contacts.contact", record_id=contact.pk, contact_id=contact.pk, text="Likes tea")
    stored = StoredFile.objects.create(name="plan.txt", file=ContentFile(b"of the engine", "plan.txt"), size=13)
    Attachment.objects.create(record_model="contacts.contact", record_id=contact.pk, contact_id=contact.pk, file=stored)
    other = make.make_contact(name="Charles Babbage", emails=("charles@engine.example",))
    make.make_interaction(other, subject="Not of hers")
    return contact


def asked_for(client, contact, form):
    response = client.post(reverse("privacy:person_file", args=[contact.pk]), {"form": form})
    assert response.status_code == 200
    return b"".join(response) if response.streaming else response.content


def test_the_file_says_what_every_table_says_of_them(ada, monkeypatch):
    manager = make.make_user(Role.MANAGER)
    client = signed_in(manager)
    ada.industry = "Computing"
    ada.save()
    whole = json.loads(asked_for(client, ada, "json"))
    rows = {section["name"]: section["rows"] for section in whole["sections"]}
    assert rows["contacts.contact"][0]["custom"] == {"shoe": "38"}
    assert rows["contacts.contactpoint"][0]["value"] == "ada@engine.example"
    assert rows["contacts.interaction"][0]["body"] == "She wants two of them."
    assert rows["contacts.consent"][0]["proof"] == "signed form 7"
    assert rows["service.ticket"][0]["subject"] == "A wheel is loose"
    assert rows["leads.lead"][0]["message"] == "Please call"  # found by the address, nobody had tied it
    assert rows["orders.order"][0]["amount"] == "120"
    assert rows["crm.note"][0]["text"] == "Likes tea"
    assert any(row["was"].get("name") == "Ada Lovelace" for row in rows["crm.rowchange"])
    assert "Not of hers" not in json.dumps(whole)

    page = asked_for(client, ada, "html").decode()
    assert "She wants two of them." in page
    assert "<script" not in page
    with zipfile.ZipFile(io.BytesIO(asked_for(client, ada, "zip"))) as archive:
        names = archive.namelist()
        assert {"person.json", "person.html"} <= set(names)
        assert archive.read(next(name for name in names if name.endswith("plan.txt"))) == b"of the engine"

    stored = StoredFile.objects.get(name="plan.txt")
    stored.file.storage.delete(stored.file.name)
    with zipfile.ZipFile(io.BytesIO(asked_for(client, ada, "zip"))) as archive:
        assert json.loads(archive.read("person.json"))["missing_files"] == [f"{stored.pk}-plan.txt"]
        assert b"contents are missing" in archive.read("person.html")

    monkeypatch.setattr(views, "as_archive", lambda contact: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asked_for(client, ada, "zip")
    assert PrivacyRequest.objects.filter(contact=ada, kind="access", state="done", actor=manager).count() == 4
    assert LogEntry.objects.filter(verb="hand out data", contact_id=ada.pk, actor=manager).count() == 4
    tab = client.get(f"{ada.get_absolute_url()}?tab=privacy").content.decode()
    assert "Handed out all data of Ada Lovelace (json)" in tab


def test_a_request_waits_with_its_deadline_and_is_answered_by_the_file(ada):
    client = signed_in(make.make_user(Role.MANAGER))
    client.post(reverse("privacy:access_ask", args=[ada.pk]))
    client.post(reverse("privacy:access_ask", args=[ada.pk]))
    waiting = PrivacyRequest.objects.get()
    assert waiting.state == "open"
    assert 28 <= (waiting.due_on - waiting.asked_on).days <= 31
    ada.name = "Ada Løvelacé"
    ada.save()
    refresh_search([ada.pk])
    assert "Løvelacé" in client.get(reverse("privacy:request_list") + "?q=LØVELACÉ").content.decode()
    assert "Løvelacé" not in client.get(reverse("privacy:request_list") + "?q=Babbage").content.decode()
    asked_for(client, ada, "json")
    waiting.refresh_from_db()
    assert waiting.state == "done"
    assert "All their data" in client.get(waiting.get_absolute_url()).content.decode()


def test_it_takes_a_right_of_its_own_and_a_look_at_the_contact(ada):
    address = reverse("privacy:person_file", args=[ada.pk])
    for role in (Role.REP, Role.MARKETER, Role.AGENT):
        client = signed_in(make.make_user(role))
        assert client.post(address).status_code in (403, 404)
        assert client.get(reverse("privacy:request_list")).status_code == 403
    AccessRule.objects.create(role=Role.MANAGER, model="contacts.contact", verb="view", scope=Scope.OWN)
    client = signed_in(make.make_user(Role.MANAGER))
    assert client.post(address).status_code == 404
    assert not LogEntry.objects.filter(verb="hand out data").exists()


def test_an_address_that_somebody_else_has_too_says_nothing_of_whose_a_row_is(ada):
    make.make_contact(name="The Office", emails=("ada@engine.example",))
    assert person_of(ada).addresses == ()
    assert person_of(ada).names == ("Ada Lovelace",)
