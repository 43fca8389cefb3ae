"""A discount beyond the own limit: asked for, allowed or refused, with words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.languages.refusing import refused
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.saving import locked
from pipeline.models import Quote
from pipeline.quotes.actions.steps import note_step
from pipeline.quotes.choices import QuoteState, StepKind
from pipeline.quotes.limits import approver_for, may_approve, may_send


@transaction.atomic
def ask_approval(*, actor: User, quote: Quote, version: int, words: str = "") -> Quote:
    """Ask whoever may allow it; they are told. Raises ValidationError where nobody has to be asked, or nobody may."""
    current: Quote = locked(quote, version)
    if current.state != QuoteState.DRAFT:
        raise ValidationError("Approval is asked for a draft.")
    if may_send(actor, current):
        raise ValidationError("This discount is within your limit: you can send the quote.")
    current.asked_by, current.asked_of = actor, approver_for(actor, current)
    _save(current, QuoteState.AWAITING)
    summary = f"Asked {current.asked_of} to approve the quote {current.number}"
    note_step(actor, current, StepKind.ASKED, summary, words=words.strip())
    title = f"{actor} asks you to approve {_percent(current)} off in {current.number}"
    _tell(current.asked_of, NoticeKind.APPROVAL, current, title, words)
    return current


@transaction.atomic
def approve_quote(*, actor: User | None, quote: Quote, version: int, words: str = "") -> Quote:
    """Allow the discount as it stands; who asked is told. Raises ValidationError where the own limit is below it."""
    current = _awaiting(actor, quote, version)
    current.approved_discount = current.largest_discount
    _save(current, QuoteState.APPROVED)
    note_step(actor, current, StepKind.APPROVED, f"Approved the quote {current.number}", words=words.strip())
    _tell(current.asked_by, NoticeKind.APPROVAL, current, f"{current.number} is approved", words)
    return current


@transaction.atomic
def refuse_approval(*, actor: User | None, quote: Quote, version: int, words: str) -> Quote:
    """Say no, and why; it is a draft again. Raises ValidationError without a reason."""
    if not words.strip():
        raise ValidationError({"words": "Say why, so that it can be made right."})
    current = _awaiting(actor, quote, version)
    asker = current.asked_by
    current.asked_by = current.asked_of = None
    _save(current, QuoteState.DRAFT)
    note_step(actor, current, StepKind.REFUSED, f"Refused to approve the quote {current.number}", words=words.strip())
    _tell(asker, NoticeKind.APPROVAL, current, f"{current.number} is not approved", words)
    return current


@transaction.atomic
def take_request_back(*, actor: User | None, quote: Quote) -> None:
    """No approval is asked any more. Doing it twice is doing it once."""
    current = Quote.objects.select_for_update().get(pk=quote.pk)
    if current.state != QuoteState.AWAITING:
        return
    current.asked_by = current.asked_of = None
    _save(current, QuoteState.DRAFT)
    note_step(actor, current, StepKind.TAKEN_BACK, f"No longer asks to approve the quote {current.number}")


def _awaiting(actor: User | None, quote: Quote, version: int) -> Quote:
    current: Quote = locked(quote, version)
    if current.state != QuoteState.AWAITING:
        raise ValidationError("Nobody asks to approve this quote any more.")
    if not may_approve(actor, current):
        raise ValidationError(
            refused("%(percent)s is beyond your own limit.", percent=_percent(current))
            if actor is None or actor.pk != current.asked_by_id
            else "Nobody approves what they asked for themselves."
        )
    return current


def _save(quote: Quote, state: QuoteState) -> None:
    quote.state = state
    quote.version += 1
    quote.save()


def _percent(quote: Quote) -> str:
    return f"{quote.largest_discount.normalize():f} %"


def _tell(user: User | None, kind: NoticeKind, quote: Quote, title: str, words: str) -> None:
    if user is not None:
        key = f"quote:{quote.pk}:{quote.version}:{user.pk}"
        tell([News(user=user, kind=kind, title=title, text=words, url=quote.get_absolute_url(), key=key)])
