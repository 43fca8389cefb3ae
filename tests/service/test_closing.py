"""Tickets whose customer does not answer: one reminder, then solved, then closed; an answer opens them again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from crm.choices import Role
from crm.models import OutgoingMail
from service.actions import closing, reply, take_message
from service.actions.closing import close_quiet
from service.models import Macro, Message, Queue, Ticket, TicketEvent
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_ticket, make_user

pytestmark = pytest.mark.django_db


def queue(**given) -> Queue:
    make_company(name="Frames & Co")
    days = {"notice_after_days": 5, "close_after_days": 3, "end_after_days": 10}
    return Queue.objects.create(**{"name": "Support", **days, **given})


def answered(**given) -> Ticket:
    ticket = make_ticket(**given)
    reply(actor=make_user(Role.AGENT), ticket=ticket, text="Did the new pane fit?")
    return Ticket.objects.get(pk=ticket.pk)


def pass_days(days: float) -> None:
    """Everything happened so many days earlier."""
    back = dt.timedelta(days=days)
    for ticket in Ticket.objects.all():
        moments = {name: getattr(ticket, name) for name in ("message_at", "noticed_at", "solved_at", "opened_at")}
        Ticket.objects.filter(pk=ticket.pk).update(**{name: at - back for name, at in moments.items() if at})


def reminders() -> list[str]:
    return list(OutgoingMail.objects.filter(key__startswith="ticket notice:").values_list("text", flat=True))


def test_one_reminder_then_solved_then_closed_however_often_it_runs():
    queue()
    ticket = answered(subject="One pane came broken")
    assert close_quiet().count == 0
    pass_days(5.1)
    assert [close_quiet().reminded for _ in range(3)] == [1, 0, 0]
    mail = OutgoingMail.objects.get(key__startswith="ticket notice:")
    assert (mail.kind, mail.recipient, mail.object_id) == ("at_most_once", "mia@example.com", ticket.pk)
    assert "Hello Mia," in mail.text
    assert f"it reaches us as #{ticket.pk}. Otherwise we take it as settled in 3 days." in mail.text
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.filter(kind="out").count()) == ("waiting", 2)
    pass_days(3.1)
    assert (close_quiet().solved, close_quiet().solved) == (1, 0)
    ticket.refresh_from_db()
    assert ticket.state == "solved"
    assert str(TicketEvent.objects.filter(ticket=ticket).last()) == "solved: no answer"
    pass_days(10.1)
    assert (close_quiet().closed, close_quiet().count) == (1, 0)
    ticket.refresh_from_db()
    assert (ticket.state, len(reminders())) == ("closed", 1)


def test_an_answer_opens_it_again_and_the_days_are_counted_anew():
    queue()
    ticket = answered()
    pass_days(6)
    close_quiet()
    pass_days(4)
    close_quiet()
    take_message(actor=None, ticket=ticket, text="Sorry, I was away.", sender_name="Mia")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopenings, ticket.noticed_at) == ("open", 1, None)
    assert close_quiet().count == 0
    reply(actor=make_user(Role.AGENT), ticket=ticket, text="No harm done.")
    pass_days(6)
    assert (close_quiet().reminded, len(reminders())) == (1, 2)


def test_queue_says_whether_and_in_whose_words(monkeypatch):
    macro = Macro.objects.create(
        name="Still there?", code="still", reach="all", text="Hello {{product}}", texts={"de": "Guten Tag {{name}}"}
    )
    support, quiet = queue(notice_macro=macro), queue(name="Claims", **dict.fromkeys(
        ("notice_after_days", "close_after_days", "end_after_days")
    ))  # fmt: skip
    answered(queue=support, language="de")
    answered(queue=support, language="en")  # nothing is known of a product: words of ours
    answered(queue=quiet)
    pass_days(30)
    assert close_quiet().reminded == 2
    assert sorted(text[:10] for text in reminders()) == ["Guten Tag ", "Hello Mia,"]


def test_a_fault_in_one_does_not_stop_the_others_and_nobody_is_told_of_no_address(monkeypatch):
    queue()
    wrong, silent, right = answered(), answered(), answered()
    Ticket.objects.filter(pk=silent.pk).update(requester_email="")
    pass_days(6)
    sending = closing.send_to_requester

    def fail(*, ticket, **more):
        if ticket.pk == wrong.pk:
            raise RuntimeError("killed")
        return sending(ticket=ticket, **more)

    monkeypatch.setattr(closing, "send_to_requester", fail)
    found = close_quiet()
    assert (found.reminded, found.failed, len(reminders())) == (2, 1, 1)
    assert not Message.objects.filter(ticket=wrong, author=None, kind="out").exists()
    monkeypatch.undo()
    assert (close_quiet().reminded, len(reminders())) == (1, 2)
    assert str(TicketEvent.objects.filter(ticket=silent).last()) == "reminded: there is no address to write to"
    assert Ticket.objects.get(pk=right.pk).noticed_at is not None


def test_nothing_is_solved_without_a_reminder():
    with pytest.raises(IntegrityError, match="service_queue_notice_comes_first"), transaction.atomic():
        queue(notice_after_days=None)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_once():
    queue()
    for _ in range(6):
        answered()
    pass_days(6)
    found = at_once([close_quiet] * 3)
    assert sum(one.reminded for one in found) == len(reminders()) == 6
