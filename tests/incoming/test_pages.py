"""The pages of incoming mail and of mailboxes: who may see them, and what a stranger's mail cannot do there."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.models import IncomingMail, LogEntry, Mailbox
from tests.factories import make_contact, make_user, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db
LIST = "incoming:mail_list"


@pytest.fixture
def manager() -> Client:
    return signed_in(make_user(Role.MANAGER))


@pytest.fixture
def admin() -> Client:
    return signed_in(make_user(Role.ADMIN))


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_mailboxes_say_what_came_what_waits_and_why_not(manager):
    box = make_mailbox(
        name="Support", consecutive_errors=2, last_error="It does not let us in.", next_at=timezone.now()
    )
    receive(letter(), box)
    receive(b"", box)
    shown = page(manager, LIST)
    for words in ("Support", "2 in a day", "1 in quarantine", "It does not let us in."):
        assert words in shown


def test_without_a_mailbox_the_page_says_who_names_one(manager, admin):
    assert "An administrator names the mailboxes" in page(manager, LIST)
    assert reverse("incoming:mailbox_create") in page(admin, LIST)
    make_mailbox(name="Support")
    assert "names the mailboxes" not in page(manager, LIST)


def test_each_tab_shows_its_mails(manager, mailbox):
    make_contact(name="Mia", emails=("mia@example.com",))
    kept, told, parked = receive(letter("new@example.net"), mailbox), receive(letter(), mailbox), receive(b"", mailbox)
    for tab, mail in (("kept", kept), ("letters", told), ("quarantine", parked)):
        found = manager.get(reverse(LIST), {"tab": tab}).context["mails"]
        assert [one.pk for one in found] == [mail.pk]


@pytest.mark.parametrize("length", [1, 3])
def test_list_asks_as_much_for_many_mails_as_for_one(manager, mailbox, length, django_assert_max_num_queries):
    for _ in range(length):
        receive(letter("new@example.net"), mailbox)
    with django_assert_max_num_queries(12):
        manager.get(reverse(LIST))


def test_who_sees_the_contact_sees_its_mail_and_nobody_else(mailbox):
    rep = make_user(Role.REP)
    mine = make_contact(name="Mia", emails=("mia@example.com",), owner=rep)
    make_contact(name="Noa", emails=("noa@example.com",), owner=make_user(Role.REP))
    seen, foreign = receive(letter(subject="Blue ones")), receive(letter("noa@example.com"))
    client = signed_in(rep)
    assert "Blue ones" in page(client, "incoming:mail_detail", seen.pk)
    assert client.get(reverse("incoming:mail_detail", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("incoming:mail_raw", args=[foreign.pk])).status_code == 404
    assert client.get(reverse(LIST)).status_code == 403
    assert f"/mails/incoming/{seen.pk}/" in page(client, "contacts:contact_detail", mine.pk)


def test_bytes_and_files_are_downloads_that_no_browser_runs(manager):
    raw = letter(files=[("page.html", b"<script>alert(1)</script>")])
    mail = receive(raw)
    for name, query in (("incoming:mail_raw", {}), ("incoming:mail_file", {"number": 0})):
        answer = manager.get(reverse(name, args=[mail.pk]), query)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert b"".join(manager.get(reverse("incoming:mail_raw", args=[mail.pk])).streaming_content) == raw
    for number in ("1", "-1", "x", "99999"):
        assert manager.get(reverse("incoming:mail_file", args=[mail.pk]), {"number": number}).status_code == 404


def test_html_is_shown_in_a_frame_without_rights_and_pictures_are_links(manager):
    html = '<p onclick="x()">Dear <b>team</b><script>alert(1)</script>'
    html += '<img src="https://t.example/open.gif" alt="Logo"></p>'
    mail = receive(letter(html=html))
    shown = page(manager, "incoming:mail_detail", mail.pk, **{"as": "html"})
    frame = shown[shown.index("<iframe") : shown.index("</iframe>")]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    for word in ("script", "onclick", "&lt;img"):
        assert word not in frame
    assert "[Picture: Logo]" in frame
    assert "<iframe" not in page(manager, "incoming:mail_detail", mail.pk)


def test_picture_that_came_with_the_mail_is_shown_and_what_only_says_so_is_not(manager):
    parts = (("logo", b"\x89PNG\r\n\x1a\n" + b"0" * 20), ("evil", b"<svg onload=alert(1)>"))
    shown = "".join(f'<img src="cid:{name}">' for name, _ in (*parts, ("gone", b"")))
    raw = "From: mia@example.com\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n"
    raw += f"Content-Type: text/html\r\n\r\n{shown}"
    for name, content in parts:
        head = f"\r\n--B\r\nContent-Type: image/png\r\nContent-ID: <{name}>\r\n"
        head += "Content-Transfer-Encoding: base64\r\n\r\n"
        raw += head + base64.b64encode(content).decode()
    mail = receive(f"{raw}\r\n--B--".encode())
    frame = page(manager, "incoming:mail_detail", mail.pk, **{"as": "html"})
    assert frame.count("data:image/png;base64,") == 1
    assert "cid:" not in frame[frame.index("<iframe") : frame.index("</iframe>")]


def test_words_of_a_stranger_are_escaped_everywhere(manager):
    mark = "<img src=x onerror=alert(1)>"
    mail = receive(letter(f'"{mark}" <mia@example.com>', subject=mark, text=mark, files=[(f"{mark}.txt", b"x")]))
    for shown in (page(manager, LIST), page(manager, "incoming:mail_detail", mail.pk)):
        assert "onerror=alert" in shown
        assert "<img src=x" not in shown


def test_quarantined_mail_is_replayed_by_a_button(manager):
    mail = receive(b"")
    IncomingMail.objects.filter(pk=mail.pk).update(subject="Broken")
    assert "Work on it again" in page(manager, "incoming:mail_detail", mail.pk)
    manager.post(reverse("incoming:mail_replay", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("taken", 0)


def test_a_mail_in_quarantine_says_why_and_what_came_and_runs_nothing(manager):
    head = b"From: Mia <mia@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Mark: <b>bold</b>\r\n"
    raw = (
        head
        + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
        + b"--B\r\n\r\n<script>alert(1)</script>\x07\r\n" * 2100
    )
    mail = receive(raw)
    assert (mail.state, mail.subject) == ("quarantined", "Grüße")
    shown = page(manager, "incoming:mail_detail", mail.pk)
    for words in ("It stands in quarantine", "more than 2,000 parts", "X-Mark", "Grüße", "The rest is in the file."):
        assert words in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;·" in shown
    assert not any(words in shown for words in ("<script>alert", "<b>bold"))
    nothing = page(manager, "incoming:mail_detail", receive(b"").pk)
    assert "There is nothing in it." in nothing
    assert "No header can be told in it." in nothing


def test_what_came_is_shown_to_who_keeps_the_mail_alone(mailbox):
    rep = make_user(Role.REP)
    make_contact(name="Mia", emails=("mia@example.com",), owner=rep)
    mail = receive(letter(), mailbox)
    assert "As it came</h2>" not in page(signed_in(rep), "incoming:mail_detail", mail.pk)


def test_a_discarded_mail_leaves_the_quarantine_and_can_come_back(manager):
    mail = receive(b"")
    manager.post(reverse("incoming:mail_discard", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.outcome) == ("done", "discarded")
    assert mail.reason.endswith("discarded it. There is nothing in it.")
    for tab, count in (("quarantine", 0), ("discarded", 1)):
        assert len(manager.get(reverse(LIST), {"tab": tab}).context["mails"]) == count
    refused = manager.post(reverse("incoming:mail_discard", args=[mail.pk]), follow=True).content.decode()
    assert "There is nothing to be discarded" in refused
    shown = page(manager, "incoming:mail_detail", mail.pk)
    assert "Work on it again" in shown
    assert "/discard/" not in shown
    manager.post(reverse("incoming:mail_replay", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.outcome, mail.reason) == ("taken", "", "")


def test_all_of_the_quarantine_is_worked_on_again_by_one_button(manager, mailbox):
    parked = [receive(content, mailbox) for content in (b"", b" ", b"\r\n")]
    kept = receive(letter("new@example.net"), mailbox)
    assert "Work on all again" in page(manager, LIST, tab="quarantine")
    assert "Work on all again" not in page(manager, LIST)
    answer = manager.post(reverse("incoming:quarantine_replay"), follow=True).content.decode()
    assert "3\N{NO-BREAK SPACE}mails are worked on once more." in answer
    assert set(IncomingMail.objects.filter(pk__in=[one.pk for one in parked]).values_list("state", flat=True)) == {
        "taken"
    }
    kept.refresh_from_db()
    assert kept.outcome == "kept"
    assert LogEntry.objects.filter(verb="replay mail").count() == 1


def test_text_and_what_stood_below_it_are_told_apart(manager):
    mail = receive(letter(text="Yes, please.\n\nOn 2 March 2026, Ada wrote:\n> Three?"))
    shown = page(manager, "incoming:mail_detail", mail.pk)
    assert shown.index("Yes, please.") < shown.index("What stood below") < shown.index("Three?")


def test_mailbox_is_made_and_its_password_is_never_shown(admin):
    fields = {
        "name": "Support", "address": "Support@CRM.example", "purpose": "general", "is_active": "on",
        "host": "mail.crm.example", "port": "993", "security": "tls", "user_name": "", "folder": "INBOX",
        "password": "open sesame",
    }  # fmt: skip
    answer = admin.post(reverse("incoming:mailbox_create"), fields)
    box = Mailbox.objects.get()
    assert answer.status_code == 302
    assert (box.address, "open sesame" in box.sealed_password) == ("support@crm.example", False)
    for name in ("incoming:mailbox_detail", "incoming:mailbox_update"):
        assert "sesame" not in page(admin, name, box.pk)
        assert box.sealed_password not in page(admin, name, box.pk)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": ""}, "A mailbox is fetched by its password"),
        ({"security": "none"}, "does not travel in the clear"),
        ({"address": "nobody"}, "is not an e-mail address"),
        ({"port": "70000"}, "65535"),
    ],
)
def test_mailbox_that_will_not_do_comes_back_with_a_sentence_and_what_was_typed(admin, wrong, words):
    fields = {
        "name": "Support", "address": "support@crm.example", "purpose": "general", "host": "mail.crm.example",
        "port": "993", "security": "tls", "folder": "INBOX", "password": "open sesame", **wrong,
    }  # fmt: skip
    answer = admin.post(reverse("incoming:mailbox_create"), fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Support"' in answer.content.decode()


def test_mailboxes_are_for_administrators(manager):
    assert manager.get(reverse("incoming:mailbox_list")).status_code == 403
    assert manager.get(reverse("incoming:mailbox_detail", args=[make_mailbox().pk])).status_code == 404
