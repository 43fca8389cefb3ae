"""The fields of quotes that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.related_totals import Total
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill
from pipeline.quotes.choices import QuoteState
from pipeline.quotes.forms import UNSEEN_DEAL
from pipeline.quotes.queries import compare_state, state_is

TONES = {
    QuoteState.DRAFT: "neutral",
    QuoteState.AWAITING: "warn",
    QuoteState.APPROVED: "accent",
    QuoteState.SENT: "accent",
    QuoteState.ACCEPTED: "good",
    QuoteState.DECLINED: "bad",
    QuoteState.EXPIRED: "warn",
    QuoteState.WITHDRAWN: "neutral",
    QuoteState.REPLACED: "neutral",
}
AMOUNTS = (
    "pipeline.quote.net_amount",
    "pipeline.quote.tax_amount",
    "pipeline.quote.discount",
    "pipeline.quote.largest_discount",
    "pipeline.quote.approved_discount",
    "pipeline.quoteline.amount",
    "pipeline.quoteline.unit_price",
    "pipeline.quoteline.list_price",
    "pipeline.quoteline.discount",
    "pipeline.quoteline.options",
)


def state_pill(quote: Any) -> SafeString:
    """The state of today as a pill."""
    state = quote.state_on(company_today())
    return pill(state.label, TONES[state])


def _state(quote: Any) -> str:
    return str(quote.state_on(company_today()).label)


def _code(quote: Any) -> str:
    return str(quote.state_on(company_today()).value)


def _money(name: str) -> Any:
    return lambda quote: money(getattr(quote, name), quote.currency)


def _day(name: str) -> Any:
    return lambda quote: full_day(getattr(quote, name))


QUOTE_FIELDS = (
    FieldSpec("number", "Quote", "number", default=True, order=10, always=True, held_in="search_text"),
    FieldSpec("title", "Title", "title", default=True, order=20, always=True, held_in="search_text"),
    FieldSpec(
        "customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=30,
        select=("contact",), always=True, unseen=UNSEEN_CONTACT,
    ),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=31, always=True),
    FieldSpec(
        "recipient", "For", "recipient__name", filter=False, order=32, select=("recipient",), unseen=UNSEEN_CONTACT,
        stored="pipeline.quote.recipient",
    ),
    FieldSpec(
        "deal", "Deal", "deal__title", filter=False, in_trees=True, order=33, select=("deal",), unseen=UNSEEN_DEAL,
        stored="pipeline.quote.deal", cell=lambda quote: conditional_escape(str(quote.deal)) if quote.deal else "",
        value=lambda quote: str(quote.deal) if quote.deal else "",
    ),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: QuoteState.choices, default=True, order=40,
        always=True, cell=state_pill, value=_state, code=_code, condition=lambda end, value: state_is(value),
        compare=compare_state,
    ),
    FieldSpec(
        "amount", "Total", "amount", kind="money", cell=_money("amount"), default=True, order=50, covers=AMOUNTS,
        help="With tax.",
    ),
    FieldSpec("net_amount", "Net", "net_amount", kind="money", cell=_money("net_amount"), order=51,
        stored="pipeline.quote.amount"),
    FieldSpec("tax_amount", "Tax", "tax_amount", kind="money", cell=_money("tax_amount"), order=52, filter=False,
        stored="pipeline.quote.amount"),
    FieldSpec("currency", "Currency", "currency", order=53),
    FieldSpec(
        "discount", "Discount over all", "discount", kind="number", order=54, stored="pipeline.quote.amount",
        help="Percent off all lines.",
    ),
    FieldSpec(
        "largest_discount", "Largest discount", "largest_discount", kind="number", order=54,
        stored="pipeline.quote.amount", help="Percent off the list price, of the line that gives most.",
    ),
    FieldSpec("valid_until", "Valid until", "valid_until", kind="date", sort=True, default=True, order=60, always=True,
        cell=_day("valid_until")),
    FieldSpec("sent_on", "Sent", "sent_on", kind="date", sort=True, order=61, cell=_day("sent_on")),
    FieldSpec("answered_on", "Answered", "answered_on", kind="date", sort=True, order=62, cell=_day("answered_on")),
    FieldSpec("added_on", "Made", "created_at", kind="date", filter=False, in_trees=True, sort=True, order=63,
        always=True),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=70),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=71),
)  # fmt: skip


def _of_quotes(name: str, label: str, state: str) -> FieldSpec:
    """How many of a contact's quotes stand so, for filter trees."""
    return FieldSpec(
        name, label, "pk", kind="number", group="Quotes", column=False, filter=False, order=95,
        stored="pipeline.quote.sent_on",
        total=Total("pipeline.quote", "contact", "count", "sent_on", "", (("state", state),)),
    )  # fmt: skip


CONTACT_FIELDS = (
    _of_quotes("quotes_sent", "Quotes without an answer", QuoteState.SENT),
    _of_quotes("quotes_accepted", "Accepted quotes", QuoteState.ACCEPTED),
)
