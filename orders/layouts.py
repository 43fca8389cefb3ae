"""What can be arranged of orders: their form, and the right side of their page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.catalogue import panels_of
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.layouts.facts import Drawn, record_link
from crm.layouts.forms import form_place
from crm.layouts.places import Block, Item, LayoutPlace
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, money
from orders.forms import OrderForm
from orders.models import Order

LABEL = "orders.order"


def _customer(order: Order, hidden: frozenset[str]) -> Drawn:
    return record_link(order.contact) or "anonymous: in totals, in no customer figure"


def _amount(order: Order, hidden: frozenset[str]) -> Drawn:
    return "" if order.amount is None else money(order.amount, order.currency)


def _in_base(order: Order, hidden: frozenset[str]) -> Drawn:
    currency = current_company().currency
    if "base_amount" in hidden or order.currency == currency:
        return ""
    return "no exchange rate for that day" if order.base_amount is None else money(order.base_amount, currency)


def _cost(order: Order, hidden: frozenset[str]) -> Drawn:
    if "cost" in hidden:
        return ""
    return "not known for every line" if order.cost is None else money(order.cost, order.currency)


def _counts_as(order: Order, hidden: frozenset[str]) -> Drawn:
    return "a purchase" if order.is_purchase else "a return: it lowers the revenue and is no purchase"


FACTS: dict[str, tuple[str, Callable[[Order, frozenset[str]], Drawn]]] = {
    "customer": ("Customer", _customer),
    "ordered_on": ("Day", lambda order, hidden: full_day(order.ordered_on)),
    "channel": ("Channel", lambda order, hidden: order.get_channel_words() if order.channel else ""),
    "partner": ("Partner", lambda order, hidden: record_link(order.partner)),
    "offer_code": ("Offer code", lambda order, hidden: "" if "offer_code" in hidden else order.offer_code),
    "amount": ("Amount", _amount),
    "base_amount": ("In our currency", _in_base),
    "cost": ("Cost", _cost),
    "counts_as": ("Counts as", _counts_as),
}


def side_blocks() -> tuple[Block, ...]:
    """The facts, and what other apps put beside them."""
    panels = [Block(panel.label, panel=panel.name) for panel in panels_of(LABEL, "side")]
    return (Block("Facts", tuple(Item(name, label) for name, (label, _) in FACTS.items())), *panels)


def draw_facts(request: HttpRequest, record: models.Model, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Each group with the facts that the order has."""
    order, user = cast(Order, record), cast(SignedInRequest, request).user
    hidden = frozenset(hidden_fields(user, Order))
    drawn = []
    for block in blocks:
        lines = [(item.label, FACTS[item.name][1](order, hidden)) for item in block.items]
        drawn.append({"title": block.title, "lines": [line for line in lines if line[1]]})
    return [one if one["lines"] else {} for one in drawn]


FORM = form_place(OrderForm, LABEL, "Form of orders", needed=("contact", "ordered_at", "currency"))
SIDE = LayoutPlace(LABEL, "side", "Right side of an order’s page", side_blocks, draw_facts, "orders/_facts.html")
LAYOUTS = (FORM, SIDE)
