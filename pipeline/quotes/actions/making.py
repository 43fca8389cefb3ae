"""Making a quote, changing it, making a new version of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from orders.models import Product, ProductOption
from orders.options.queries import options_of
from orders.options.words import Chosen, plain, surcharge_of
from pipeline.models import Deal, Quote, QuoteLine
from pipeline.quotes.actions.steps import note_step
from pipeline.quotes.choices import QuoteState, StepKind
from pipeline.quotes.keeping import follow_deal, letterhead, next_serial, number_of, refresh_quote
from pipeline.quotes.totals import line_amount

MOST_LINES = 200
COPIED = ("title", "contact", "recipient", "deal", "owner", "team", "currency", "discount", "intro", "terms")


@dataclass(frozen=True)
class LineInput:
    """A line as somebody typed it: of a product, or a text. Without a quantity and a price it is a text alone."""

    product: Product | None = None
    text: str = ""
    options: tuple[Chosen, ...] = ()
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)

    def values(self, currency: str, offered: Sequence[ProductOption]) -> dict[str, Any]:
        """The stored fields. Raises ValidationError where half of a price is there, or nothing at all."""
        if (self.quantity is None) != (self.unit_price is None):
            raise ValidationError("A line needs both a quantity and a price, or neither: then it is a text.")
        if self.product is None and not self.text.strip():
            raise ValidationError("A line needs a product or a text.")
        amount = line_amount(
            quantity=self.quantity,
            unit_price=self.unit_price,
            surcharge=surcharge_of(self.options),
            discount=self.discount,
            currency=currency,
        )
        return {
            "product": self.product,
            "text": self.text.strip(),
            "options": [
                {"name": one.name, "value": one.value, "surcharge": plain(one.surcharge)} for one in self.options
            ],
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "discount": self.discount,
            "tax_rate": self.tax_rate,
            "list_price": self._list_price(currency, offered),
            "amount": amount,
        }

    def _list_price(self, currency: str, offered: Sequence[ProductOption]) -> Decimal | None:
        """A piece at list with the options at list; None where the product has no price in this currency."""
        product = self.product
        if product is None or product.unit_price is None or product.currency != currency:
            return None
        return product.unit_price + sum((_at_list(one, offered) for one in self.options), Decimal(0))


@transaction.atomic
def create_quote(*, actor: User | None, fields: Mapping[str, Any], lines: Sequence[LineInput]) -> Quote:
    """Make a draft with its lines; its number is the next of the year. The first quote of a deal counts for it."""
    _refuse_strange_deal(fields.get("deal"), fields["contact"])
    quote = Quote(**fields)
    quote.owner = quote.owner or actor
    quote.team = quote.team or (quote.owner.team if quote.owner else None)
    quote.year = company_today().year
    quote.serial = next_serial(quote.year)
    quote.number = number_of(letterhead().prefix, quote.year, quote.serial, 1)
    if quote.deal is not None:
        Deal.objects.select_for_update().get(pk=quote.deal.pk)
        quote.is_primary = not Quote.objects.filter(deal=quote.deal, is_primary=True).exists()
    quote.save()
    _save_lines(quote, lines)
    refresh_quote(quote)
    refuse_lost_sight(actor, quote)
    follow_deal(actor, quote)
    note_step(actor, quote, StepKind.CREATED, f"Created the quote {quote.number}")
    return quote


@transaction.atomic
def change_quote(
    *,
    actor: User | None,
    quote: Quote,
    version: int,
    fields: Mapping[str, Any],
    lines: Sequence[LineInput] | None = None,
) -> Quote:
    """Change what is given; `lines` become all lines. What was approved, or waits for it, is a draft again.

    Raises `StaleRecord` when somebody saved it after `version` was read, ValidationError once it was sent.
    """
    current: Quote = locked(quote, version)
    if not current.is_editable:
        raise refused("%(number)s was sent: make a new version of it to change something.", number=current.number)
    was = current.currency
    changed = assign(current, fields)
    _refuse_strange_deal(current.deal, current.contact)
    if lines is None and current.currency != was:
        raise ValidationError("Another currency needs its own prices: send the lines along.")
    changed += ["lines"] if lines is not None and _save_lines(current, lines) else []
    if not changed:
        return current
    if current.deal is None:
        current.is_primary = False
    elif "deal" in fields and not current.is_primary:
        current.is_primary = not Quote.objects.filter(deal=current.deal, is_primary=True).exists()
    elif (
        current.is_primary and Quote.objects.filter(deal=current.deal, is_primary=True).exclude(pk=current.pk).exists()
    ):
        current.is_primary = False
    has_lapsed = current.state != QuoteState.DRAFT
    current.state, current.approved_discount, current.asked_by, current.asked_of = QuoteState.DRAFT, None, None, None
    current.version += 1
    current.full_clean(validate_unique=False, validate_constraints=False)
    current.save()
    refresh_quote(current)
    refuse_lost_sight(actor, current)
    follow_deal(actor, current)
    summary = f"Changed {', '.join(changed)} of the quote {current.number}"
    if has_lapsed:
        note_step(actor, current, StepKind.LAPSED, summary)
    else:
        log(actor=actor, verb="change", object=current, contact_id=current.contact_id, summary=summary)
    return current


@transaction.atomic
def revise_quote(*, actor: User | None, quote: Quote) -> Quote:
    """A draft of the next version, with the lines as they are; the one before can no longer be accepted.

    Raises ValidationError where it was never sent, is accepted, or has a newer version already.
    """
    before = Quote.objects.select_for_update().get(pk=quote.pk)
    today = company_today()
    if not before.is_revisable(today):
        raise ValidationError(
            "Only the newest version can be revised, once it was sent and as long as nobody accepted."
        )
    head = letterhead()
    new = Quote(
        **{name: getattr(before, name) for name in COPIED},
        year=before.year,
        serial=before.serial,
        revision=before.revision + 1,
        replaces=before,
        valid_until=today + (before.valid_until - (before.sent_on or before.valid_until)),
    )
    new.number = number_of(head.prefix, new.year, new.serial, new.revision)
    if before.state == QuoteState.SENT and before.state_on(today) == QuoteState.SENT:
        before.state = QuoteState.REPLACED
    new.is_primary, before.is_primary = before.is_primary, False
    before.version += 1
    before.save()
    new.save()
    QuoteLine.objects.bulk_create(_copy(line, new) for line in before.lines.all())
    refresh_quote(new)
    refuse_lost_sight(actor, new)
    note_step(actor, new, StepKind.CREATED, f"Created the quote {new.number}")
    note_step(actor, before, StepKind.REVISED, f"{new.number} takes the place of {before.number}", words=new.number)
    return new


@transaction.atomic
def count_for_deal(*, actor: User | None, quote: Quote) -> None:
    """From now on this quote sets the amount of its deal, instead of another one."""
    current = Quote.objects.select_for_update().get(pk=quote.pk)
    if current.deal_id is None:
        raise ValidationError("This quote belongs to no deal.")
    if hasattr(current, "replaced_by"):
        raise ValidationError("A newer version has taken the place of this one: let that count.")
    if current.is_primary:
        return
    Deal.objects.select_for_update().get(pk=current.deal_id)
    Quote.objects.filter(deal=current.deal_id, is_primary=True).update(is_primary=False)
    current.is_primary = True
    current.save(update_fields=["is_primary", "updated_at"])
    summary = f"{current.number} sets the amount of its deal"
    log(actor=actor, verb="change", object=current, contact_id=current.contact_id, summary=summary)
    follow_deal(actor, current)


def _refuse_strange_deal(deal: Deal | None, contact: Any) -> None:
    """A quote of a deal goes to the customer of that deal."""
    if deal is None or (deal.organization_id is None and deal.contact_id is None):
        return
    if contact.pk not in (deal.organization_id, deal.contact_id):
        raise ValidationError({"deal": "This deal is with another customer."})


def _save_lines(quote: Quote, lines: Sequence[LineInput]) -> bool:
    """Make the lines these, in this order; whether anything changed."""
    if not lines:
        raise ValidationError("A quote needs at least one line.")
    if len(lines) > MOST_LINES:
        raise refused("A quote has at most %(most)s lines.", most=MOST_LINES)
    offered = options_of(line.product.pk for line in lines if line.product is not None)
    wanted = [line.values(quote.currency, offered.get(line.product.pk, []) if line.product else []) for line in lines]
    stored = QuoteLine.objects.filter(quote=quote).select_related("product").order_by("position")
    if [{name: getattr(line, name) for name in wanted[0]} for line in stored] == wanted:
        return False
    QuoteLine.objects.filter(quote=quote).delete()
    QuoteLine.objects.bulk_create(
        QuoteLine(quote=quote, position=position, **new) for position, new in enumerate(wanted, start=1)
    )
    return True


def _copy(line: QuoteLine, quote: Quote) -> QuoteLine:
    names = [field.attname for field in QuoteLine._meta.concrete_fields if field.name not in ("id", "quote")]
    return QuoteLine(quote=quote, **{name: getattr(line, name) for name in names})


def _at_list(chosen: Chosen, offered: Sequence[ProductOption]) -> Decimal:
    """What the list asks for an option; what was typed for one that the product does not have."""
    option = next((one for one in offered if one.name.casefold() == chosen.name.casefold()), None)
    if option is None:
        return max(chosen.surcharge, Decimal(0))
    choices = {one.name.casefold(): one.surcharge for one in option.choices.all()}
    return choices.get(chosen.value.casefold(), option.surcharge)
