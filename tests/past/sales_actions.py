"""The actions of invoices, subscriptions and registrations with what they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from orders import actions as orders
from orders.contracts import actions as contracts
from orders.invoices import actions as invoices
from orders.options import actions as options
from orders.queries import order_version
from orders.registrations import actions as registrations
from orders.returns import actions as returns
from tests.factories import (
    make_contact,
    make_invoice,
    make_order,
    make_product,
    make_registration,
    make_subscription,
)

DAY, LATER = dt.date(2026, 3, 2), dt.date(2036, 3, 2)
SALES_MODULES = (contracts, invoices, registrations, options, returns)


def _invoice(actor: Any) -> Callable[[], Any]:
    contact = make_contact()
    fields = {"contact": contact, "number": "R1", "issued_on": DAY, "currency": "EUR", "amount": Decimal(10)}
    return lambda: invoices.create_invoice(actor=actor, fields=fields)


def _subscription(actor: Any) -> Callable[[], Any]:
    fields = {"contact": make_contact(), "plan": "Care", "started_on": DAY, "currency": "EUR"}
    return lambda: contracts.create_subscription(actor=actor, fields=fields)


def _registration(actor: Any) -> Callable[[], Any]:
    fields = {"contact": make_contact(), "product": make_product(), "serial": "S1", "registered_on": DAY}
    return lambda: registrations.register_product(actor=actor, fields=fields)


def _changed_order(actor: Any) -> Callable[[], Any]:
    order = make_order(make_contact())
    version = order_version(order)
    return lambda: orders.change_order_fields(actor=actor, order=order, version=version, fields={"channel": "store"})


def _return(actor: Any) -> Callable[[], Any]:
    order = make_order(make_contact())
    return lambda: returns.return_lines(actor=actor, order=order, quantities={order.lines.get().pk: Decimal(1)})


def _set_options(actor: Any, product: Any) -> Callable[[], Any]:
    made = [options.OptionInput("Colour", choices=(("Oak", Decimal("4.5")),)), options.OptionInput("Text", kind="text")]
    return lambda: options.set_options(actor=actor, product=product, version=1, options=made)


def _of(make: Callable[..., Any], act: Callable[..., Any], name: str, **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        record = make(make_contact())
        return lambda: act(actor=actor, **{name: record}, **given)

    return prepared


SALES_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_invoice": _invoice,
    "change_invoice": _of(make_invoice, invoices.change_invoice, "invoice", version=1, fields={"amount": Decimal(7)}),
    "cancel_invoice": _of(make_invoice, invoices.cancel_invoice, "invoice"),
    "add_payment": _of(make_invoice, invoices.add_payment, "invoice", amount=Decimal(3)),
    "create_subscription": _subscription,
    "change_subscription": _of(
        make_subscription, contracts.change_subscription, "subscription", version=1, fields={"plan": "Other"}
    ),
    "renew_subscription": _of(
        make_subscription, contracts.renew_subscription, "subscription", renews_on=LATER, monthly_amount=None
    ),
    "cancel_subscription": _of(
        make_subscription, contracts.cancel_subscription, "subscription", version=1, ended_on=LATER
    ),
    "change_order_fields": _changed_order,
    "return_lines": _return,
    "set_options": lambda actor: _set_options(actor, make_product()),
    "register_product": _registration,
    "change_registration": _of(
        make_registration, registrations.change_registration, "registration", version=1, fields={"note": "Polished"}
    ),
}
