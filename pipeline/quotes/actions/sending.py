"""A quote on its way to the customer: drawn once, kept as it was sent, with the link to its page."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction

from contacts.choices import Answer, ConsentChannel
from contacts.permission.rule import SERVICE, may_write
from crm.company import company_today
from crm.foreign.uploads import UploadPurpose, store_upload
from crm.languages.refusing import refused
from crm.languages.words import translated
from crm.mail.actions import send_mail
from crm.mail.addresses import checked_mailbox, named_mailbox, read_mailbox
from crm.mail.choices import MailKind
from crm.models import User
from crm.saving import StaleRecord, locked
from crm.templatetags.figures import in_sentence, plain_number
from pipeline.models import Quote
from pipeline.quotes.actions.steps import note_step
from pipeline.quotes.choices import QuoteState, StepKind
from pipeline.quotes.drawing.drawing import draw_quote
from pipeline.quotes.limits import may_send
from pipeline.quotes.links import link_to

REFUSALS = (Answer.WITHDRAWN, Answer.SUPPRESSED, Answer.ARCHIVED)


def send_quote(*, actor: User | None, quote: Quote, version: int, mail: Mapping[str, str] | None = None) -> Quote:
    """Send a quote: `mail` is {to, subject, text}; None marks it as sent in another way (printed, handed over).

    It is drawn before anything is locked, and what was drawn is what is sent: another version is refused
    (`StaleRecord`). Sent once, it can be mailed again; the document stays. Raises ValidationError with a sentence.
    """
    pdf = b""
    if quote.document_id is None:
        _refuse_unready(actor, quote)
        pdf = draw_quote(quote, is_final=True)
    with transaction.atomic():
        current: Quote = locked(quote, version)
        _refuse_unready(actor, current)
        if current.document is None:
            if not pdf:
                raise StaleRecord(current)
            upload = File(ContentFile(pdf), name=f"{current.number.replace('/', '-')}.pdf")
            current.document = store_upload(actor=actor, upload=upload, purpose=UploadPurpose.ATTACHMENT)
        current.state = QuoteState.SENT
        current.sent_on = current.sent_on or company_today()
        current.version += 1
        current.save()
        if mail is not None:
            _mail(actor, current, mail)
        to = read_mailbox(mail["to"])[1] if mail is not None else ""
        note_step(
            actor,
            current,
            StepKind.SENT,
            f"Sent the quote {current.number}" if to else f"Marked the quote {current.number} as sent",
            email=to[:320],
            document_sha256=current.document.sha256,
        )
    return current


@transaction.atomic
def withdraw_quote(*, actor: User | None, quote: Quote, words: str = "") -> None:
    """Take a quote back: it can no longer be sent or accepted. Raises ValidationError once it was answered."""
    current = Quote.objects.select_for_update().get(pk=quote.pk)
    if current.state == QuoteState.WITHDRAWN:
        return
    if current.state not in (QuoteState.DRAFT, QuoteState.AWAITING, QuoteState.APPROVED, QuoteState.SENT):
        raise refused(
            "%(number)s is %(state)s: it cannot be withdrawn.",
            number=current.number,
            state=lambda: in_sentence(current.get_state_display()),
        )
    current.state, current.asked_by, current.asked_of = QuoteState.WITHDRAWN, None, None
    current.version += 1
    current.save()
    note_step(actor, current, StepKind.WITHDRAWN, f"Withdrew the quote {current.number}", words=words.strip())


def _refuse_unready(actor: User | None, quote: Quote) -> None:
    state = quote.state_on(company_today())
    if state not in (QuoteState.DRAFT, QuoteState.APPROVED, QuoteState.SENT):
        raise refused(
            "%(number)s is %(label)s: it cannot be sent.", number=quote.number, label=lambda: in_sentence(state.label)
        )
    if quote.valid_until < company_today():
        raise ValidationError("Its last day has passed: say until when it is valid, then send it.")
    if state == QuoteState.DRAFT and not may_send(actor, quote):
        raise refused(
            "%(discount)s %% off is beyond your limit: ask for approval before you send it.",
            discount=lambda: plain_number(quote.largest_discount),
        )


def _mail(actor: User | None, quote: Quote, mail: Mapping[str, str]) -> None:
    """One mail in the person's name, with the document and the link; replies go to the person."""
    answer = may_write(quote.recipient or quote.contact, channel=ConsentChannel.EMAIL, purpose=SERVICE)
    if answer.answer in REFUSALS:
        raise refused("This mail may not be sent. %(sentence)s.", sentence=lambda: translated(answer.sentence))
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name, address = checked_mailbox(mail["to"], "The recipient")
    text = f"{mail['text'].rstrip()}\n\nRead, accept or decline it here:\n{link_to(quote)}\n"
    send_mail(
        actor=actor,
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(name or str(quote.recipient or quote.contact), address),
        subject=mail["subject"],
        text=text,
        sender=named_mailbox(actor.name, house) if actor else "",
        reply_to=named_mailbox(actor.name, actor.email) if actor and actor.email else "",
        attachments=[quote.document] if quote.document else [],
        contact_id=(quote.recipient or quote.contact).pk,
        about=quote,
    )
