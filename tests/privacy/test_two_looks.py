"""S28: of two looks after an erasure at once, one looks and the other leaves all to a later one; nothing is missed and
nothing is counted twice."""

from __future__ import annotations

import datetime as dt
from threading import Event, Thread

import pytest
from django.db import connections

from contacts.models import Contact, PrivacyRequest
from contacts.privacy import actions
from contacts.privacy.late import looking
from crm import jobs
from crm.choices import JobState
from crm.database.owner import as_owner
from crm.locks import side_connection, take_lock
from crm.models import JobRun, Note
from tests import factories as make
from tests.privacy.filling import MAIL, MARK, NAME, PHONE
from tests.privacy.test_erasing import lines_with_the_mark
from tests.privacy.test_late import Writer, erase, look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def late(monkeypatch) -> tuple[Contact, PrivacyRequest]:
    """Somebody who was erased, and of whom a note was written late."""
    make.make_company()
    monkeypatch.setattr(actions, "PATIENCE", 0)
    monkeypatch.setattr(looking, "REST", dt.timedelta(0))
    anna = make.make_contact(
        name=NAME, first_name=MARK, last_name="Person", emails=(MAIL,), phones=(PHONE,), external_id=f"{MARK}-1"
    )
    hangs = {"record_model": "contacts.contact", "record_id": anna.pk, "contact_id": anna.pk}
    writer = Writer(lambda: Note.objects.create(text=f"{NAME} rang", **hangs))
    asked = erase(anna)
    writer.end()
    assert lines_with_the_mark()
    return anna, asked


def counts(asked: PrivacyRequest) -> dict[str, int]:
    asked.refresh_from_db()
    return {one["title"]: one["gone"] + one["kept"] for one in asked.late["tables"] if one["gone"] + one["kept"]}


def test_while_another_process_looks_all_is_left_to_the_next_look(late):
    _, asked = late
    with side_connection() as other:
        assert take_lock(other, looking.LOOK_LOCK, 1)
        job = look()
        assert job.state == JobState.WAITING  # and its attempt does not count
        assert job.attempts == 0
        assert lines_with_the_mark()
    asked.refresh_from_db()
    assert asked.sealed, "the words are needed yet"
    jobs.run_job(job.pk)
    job.refresh_from_db()
    asked.refresh_from_db()
    assert (job.state, asked.sealed, asked.late["is_done"]) == (JobState.DONE, [], True)
    assert lines_with_the_mark() == []
    assert counts(asked)["Notes"] == 1


def test_of_two_at_once_one_looks_and_the_other_does_not_wait(late, monkeypatch):
    _, asked = late
    begun, may_go = Event(), Event()

    def held(name: str) -> None:
        if name == "look after an erasure before its rows":
            begun.set()
            assert may_go.wait(60)

    monkeypatch.setattr(looking, "failpoint", held)
    left: list[int] = []

    def first() -> None:
        try:
            with as_owner():
                left.append(looking.look_after([asked.pk]))
        finally:
            connections.close_all()

    thread = Thread(target=first, daemon=True)
    thread.start()
    assert begun.wait(60)
    with as_owner():
        assert looking.look_after([asked.pk]) == 1  # to be looked after again
    assert lines_with_the_mark()
    may_go.set()
    thread.join(60)
    assert left == [0]
    assert lines_with_the_mark() == []
    assert counts(asked)["Notes"] == 1
    with as_owner():
        assert looking.look_after([asked.pk]) == 0  # nothing is left to look at
    assert counts(asked)["Notes"] == 1


def test_what_comes_between_two_looks_is_added_to_what_the_first_found(late, monkeypatch):
    anna, asked = late
    monkeypatch.setattr(looking, "REST", dt.timedelta(days=1))  # the first is too soon to be the last
    with as_owner():
        assert looking.look_after([asked.pk]) == 1
    assert lines_with_the_mark() == []
    assert counts(asked)["Notes"] == 1
    hangs = {"record_model": "contacts.contact", "record_id": anna.pk, "contact_id": anna.pk}
    Note.objects.create(text=f"{NAME} rang again", **hangs)
    with as_owner():
        assert looking.look_after([asked.pk]) == 1
    assert lines_with_the_mark() == []
    assert counts(asked)["Notes"] == 2
    monkeypatch.setattr(looking, "REST", dt.timedelta(0))
    with as_owner():
        assert looking.look_after([asked.pk]) == 0
    assert counts(asked)["Notes"] == 2
    assert not JobRun.objects.filter(kind="erasure_look", state=JobState.WAITING).exists()
