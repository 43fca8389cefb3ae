"""Reads of quotes that lists, pages and panels show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides, mask
from crm.filtering.folding import folded
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from pipeline.models import Deal, Quote, QuoteLine, QuoteStep
from pipeline.quotes.choices import QuoteState
from pipeline.quotes.limits import limit_of


def is_over() -> Q:
    """Sent, and the last day has passed."""
    return Q(state=QuoteState.SENT, valid_until__lt=company_today())


def state_is(chosen: Sequence[str]) -> Q:
    """Quotes in one of these states, as people speak of them."""
    found = Q(state__in=[state for state in chosen if state != QuoteState.SENT])
    if QuoteState.SENT in chosen:
        found |= Q(state=QuoteState.SENT) & ~is_over()
    return found | is_over() if QuoteState.EXPIRED in chosen else found


def compare_state(look_up: str, value: Any) -> Q:
    """The state for a filter tree."""
    if look_up == "empty":
        return Q(pk__in=[])
    return ~Q(pk__in=[]) if look_up == "filled" else state_is(value)


def search_quotes(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Quotes whose number or title has every word, or whose customer the text finds; the two are looked up apart."""
    if not (text := text.strip()):
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    words = Q()
    for word in text.split()[:8]:
        words &= Q(search_text__contains=folded(word))
    by_words = Quote.objects.filter(words).order_by().values("pk")
    by_customer = Quote.objects.filter(contact__in=customers).order_by().values("pk")
    return rows.filter(pk__in=by_words.union(by_customer, all=True))


def quotes_of(user: User | None, record: Contact | Deal) -> QuerySet[Quote]:
    """The quotes of a contact (as customer or as the person it is for) or of a deal, newest first."""
    rows = Quote.objects.visible_to(user)
    found = (
        rows.filter(deal=record) if isinstance(record, Deal) else rows.filter(Q(contact=record) | Q(recipient=record))
    )
    return found.order_by("-created_at", "-pk")


def lines_of(user: User | None, quote: Quote) -> list[QuoteLine]:
    """The lines in their order, without what is hidden from the person."""
    lines = list(QuoteLine.objects.filter(quote=quote).select_related("product").order_by("position"))
    for line in lines:
        mask(user, line)
    return lines


def steps_of(quote: Quote) -> list[QuoteStep]:
    """What happened to it, the newest first."""
    return list(QuoteStep.objects.filter(quote=quote).select_related("actor").order_by("-at", "-pk"))


def versions_of(user: User | None, quote: Quote) -> list[Quote]:
    """All versions of a quote that the person may see, the newest first."""
    rows = Quote.objects.visible_to(user).filter(year=quote.year, serial=quote.serial)
    return list(rows.order_by("-revision").only("pk", "number", "revision", "state", "valid_until"))


def may_read_document(user: User, quote: Quote) -> bool:
    """Whether the document tells this person nothing that is hidden from them: sums, the customer, whom it is for."""
    people = [one for one in (quote.contact, quote.recipient) if one is not None]
    return not hides(user, "pipeline.quote.amount") and all(can(user, Verb.VIEW, one) for one in people)


def waiting_for(user: User) -> QuerySet[Quote]:
    """Quotes that this person was asked to approve and still may, the oldest first."""
    rows = Quote.objects.visible_to(user).filter(state=QuoteState.AWAITING, asked_of=user)
    return rows.filter(largest_discount__lte=limit_of(user)).order_by("updated_at", "pk")
