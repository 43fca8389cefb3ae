"""What drives the cost of serving: a new driver is one entry, here or in an app above (`CRM_COST_DRIVERS`).

A driver is a query that gives `contact_id` once for each act of the window, which is the days after `{after}` up to
`{as_of}`, or from the moment `{begins}` to before `{ends}` in the company's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

LINES = """
SELECT o.contact_id FROM orders_orderline AS l JOIN orders_order AS o ON o.id = l.order_id
WHERE o.ordered_on > {{after}} AND o.ordered_on <= {{as_of}} AND coalesce(l.quantity, l.amount) {}
"""
TOUCHES = """
SELECT contact_id FROM contacts_interaction
WHERE occurred_at >= {{begins}} AND occurred_at < {{ends}} AND {}
"""


@dataclass(frozen=True)
class CostDriver:
    """`one` and `many` name an act in a sentence; `rate` is proposed for each, in the company's currency, to be put
    right by who knows."""

    name: str
    label: str
    one: str
    many: str
    query: str
    rate: str


SHIPPED = (
    CostDriver(
        "orders", "Orders", "order", "orders",
        "SELECT contact_id FROM orders_order WHERE is_purchase AND ordered_on > {after} AND ordered_on <= {as_of}",
        "4.00",
    ),
    CostDriver("lines", "Order lines", "order line", "order lines", LINES.format(">= 0"), "0.80"),
    CostDriver("returns", "Returned lines", "returned line", "returned lines", LINES.format("< 0"), "9.00"),
    CostDriver("calls", "Calls", "call", "calls", TOUCHES.format("channel = 'phone'"), "6.00"),
    CostDriver("visits", "Meetings", "meeting", "meetings", TOUCHES.format("channel = 'meeting'"), "90.00"),
    CostDriver(
        "mails", "Mails written", "mail", "mails", TOUCHES.format("channel = 'email' AND direction = 'out'"), "2.50"
    ),
    CostDriver(
        "tickets", "Tickets", "ticket", "tickets",
        "SELECT contact_id FROM service_ticket WHERE merged_into_id IS NULL AND opened_at >= {begins} "
        "AND opened_at < {ends}",
        "12.00",
    ),
)  # fmt: skip
BROUGHT = tuple(driver for name in settings.CRM_COST_DRIVERS for driver in import_string(name))
DRIVERS: dict[str, CostDriver] = {one.name: one for one in (*SHIPPED, *BROUGHT)}


def driver_choices() -> list[tuple[str, str]]:
    return [(one.name, one.label) for one in DRIVERS.values()]


def proposals() -> list[dict[str, object]]:
    """A pool for each driver at a rate to begin with: about what such an act costs in wages and postage. Nothing is
    reckoned with them until somebody saves them."""
    return [
        {"position": place, "name": one.label, "driver": one.name, "rate": one.rate, "annual_amount": None}
        for place, one in enumerate(DRIVERS.values(), start=1)
    ]
