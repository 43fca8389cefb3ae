"""S28: in which files somebody was is known exactly, whichever list left and whatever it was narrowed to."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from contacts.models import Contact
from contacts.privacy.looks.reading import PERHAPS, TAKEN_OUT, lines_of
from crm.choices import JobState, Role
from crm.exporting.taken import BITS, Taken, exports_with
from crm.jobs import run_job
from crm.log import log_export
from crm.models import ExportedContacts, JobRun, LogEntry
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    make.make_company()


def told_of(contact) -> list[tuple[str, str]]:
    lines = lines_of(contact, 50)
    return [(one.did, one.what) for one in lines if one.did in (TAKEN_OUT, PERHAPS)]


def fetched(client, name: str, **asked: str) -> bytes:
    response = client.get(reverse(name), asked)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "vcf"])
def test_a_part_of_the_list_tells_who_was_in_it_and_who_was_not(form):
    anna, bert = make.make_contact(name="Anna Meier"), make.make_contact(name="Bert Kohl")
    assert fetched(signed_in(make.make_user(Role.MANAGER)), "contacts:contact_export", q="Meier", format=form)
    assert told_of(anna) == [(TAKEN_OUT, "Exported contacts (Search: Meier)")]
    assert told_of(bert) == []


def test_a_list_of_what_hangs_on_contacts_tells_of_whom_it_is():
    anna, bert = make.make_contact(name="Anna Meier"), make.make_contact(name="Bert Kohl")
    make.make_order(anna)
    make.make_order(None)
    fetched(signed_in(make.make_user(Role.MANAGER)), "orders:order_export")
    assert told_of(anna) == [(TAKEN_OUT, "Exported orders")]
    assert told_of(bert) == []


def test_the_whole_list_of_a_rep_holds_their_customers_alone():
    rep = make.make_user(Role.REP)
    own, other = make.make_contact(name="Own", owner=rep), make.make_contact(name="Other", owner=make.make_user())
    response = signed_in(rep).get(reverse("contacts:contact_export"))
    if response.status_code == 403:  # reps export nothing unless the house lets them
        rep = make.make_user(Role.MANAGER)
        response = signed_in(rep).get(reverse("contacts:contact_export"))
    held = b"".join(response.streaming_content).decode()
    for one in (own, other):
        assert bool(told_of(one)) == (one.name in held)


def test_a_file_of_a_worker_tells_it_once_it_is_there(django_capture_on_commit_callbacks):
    anna, bert = make.make_contact(name="Anna Meier"), make.make_contact(name="Bert Kohl")
    client = signed_in(make.make_user(Role.MANAGER))
    client.post(reverse("crm:export_start"), {"list": "contacts:contact_export", "query": "q=Meier", "format": "csv"})
    assert told_of(bert) == [(PERHAPS, "Exported contacts (Search: Meier)")]  # nobody knows yet
    job = JobRun.objects.get(kind="export")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    assert told_of(anna) == [(TAKEN_OUT, "Exported contacts (Search: Meier)")]
    assert told_of(bert) == []


def test_a_reader_who_hangs_up_has_what_had_left():
    many = [make.make_contact(name=f"Person {number:03}") for number in range(3)]
    response = signed_in(make.make_user(Role.MANAGER)).get(reverse("contacts:contact_export"))
    stream = response._iterator  # as the server reads it, and lets it go
    next(stream)
    stream.close()
    assert ExportedContacts.objects.exists()
    entry = LogEntry.objects.get(verb="export")
    assert all(entry.pk in exports_with([one.pk]) for one in many)  # they stood in the first piece


def test_an_export_of_nobody_is_known_to_hold_nobody():
    anna = make.make_contact(name="Anna Meier")
    fetched(signed_in(make.make_user(Role.MANAGER)), "contacts:contact_export", q="Nobody at all")
    assert told_of(anna) == []


def test_ids_of_any_size_are_found_again_and_no_others():
    rng = random.Random(4)
    some = {rng.randrange(1, 1 << rng.randrange(2, 40)) for _ in range(400)} | {0, (1 << BITS) - 1, 1 << BITS}
    entry = log_export(actor=None, kind=Contact, what="contacts")
    taken = Taken()
    assert [list(row) for row in taken.passing([("a", key) for key in some])] == [["a"]] * len(some)
    taken.keep(entry)
    for key in some:
        assert exports_with([key]) == [entry.pk]
        for near in {key - 1, key + 1, key + 8, key + (1 << BITS)} - some:
            assert near < 0 or exports_with([near]) == []
    assert exports_with([5_000_000_000_001, max(some)]) == [entry.pk]
