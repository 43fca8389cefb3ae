"""The bytes of a mail are stored before anybody looks at them, once; what cannot be worked on waits in quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.incoming import intake, takers, working
from crm.incoming.actions import replay_mail
from crm.incoming.choices import Door
from crm.incoming.intake import TooLarge, take_in, work_on_waiting
from crm.incoming.takers import Letter
from crm.models import IncomingContent, IncomingMail, LogEntry
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data"
TRIED: list[str] = []


def fails(letter_: Letter) -> Any:
    """A taker that fails on some mails."""
    TRIED.append(letter_.mail.subject)
    if "poison" in letter_.mail.subject:
        raise RuntimeError("this taker fails")
    return None


@pytest.fixture
def failing_taker(settings):
    settings.CRM_MAIL_TAKERS = [f"{__name__}.fails"]
    takers.takers.cache_clear()
    TRIED.clear()
    yield
    takers.takers.cache_clear()


def test_bytes_are_kept_as_they_came_before_they_are_read():
    raw = b"\x00\xff this is no mail \r\n\r\n"
    mail, is_new = take_in(raw, door=Door.HOOK)
    assert is_new
    assert (mail.state, mail.subject, mail.size) == ("taken", "", len(raw))
    assert bytes(IncomingContent.objects.get(pk=mail.pk).raw) == raw


def test_same_bytes_are_one_mail_however_often_they_come(mailbox):
    raw = letter()
    first = receive(raw, mailbox)
    again, is_new = take_in(raw, door=Door.IMAP, mailbox=make_mailbox())
    assert (again.pk, is_new) == (first.pk, False)
    assert IncomingMail.objects.count() == 1


def test_same_mail_by_two_ways_is_one_and_another_with_its_id_is_not(mailbox):
    raw = letter(message_id="<one@example.com>", subject="Blue ones")
    first = receive(b"Received: from a\r\n" + raw, mailbox)
    second = receive(b"Received: from b\r\n" + raw, make_mailbox())
    assert (second.outcome, second.duplicate_of) == ("duplicate", first)
    forged = receive(letter("Eve <eve@example.net>", message_id="<one@example.com>", subject="Blue ones"))
    assert forged.outcome != "duplicate"


def test_mail_that_cannot_be_read_is_quarantined_with_its_head():
    fence = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n" for n in range(700))
    mail = receive(f"From: Mia <mia@example.com>\r\nSubject: Deep\r\n{fence}\r\nx".encode())
    assert (mail.state, mail.outcome, mail.subject, mail.from_address) == (
        "quarantined", "parked", "Deep", "mia@example.com",
    )  # fmt: skip
    assert "parts that hold other parts" in mail.reason


def test_mail_on_which_a_taker_fails_is_parked_after_three_attempts_and_the_next_comes_in(failing_taker):
    poison = receive(letter(subject="poison"))
    healthy = receive(letter(subject="healthy"))
    assert (poison.state, poison.attempts, poison.reason) == (
        "quarantined", 3, "It could not be worked on: RuntimeError.",
    )  # fmt: skip
    assert TRIED == ["poison", "poison", "poison", "healthy"]
    assert (healthy.state, healthy.outcome) == ("done", "kept")


def test_failing_mail_keeps_no_other_waiting(failing_taker):
    for subject in ("poison", "one", "poison again", "two"):
        take_in(letter(subject=subject), door=Door.IMAP)
    while work_on_waiting(seconds=5):
        pass
    assert list(IncomingMail.objects.order_by("pk").values_list("state", flat=True)) == [
        "quarantined", "done", "quarantined", "done",
    ]  # fmt: skip


def test_quarantined_mail_is_replayed_on_a_person_s_word(failing_taker, settings):
    mail = receive(letter(subject="poison"))
    settings.CRM_MAIL_TAKERS = []
    takers.takers.cache_clear()
    replay_mail(actor=None, mail=mail)
    assert work_on_waiting(seconds=5) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.outcome) == ("done", "kept")
    assert LogEntry.objects.filter(verb="replay mail", object_id=mail.pk).count() == 1


def test_mail_that_was_taken_cannot_be_replayed(mailbox):
    mail = receive(letter("crm@127.0.0.1"), mailbox)
    IncomingMail.objects.filter(pk=mail.pk).update(outcome="interaction")
    with pytest.raises(ValidationError, match="nothing to be done again"):
        replay_mail(actor=None, mail=mail)


def test_mail_larger_than_any_is_refused(settings):
    settings.CRM_MAIL_LARGEST = 1_000
    with pytest.raises(TooLarge, match="at most 0 are taken in"):
        take_in(b"x" * 1_001, door=Door.HOOK)
    assert IncomingMail.objects.count() == 0


def test_mailboxes_take_turns_so_that_a_flood_keeps_nobody_waiting():
    flooded, quiet = make_mailbox(), make_mailbox()
    for _ in range(60):
        take_in(letter("Bomb <bomb@example.com>"), door=Door.IMAP, mailbox=flooded)
    asked, _ = take_in(letter(), door=Door.IMAP, mailbox=quiet)
    assert asked.pk in intake._next_in_turn()[:2]


def test_of_a_flood_all_is_stored_and_little_is_made(failing_taker, monkeypatch):
    monkeypatch.setattr(takers, "FLOOD", 5)
    mails = [receive(letter("Bomb <bomb@example.com>", subject=f"Bomb {number}")) for number in range(8)]
    assert len(TRIED) == 5
    assert [mail.outcome for mail in mails] == ["kept"] * 8
    assert "So much came from this sender" in mails[-1].reason
    receive(letter(subject="Somebody else"))
    assert TRIED[-1] == "Somebody else"


def test_every_odd_mail_is_done_or_in_quarantine():
    files = [*(DATA / "messy_mime_emails").glob("*.eml"), *sorted((DATA / "messy_bounces").glob("**/*.eml"))[::6]]
    states = {receive(file.read_bytes()).state for file in files}
    assert states == {"done"}
    assert IncomingMail.objects.count() == len({file.read_bytes() for file in files})


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-x+ADw-/script+AD4-Hello", "Hello"),
        (b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("Subject: שלום\r\n\r\nמה שלומך".encode(), "מה שלומך"),
        (b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nno boundary is named\r\n--x--", ""),
        (b'Content-Type: multipart/mixed; boundary="x"\r\n\r\nthe boundary never comes', ""),
        (b"Content-Transfer-Encoding: base64\r\n\r\n!!!! not base64 !!!!", ""),
        (b"Content-Type: text/plain; charset=\x00\xff\r\nMessage-ID: <>\r\n\r\nHello\x00", "Hello"),
        (b"Subject: " + b"=?utf-8?q?" + b"a" * 70_000 + b"?=\r\n\r\nHello", "Hello"),
        (b"From: " + b"<" * 50_000 + b"\r\n\r\nHello", "Hello"),
        (b"To: " + b"(" * 80_000 + b"mia@example.com\r\n\r\nHello", "Hello"),
        (b"To: " + b'"' * 40_000 + b"\r\n\r\nHello", "Hello"),
        (b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nHello", "Hello"),
        (b"Content-Type: text/plain; " + b';"' * 100_000 + b"\r\n\r\nHello", "Hello"),
        (b"\r\n" * 20_000 + b"Hello", "Hello"),
    ],
)
def test_broken_mail_comes_in_with_what_can_be_read(raw, words):
    mail = receive(b"From: mia@example.com\r\n" + raw)
    assert (mail.state, words in mail.text) == ("done", True)


def test_mail_of_another_process_is_left_alone():
    mail, _ = take_in(letter(), door=Door.HOOK)
    IncomingMail.objects.filter(pk=mail.pk).update(state="done", outcome="kept")
    assert working.work_on(mail.pk) is None
