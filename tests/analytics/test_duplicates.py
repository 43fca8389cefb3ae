"""Duplicates: found, shown to who sees both, said not to be the same, taken back."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from analytics.duplicates.exporting import pair_rows
from analytics.models import DistinctPair, DuplicatePair, ModelRun
from analytics.runs import run_steps
from contacts.models import Address, Contact, ContactPoint
from crm.choices import FieldRight, Role
from crm.jobs import finish_now
from crm.models import CustomField, FieldRule, JobRun, LogEntry, User
from tests.factories import make_company, make_contact, make_token, make_user, signed_in
from tests.importing.tables import DATA, brought_in
from tests.past.duplicate_actions import make_pair

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
MAIL, PHONE = "grace@navy.example", "+12025550143"
HOPPERS = (("Grace Hopper", dt.date(1906, 12, 9)), ("Grace Hoper", None), ("Vincent Hopper", dt.date(1906, 9, 30)))
FEBRL = [
    "rec_id=external_id", "given_name=first_name", "surname=last_name", "postcode=postal_code", "suburb=city",
    "state=region", "date_of_birth=birthday",
]  # fmt: skip


def analyzed() -> dict:
    (run,) = run_steps(actor=None, as_of=DAY, only=["duplicates"])
    return run.metrics


def rows_for(user: User) -> list:
    ModelRun.objects.get_or_create(step="duplicates", defaults={"as_of": "2026-03-31", "row_count": 1})
    kept = User.objects.get(pk=user.pk)
    return list(pair_rows(kept, ("external_id_a", "external_id_b", "probability"), None))


def exported() -> list[dict]:
    out = io.StringIO()
    call_command("export_data", "duplicate_pairs", stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue().lstrip("\ufeff"))))


def test_febrl_pairs_are_found_without_labels_and_found_again_as_they_were():
    make_company()
    streets = {"street": "{street_number} {address_1} {address_2}"}
    brought_in("contacts", DATA / "febrl1.csv", FEBRL, templates=streets, custom=(("soc_sec_id", ""),))
    metrics = analyzed()
    rows = exported()
    assert metrics["pairs"] == len(rows)
    probable = [row for row in rows if float(row["probability"]) >= 0.5]
    true = sum(row["external_id_a"].split("-")[1] == row["external_id_b"].split("-")[1] for row in probable)
    assert true / len(probable) >= 0.99
    assert true / 500 >= 0.98
    ids = set(DuplicatePair.objects.values_list("pk", "first_id", "second_id"))
    analyzed()
    assert set(DuplicatePair.objects.values_list("pk", "first_id", "second_id")) == ids


def town() -> tuple[Contact, Contact]:
    """Two hundred people; Grace is in it twice, and her husband lives with her."""
    make_company()
    CustomField.objects.create(model="contacts.contact", key="card", label="Card", type="text")
    for number in range(200):
        person = make_contact(
            first_name=f"F{number % 50:02}x", last_name=f"L{number}ast", name=f"F{number % 50:02}x L{number}ast",
            birthday=dt.date(1950, 1, 1) + dt.timedelta(days=101 * number), custom={"card": f"K{number * 7919}"},
        )  # fmt: skip
        Address.objects.create(
            contact=person, street=f"{number} Elm Road {number % 37}", postal_code=str(10_000 + number), city="York"
        )
    twice = []
    for name, birthday in HOPPERS:
        first, last = name.split()
        person = make_contact(name=name, first_name=first, last_name=last, birthday=birthday, external_id=name)
        Address.objects.create(contact=person, street="7 Navy Yard", postal_code="22202", city="Arlington")
        ContactPoint.objects.create(contact=person, kind="phone", value=PHONE, normalised=PHONE)
        twice.append(person)
    for person in twice[:2]:
        ContactPoint.objects.create(contact=person, kind="email", value=MAIL, normalised=MAIL)
    return twice[0], twice[1]


def test_a_person_who_is_there_twice_is_found_and_the_household_is_not():
    one, other = town()
    analyzed()
    pair = DuplicatePair.objects.get()
    assert ((pair.first, pair.second), pair.probability > 0.9) == ((one, other), True)
    told = {name: level for name, level, _ in pair.evidence}
    assert (told["email"], told["first_name"], told["last_name"]) == (0, 0, 1)
    assert "birthday" not in told
    assert exported() == [
        {"external_id_a": "Grace Hopper", "external_id_b": "Grace Hoper", "probability": str(pair.probability)}
    ]
    Contact.objects.filter(pk=other.pk).update(archived_at="2026-01-01T00:00Z")
    assert exported() == []
    analyzed()
    assert not DuplicatePair.objects.exists()


def test_what_was_said_not_to_be_the_same_is_never_shown_again_until_taken_back():
    one, other = town()
    analyzed()
    pair, manager = DuplicatePair.objects.get(), make_user(role=Role.MANAGER)
    client = signed_in(manager)
    page = client.get(pair.get_absolute_url()).content.decode()
    assert "one slip apart" in page
    assert "grace@navy.example" in page
    assert f"May be the same as {other}" in client.get(one.get_absolute_url()).content.decode()
    said = client.post(reverse("duplicates:pair_distinct", args=[pair.pk]), follow=True)
    assert said.redirect_chain[-1][0] == reverse("duplicates:pair_list")
    assert "are not the same" in said.content.decode()
    client.post(reverse("duplicates:pair_distinct", args=[pair.pk]))
    assert DistinctPair.objects.get().said_by == manager
    assert LogEntry.objects.filter(verb="say not the same").count() == 1
    metrics = analyzed()
    assert (metrics["pairs"], metrics["said_to_be_two"], exported()) == (0, 1, [])
    assert "No duplicates wait" in client.get(reverse("duplicates:pair_list")).content.decode()
    assert "May be the same" not in client.get(one.get_absolute_url()).content.decode()
    assert "Grace Hoper" in client.get(reverse("duplicates:distinct_list")).content.decode()
    back = reverse("duplicates:distinct_take_back", args=[DistinctPair.objects.get().pk])
    assert client.post(back).url == pair.get_absolute_url()
    assert len(exported()) == 1
    assert str(ModelRun.objects.filter(step="duplicates").latest("pk").metrics["pairs"]) == "0"


def test_a_pair_is_only_for_who_sees_both_and_hidden_fields_are_left_out():
    rep = make_user(role=Role.REP)
    mine, foreign = make_contact(owner=rep), make_contact(owner=make_user(role=Role.REP))
    pair = make_pair(mine, foreign)
    own = make_pair(mine, make_contact(owner=rep, name="Other of mine"), probability=0.7)
    client = signed_in(rep)
    assert client.get(pair.get_absolute_url()).status_code == 404
    assert client.post(reverse("duplicates:pair_distinct", args=[pair.pk])).status_code == 404
    listed = client.get(reverse("duplicates:pair_list")).content.decode()
    assert ("Other of mine" in listed, foreign.name in listed) == (True, False)
    assert "Other of mine" in client.get(mine.get_absolute_url()).content.decode()
    assert own.get_absolute_url() in listed
    DuplicatePair.objects.filter(pk=own.pk).update(evidence=[["birthday", 0, 12.5], ["city", 0, 3.1]])
    assert "Birthday" in client.get(own.get_absolute_url()).content.decode()
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="birthday", right=FieldRight.HIDDEN)
    page = client.get(own.get_absolute_url()).content.decode()
    assert ("Birthday" in page, "City" in page) == (False, True)
    Contact.objects.filter(pk=mine.pk).update(external_id="K-4711")
    shown = f"{reverse('duplicates:pair_list')}?columns=first,first_external_id"
    told = lambda: ("K-4711" in signed_in(rep).get(shown).content.decode(), "K-4711" in str(rows_for(rep)))  # noqa: E731
    assert told() == (True, True)
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="external_id", right=FieldRight.HIDDEN)
    assert told() == (False, False)


def test_nothing_to_compare_is_no_error():
    make_company()
    assert analyzed()["pairs"] == 0
    make_contact()
    assert analyzed()["pairs"] == 0


def test_the_surest_pairs_are_merged_as_a_job_and_taken_back_as_one():
    manager = make_user(role=Role.MANAGER)
    one, two, three, four, five = (make_contact(name=f"Grace {number}") for number in range(5))
    make_pair(one, two, probability=0.9999)
    make_pair(two, three, probability=0.9995)
    make_pair(four, five, probability=0.99)
    colleagues = make_pair(probability=0.9999, evidence=[["street", 0, 9.1], ["last_name", 2, -2.9]])
    client = signed_in(manager)
    asked = client.get(reverse("duplicates:surest_merge"))
    assert "2 pairs" in asked.content.decode().replace("\xa0", " ")
    client.post(reverse("duplicates:surest_merge"), {"form_token": asked.context["form_token"]})
    job = JobRun.objects.get(kind="merge_duplicates")
    assert finish_now(job)
    assert job.result == {"merged": 1, "left": {}}
    assert list(DuplicatePair.objects.exclude(pk=colleagues.pk).values_list("first", "second")) == [(four.pk, five.pk)]
    assert "Undo these merges" in client.get(job.get_absolute_url()).content.decode()
    client.post(reverse("duplicates:surest_undo", args=[job.pk]))
    undo = JobRun.objects.get(kind="undo_merges")
    assert finish_now(undo)
    assert undo.result == {"undone": 1, "left": {}}
    colleagues.delete()
    assert DuplicatePair.objects.count() == 3
    assert not Contact.objects.exclude(merged_into=None).exists()
    token = make_token(manager, "contacts:read")
    pairs = client.get("/api/v1/duplicates", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    assert [(pair["first_id"], pair["second_id"]) for pair in pairs] == [
        (one.pk, two.pk), (two.pk, three.pk), (four.pk, five.pk),
    ]  # fmt: skip
