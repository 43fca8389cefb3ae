"""Writes of contacts: what they store, what they refuse, and that each leaves one line in the log."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.actions import (
    PointInput,
    archive_contact,
    change_contact,
    create_contact,
    log_interaction,
    restore_contact,
)
from contacts.models import Contact, Interaction
from crm.models import LogEntry
from crm.saving import StaleRecord
from tests import factories as make

PERSON = {"kind": "person", "name": "Anna Berg"}


def log_lines() -> list[str]:
    return list(LogEntry.objects.order_by("id").values_list("summary", flat=True))


def test_create_keeps_points_and_address_and_logs_once(house):
    contact = create_contact(
        actor=house.rep,
        fields={**PERSON, "owner": house.rep},
        points=[
            PointInput("email", "a@x.example"),
            PointInput("email", "b@x.example"),
            PointInput("email", "A@x.example "),
        ],
        address={"street": "High Street 1", "city": "Leeds", "country": "GB"},
    )
    assert [(p.value, p.is_primary) for p in contact.points.all()] == [("a@x.example", True), ("b@x.example", False)]
    assert [(a.city, a.is_primary) for a in contact.addresses.all()] == [("Leeds", True)]
    assert log_lines() == ["Created Anna Berg"]


def test_change_names_what_changed_and_counts_the_version(house):
    contact = make.make_contact(name="Anna Berg", owner=house.rep)
    change_contact(actor=house.rep, contact=contact, version=1, fields={"industry": "Glass", "source": "fair"})
    contact.refresh_from_db()
    assert (contact.industry, contact.version) == ("Glass", 2)
    assert log_lines() == ["Changed industry, source"]


def test_change_of_nothing_writes_nothing(house):
    contact = make.make_contact(name="Anna Berg", owner=house.rep, emails=("a@x.example",))
    points = [PointInput("email", "a@x.example")]
    change_contact(actor=house.rep, contact=contact, version=1, fields={"name": "Anna Berg"}, points=points, address={})
    contact.refresh_from_db()
    assert (contact.version, log_lines()) == (1, [])


def test_the_second_of_two_writers_is_told_who_was_first(house):
    contact = make.make_contact(name="Anna Berg", owner=house.rep)
    change_contact(actor=house.manager, contact=contact, version=1, fields={"industry": "Glass"})
    with pytest.raises(StaleRecord) as refused:
        change_contact(actor=house.rep, contact=contact, version=1, fields={"industry": "Wood"})
    assert refused.value.sentence.startswith("Mia Manager saved this record while you were typing (today, ")
    assert "Changed industry" in refused.value.sentence
    assert Contact.objects.get(pk=contact.pk).industry == "Glass"


def test_nobody_saves_a_contact_out_of_their_own_sight(house):
    contact = make.make_contact(name="Anna Berg", owner=house.rep)
    with pytest.raises(ValidationError):
        change_contact(actor=house.rep, contact=contact, version=1, fields={"owner": house.stranger, "team": None})
    contact.refresh_from_db()
    assert (contact.owner, log_lines()) == (house.rep, [])


def test_the_first_point_of_a_kind_becomes_the_main_one(house):
    contact = make.make_contact(owner=house.rep, emails=("a@x.example", "b@x.example"))
    points = [PointInput("email", "b@x.example"), PointInput("email", "a@x.example")]
    change_contact(actor=house.rep, contact=contact, version=1, fields={}, points=points)
    assert [(p.value, p.is_primary) for p in contact.points.all()] == [("b@x.example", True), ("a@x.example", False)]


def test_an_organization_keeps_no_fields_of_a_person(house):
    fields = {"kind": "organization", "name": "Okafor Ltd", "first_name": "Chidi", "birthday": dt.date(1990, 1, 1)}
    contact = create_contact(actor=house.manager, fields=fields)
    assert (contact.first_name, contact.birthday, contact.is_organization) == ("", None, True)


def test_archive_and_restore_log_once_each(house):
    contact = make.make_contact(name="Anna Berg")
    for action in (archive_contact, archive_contact, restore_contact, restore_contact):
        action(actor=house.manager, contact=contact)
    assert log_lines() == ["Archived Anna Berg", "Restored Anna Berg"]


def test_an_interaction_cannot_lie_in_the_future(house):
    contact = make.make_contact()
    with pytest.raises(ValidationError):
        log_interaction(
            actor=house.rep,
            contact=contact,
            channel="phone",
            subject="Later",
            occurred_at=timezone.now() + dt.timedelta(minutes=5),
        )
    assert not Interaction.objects.exists()
