"""The hook: signed, within five minutes, of a bounded size; it tells nothing (S20)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from django.utils import timezone

from crm.foreign.webhooks import signature
from crm.incoming.actions import hook_secret, renew_hook
from crm.models import IncomingContent, IncomingMail, Mailbox
from tests.incoming.conftest import letter, make_mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> Mailbox:
    return make_mailbox()


def bring(box: Mailbox, body: bytes, content_type: str = "message/rfc822", **headers: Any) -> Any:
    moment = headers.pop("moment", int(timezone.now().timestamp()))
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(headers.pop("secret", hook_secret(box)), "msg_1", moment, body),
        **headers,
    }
    address = reverse("incoming:hook", args=[box.hook_token])
    return Client(enforce_csrf_checks=True).generic("POST", address, body, content_type, headers=signed)


def test_signed_mail_is_taken_in_once_and_nothing_is_told(box):
    raw = letter()
    answers = [bring(box, raw) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"taken": True})] * 2
    mail = IncomingMail.objects.get()
    assert (mail.mailbox, mail.door, mail.state) == (box, "hook", "taken")
    assert bytes(mail.content.raw) == raw


def test_form_with_the_mail_as_a_file_or_a_field_is_taken_in(box):
    raw = letter()
    as_file = encode_multipart(BOUNDARY, {"email": SimpleUploadedFile("mail.eml", raw)})
    as_field = encode_multipart(BOUNDARY, {"body-mime": letter(subject="As a field").decode()})
    assert [bring(box, body, MULTIPART_CONTENT).status_code for body in (as_file, as_field)] == [202, 202]
    assert bytes(IncomingContent.objects.order_by("pk").first().raw) == raw


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"secret": "another"}, 401),
        ({"webhook-signature": ""}, 401),
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-id": "msg_2"}, 401),
        ({"webhook-timestamp": "soon"}, 401),
        ({"moment": 1_600_000_000}, 401),
    ],
)
def test_mail_with_a_wrong_or_old_signature_is_refused(box, headers, status):
    assert bring(box, letter(), **headers).status_code == status
    assert not IncomingMail.objects.exists()


def test_altered_mail_is_refused(box):
    raw = letter()
    moment = int(timezone.now().timestamp())
    signed = signature(hook_secret(box), "msg_1", moment, raw)
    assert bring(box, raw + b"and more", **{"webhook-signature": signed}).status_code == 401


def test_secret_of_one_mailbox_is_none_of_another_and_ends_when_it_is_renewed(box):
    assert bring(box, letter(), secret=hook_secret(make_mailbox())).status_code == 401
    old = hook_secret(box)
    address = reverse("incoming:hook", args=[box.hook_token])
    renew_hook(actor=None, mailbox=box)
    assert Client().post(address, b"x", content_type="message/rfc822").status_code == 404
    box.refresh_from_db()
    assert bring(box, letter(), secret=old).status_code == 401
    assert bring(box, letter()).status_code == 202


def test_mail_that_is_too_large_or_empty_is_refused(box, settings):
    settings.CRM_MAIL_LARGEST = 1_000
    assert bring(box, b"x" * 1_001).status_code == 413
    assert bring(box, b" ").status_code == 400
    assert not IncomingMail.objects.exists()


def test_hook_of_a_mailbox_that_is_not_in_use_answers_nobody(box):
    Mailbox.objects.filter(pk=box.pk).update(is_active=False)
    assert bring(box, letter()).status_code == 404
    assert Client().get(reverse("incoming:hook", args=[box.hook_token])).status_code == 405
