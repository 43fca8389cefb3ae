"""Ticked rows: archived at once, but for those that are not one's own to archive."""

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry
from tests import factories as make

ARCHIVE = reverse("contacts:contact_bulk_archive")
pytestmark = pytest.mark.django_db


def archived() -> set[str]:
    return set(Contact.objects.filter(archived_at__isnull=False).values_list("name", flat=True))


def test_only_rows_that_the_person_may_archive_are_archived_and_each_is_logged():
    make.make_company()
    team = make.make_team()
    rosa, mate, stranger = (make.make_user(Role.REP, team=of) for of in (team, team, None))
    contacts = [make.make_contact(name=f"Of {user.pk}", owner=user) for user in (rosa, mate, stranger)]
    pks = [contact.pk for contact in contacts]
    page = make.signed_in(rosa).post(ARCHIVE, {"pk": [*pks, "x", "-1", "9" * 30]}, follow=True).content.decode()
    assert archived() == {f"Of {rosa.pk}"}
    assert LogEntry.objects.filter(verb="archive").count() == 1
    assert "1\u00a0contact archived" in page


def test_who_may_not_archive_at_all_is_refused():
    make.make_company()
    contact = make.make_contact()
    assert make.signed_in(make.make_user(Role.AGENT)).post(ARCHIVE, {"pk": contact.pk}).status_code == 403
    assert archived() == set()


def test_nobody_is_led_elsewhere_afterwards():
    make.make_company()
    client = make.signed_in(make.make_user(Role.MANAGER))
    data = {"pk": make.make_contact().pk, "next": "https://evil.example/"}
    assert client.post(ARCHIVE, data)["Location"] == "/contacts/"
    assert client.post(ARCHIVE, {"next": "/contacts/?q=a"})["Location"] == "/contacts/?q=a"
