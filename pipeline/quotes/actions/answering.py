"""What the customer answers on the public page: accepted once, with an order all or nothing; declined; or too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.company import company_today
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.templatetags.figures import full_day
from orders.actions import LineInput as OrderLineInput
from orders.actions import create_order
from orders.choices import SalesChannel
from orders.models import Order
from orders.options.words import LONGEST_VALUE, Chosen, surcharge_of
from pipeline.actions.moving import move_deal
from pipeline.choices import StageKind
from pipeline.models import Deal, Quote, QuoteLine, Stage
from pipeline.quotes.actions.steps import note_step
from pipeline.quotes.choices import QuoteState, StepKind
from pipeline.quotes.keeping import follow_deal
from pipeline.quotes.totals import amounts_after

AT_ONCE = 500
TEXT_OF_LINE = "Text"
"""Under this name the words of a line stand among its options in the order: order lines have no text of their own."""


@dataclass(frozen=True)
class Answer:
    """Who answers, as they say it, and where the request came from."""

    name: str
    email: str = ""
    words: str = ""
    ip_address: str | None = None


class TooLate(ValidationError):
    """The quote can no longer be answered; the sentence says why."""


@transaction.atomic
def accept_quote(*, actor: User | None, quote: Quote, answer: Answer) -> Quote:
    """The customer says yes: an order with all lines, the deal is won, whoever sells is told; all of it or nothing.

    `actor` is who writes an answer down that came in another way; None on the public page. Accepted already, it stays
    the one order. Raises `TooLate` for one that is over, withdrawn, or has a newer version.
    """
    current = _answerable(quote)
    if current.state == QuoteState.ACCEPTED:
        return current
    if not current.is_primary and current.deal_id is not None:
        Quote.objects.filter(deal=current.deal_id, is_primary=True).update(is_primary=False)
        current.is_primary = True
    current.state, current.answered_on = QuoteState.ACCEPTED, company_today()
    current.version += 1
    current.order = _order_of(actor, current)
    current.save()
    _note_answer(actor, current, StepKind.ACCEPTED, answer)
    follow_deal(actor, current)
    news = _win_deal(actor, current)
    _tell_seller(current, f"{answer.name} accepted {current.number}", f"{news} {answer.words}".strip())
    return current


@transaction.atomic
def decline_quote(*, actor: User | None, quote: Quote, answer: Answer) -> Quote:
    """The customer says no, perhaps why. Raises `TooLate` as `accept_quote` does, and where it was accepted."""
    current = _answerable(quote)
    if current.state == QuoteState.ACCEPTED:
        raise TooLate(f"It was accepted on {full_day(current.answered_on)}.")
    current.state, current.answered_on = QuoteState.DECLINED, company_today()
    current.version += 1
    current.save()
    _note_answer(actor, current, StepKind.DECLINED, answer)
    _tell_seller(current, f"{answer.name or 'The customer'} declined {current.number}", answer.words)
    return current


def expire_quotes() -> int:
    """Mark what nobody answered until its last day; how many. Called every hour; each by itself, safe to run twice."""
    over = Quote.objects.filter(state=QuoteState.SENT, valid_until__lt=company_today()).order_by("pk")
    count = 0
    while keys := list(over.values_list("pk", flat=True)[:AT_ONCE]):
        for key in keys:
            count += _expire(key)
    return count


@transaction.atomic
def _expire(key: int) -> bool:
    quote = Quote.objects.select_for_update(skip_locked=False).get(pk=key)
    if quote.state != QuoteState.SENT or quote.state_on(company_today()) != QuoteState.EXPIRED:
        return False
    quote.state = QuoteState.EXPIRED
    quote.version += 1
    quote.save(update_fields=["state", "version", "updated_at"])
    note_step(None, quote, StepKind.EXPIRED, f"The quote {quote.number} expired")
    _tell_seller(quote, f"{quote.number} expired without an answer", "")
    return True


def _answerable(quote: Quote) -> Quote:
    """The quote, locked until the transaction ends. Raises `TooLate` where it can be neither accepted nor declined."""
    current = Quote.objects.select_for_update().get(pk=quote.pk)
    state = current.state_on(company_today())
    if state in (QuoteState.SENT, QuoteState.ACCEPTED):
        return current
    raise TooLate(
        {
            QuoteState.EXPIRED: f"It was valid until {full_day(current.valid_until)}.",
            QuoteState.REPLACED: "A newer version has taken its place.",
            QuoteState.WITHDRAWN: "It was withdrawn.",
            QuoteState.DECLINED: "It was declined.",
        }.get(state, "It was not sent yet.")
    )


def _order_of(actor: User | None, quote: Quote) -> Order:
    """An order of every line that costs something, or has a product; net, as orders are."""
    stored = [line for line in quote.lines.select_related("product") if line.quantity is not None]
    amounts = amounts_after(stored, quote.currency, quote.discount)
    lines = [_order_line(line, amount) for line, amount in zip(stored, amounts, strict=True)]
    if not lines:
        raise ValidationError("This quote has no line that could be ordered.")
    fields = {
        "contact": quote.contact,
        "number": quote.number,
        "ordered_at": timezone.now(),
        "currency": quote.currency,
        "channel": SalesChannel.FIELD,
    }
    return create_order(actor=actor, fields=fields, lines=lines)


def _order_line(line: QuoteLine, amount: Decimal) -> OrderLineInput:
    """The line with what it comes to after the discount over all lines."""
    options = tuple(Chosen(one["name"], one["value"], Decimal(one["surcharge"])) for one in line.options)
    quantity, unit_price = line.quantity or Decimal(0), line.unit_price or Decimal(0)
    full = quantity * (unit_price + surcharge_of(options))
    said = (Chosen(_free_name(options), line.text[:LONGEST_VALUE]),) if line.text else ()
    return OrderLineInput(
        product=line.product,
        quantity=quantity,
        unit_price=unit_price,
        discount=(full - amount).quantize(Decimal("0.0001")) if line.discount or amount != line.amount else Decimal(0),
        amount=amount,
        options=(*options, *said),
    )


def _free_name(options: Sequence[Chosen]) -> str:
    taken = {one.name for one in options}
    return TEXT_OF_LINE if TEXT_OF_LINE not in taken else f"{TEXT_OF_LINE} of the quote"


def _note_answer(actor: User | None, quote: Quote, kind: StepKind, answer: Answer) -> None:
    verb = "accepted" if kind == StepKind.ACCEPTED else "declined"
    note_step(
        actor,
        quote,
        kind,
        f"{answer.name or 'The customer'} {verb} the quote {quote.number}",
        name=answer.name,
        email=answer.email,
        words=answer.words,
        ip_address=answer.ip_address,
        document_sha256=quote.document.sha256 if quote.document else "",
    )


def _win_deal(actor: User | None, quote: Quote) -> str:
    """Move the open deal of an accepted quote to its won stage; what became of it, in a sentence for the seller."""
    deal = Deal.objects.select_for_update().filter(pk=quote.deal_id).first() if quote.deal_id else None
    if deal is None or not deal.is_open or deal.is_archived:
        return ""
    won = Stage.objects.filter(pipeline=deal.pipeline_id, kind=StageKind.WON).order_by("position", "pk").first()
    if won is None:
        return ""
    before, unticked = deal.stage, [line for line in deal.stage.checklist if line not in deal.ticked]
    try:
        with transaction.atomic():
            move_deal(actor=actor, deal=deal, version=deal.version, stage=won, is_agreed=True)
    except ValidationError as refusal:
        reason = " ".join(refusal.messages)
        log(
            actor=actor,
            verb="note",
            object=deal,
            contact_id=quote.contact_id,
            summary=f"{deal.title} stays in {deal.stage}: {reason}",
        )
        return f"The deal stays in {deal.stage}: {reason}"
    open_lines = f" Not ticked in {before}: {', '.join(unticked)}; see to it." if unticked else ""
    return f"The deal is in {won} now.{open_lines}"


def _tell_seller(quote: Quote, title: str, text: str) -> None:
    if quote.owner is not None and quote.owner.is_active:
        key = f"quote:{quote.pk}:{quote.state}"
        url = quote.get_absolute_url()
        tell([News(user=quote.owner, kind=NoticeKind.ANSWER, title=title, text=text, url=url, key=key)])
