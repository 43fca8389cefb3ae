"""What bounces and complaints change, and what forged ones do not (R15)."""

from __future__ import annotations

import pytest

from contacts.permission.rule import SERVICE, may_write
from crm.models import OutgoingMail, SuppressedAddress
from tests.factories import make_contact
from tests.incoming.conftest import bounce_of, complaint_about, receive, write

pytestmark = pytest.mark.django_db


def reasons() -> dict[str, str]:
    return dict(SuppressedAddress.objects.values_list("address", "reason"))


def test_address_that_does_not_exist_gets_no_more_mail():
    mia = make_contact(name="Mia", emails=("mia@example.com",))
    ours = write(contact_id=mia.pk)
    mail = receive(bounce_of(ours))
    assert (mail.outcome, mail.bounced_address, mail.is_hard, mail.answers) == (
        "bounce", "mia@example.com", True, ours,
    )  # fmt: skip
    assert reasons() == {"mia@example.com": "hard_bounce"}
    assert may_write(mia, channel="email", purpose=SERVICE).answer == "suppressed"
    assert OutgoingMail.objects.get(pk=ours.pk).last_error.startswith("It came back: 5.1.1")


def test_bounce_that_shows_no_mail_of_ours_to_that_address_changes_nothing():
    ours = write()
    forged = bounce_of(ours).replace(ours.message_id.encode(), b"<guessed@crm.example>")
    other = bounce_of(ours, recipient="vip@example.org")
    assert [receive(raw).outcome for raw in (forged, other)] == ["bounce", "bounce"]
    assert reasons() == {}


def test_full_mailbox_is_tried_again_until_five_mails_came_back():
    for number in range(5):
        receive(bounce_of(write(subject=f"Mail {number}"), status="5.2.2"))
        assert bool(reasons()) == (number == 4)


def test_same_mail_coming_back_five_times_counts_once():
    ours = write()
    for _ in range(5):
        receive(bounce_of(ours, status="4.2.2"))
    assert reasons() == {}


def test_delay_changes_nothing():
    mail = receive(bounce_of(write(), status="4.4.1", action="delayed"))
    assert (mail.outcome, mail.is_hard) == ("bounce", False)
    assert reasons() == {}


def test_who_complains_gets_no_more_mail_at_once():
    mail = receive(complaint_about(write()))
    assert (mail.outcome, mail.bounced_address) == ("complaint", "mia@example.com")
    assert reasons() == {"mia@example.com": "complaint"}


def test_bounce_by_two_ways_says_the_same_twice():
    raw = bounce_of(write())
    first, second = receive(raw), receive(b"Received: from elsewhere\r\n" + raw)
    assert second.outcome == "duplicate"
    assert (
        (second.bounced_address, second.is_hard) == (first.bounced_address, first.is_hard) == ("mia@example.com", True)
    )


def test_bounce_comes_twice_and_counts_once():
    raw = bounce_of(write())
    assert receive(raw).pk == receive(raw).pk
    assert len(reasons()) == 1
