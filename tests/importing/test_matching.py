"""A row is known by an e-mail address, a number, or a name with a postal code; one that fits several says how many."""

from __future__ import annotations

from functools import partial

import pytest
from django.urls import reverse

from contacts.models import Address, Contact, ContactPoint
from contacts.permission.rule import may_write
from crm.choices import Role
from crm.importing.errors import UnreadableFile
from crm.importing.taking_back.actions import run_taking_back, start_taking_back
from crm.jobs import SilentProgress, run_job
from crm.models import JobRun, RowChange
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_contact, make_user
from tests.factories import signed_in as client_of
from tests.importing.tables import brought_in, counts, written
from tests.importing.test_wizard import brought, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    """Ada (by two addresses, one of them shared with Bob), Bob, and the workshop of Ada's name elsewhere."""
    make_company(country="DE")
    ada = make_contact(name="Ada Lévy", emails=("ada@a.example", "desk@a.example"), phones=("040 1234567",))
    bob = make_contact(name="Bob", emails=("bob@a.example", "desk@a.example"), phones=("+49 40 1234568",))
    for one, code in ((ada, "24 103"), (bob, "24103")):
        Address.objects.create(contact=one, postal_code=code, city="Kiel")
    Contact.objects.filter(pk=ada.pk).update(sort_name="ada levy")
    return ada, bob


def taken(tmp_path, text: str, **options):
    return brought_in("contacts", written(tmp_path, text), **options)


def test_by_email_known_ones_change_new_ones_are_made_and_several_are_refused(house, tmp_path):
    ada, _ = house
    file = "email,industry\nADA@a.example,Wood\nnew@a.example,Glass\ndesk@a.example,Tin\nnew@a.example,Steel\n,Stone\n"
    result = taken(tmp_path, file, match="email")
    assert counts(result) == (1, 2, 0, 2)
    assert "2 contacts have this e-mail address: which one is meant is not known" in " ".join(result.examples)
    ada.refresh_from_db()
    new = Contact.objects.get(points__normalised="new@a.example")
    assert (ada.industry, ada.external_id, new.industry, new.external_id) == ("Wood", None, "Steel", None)
    assert [one.value for one in ada.points.filter(kind="email", is_primary=True)] == ["ada@a.example"]
    assert counts(taken(tmp_path, file, match="email")) == (0, 0, 3, 2), "the same file again changes nothing"


def test_by_phone_in_every_form_with_the_country_of_the_company(house, tmp_path):
    file = "phone,country,city\n+49 40 1234567,,Hamburg\n040/1234568,,Bremen\n(040) 1234569,DE,Jena\n---,,Ulm\n"
    result = taken(tmp_path, file, match="phone", write="update")
    assert counts(result) == (0, 2, 0, 2)
    assert sorted(Address.objects.values_list("city", flat=True)) == ["Bremen", "Hamburg"]
    assert ContactPoint.objects.filter(kind="phone").count() == 2, "found by it, a number is not written again"
    said = " ".join(result.examples)
    assert "no contact has this phone number" in said and "is not a phone number" in said


def test_by_name_and_postal_code_folded(house, tmp_path):
    file = "first name,last name,postcode,industry\nada,LEVY,24103,Wood\nAda,Levy,99999,Glass\n,,24103,Tin\n"
    mapped = ("first name=first_name", "last name=last_name", "postcode=postal_code")
    result = taken(tmp_path, file, match="name_postcode", mapped=mapped)
    assert counts(result) == (1, 1, 0, 1)
    assert Contact.objects.get(pk=house[0].pk).industry == "Wood"
    again = taken(tmp_path, file.replace("Wood", "Oak"), match="name_postcode", write="create", mapped=mapped)
    assert counts(again) == (0, 0, 2, 1) and "these stay as they are" in again.counts.notes[0]


def test_an_external_id_goes_to_who_has_none_never_moves_and_is_never_there_twice(house, tmp_path):
    make_contact(name="Cy", external_id="c9", emails=("cy@a.example",))
    file = (
        "external_id,email\na1,ada@a.example\nc9,bob@a.example\nx1,cy@a.example\nc9,new@a.example\n"
        "n1,one@a.example\nn1,two@a.example\n"
    )
    result = taken(tmp_path, file, match="email")
    assert counts(result) == (1, 1, 0, 4)
    assert Contact.objects.get(pk=house[0].pk).external_id == "a1"
    assert set(Contact.objects.values_list("external_id", flat=True)) == {"a1", None, "c9", "n1"}


def test_who_may_not_change_a_contact_does_not_by_its_address(house, tmp_path):
    rep = make_user(Role.REP)
    mine = make_contact(owner=rep, emails=("mine@a.example",))
    file = "email,industry\nmine@a.example,Wood\ndesk@a.example,Wood\nada@a.example,Wood\n"
    result = taken(tmp_path, file, match="email", actor=rep)
    assert counts(result) == (0, 1, 0, 2)
    assert "2 contacts" not in " ".join(result.examples), "how many there are out of reach is not told"
    assert list(Contact.objects.filter(industry="Wood")) == [mine]


def test_no_row_gives_back_a_consent_that_was_withdrawn(house, tmp_path):
    consents = "email,channel,purpose,state,recorded_at\nada@a.example,email,marketing,withdrawn,2026-01-02\n"
    brought_in("consents", written(tmp_path, consents, "consents"))
    taken(tmp_path, "email,industry,list_kind\nada@a.example,Wood,response\n", match="email")
    assert not may_write(Contact.objects.get(pk=house[0].pk)).is_yes


def test_other_kinds_and_missing_columns_are_said_in_a_sentence(house, tmp_path):
    with pytest.raises(UnreadableFile, match="told apart in one way only"):
        brought_in("orders", written(tmp_path, "ordered_at\n2026-01-01\n"), match="email")
    with pytest.raises(UnreadableFile, match="No column feeds “Phone”"):
        taken(tmp_path, "email\na@b.example\n", match="phone")


def test_organizations_are_matched_with_organizations_only(house, tmp_path):
    result = brought_in("organizations", written(tmp_path, "email,name\nada@a.example,Lévy Ltd\n"), match="email")
    assert counts(result)[0] == 1
    assert Contact.objects.get(name="Lévy Ltd").kind == "organization"


@pytest.mark.django_db(transaction=True)
def test_the_wizard_shows_what_would_change_and_the_import_can_be_taken_back(house):
    ada, _ = house
    admin = make_user(Role.ADMIN)
    client = client_of(admin)
    run = brought(client, b"email,industry,phone,city\nada@a.example,Wood,+49 40 777,Jena\nnew@a.example,Glass,,\n")
    said = sent(["email", "industry", "phone", "city"], match="email", write="both")
    client.post(reverse("crm:import_try", args=[run.pk]), said)
    trial = JobRun.objects.get(kind="import_try")
    run_job(trial.pk)
    trial.refresh_from_db()
    page = client.get(trial.get_absolute_url()).content.decode()
    for words in ("Nothing was stored", "Ada Lévy", "Industry", "Wood", "Kiel", "Jena", "+49 40 777"):
        assert words in page, words
    assert trial.result["diffs"][0]["fields"][0] == ["Industry", "–", "Wood"]
    assert (trial.result["created"], trial.result["updated"], Contact.objects.count()) == (1, 1, 2)
    client.post(reverse("crm:import_start", args=[run.pk]), said)
    job = JobRun.objects.get(kind="import")
    run_job(job.pk)
    job.refresh_from_db()
    ada.refresh_from_db()
    assert (ada.industry, Contact.objects.count()) == ("Wood", 3)
    assert RowChange.objects.filter(job=job, table_name="contacts_contact", row_id=ada.pk).exists()
    back = start_taking_back(actor=admin, job=job)
    run_taking_back(back, SilentProgress())
    ada.refresh_from_db()
    assert (ada.industry, Contact.objects.count()) == ("", 2)
    assert Address.objects.get(contact=ada).city == "Kiel"


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_make_nobody_twice(house, tmp_path):
    file = "email,name\n" + "".join(f"new{n}@a.example,Person {n}\n" for n in range(40))

    def bring(name: str) -> tuple[int, int, int, int]:
        return counts(brought_in("contacts", written(tmp_path, file, name), match="email"))

    found = sorted(at_once([partial(bring, "one"), partial(bring, "two")]))
    assert found == [(0, 0, 40, 0), (40, 0, 0, 0)]
    assert Contact.objects.filter(name__startswith="Person").count() == 40
