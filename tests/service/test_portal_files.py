"""Files in the portal: customers bring and fetch those of public words, and nothing that hangs on a ticket besides."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.choices import Role
from crm.models import Attachment, MailAttachment, StoredFile
from crm.notes.actions import attach_file, remove_attachment
from service import actions
from service.models import Message, MessageFile, Ticket
from service.portal import actions as portal
from tests.factories import make_company, make_contact, make_ticket, make_user, signed_in
from tests.service.test_portal import MIA, path_to

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def company():
    return make_company()


def brought(name: str = "pane.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_customer_brings_files_and_fetches_those_of_what_was_said(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    mia, ann = make_contact(name="Mia Keller", emails=(MIA,)), make_user(Role.AGENT, name="Ann")
    ticket, path, visitor = make_ticket(mia), path_to(MIA), Client()
    form = {"ticket": ticket.pk, "text": "Look", "attached": [brought(), brought("note.txt", b"Two panes")]}
    answer = visitor.post(f"{path}reply/", form, follow=True)
    page = answer.content.decode()
    said = Message.objects.get(ticket=ticket, text="Look")
    files = list(MessageFile.objects.filter(message=said))
    assert [one.attachment.file.name for one in files] == ["pane.png", "note.txt"]
    assert [one.attachment.file.content_type for one in files] == ["image/png", "text/plain"]
    for one in files:
        address = f"{path}file/?id={one.attachment_id}"
        assert address in page
        got = visitor.get(address)
        assert got.status_code == 200
        assert (got["Content-Disposition"].split(";")[0], got["X-Content-Type-Options"]) == ("attachment", "nosniff")
        assert (got["Content-Security-Policy"], got["Cache-Control"].count("no-store")) == ("sandbox", 1)
    assert b"".join(visitor.get(f"{path}file/?id={files[1].attachment_id}").streaming_content) == b"Two panes"
    desk = signed_in(ann).get(ticket.get_absolute_url()).content.decode()
    assert "pane.png" in desk and "note.txt" in desk
    again = {"ticket": ticket.pk, "text": "Look", "attached": [brought(), brought("note.txt", b"Two panes")]}
    visitor.post(f"{path}reply/", again)
    assert Message.objects.filter(ticket=ticket, text="Look").count() == 1
    visitor.post(f"{path}reply/", again | {"attached": [brought("other.txt", b"Another one")]})
    assert Message.objects.filter(ticket=ticket, text="Look").count() == 2

    offer = attach_file(actor=ann, record=ticket, upload=brought("offer.txt", b"Forty euros"))
    reply = actions.reply(actor=ann, ticket=ticket, text="Our offer", files=[offer])
    assert MailAttachment.objects.get(mail=reply.outgoing).file == offer.file
    assert visitor.get(f"{path}file/?id={offer.pk}").status_code == 200
    remove_attachment(actor=ann, attachment=offer)
    assert visitor.get(f"{path}file/?id={offer.pk}").status_code == 404
    assert "offer.txt" not in visitor.get(f"{path}?ticket={ticket.pk}").content.decode()
    files[0].attachment.file.file.delete(save=False)
    assert visitor.get(f"{path}file/?id={files[0].attachment_id}").status_code == 404


def test_nothing_of_colleagues_or_others_can_be_fetched(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    mia, ann = make_contact(name="Mia Keller", emails=(MIA,)), make_user(Role.AGENT, name="Ann")
    own, other = make_ticket(mia), make_ticket(requester_email="ben@example.com", body="Hello")
    kept = attach_file(actor=ann, record=own, upload=brought("CANARY.txt", b"for colleagues"))
    note = actions.add_note(actor=ann, ticket=own, text="See the file")
    MessageFile.objects.create(message=note, attachment=kept)
    theirs = attach_file(actor=ann, record=other, upload=brought("theirs.txt", b"theirs"))
    actions.reply(actor=ann, ticket=other, text="Here", files=[theirs])
    visitor, path = Client(), path_to(MIA, shows_all=True)
    alone = attach_file(actor=ann, record=own, upload=brought("alone.txt", b"hangs there alone"))
    assert visitor.get(f"{path}file/")["Location"] == path
    for key in (kept.pk, theirs.pk, alone.pk, 99_999_999, "²", "9" * 40):
        answer = visitor.get(f"{path}file/?id={key}")
        assert (answer.status_code, "CANARY" in answer.content.decode()) == (404, False)
    assert "CANARY" not in visitor.get(f"{path}?ticket={own.pk}").content.decode()
    actions.merge_ticket(actor=None, ticket=other, into=own)
    assert visitor.get(f"{path}file/?id={theirs.pk}").status_code == 404
    assert Client().get(f"{path[:-6]}forged/file/?id={kept.pk}").status_code == 404


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("run.exe", b"MZ" + b"\0" * 200)], "program"),
        ([("empty.txt", b"")], "empty"),
        ([(f"{number}.txt", b"x") for number in range(6)], "At most 5 files"),
    ],
)
def test_what_is_not_taken_is_said_and_the_words_are_kept(settings, tmp_path, files, words):
    settings.MEDIA_ROOT = tmp_path
    ticket, path = make_ticket(), path_to(MIA)
    attached = [brought(name, content) for name, content in files]
    for address, form in ((f"{path}reply/", {"ticket": ticket.pk}), (f"{path}new/", {"subject": "A pane"})):
        for one in attached:
            one.seek(0)
        answer = Client().post(address, form | {"text": "Kept words", "attached": attached})
        page = answer.content.decode()
        assert (answer.status_code, "Kept words" in page, words in page) == (422, True, True)
    assert (StoredFile.objects.count(), Attachment.objects.count(), Ticket.objects.count()) == (0, 0, 1)


def test_files_of_an_hour_have_a_limit_and_a_new_request_takes_them(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    path = path_to(MIA)
    form = {"subject": "A pane", "text": "Look", "attached": [brought()]}
    answer = Client().post(f"{path}new/", form, follow=True)
    assert "pane.png" in answer.content.decode()
    ticket = Ticket.objects.get(subject="A pane")
    form["attached"] = [brought()]
    Client().post(f"{path}new/", form)
    assert Ticket.objects.count() == 1
    monkeypatch.setattr(portal, "MOST_BYTES", len(PNG) + 10)
    more = {"ticket": ticket.pk, "text": "One more", "attached": [ContentFile(io.BytesIO(PNG).read(), name="b.png")]}
    answer = Client().post(f"{path}reply/", more)
    assert (answer.status_code, "One more" in answer.content.decode()) == (429, True)
    assert Client().post(f"{path}reply/", {"ticket": ticket.pk, "text": "Words alone"}).status_code == 302
