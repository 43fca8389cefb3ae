"""What is done with a mail whose bytes are there: read, told apart, handed on. All of it is one transaction."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.failpoints import failpoint
from crm.incoming import settling
from crm.incoming.answering import answer_by_machine
from crm.incoming.bounces import Report, read_bounce, read_complaint
from crm.incoming.choices import IncomingState, Nature, Outcome
from crm.incoming.nature import nature_of
from crm.incoming.reading import LONGEST_SUBJECT, ReadMail, Unreadable, head_of, read_mail
from crm.incoming.replies import visible_text
from crm.incoming.takers import Letter, TakenAs, ask_takers
from crm.incoming.threads import answered_mail, house_addresses, is_recipient, thread_of
from crm.locks import wait_for_word
from crm.log import log
from crm.models import IncomingContent, IncomingMail, OutgoingMail
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.signals import mail_was_answered

logger = logging.getLogger(__name__)
SAME_LOCK = 7342
MOST_ATTEMPTS = 3
ENDED = "It ended its process"
LONGEST_VISIBLE = 200_000
NOBODY = "Nobody here is in charge of it."


@dataclass(frozen=True)
class Settled:
    """What became of a mail, but for what a taker made."""

    outcome: str
    reason: str = ""
    answers: OutgoingMail | None = None


def work_on(mail_id: int) -> IncomingMail | None:
    """Work on one mail that was taken in; None where it is done already, or another process is at it.

    Attempts are counted before the work, in a transaction of their own: a mail that ends its process, or that a taker
    fails on, is quarantined after the third.
    """
    if not _claim(mail_id):
        return None
    try:
        with transaction.atomic():
            mail = _held(mail_id)
            if mail is None:
                return None
            failpoint("incoming.before_work")
            _work(mail)
            failpoint("incoming.before_commit")
    except Exception as error:  # whatever a taker fails on: the bytes are there, and the next mail must come in
        logger.exception("Mail %s could not be worked on.", mail_id)
        _note_failure(mail_id, error)
    return IncomingMail.objects.get(pk=mail_id)


def quarantine(mail: IncomingMail, sentence: str) -> None:
    """Set a mail aside with a sentence that says why."""
    mail.state, mail.outcome, mail.reason = IncomingState.QUARANTINED, Outcome.PARKED, sentence[:500]
    mail.worked_at = timezone.now()
    mail.save()


def _claim(mail_id: int) -> bool:
    with transaction.atomic():
        mail = _held(mail_id)
        if mail is None:
            return False
        if mail.attempts >= MOST_ATTEMPTS:
            quarantine(mail, f"{ENDED}. {mail.reason}" if mail.reason else f"{ENDED} {MOST_ATTEMPTS} times.")
            return False
        IncomingMail.objects.filter(pk=mail_id).update(attempts=F("attempts") + 1)
    return True


def _held(mail_id: int) -> IncomingMail | None:
    rows = IncomingMail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("mailbox")
    return rows.filter(pk=mail_id, state=IncomingState.TAKEN).first()


def _note_failure(mail_id: int, error: Exception) -> None:
    with transaction.atomic():
        mail = _held(mail_id)
        if mail is None:
            return
        mail.reason = f"It could not be worked on: {type(error).__name__}."
        if mail.attempts >= MOST_ATTEMPTS:
            quarantine(mail, mail.reason)
        else:
            mail.save(update_fields=["reason"])


def _work(mail: IncomingMail) -> None:
    raw = bytes(IncomingContent.objects.get(pk=mail.pk).raw)
    try:
        read = read_mail(raw)
    except Unreadable as error:
        write_head(mail, raw)
        quarantine(mail, str(error))
        return
    _write_what_it_says(mail, read)
    settled, taken = _settle(mail, read)
    mail.state, mail.outcome, mail.reason = IncomingState.DONE, settled.outcome, settled.reason[:500]
    mail.answers, mail.worked_at = settled.answers, timezone.now()
    mail.owner = settled.answers.actor if settled.answers is not None else None
    if taken is not None:
        mail.object_model, mail.object_id = taken.made._meta.label_lower, taken.made.pk
        mail.record_model, mail.record_id = taken.hangs_on._meta.label_lower, taken.hangs_on.pk
        mail.contact_id = taken.contact_id
    mail.save()
    if mail.answers is not None:
        mail_was_answered.send(IncomingMail, incoming=mail)


def _settle(mail: IncomingMail, read: ReadMail) -> tuple[Settled, TakenAs | None]:
    """Tell apart what a machine wrote from what a person wrote, and hand on the latter."""
    first = _earlier(mail)
    if first is not None:
        mail.duplicate_of, mail.nature = first, first.nature
        mail.bounced_address, mail.is_hard = first.bounced_address, first.is_hard
        return Settled(Outcome.DUPLICATE, "It had come before."), None
    complaint = read_complaint(read)
    if complaint is not None:
        return _returned(mail, read, complaint, Nature.COMPLAINT), None
    bounce = read_bounce(read)
    if bounce is not None:
        return _returned(mail, read, bounce, Nature.BOUNCE), None
    mail.nature = nature_of(read)
    named = answered_mail(read)
    answered = named if named is not None and is_recipient(named, mail.from_address) else None
    mail.thread = thread_of(mail, answered)
    if mail.nature == Nature.AUTO_REPLY:
        return Settled(Outcome.AUTO_REPLY, answers=answered), None
    return _hand_on(Letter(mail=mail, read=read, nature=mail.nature, names=named))


def _hand_on(letter: Letter) -> tuple[Settled, TakenAs | None]:
    mail = letter.mail
    if mail.from_address in house_addresses():
        return Settled(Outcome.KEPT, "It says that it is from ourselves: a loop."), None
    if letter.is_flood:
        return Settled(Outcome.KEPT, "So much came from this sender within an hour that nothing is made of it."), None
    if letter.nature == Nature.BULK and letter.answers is None:
        return Settled(Outcome.KEPT, "A mailing that goes to many."), None
    taken = ask_takers(letter)
    _acknowledge(letter, taken)
    _tell_writer(letter, taken)
    if taken is None:
        return Settled(Outcome.KEPT, _why_nobody(letter), answers=letter.answers), None
    return Settled(taken.outcome, answers=letter.names if taken.outcome == Outcome.REPLY else letter.answers), taken


def _why_nobody(letter: Letter) -> str:
    if letter.is_from_colleague:
        return "It says that it is from a colleague, which proves nothing."
    if letter.names is not None and letter.answers is None:
        return "It names a mail of ours that had not gone to who writes."
    return NOBODY


def _acknowledge(letter: Letter, taken: TakenAs | None) -> None:
    """Say that it has come, where its mailbox wants that, to who is no answerer of ours already."""
    mailbox = letter.mail.mailbox
    if mailbox is None or not mailbox.acknowledgement or letter.answers is not None:
        return
    if taken is not None:
        letter.mail.contact_id = taken.contact_id
    answer_by_machine(letter, subject="We have got your message", text=mailbox.acknowledgement)


def _tell_writer(letter: Letter, taken: TakenAs | None) -> None:
    """Tell who had written the mail that it was answered, in the bell."""
    writer = letter.names.actor if letter.names is not None else None
    if taken is None or taken.outcome != Outcome.REPLY or writer is None or not writer.is_active:
        return
    mail = letter.mail
    who = mail.from_name or mail.from_address
    title = "".join(sign for sign in f"{who} answered: {mail.subject}" if sign.isprintable())
    key = f"incoming:{mail.pk}"
    url = mail.get_absolute_url()
    tell([News(user=writer, kind=NoticeKind.ANSWER, title=title, url=url, key=key, text=mail.visible_text[:300])])


def _returned(mail: IncomingMail, read: ReadMail, report: Report, nature: Nature) -> Settled:
    mail.nature = nature
    returned = settling.mail_behind(report, read)
    mail.bounced_address = report.address or (returned.recipient if returned else "")
    mail.contact_id = returned.contact_id if returned else None
    if nature == Nature.COMPLAINT:
        said = settling.settle_complaint(report, returned)
    else:
        mail.is_hard, mail.is_delay = report.is_hard, report.is_delay
        said = settling.settle_bounce(mail, report, returned)
    outcome = Outcome.COMPLAINT if nature == Nature.COMPLAINT else Outcome.BOUNCE
    log(actor=None, verb=outcome, object=mail, contact_id=mail.contact_id, summary=said)
    return Settled(outcome, f"{said} {report.reason}".strip(), answers=returned)


def _earlier(mail: IncomingMail) -> IncomingMail | None:
    """The same mail, where it had come by another way; of two at once, one is the first."""
    if not mail.fingerprint:
        return None
    wait_for_word(SAME_LOCK, mail.fingerprint)
    rows = IncomingMail.objects.filter(fingerprint=mail.fingerprint, duplicate_of=None).exclude(pk=mail.pk)
    return rows.first()


def write_head(mail: IncomingMail, raw: bytes) -> None:
    """Who wrote a mail that cannot be read, and what about."""
    head = ReadMail(head_of(raw))
    mail.subject = head.subject[:LONGEST_SUBJECT]
    mail.from_name, mail.from_address = head.sender
    mail.message_id = head.message_id


def _write_what_it_says(mail: IncomingMail, read: ReadMail) -> None:
    mail.subject, mail.message_id = read.subject, read.message_id
    mail.from_name, mail.from_address = read.sender
    mail.recipients, mail.references = list(read.recipients), list(read.references)
    mail.sent_at = read.sent_at(mail.received_at)
    mail.text, mail.visible_text = read.text, visible_text(read.text)[:LONGEST_VISIBLE]
    mail.has_html = bool(read.html.strip())
    mail.attachments = [
        {"name": file.name, "type": file.content_type, "bytes": len(file.content)} for file in read.files
    ]
    mail.fingerprint = _fingerprint(mail, read) if read.message_id else ""
    mail.duplicate_of = None


def _fingerprint(mail: IncomingMail, read: ReadMail) -> str:
    """Of what the mail says, whatever ways it went: an id alone is no proof, since anybody may write it again."""
    parts = [mail.message_id, mail.from_address, mail.subject, read.header("date"), " ".join(mail.text.split())]
    parts += [f"{file['name']}:{file['bytes']}" for file in mail.attachments]
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
