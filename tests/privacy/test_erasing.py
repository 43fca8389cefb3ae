"""S28: an erased person is in no table, no history, no file; sums stay as they were, and a no is remembered."""

import subprocess

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from contacts.choices import Answer, ConsentLevel
from contacts.merging.actions import merge_contacts
from contacts.models import Consent, Contact, Hold, PrivacyRequest, Purpose
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write
from contacts.privacy import actions, views, working
from crm import jobs
from crm.backup.programs import _environment, _path
from crm.choices import JobState, Role
from crm.database.owner import as_owner
from crm.incoming.intake import take_in
from crm.log import log
from crm.mail.actions import send_mail
from crm.models import IncomingMail, JobRun, LogEntry, OutgoingMail, RowChange, StoredFile, SuppressedAddress
from orders.models import Order
from tests import factories as make
from tests.factories import signed_in
from tests.privacy.filling import MAIL, MARK, NAME, PHONE, fill

MINE: set[str] = set()
pytestmark = pytest.mark.django_db(transaction=True)
RAW = f"From: {NAME} <{MAIL}>\r\nTo: desk@crm.example\r\nSubject: Hello\r\n\r\nI am {NAME}.\r\n".encode()


def dump() -> str:
    """Every row of the database, as a backup would have it."""
    made = subprocess.run(
        [_path("pg_dump"), "--data-only", "--no-owner"],
        env=_environment() | {"PGUSER": "postgres"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return made.stdout


def lines_with_the_mark() -> list[str]:
    return lines_with(MARK)


def lines_with(word: str) -> list[str]:
    """The lines of a dump that have this word in any case, each with its table."""
    found, table = [], ""
    for line in dump().splitlines():
        table = line.split("(")[0] if line.startswith("COPY ") else table
        if word.lower() in line.lower():
            found.append(f"{table}: {line[:300]}")
    return found


def files_with_the_mark() -> list[str]:
    """Of the files that rows of this database name, or named before: other processes have theirs in the same folder."""
    MINE.update(StoredFile.objects.exclude(file="").values_list("file", flat=True))
    return sorted(name for name in MINE if default_storage.exists(name) and MARK.encode() in content_of(name))


def content_of(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


@pytest.fixture
def canary() -> Contact:
    """In every table: two contacts that became one, edited since, with mails, files, orders and a bell."""
    MINE.clear()
    make.make_company()
    Purpose.objects.get_or_create(key="service", defaults={"label": "Service", "least_level": ConsentLevel.NONE})
    user = make.make_user(Role.ADMIN, name="Admin")
    firm = make.make_contact(name="Aviary Ltd", kind="organization")
    gone = make.make_contact(name=f"{MARK} P.", emails=(MAIL,))
    contact = make.make_contact(
        name=NAME,
        first_name=MARK,
        last_name="Person",
        emails=(MAIL,),
        phones=(PHONE,),
        city="Leeds",
        external_id=f"{MARK}-1",
    )
    make.make_order(contact, lines=({"amount": 120}, {"amount": 30}))
    make.make_subscription(contact)
    make.make_invoice(contact, paid=20)
    make.make_registration(contact)
    make.make_interaction(contact)
    make.make_ticket(contact=contact, subject=f"{MARK} asks")
    make.make_deal(contact=contact, title=f"{NAME} buys")
    make.make_deal(contact=contact, organization=firm, title=f"Aviary for {NAME}")
    make.sent_quote(contact)
    make.make_lead(name=NAME, email=MAIL, contact=contact)
    make.make_response(contact)
    make.make_contact(name="Next Door")
    record_consent(actor=user, contact=contact, channel="email", purpose="marketing", level=ConsentLevel.NONE)
    send_mail(actor=user, kind="at_least_once", to=MAIL, subject="Hello", text=f"Dear {NAME}", contact_id=contact.pk)
    take_in(RAW, door="command")
    IncomingMail.objects.update(from_address=MAIL, contact_id=contact.pk)
    merge_contacts(actor=user, kept=contact, gone=gone)
    contact.refresh_from_db()
    with as_owner():  # the ledgers, too
        fill(contact)
        fill(contact)
        Hold.objects.update(ended_at=timezone.now())
    log(actor=user, verb="note", object=firm, summary=f"Spoke with {NAME} about the firm")
    return Contact.objects.get(pk=contact.pk)


def erase(contact: Contact, **more) -> PrivacyRequest:
    asked = actions.ask_for_erasure(actor=None, contact=contact, reason="asked", **more)
    jobs.run_job(asked.job_id)
    asked.refresh_from_db()
    return asked


def test_nothing_of_an_erased_person_is_left_anywhere_and_the_sums_are_the_same(canary):
    assert lines_with_the_mark()
    assert files_with_the_mark()
    before = Order.objects.aggregate(count=Sum("amount"), base=Sum("base_amount"))
    asked = erase(canary)
    assert (JobRun.objects.get(kind="erasure").state, asked.state) == (JobState.DONE, "done")
    assert "\n".join(lines_with_the_mark()) == ""
    assert files_with_the_mark() == []
    assert Order.objects.aggregate(count=Sum("amount"), base=Sum("base_amount")) == before
    left = Contact.objects.get(pk=canary.pk)
    assert (left.name, left.search_text, left.custom) == ("Erased person", "", {})
    assert left.erased_at is not None
    assert left.archived_at is not None
    assert Order.objects.filter(contact=left).count() == 1
    assert LogEntry.objects.filter(summary="Spoke with *** about the firm").exists()
    assert RowChange.objects.filter(table_name="contacts_contact", row_id=canary.pk, was__has_key="kind").exists()
    assert LogEntry.objects.filter(verb="erase", contact_id=canary.pk).count() == 1
    assert not OutgoingMail.objects.filter(state="queued").exists()
    with pytest.raises(Exception, match="erased already"):
        actions.ask_for_erasure(actor=None, contact=left, reason="asked")


def test_a_no_is_remembered_and_closes_the_address_that_comes_again(canary):
    SuppressedAddress.objects.create(address="closed@birds.example", reason="complaint")
    erase(canary)
    again = make.make_contact(name="From a bought list", emails=(MAIL,))
    assert may_write(again).answer == Answer.WITHDRAWN
    assert may_write(again, purpose="service").answer != Answer.WITHDRAWN  # an answer to a ticket of theirs may go
    assert MAIL not in dump().split("COPY public.crm_suppressedaddress")[1].split("\\.")[0]
    other = make.make_contact(name="Somebody else", emails=("other@birds.example",))
    assert may_write(other).answer == Answer.NEVER_ASKED
    record_consent(actor=None, contact=again, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN)
    assert may_write(again).answer == Answer.GRANTED  # they have agreed since
    assert Consent.objects.filter(contact=again).count() == 1


def test_a_job_that_dies_has_done_nothing_and_its_files_go_with_the_next_run(canary, monkeypatch):
    asked = actions.ask_for_erasure(actor=None, contact=canary, reason="asked")
    monkeypatch.setattr(working, "failpoint", lambda name: 1 / 0)
    jobs.run_job(asked.job_id)
    assert Contact.objects.get(pk=canary.pk).name == NAME
    assert files_with_the_mark()
    monkeypatch.undo()
    deleted: list[str] = []
    monkeypatch.setattr(default_storage._wrapped.__class__, "delete", lambda self, name: 1 / 0)
    JobRun.objects.update(due_at="2026-01-01T00:00Z")
    jobs.run_job(asked.job_id)
    assert Contact.objects.get(pk=canary.pk).name == "Erased person"
    assert files_with_the_mark()  # the row is gone, the content still to be taken away
    monkeypatch.undo()
    JobRun.objects.update(due_at="2026-01-01T00:00Z")
    jobs.run_job(asked.job_id)
    assert files_with_the_mark() == deleted
    assert PrivacyRequest.objects.get(pk=asked.pk).files_left == []
    assert LogEntry.objects.filter(verb="erase").count() == 1


def test_a_person_types_the_name_and_sees_first_what_becomes_of_what(canary, monkeypatch):
    client, address = signed_in(make.make_user(Role.ADMIN)), reverse("privacy:person_erase", args=[canary.pk])
    page = client.get(address).content.decode()
    assert "unpaid invoice" in page
    assert "Interactions" in page
    wrong = client.post(address, {"reason": "asked", "typed": "Somebody"})
    assert wrong.status_code == 422
    assert "Type the name as it stands here" in wrong.content.decode()
    assert not PrivacyRequest.objects.filter(kind="erasure").exclude(done_at=None).exists()
    monkeypatch.setattr(
        views, "plan_erasure", lambda persons: Contact.objects.raw("SELECT pg_sleep(9)::text, 1 AS id")[0]
    )
    monkeypatch.setattr(views, "LONGEST_COUNT", 1)
    assert "Too many to count now; the job counts them." in client.get(address).content.decode()
    monkeypatch.undo()
    firm = Contact.objects.get(name="Aviary Ltd")
    assert "Only persons are erased" in client.get(reverse("privacy:person_erase", args=[firm.pk])).content.decode()
    manager = signed_in(make.make_user(Role.MANAGER))
    assert manager.post(address, {"reason": "asked", "typed": canary.name}).status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("crm_app",)
