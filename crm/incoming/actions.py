"""Writes of incoming mail: mailboxes as administrators keep them, and what is done with mails by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.choices import Verb
from crm.foreign.tokens import Purpose, make_tag
from crm.incoming.choices import IncomingState, Outcome
from crm.incoming.imap import MailboxTrouble, open_folder
from crm.incoming.intake import ring
from crm.incoming.mailboxes import account_of, ring_due, sealed
from crm.incoming.working import ENDED
from crm.log import log
from crm.models import IncomingContent, IncomingMail, Mailbox, User
from crm.models.incoming import new_hook_token
from crm.saving import assign, locked

WAITS = Q(state=IncomingState.QUARANTINED) | Q(state=IncomingState.DONE, outcome=Outcome.KEPT)
ANEW = {"state": IncomingState.TAKEN, "attempts": 0, "outcome": "", "reason": ""}
IS_WHOLE = Exists(IncomingContent.objects.filter(mail=OuterRef("pk"), is_whole=True))
AT_ONCE = 500
PLACE, WAY = {"host", "user_name", "folder"}, {"host", "port", "security"}


@transaction.atomic
def create_mailbox(*, actor: User | None, fields: Mapping[str, Any], password: str = "") -> Mailbox:
    """Make a mailbox; its mails come in from now on."""
    mailbox = Mailbox.objects.create(**fields, sealed_password=sealed(password))
    log(actor=actor, verb="create", object=mailbox, summary=f"New mailbox: {mailbox.address}")
    return mailbox


@transaction.atomic
def change_mailbox(
    *, actor: User | None, mailbox: Mailbox, version: int, fields: Mapping[str, Any], password: str = ""
) -> Mailbox:
    """Change what is given; an empty password leaves the one that is stored. Raises `StaleRecord`.

    A mailbox that lies elsewhere now is begun anew, and the password of before is never sent to another server.
    """
    current: Mailbox = locked(mailbox, version)
    moved = {name for name in (*PLACE, *WAY) if name in fields and fields[name] != getattr(current, name)}
    changed = assign(current, fields)
    if moved & WAY and current.sealed_password and not password:
        raise ValidationError("Give the password again: it is sent to another place now.")
    if password:
        current.sealed_password = sealed(password)
        changed.append("password")
    if not changed:
        return current
    if moved & PLACE:
        current.uid_validity, current.last_uid = None, 0
    current.next_at, current.consecutive_errors, current.last_error = timezone.now(), 0, ""
    current.version += 1
    current.save()
    log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current.address}")
    return current


@transaction.atomic
def fetch_soon(*, actor: User | None, mailbox: Mailbox) -> None:
    """Have a mailbox fetched now. Raises ValidationError for one that is not fetched."""
    rows = Mailbox.objects.filter(pk=mailbox.pk, is_active=True).exclude(host="")
    if not rows.update(next_at=timezone.now()):
        raise ValidationError("It is not in use, or has no server: there is nothing to fetch.")
    log(actor=actor, verb="fetch mail", object=mailbox, summary=f"Asked for the mail of {mailbox.address}")
    transaction.on_commit(ring_due, robust=True)


@transaction.atomic
def renew_hook(*, actor: User | None, mailbox: Mailbox) -> None:
    """Give the hook another address and secret: the ones of before end at once."""
    Mailbox.objects.filter(pk=mailbox.pk).update(hook_token=new_hook_token())
    log(actor=actor, verb="renew hook", object=mailbox, summary=f"New hook for {mailbox.address}")


def hook_secret(mailbox: Mailbox) -> str:
    """The secret that signs what is brought to the hook; it goes with the address, and is stored nowhere."""
    return make_tag(Purpose.HOOK, mailbox.hook_token) + make_tag(Purpose.HOOK, mailbox.hook_token[::-1])


def try_mailbox(mailbox: Mailbox) -> str:
    """Sign in now; a sentence that says what was found. Raises ValidationError with what went wrong."""
    try:
        with open_folder(account_of(mailbox)) as folder:
            return f"It lets us in. The next mail will be number {folder.next_uid}."
    except MailboxTrouble as trouble:
        raise ValidationError(str(trouble)) from trouble


@transaction.atomic
def replay_mail(*, actor: User | None, mail: IncomingMail) -> None:
    """Work once more on a mail that was quarantined or discarded, or that nobody took. Raises ValidationError for any
    other."""
    waits = WAITS | Q(state=IncomingState.DONE, outcome=Outcome.DISCARDED)
    if IncomingContent.objects.filter(pk=mail.pk, is_whole=False).exists():
        raise ValidationError("Only its head was kept; the letter lies in the mailbox. It can only be discarded.")
    if not IncomingMail.objects.filter(waits, IS_WHOLE, pk=mail.pk).update(**ANEW):
        raise ValidationError("There is nothing to be done again: it was taken, or its bytes are not kept any more.")
    log(actor=actor, verb="replay mail", object=mail, contact_id=mail.contact_id, summary=f"Once more: {mail.subject}")
    transaction.on_commit(ring, robust=True)


@transaction.atomic
def replay_quarantine(*, actor: User | None) -> int:
    """Work once more on all in quarantine that the person may see and whose bytes are whole; how many mails that is.

    What ended its process stays: such a mail is tried again by itself alone.
    """
    rows = IncomingMail.objects.visible_to(actor, Verb.CHANGE).filter(IS_WHOLE, state=IncomingState.QUARANTINED)
    rows = rows.exclude(reason__startswith=ENDED)
    count = sum(IncomingMail.objects.filter(pk__in=keys).update(**ANEW) for keys in _held_in_pieces(rows))
    if count:
        summary = f"Once more: all {count:,} mails of the quarantine"
        log(actor=actor, verb="replay mail", kind=IncomingMail, summary=summary)
        transaction.on_commit(ring, robust=True)
    return count


def _held_in_pieces(rows: QuerySet[IncomingMail]) -> Iterator[list[int]]:
    """The keys of the rows, locked in their order: whoever waited for one looks again whether it still belongs here."""
    rows, after = rows.select_for_update(of=("self",)).order_by("pk"), 0
    while keys := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        yield keys
        after = keys[-1]


@transaction.atomic
def discard_mail(*, actor: User | None, mail: IncomingMail) -> None:
    """Say that nothing is to be made of a mail that was quarantined or that nobody took. Its bytes stay as long as
    those of others, and it can be worked on again. Raises ValidationError for any other."""
    row = IncomingMail.objects.select_for_update().filter(WAITS, pk=mail.pk).first()
    if row is None:
        raise ValidationError("There is nothing to be discarded: it was taken, or discarded before.")
    row.reason = f"{actor.name if actor else 'The system'} discarded it. {row.reason}".strip()[:500]
    row.state, row.outcome, row.worked_at = IncomingState.DONE, Outcome.DISCARDED, timezone.now()
    row.save(update_fields=["state", "outcome", "reason", "worked_at"])
    log(actor=actor, verb="discard mail", object=row, contact_id=row.contact_id, summary=f"Discarded: {row.subject}")


@transaction.atomic
def seal_passwords_anew() -> tuple[int, int]:
    """Seal the passwords of mailboxes with the key of now; how many were, and how many cannot be read any more."""
    done = lost = 0
    for mailbox in Mailbox.objects.select_for_update().exclude(sealed_password=""):
        password = account_of(mailbox).password
        if password:
            Mailbox.objects.filter(pk=mailbox.pk).update(sealed_password=sealed(password))
        done, lost = done + bool(password), lost + (not password)
    return done, lost
