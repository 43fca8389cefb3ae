"""The pages of outgoing mail: what waits, what is uncertain, what failed; the buttons; who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.choices import Role
from crm.mail.actions import suppress_address
from crm.mail.channels import channel_named
from crm.mail.choices import MailState, SuppressionReason
from crm.models import MailChannel, OutgoingMail, User
from tests.mail.conftest import write

pytestmark = pytest.mark.django_db
LIST = "crm:mail_list"


@pytest.fixture
def manager(client) -> Client:
    client.force_login(User.objects.create_user("manager@example.com", "secret", name="Max", role=Role.MANAGER))
    return client


def mail_in(state: str, **more: Any) -> OutgoingMail:
    mail = write("mia@example.com", subject=f"About {state}", **more)
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, last_error=f"It is {state}.", attempts=2)
    return mail


def test_each_tab_lists_its_mails_and_counts_them(manager) -> None:
    for state in ("queued", "uncertain", "failed", "parked", "held", "cancelled"):
        mail_in(state)
    shown = {"waiting": ["queued"], "uncertain": ["uncertain"], "failed": ["failed", "parked"], "held": ["held"]}
    for tab, states in shown.items():
        page = manager.get(reverse(LIST), {"tab": tab})
        assert {mail.state for mail in page.context["mails"]} == set(states)
        assert [t["count"] for t in page.context["tabs"]] == [1, None, 1, 2, 1, None, None]


def test_pages_go_by_key_and_cost_the_same_number_of_queries(manager, django_assert_num_queries) -> None:
    for _ in range(3):
        mail_in("failed")
    with django_assert_num_queries(8):
        manager.get(reverse(LIST), {"tab": "failed"})
    for _ in range(60):
        write("mia@example.com")
    OutgoingMail.objects.update(state="failed")
    with django_assert_num_queries(8):
        first = manager.get(reverse(LIST), {"tab": "failed"})
    second = manager.get(reverse(LIST) + first.context["next_url"])
    both = [mail.pk for page in (first, second) for mail in page.context["mails"]]
    assert both == list(OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True))
    assert second.context["next_url"] == ""
    assert manager.get(reverse(LIST), {"tab": "x", "before": "9" * 30}).status_code == 200


@pytest.mark.parametrize(
    ("state", "button", "after"),
    [
        ("uncertain", "crm:mail_retry", MailState.QUEUED),
        ("failed", "crm:mail_retry", MailState.QUEUED),
        ("parked", "crm:mail_retry", MailState.QUEUED),
        ("held", "crm:mail_release", MailState.QUEUED),
        ("queued", "crm:mail_cancel", MailState.CANCELLED),
        ("sent", "crm:mail_retry", MailState.SENT),
        ("in_flight", "crm:mail_cancel", MailState.IN_FLIGHT),
    ],
)
def test_a_button_changes_a_mail_where_its_state_lets_it(manager, state, button, after) -> None:
    mail = write("mia@example.com")
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, sent_at=mail.created_at, claimed_slot=0)
    address = reverse(button, args=[mail.pk])
    is_offered = address in manager.get(mail.get_absolute_url()).content.decode()
    assert is_offered is (state not in ("sent", "in_flight"))
    assert manager.post(address).status_code == 302
    mail.refresh_from_db()
    assert mail.state == after


def test_what_only_its_reader_may_know_is_not_shown(manager) -> None:
    secret = mail_in("failed", text="CANARY link", is_secret=True)
    page = manager.get(secret.get_absolute_url()).content.decode()
    assert "CANARY" not in page
    assert "for its reader only" in page
    assert "CANARY" in manager.get(mail_in("failed", text="CANARY text").get_absolute_url()).content.decode()


def test_what_a_mail_says_cannot_run(manager) -> None:
    mail = write("mia@example.com", subject="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    for address in (mail.get_absolute_url(), reverse(LIST)):
        page = manager.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_suppressed_address_is_marked_and_can_be_allowed(manager) -> None:
    mail = mail_in("cancelled")
    suppress_address(actor=None, address="mia@example.com", reason=SuppressionReason.HARD_BOUNCE)
    assert "it does not exist" in manager.get(mail.get_absolute_url()).content.decode()
    manager.post(reverse("crm:mail_allow", args=[mail.pk]))
    assert "it does not exist" not in manager.get(mail.get_absolute_url()).content.decode()


def test_a_channel_is_paused_and_resumed_by_a_button(manager) -> None:
    channel = channel_named()
    manager.post(reverse("crm:channel_pause", args=[channel.pk]))
    assert MailChannel.objects.get().is_paused
    assert "Paused by Max." in manager.get(reverse(LIST)).content.decode()
    manager.post(reverse("crm:channel_resume", args=[channel.pk]))
    assert not MailChannel.objects.get().is_paused


@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.AGENT])
def test_others_do_not_see_outgoing_mail(client, role) -> None:
    mail = mail_in("failed")
    client.force_login(User.objects.create_user(f"{role}@example.com", "secret", name="Rob", role=role))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(mail.get_absolute_url()).status_code == 404
    assert client.post(reverse("crm:mail_retry", args=[mail.pk])).status_code == 404
