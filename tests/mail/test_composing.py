"""The bytes of a message, read back by the standard library's parser."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crm.mail.composing import Attached, compose
from crm.models import OutgoingMail

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))


def row(**more: object) -> OutgoingMail:
    fields = {
        "recipient": "mia@example.com",
        "sender": "CRM <crm@example.com>",
        "message_id": "<1@example.com>",
        "text": "Hi",
    }
    return OutgoingMail(**{**fields, **more})


def read(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=email.policy.default)


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subject=st.text(LETTERS, max_size=200), name=st.text(LETTERS, max_size=60), text=LINES, html=LINES)
def test_whatever_is_written_is_what_is_read(subject, name, text, html) -> None:
    raw = compose(row(subject=subject, recipient_name=name.strip(), text=text, html=html))
    message = read(raw)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert message["To"].addresses[0].addr_spec == "mia@example.com"
    assert {"To", "From", "Subject", "Message-ID"} <= set(message.keys())
    assert len(message.keys()) == len(set(message.keys()))
    assert "".join(str(message["Subject"]).split()) == "".join(subject.split())
    assert body(message, "plain") == text.rstrip("\n") + "\n"
    if html:
        assert body(message, "html") == html.rstrip("\n") + "\n"


def test_text_html_images_and_files_stand_where_readers_look_for_them() -> None:
    files = [
        Attached("Angebot für Mia.pdf", "application/pdf", "", b"%PDF" * 100),
        Attached("logo.png", "image/png", "logo", b"\x89PNG"),
        Attached("mail.eml", "message/rfc822", "", b"Subject: x\r\n\r\ny"),
    ]
    message = read(compose(row(text="Hi", html='<img src="cid:logo">'), files))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf", "application/octet-stream",
    ]  # fmt: skip
    sent = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert sent == {"Angebot für Mia.pdf": b"%PDF" * 100, "mail.eml": b"Subject: x\r\n\r\ny"}


def test_names_and_domains_beyond_ascii_are_encoded() -> None:
    message = read(compose(row(recipient="mia@exämple.com", recipient_name="Zoë, née “X”", reply_to="Ü <ü@straße.de>")))
    assert message["To"].addresses[0].display_name == "Zoë, née “X”"
    assert message["To"].addresses[0].domain == "xn--exmple-cua.com"
    assert message["Reply-To"].addresses[0].domain == "xn--strae-oqa.de"


def test_a_message_to_several_shows_them_all() -> None:
    message = read(compose(row(shown_to="Mia <mia@example.com>, tom@example.com", shown_cc="ann@example.com")))
    assert [address.addr_spec for address in message["To"].addresses] == ["mia@example.com", "tom@example.com"]
    assert message["Cc"].addresses[0].addr_spec == "ann@example.com"
