"""The actions of mails, their channels and mailboxes with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.incoming import actions as incoming
from crm.incoming.intake import take_and_work
from crm.mail import actions as mail
from crm.mail.choices import MailState
from crm.models import MailChannel, OutgoingMail

MAIL_MODULES = (mail, incoming)


def _mail(**states: Any) -> OutgoingMail:
    found = mail.send_mail(actor=None, kind="at_least_once", to="a@b.example", subject="Hello", text="Hello.")
    OutgoingMail.objects.filter(pk=found.pk).update(**states)
    found.refresh_from_db()
    return found


def _channel() -> MailChannel:
    return MailChannel.objects.get_or_create(name="default")[0]


def _mailbox(actor: Any) -> Any:
    place = {"name": "Help", "address": "help@example.org", "host": "mail.example.org"}
    return incoming.create_mailbox(actor=actor, fields=place, password="a password")


def _kept_mail() -> Any:
    found, _ = take_and_work(b"From: a@b.example\r\nSubject: Hello\r\n\r\nHello.", door="hook")
    return found


def _on(prepared: Any, call: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: call(prepared)


MAIL_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "send_mail": lambda actor: _mail,
    "send_mails": lambda actor: (
        lambda: mail.send_mails(
            actor=actor, drafts=[mail.Draft(kind="at_least_once", to="a@b.example", subject="Hello", text="Hello.")]
        )
    ),
    "retry_mail": lambda actor: _on(_mail(state=MailState.FAILED), lambda m: mail.retry_mail(actor=actor, mail=m)),
    "release_mail": lambda actor: _on(_mail(state=MailState.HELD), lambda m: mail.release_mail(actor=actor, mail=m)),
    "cancel_mail": lambda actor: _on(_mail(), lambda m: mail.cancel_mail(actor=actor, mail=m)),
    "pause_channel": lambda actor: _on(_channel(), lambda c: mail.pause_channel(actor=actor, channel=c)),
    "resume_channel": lambda actor: _on(_channel(), lambda c: mail.resume_channel(actor=actor, channel=c)),
    "create_mailbox": lambda actor: lambda: _mailbox(actor),
    "change_mailbox": lambda actor: _on(
        _mailbox(actor),
        lambda box: incoming.change_mailbox(actor=actor, mailbox=box, version=1, fields={"name": "Other"}),
    ),
    "fetch_soon": lambda actor: _on(_mailbox(actor), lambda box: incoming.fetch_soon(actor=actor, mailbox=box)),
    "renew_hook": lambda actor: _on(_mailbox(actor), lambda box: incoming.renew_hook(actor=actor, mailbox=box)),
    "replay_mail": lambda actor: _on(_kept_mail(), lambda kept: incoming.replay_mail(actor=actor, mail=kept)),
    "discard_mail": lambda actor: _on(_kept_mail(), lambda kept: incoming.discard_mail(actor=actor, mail=kept)),
    "replay_quarantine": lambda actor: _on(
        take_and_work(b"", door="hook"), lambda _: incoming.replay_quarantine(actor=actor)
    ),
    "suppress_address": lambda actor: (
        lambda: mail.suppress_address(actor=actor, address="a@b.example", reason="manual")
    ),
    "allow_address": lambda actor: _on(
        mail.suppress_address(actor=None, address="a@b.example", reason="manual"),
        lambda _: mail.allow_address(actor=actor, address="a@b.example"),
    ),
}
