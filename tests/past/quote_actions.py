"""The actions of quotes with what they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crm.choices import Role
from pipeline.models import Quote
from pipeline.quotes.actions import answering, approving, making, sending
from tests.factories import make_contact, make_deal, make_product, make_quote, make_user, sent_quote

QUOTE_MODULES = (making, approving, sending, answering)
WORDS = "They take three pallets."
ANSWER = answering.Answer(name="Ada Okafor", email="ada@example.org", ip_address="198.51.100.7")


def line(discount: int = 0) -> making.LineInput:
    product = make_product(unit_price=Decimal(10))
    return making.LineInput(product, quantity=Decimal(3), unit_price=Decimal(10), discount=Decimal(discount))


def dear() -> Quote:
    """Beyond what anybody but an administrator may give."""
    return make_quote(owner=make_user(Role.REP), lines=(line(25),))


def awaiting() -> Quote:
    quote = dear()
    make_user(Role.MANAGER)
    return approving.ask_approval(actor=quote.owner, quote=quote, version=quote.version, words=WORDS)


def sold() -> Quote:
    deal = make_deal(contact=make_contact())
    return sent_quote(deal.contact, deal=deal, owner=make_user(Role.REP))


def over() -> Quote:
    quote = sent_quote()
    Quote.objects.filter(pk=quote.pk).update(valid_until=dt.date(2026, 1, 1))
    return quote


def _create(actor: Any) -> Callable[[], Any]:
    deal = make_deal(contact=make_contact())
    fields = {"contact": deal.contact, "deal": deal, "title": "Frames", "currency": "EUR", "valid_until": "2099-01-01"}
    lines = [line()]
    return lambda: making.create_quote(actor=actor, fields=fields, lines=lines)


def _change(actor: Any) -> Callable[[], Any]:
    quote, lines = make_quote(), [line()]
    return lambda: making.change_quote(actor=actor, quote=quote, version=1, fields={"title": "Other"}, lines=lines)


def _of(make: Callable[[], Quote], act: Callable[..., Any], *, versioned: bool = False, **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        quote = make()
        more = {"version": quote.version} if versioned else {}
        return lambda: act(actor=actor, quote=quote, **more, **given)

    return prepared


def _ask(actor: Any) -> Callable[[], Any]:
    quote = dear()
    make_user(Role.MANAGER)
    return lambda: approving.ask_approval(actor=quote.owner, quote=quote, version=1, words=WORDS)


def _count(actor: Any) -> Callable[[], Any]:
    deal = make_deal(contact=make_contact())
    quotes = [make_quote(deal.contact, deal=deal) for _ in range(2)]
    return lambda: making.count_for_deal(actor=actor, quote=quotes[1])


def _expire(actor: Any) -> Callable[[], Any]:
    over()
    return answering.expire_quotes


QUOTE_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_quote": _create,
    "change_quote": _change,
    "revise_quote": _of(sent_quote, making.revise_quote),
    "count_for_deal": _count,
    "ask_approval": _ask,
    "approve_quote": _of(awaiting, approving.approve_quote, versioned=True),
    "refuse_approval": _of(awaiting, approving.refuse_approval, versioned=True, words="Too much"),
    "take_request_back": _of(awaiting, approving.take_request_back),
    "send_quote": _of(
        sent_quote,
        sending.send_quote,
        versioned=True,
        mail={"to": "ada@example.org", "subject": "Our quote", "text": "Hello"},
    ),
    "withdraw_quote": _of(sent_quote, sending.withdraw_quote),
    "accept_quote": _of(sold, answering.accept_quote, answer=ANSWER),
    "decline_quote": _of(sold, answering.decline_quote, answer=ANSWER),
    "expire_quotes": _expire,
}
