"""A real Celery worker sends; the broker loses its queue, the worker dies, and every mail leaves once all the same."""

from __future__ import annotations

from crm.celery import app
from crm.mail import sending
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind, MailState
from crm.mail.drafts import Draft
from crm.models import OutgoingMail
from tests.mail.conftest import write


def drafts(count: int, kind: str) -> list[Draft]:
    return [Draft(kind=kind, to=f"p{n}@example.com", subject=f"Offer {n}", text="Good day.") for n in range(count)]


def left() -> int:
    return OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.IN_FLIGHT]).count()


def test_two_hundred_mails_leave_once_though_broker_and_worker_are_lost(sink, worker_of_sink) -> None:
    worker = worker_of_sink
    first = write("first@example.com", MailKind.AT_LEAST_ONCE)
    worker.wait_for(lambda: left() == 0)
    first.refresh_from_db()
    assert (first.state, bool(first.claimed_by)) == (MailState.SENT, True)

    sink.seconds = 0.01
    send_mails(actor=None, drafts=drafts(200, MailKind.AT_MOST_ONCE))
    sink.wait_for(20)
    worker.kill()
    with app.connection_for_write() as line:
        line.default_channel.client.flushdb()
    assert left() > 0
    worker.start()
    sending.sweep()
    worker.wait_for(lambda: left() == 0)
    states = list(OutgoingMail.objects.exclude(pk=first.pk).values_list("state", flat=True))
    uncertain = states.count(MailState.UNCERTAIN)
    assert len(sink.recipients()) == len(set(sink.recipients()))
    assert (states.count(MailState.SENT) + uncertain, uncertain <= 1) == (200, True)
    assert states.count(MailState.SENT) <= len(sink.taken) - 1 <= 200
