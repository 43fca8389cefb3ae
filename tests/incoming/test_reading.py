"""What mails say, of old and odd programs and of nobody who means well (R18)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.incoming.bounces import read_bounce, read_complaint
from crm.incoming.nature import may_be_answered, nature_of
from crm.incoming.reading import MOST_RECIPIENTS, Unreadable, decoded, read_mail, text_of
from crm.incoming.replies import visible_text
from tests.incoming.conftest import letter

MAILS = Path(__file__).parents[1] / "data" / "messy_mime_emails"
EXPECTED = json.loads((MAILS / "expected_stdlib.json").read_text())
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LOST = "\ufffd"  # what the standard library writes where it does not know a letter


def flat(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_mail_of_an_odd_program_says_what_the_standard_library_reads_or_more(name):
    expected, read = EXPECTED[name], read_mail((MAILS / name).read_bytes())
    wanted = flat(expected["subject"])
    assert len(read.subject.split()) == len(wanted.split())
    if LOST not in wanted:
        assert flat(read.subject) == wanted
    if expected["plain"] is not None and LOST not in expected["plain"]:
        assert flat(read.text).startswith(flat(expected["plain"])[:250])
    found = [(file.content_type, len(file.content)) for file in read.files]
    assert [(kind, size) for _, kind, size in expected["attachments"]] == found[: len(expected["attachments"])]
    assert LOST not in read.subject + read.text


def test_date_of_1970_of_2099_or_none_is_when_the_mail_came():
    for date in ("Thu, 01 Jan 1970 00:00:00 +0000", "Fri, 01 Jan 2099 00:00:00 +0000", "soon", "", "1 Jan 99999 0:0"):
        assert read_mail(letter(date=date)).sent_at(NOW) == NOW
    said = read_mail(letter(date="Mon, 02 Mar 2026 11:00:00 +0100")).sent_at(NOW)
    assert said == dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


def test_ten_thousand_recipients_are_a_mail_like_any_other():
    crowd = ", ".join(f"Person {n} <p{n}@example.com>" for n in range(10_000))
    raw = b"To: " + crowd.encode() + b"\r\n" + letter().replace(b"To: help@crm.example\n", b"")
    read = read_mail(raw)
    assert len(read.recipients) == MOST_RECIPIENTS
    assert read.sender[1] == "mia@example.com"


def test_a_thousand_nested_parts_are_refused_and_a_thousand_side_by_side_are_read():
    inner = b"Content-Type: text/plain\r\n\r\nHello"
    for number in range(1_000):
        fence = b"b%d" % number
        inner = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--' % (
            fence,
            fence,
            inner,
            fence,
        )
    with pytest.raises(Unreadable, match="parts that hold other parts"):
        read_mail(b"From: a@example.com\r\n" + inner)
    part = b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    many = b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + part * 1_000 + b"--b--"
    assert len(read_mail(many).files) == 200


def test_nul_half_characters_and_unknown_charsets_become_text():
    raw = b"From: a@example.com\r\nSubject: a\x00b \xff\r\nContent-Type: text/plain; charset=klingon\r\n\r\n"
    raw += b"f\x00\xfcr dich"
    read = read_mail(raw)
    assert (read.subject, read.text) == ("ab ÿ", "für dich")
    assert decoded("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?= aus =?utf-8?B?S8O2bG4=?=") == "Grüße aus Köln"
    assert decoded("=?utf-8?B?####?=") == "####"
    assert text_of(b"x" * 10, "punycode") == "x" * 10
    read.text.encode("utf-8")


def test_html_alone_is_read_as_text_and_scripts_are_none():
    raw = letter(text="", html="").replace(b"text/plain", b"text/html")
    raw = raw.replace(b"\n\n", b"\n\n<p>Dear <b>team</b></p><script>alert(1)</script><p>bye</p>", 1)
    assert read_mail(raw).text == "Dear team\n\nbye"


def test_winmail_and_forwarded_mails_are_files():
    read = read_mail(letter(files=[("winmail.dat", b"\x78\x9f\x3e\x22"), ("../../etc/passwd", b"root")]))
    assert [(file.name, len(file.content)) for file in read.files] == [("winmail.dat", 4), ("passwd", 4)]


def test_mail_without_from_or_message_id_is_read():
    read = read_mail(b"Hello, this is no header at all\r\n\r\nand this is the rest")
    assert (read.sender, read.message_id, read.references, read.recipients) == (("", ""), "", (), ())
    assert read_mail(b"Message-ID:\r\nFrom: undisclosed\r\n\r\nx").message_id == ""
    with pytest.raises(Unreadable, match="nothing in it"):
        read_mail(b" \r\n")


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "References",
     "Content-Disposition", "Return-Path", "Auto-Submitted", "MIME-Version"]
)  # fmt: skip
PIECES = [
    b"=?utf-8?B?", b"?=", b"multipart/mixed; boundary=x", b"--x\r\n", b"--x--", b"message/delivery-status", b"base64",
    b"Final-Recipient: rfc822;", b"<", b">", b"\x00", b"\xff\xfe", b"\r\n\r\n", b"@", b";", b'"',
]  # fmt: skip
VALUES = st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(PIECES)), max_size=8).map(b"".join)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), VALUES)
def test_nothing_that_anybody_can_write_raises(headers, body):
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    try:
        read = read_mail(raw)
    except Unreadable:
        return
    said = [read.subject, read.text, read.html, visible_text(read.text), *read.sender, *read.recipients]
    assert "\x00" not in "".join(said)
    "".join(said).encode("utf-8")
    assert read.sent_at(NOW) <= NOW
    for look in (read_bounce, read_complaint, nature_of, may_be_answered):
        look(read)
