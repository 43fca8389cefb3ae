"""S28: who had begun to write of a person before their erasure, and commits after it, leaves nothing behind."""

import datetime as dt
import json
from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.core.files.base import ContentFile
from django.db import connections, transaction
from django.urls import reverse

from contacts.choices import ConsentLevel
from contacts.models import Consent, Contact, ContactPoint, PrivacyRequest
from contacts.permission.actions import record_consent
from contacts.privacy import actions
from contacts.privacy.late import looking
from contacts.privacy.late.sealing import sealed, unsealed
from contacts.privacy.people import person_of
from crm import jobs
from crm.choices import JobState, Role
from crm.database.owner import as_owner
from crm.incoming import intake
from crm.incoming.intake import take_in
from crm.locks import side_connection, take_lock
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.suppression import refused_among
from crm.models import Attachment, ImportRun, JobRun, LogEntry, Note, SavedView, StoredFile, Task
from tests import factories as make
from tests.factories import signed_in
from tests.privacy.filling import MAIL, MARK, NAME, PHONE
from tests.privacy.test_erasing import RAW, content_of, lines_with_the_mark

pytestmark = pytest.mark.django_db(transaction=True)


class Writer:
    """Somebody at work on a connection of their own: begun before an erasure, at the end after it."""

    def __init__(self, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None) -> None:
        self.begun, self.may_end = Event(), Event()
        self.faults: list[BaseException] = []
        self.works = (before, after)
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.begun.wait(60)

    def run(self) -> None:
        try:
            with transaction.atomic():
                Contact.objects.count()  # it reads, and so has begun
                self.works[0]()
                self.begun.set()
                self.may_end.wait(120)
                self.works[1]()
        except BaseException as fault:  # told to the test
            self.faults.append(fault)
        finally:
            self.begun.set()
            connections.close_all()

    def end(self) -> None:
        self.may_end.set()
        self.thread.join(60)
        assert self.faults == []


@pytest.fixture
def anna(monkeypatch) -> Contact:
    make.make_company()
    monkeypatch.setattr(actions, "PATIENCE", 0)
    monkeypatch.setattr(looking, "REST", dt.timedelta(0))
    return make.make_contact(
        name=NAME, first_name=MARK, last_name="Person", emails=(MAIL,), phones=(PHONE,), external_id=f"{MARK}-1"
    )


def erase(contact: Contact) -> PrivacyRequest:
    asked = actions.ask_for_erasure(actor=None, contact=contact, reason="asked")
    jobs.run_job(asked.job_id)
    asked.refresh_from_db()
    assert asked.state == "done"
    return asked


def look() -> JobRun:
    """As the worker does it once a minute."""
    assert looking.ask_for_look()
    job = JobRun.objects.filter(kind="erasure_look").latest("pk")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    return job


def attach(contact: Contact) -> None:
    stored = StoredFile(name=f"{MARK}.txt", size=4)
    stored.file.save("a.txt", ContentFile(MARK.encode()), save=True)
    Attachment.objects.create(file=stored, record_model="contacts.contact", record_id=contact.pk, contact_id=contact.pk)


def rejects() -> None:
    """The file of refused rows, as an import keeps it at its end."""
    files = []
    for name in ("source.csv", "rejected.csv"):
        stored = StoredFile(name=name, size=1)
        stored.file.save(name, ContentFile(f"name,email\n{NAME},{MAIL}\nSomeone,else@birds.example\n".encode()))
        files.append(stored)
    ImportRun.objects.create(
        kind="contacts", file=files[0], rejected_file=files[1], result={"examples": [f"line 2: {NAME}"]}
    )


def test_each_kind_of_writer_is_found_and_nothing_stays(anna):
    firm = make.make_contact(name="Aviary Ltd", kind="organization")
    gone = make.make_contact(name="Someone Else")
    page_of_before = Contact.objects.get(pk=anna.pk)
    hangs = {"record_model": "contacts.contact", "record_id": anna.pk, "contact_id": anna.pk}
    writers = {
        # no key to the contact holds these: written before, committed after
        "a note": Writer(lambda: Note.objects.create(text=f"{NAME} rang", **hangs)),
        "a task": Writer(lambda: Task.objects.create(title=f"Call {NAME}", **hangs)),
        "a mail to them": Writer(
            lambda: send_mail(actor=None, kind="at_least_once", to=MAIL, subject=f"Dear {MARK}", text=f"Dear {NAME}")
        ),
        "a mail from them": Writer(lambda: take_in(RAW, door="command")),
        "a file on the timeline": Writer(lambda: attach(anna)),
        "custom fields of others": Writer(
            lambda: Contact.objects.filter(pk=firm.pk).update(custom={"who": NAME}, search_text=f"aviary {MAIL}")
        ),
        "what a job was asked for": Writer(
            lambda: JobRun.objects.create(kind="past", state=JobState.DONE, title=NAME, parameters={"to": [MAIL]})
        ),
        "the log": Writer(lambda: log(actor=None, verb="note", object=firm, summary=f"Spoke with {NAME}")),
        "a kept filter": Writer(
            lambda: SavedView.objects.create(
                owner=make.make_user(Role.REP), list_name="contacts:contact_list", name="Theirs", filter={"q": MAIL}
            )
        ),
        "files of an import": Writer(rejects),
        # a key to the contact: they have read, and the erasure holds them up; they write when it is over
        "a number": Writer(after=lambda: ContactPoint.objects.create(contact=anna, kind="email", value=MAIL)),
        "a talk": Writer(
            after=lambda: make.make_interaction(anna, subject=MARK, body=NAME)
        ),
        "a no": Writer(
            after=lambda: record_consent(
                actor=None, contact=anna, channel="email", purpose="marketing", level=ConsentLevel.NONE
            )
        ),
        "the contact as it was": Writer(after=page_of_before.save),
        "another in one": Writer(
            after=lambda: Contact.objects.filter(pk=gone.pk).update(tags=[f"knows {NAME}"])
        ),
    }  # fmt: skip
    asked = erase(anna)
    assert lines_with_the_mark() == []
    for writer in writers.values():
        writer.end()
    assert len(lines_with_the_mark()) >= 10
    assert look().state == JobState.WAITING  # a mail that nobody has read yet
    assert intake.work_on_waiting() == 1
    job = JobRun.objects.get(kind="erasure_look")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert "\n".join(lines_with_the_mark()) == ""
    left = Contact.objects.get(pk=anna.pk)
    assert (left.name, left.points.count()) == ("Erased person", 0)
    assert None not in (left.erased_at, left.archived_at)
    contents = [content_of(name) for name in StoredFile.objects.filter(removed_at=None).values_list("file", flat=True)]
    assert contents == [b"name,email\nSomeone,else@birds.example\n"] * 2
    assert list(refused_among([MAIL])) == [MAIL]  # the no came late, and is kept
    assert Consent.objects.filter(contact=anna).count() == 1
    asked.refresh_from_db()
    assert (asked.sealed, asked.late["is_done"]) == ([], True)
    told = {one["title"]: one["gone"] + one["kept"] for one in asked.late["tables"]}
    assert told["Notes"] == told["Interactions"] == told["Files"] == 1
    assert [one["lines"] for one in asked.late["files"]] == [1, 1]
    page = signed_in(make.make_user(Role.ADMIN)).get(asked.get_absolute_url()).content.decode()
    assert "What came late" in page
    assert "source.csv" in page
    before = asked.late
    assert not looking.ask_for_look()
    PrivacyRequest.objects.update(sealed=sealed(unsealed(anna.pk, [])))
    with as_owner():
        assert looking.look_after([asked.pk]) == 0
    asked.refresh_from_db()
    assert (asked.late["tables"], asked.late["files"]) == (before["tables"], before["files"])


def test_somebody_at_work_is_waited_for_and_what_they_were_called_is_sealed(anna):
    writer = Writer()
    asked = erase(anna)
    assert asked.sealed
    assert lines_with_the_mark() == []  # a dump says nothing
    assert look().state == JobState.WAITING
    assert PrivacyRequest.objects.get(pk=asked.pk).late == asked.late  # nobody has ended: no table is read again
    assert looking.next_look() == looking.SOONEST
    page = signed_in(make.make_user(Role.ADMIN)).get(asked.get_absolute_url()).content.decode()
    assert "Somebody who had begun before may yet write of them" in page
    writer.end()
    job = JobRun.objects.get(kind="erasure_look")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    asked.refresh_from_db()
    assert (job.state, asked.sealed) == (JobState.DONE, [])


def test_a_job_at_work_is_waited_for_whatever_transactions_it_has(anna):
    export = JobRun.objects.create(kind="export", title="Export", state=JobState.RUNNING)
    with side_connection() as side:
        assert take_lock(side, jobs.LOCK_CLASS, export.pk)
        asked = erase(anna)
        Note.objects.create(text=f"{NAME} was in it")  # read before, written in another transaction
        assert look().state == JobState.WAITING
    job = JobRun.objects.get(kind="erasure_look")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert lines_with_the_mark() == []
    asked.refresh_from_db()
    assert asked.late["is_done"]


def test_a_page_that_was_open_cannot_bring_them_back(anna):
    client = signed_in(make.make_user(Role.ADMIN))
    address = reverse("contacts:contact_update", args=[anna.pk])
    page = client.get(address)
    form = page.context["form"]
    posted = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in posted.items() if isinstance(value, str | int) and value != ""}
    erase(anna)
    assert client.post(address, posted | {"name": NAME, "version": anna.version}).status_code != 302
    assert Contact.objects.get(pk=anna.pk).name == "Erased person"


def test_what_is_said_of_the_erasure_itself_stays(anna):
    asked = erase(anna)
    PrivacyRequest.objects.update(sealed=sealed(unsealed(anna.pk, [])))
    with as_owner():
        assert looking.look_after([asked.pk]) == 0
    assert LogEntry.objects.get(verb="erase").summary == "Erased a person"
    assert json.dumps(PrivacyRequest.objects.get().late).find(MARK) < 0


def test_words_come_out_of_the_seal_as_they_went_in(anna):
    person = person_of(anna)
    tokens = sealed(person)
    assert MARK.lower() not in " ".join(tokens).lower()
    assert unsealed(anna.pk, tokens) == person
    assert unsealed(anna.pk, ["of another key"]).ids == (anna.pk,)
