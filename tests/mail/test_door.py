"""The one door: what it lets in, what it refuses and with which sentence."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from contacts.models import Contact
from crm.mail import actions
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind, MailState
from crm.mail.drafts import Draft
from crm.mail.writing import FEW
from crm.models import LogEntry, OutgoingMail, StoredFile
from tests.concurrency.racing import until_somebody_waits
from tests.mail.conftest import write

pytestmark = pytest.mark.django_db
INJECTIONS = (
    "\r\nBcc: evil@example.com",
    "\nBcc: evil@example.com",
    "\rX: y",
    "\u2028Bcc: e@x.y",
    "\x85X: y",
    "\x00",
    "\x1b[1m",
)
FIELDS = {
    "subject": "Hello{}there",
    "to": '"Mia{}" <mia@example.com>',
    "sender": '"Us{}" <us@example.com>',
    "reply_to": '"Us{}" <us@example.com>',
    "shown_to": '"Us{}" <us@example.com>',
    "shown_cc": '"Us{}" <us@example.com>',
    "message_id": "<a{}@example.com>",
}


def stored(name: str = "quote.pdf", content: bytes = b"%PDF") -> StoredFile:
    file = StoredFile(name=name, content_type="application/pdf", size=len(content))
    file.file.save("any", ContentFile(content), save=True)
    return file


@pytest.mark.parametrize("field", FIELDS)
def test_what_would_end_a_header_line_is_refused_with_a_sentence(field) -> None:
    for injection in INJECTIONS:
        with pytest.raises(ValidationError, match="must be one line of visible characters"):
            write(**{"to": "mia@example.com", field: FIELDS[field].format(injection)})
    assert not OutgoingMail.objects.exists()


def test_headers_and_names_of_attachments_are_refused_alike() -> None:
    for injection in INJECTIONS:
        with pytest.raises(ValidationError, match="The header X-Campaign must be one line"):
            write("mia@example.com", headers={"X-Campaign": f"a{injection}"})
        if "\x00" not in injection:  # which no database stores
            with pytest.raises(ValidationError, match="The name of an attachment must be one line"):
                write("mia@example.com", attachments=[stored(f"a{injection}.pdf")])


@pytest.mark.parametrize("name", ["From", "bcc", "Message-ID", "Content-Type", "MIME-Version"])
def test_a_header_that_the_product_writes_cannot_be_given(name) -> None:
    with pytest.raises(ValidationError, match="is written by the product"):
        write("mia@example.com", headers={name: "x"})
    with pytest.raises(ValidationError, match="is not the name of a mail header"):
        write("mia@example.com", headers={f"{name}: x\r\nBcc": "x"})


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mia",
        "mia@",
        "@example.com",
        "a b@example.com",
        "a@b@c.example",
        "a@b.example>",
        "a,b@c.example",
        "<a@b>@c.example",
        "a@b.example) c@d.example",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(address) -> None:
    with pytest.raises(ValidationError, match="is not an e-mail address; write it like"):
        write(address)


def test_a_mail_that_says_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(ValidationError, match="The mail says nothing"):
        write("mia@example.com", text=" \n")
    with pytest.raises(ValidationError, match="2,000,001 characters; 2,000,000 at most"):
        write("mia@example.com", html="x" * 2_000_001)
    with pytest.raises(ValidationError, match=r"\(NUL\); take it out"):
        write("mia@example.com", text="a\x00b")
    with pytest.raises(ValidationError, match="The subject is too long"):
        write("mia@example.com", subject="x" * 901)


def test_the_row_holds_what_was_asked_for() -> None:
    contact = Contact.objects.create(name="Mia", sort_name="mia")
    mail = write(
        '"Mia Keller" <Mia@example.com>', contact_id=contact.pk, about=contact, html="<p>Good <b>day</b></p>", text=""
    )
    assert (mail.recipient_name, mail.recipient, mail.text) == ("Mia Keller", "Mia@example.com", "Good day")
    assert (mail.object_model, mail.object_id, mail.contact_id) == ("contacts.contact", contact.pk, contact.pk)
    assert mail.message_id == f"<{mail.guid}@127.0.0.1>"
    assert (mail.state, mail.channel.name) == (MailState.QUEUED, "default")


def test_a_key_that_was_used_before_adds_nothing() -> None:
    first = write("mia@example.com", key="quote-1")
    again = write("mia@example.com", key="quote-1", subject="Other")
    assert (first.pk, first.subject) == (again.pk, again.subject)
    drafts = [
        Draft(kind=MailKind.AT_MOST_ONCE, to=f"p{n}@example.com", subject="S", text="T", key=f"quote-{n}")
        for n in range(5)
    ]
    assert send_mails(actor=None, drafts=drafts) == 4
    assert send_mails(actor=None, drafts=drafts) == 0
    assert OutgoingMail.objects.count() == 5


@pytest.mark.parametrize("count", [3, FEW + 30], ids=["few", "many"])
def test_many_at_once_hold_what_one_holds(count: int) -> None:
    contact = Contact.objects.create(name="Mia", sort_name="mia")
    write("old@example.com", key="k-1")
    hard = 'Back\\slash\ttab\n\\N \\. "quoted" é 🙂 {braces}'
    drafts = [
        Draft(
            kind=MailKind.AT_MOST_ONCE, to=f'"Zoë {n}" <p{n}@example.com>', subject=f"S {n}", text=hard,
            html=f"<p>{hard}</p>", headers={"List-Unsubscribe": f"<https://example.com/{n}>"}, contact_id=contact.pk,
            about=contact, key=f"k-{n}" if n else None,
        )
        for n in range(count)
    ]  # fmt: skip
    before = timezone.now()
    assert send_mails(actor=None, drafts=[*drafts, drafts[2]]) == count - 1, "one key was used, one is given twice"
    for mail in OutgoingMail.objects.exclude(recipient="old@example.com"):
        number = mail.subject.removeprefix("S ")
        assert (mail.recipient_name, mail.recipient) == (f"Zoë {number}", f"p{number}@example.com")
        assert (mail.text, mail.html) == (hard, f"<p>{hard}</p>")
        assert mail.headers == {"List-Unsubscribe": f"<https://example.com/{number}>"}
        assert (mail.object_model, mail.object_id, mail.contact_id) == ("contacts.contact", contact.pk, contact.pk)
        assert (mail.state, mail.key) == (MailState.QUEUED, f"k-{number}" if number != "0" else None)
        assert before <= mail.created_at <= timezone.now()
        assert (mail.claimed_slot, mail.sent_at, mail.actor, mail.is_secret) == (None, None, None, False)


@pytest.mark.django_db(transaction=True)
def test_two_who_write_the_same_keys_at_once_write_each_once() -> None:
    drafts = [
        Draft(kind=MailKind.AT_MOST_ONCE, to=f"p{n}@example.com", subject="S", text="T", key=f"k-{n}")
        for n in range(FEW + 80)
    ]
    meet, new = Barrier(2), list[int]()

    def write_all() -> None:
        try:
            meet.wait(30)
            new.append(send_mails(actor=None, drafts=drafts))
        finally:
            connection.close()

    threads = [Thread(target=write_all) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(new) == len(drafts) == OutgoingMail.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_another_is_writing_meanwhile_is_waited_for_and_adds_nothing() -> None:
    drafts = [
        Draft(kind=MailKind.AT_MOST_ONCE, to=f"p{n}@example.com", subject="S", text="T", key=f"k-{n}")
        for n in range(FEW + 80)
    ]
    new = list[int]()

    def write_all() -> None:
        try:
            new.append(send_mails(actor=None, drafts=drafts))
        finally:
            connection.close()

    thread = Thread(target=write_all)
    with transaction.atomic():
        send_mails(actor=None, drafts=drafts[-1:])
        thread.start()
        until_somebody_waits()
    thread.join(60)
    assert new == [len(drafts) - 1]
    assert OutgoingMail.objects.count() == len(drafts)


def test_one_that_cannot_be_sent_is_told_of_and_stops_no_other() -> None:
    drafts = [Draft(kind="at_most_once", to=to, subject="S", text="T") for to in ("mia@example.com", "mia", "b@c.de")]
    told: list[tuple[str, str]] = []
    count = send_mails(actor=None, drafts=drafts, refuse=lambda draft, error: told.append((draft.to, *error.messages)))
    assert count == 2
    assert told == [("mia", "The recipient “mia” is not an e-mail address; write it like mia@example.com.")]


def test_one_bad_draft_stops_the_whole_batch() -> None:
    drafts = [Draft(kind="at_most_once", to=to, subject="S", text="T") for to in ("mia@example.com", "mia")]
    with pytest.raises(ValidationError):
        send_mails(actor=None, drafts=drafts)
    assert not OutgoingMail.objects.exists()


def test_a_mail_of_a_transaction_that_is_rolled_back_was_never_there() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write("mia@example.com")
        raise RuntimeError
    assert not OutgoingMail.objects.exists()


def test_a_file_that_goes_with_a_mail_cannot_be_deleted() -> None:
    file = stored()
    write("mia@example.com", attachments=[file])
    with pytest.raises(ProtectedError):
        file.delete()


def test_a_sent_mail_without_a_moment_is_refused_by_the_database() -> None:
    mail = write("mia@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.SENT)


def test_people_send_again_release_and_call_back_and_each_is_logged() -> None:
    mail = write("mia@example.com", is_held=True)
    assert mail.state == MailState.HELD
    actions.release_mail(actor=None, mail=mail)
    actions.cancel_mail(actor=None, mail=mail)
    with pytest.raises(ValidationError, match="not waiting any more"):
        actions.cancel_mail(actor=None, mail=mail)
    actions.retry_mail(actor=None, mail=mail)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    with pytest.raises(ValidationError, match="not in that state any more"):
        actions.retry_mail(actor=None, mail=mail)
    verbs = LogEntry.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["release mail", "cancel mail", "retry mail"]


def test_everything_that_waits_can_be_held_at_once() -> None:
    write("mia@example.com")
    sent = write("tom@example.com")
    OutgoingMail.objects.filter(pk=sent.pk).update(state=MailState.SENT, sent_at=timezone.now())
    assert actions.hold_waiting_mails(actor=None, reason="restored from a backup") == 1
    assert dict(OutgoingMail.objects.values_list("recipient", "state")) == {
        "mia@example.com": MailState.HELD,
        "tom@example.com": MailState.SENT,
    }
