"""What each customer will bring as fields of a contact, for lists, filters, the record page and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist

from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, days, number
from crm.templatetags.pieces import bar

if TYPE_CHECKING:
    from analytics.models import ClvScore

GROUP = "Forecast"
LIKELY, UNLIKELY = 0.7, 0.3


def forecast_of(contact: Any) -> ClvScore | None:
    """The forecast of a contact, None where there is none."""
    try:
        found: ClvScore = contact.lifetime
    except ObjectDoesNotExist:
        return None
    return found


def tone_of(p_alive: Any) -> str:
    """`good`, `warn` or `bad`: how likely a customer is still there."""
    return "good" if p_alive >= LIKELY else "warn" if p_alive >= UNLIKELY else "bad"


def alive_cell(contact: Any) -> str:
    found = forecast_of(contact)
    if found is None or found.p_alive is None:
        return NOTHING
    return bar(found.p_alive, tone_of(found.p_alive), "Chance that the customer is still there")


def purchases_cell(contact: Any) -> str:
    found = forecast_of(contact)
    return number(found.expected_purchases, 1) if found and found.expected_purchases is not None else NOTHING


def quiet_cell(contact: Any) -> str:
    found = forecast_of(contact)
    return days(found.days_quiet) if found else NOTHING


def _field(name: str, label: str, path: str, order: int, **more: Any) -> FieldSpec:
    return FieldSpec(
        name, label, f"lifetime__{path}", group=GROUP, order=order, select=("lifetime",), is_score=True, **more
    )


CONTACT_FIELDS = (
    _field(
        "clv", "Worth ahead", "clv", 30, kind="money", sort=True,
        covers=("analytics.clvscore.clv_low", "analytics.clvscore.clv_high"),
        help="Expected value of the coming months, discounted.",
    ),
    _field(
        "p_alive", "Still there", "p_alive", 31, kind="number", sort=True, cell=alive_cell,
        help="Chance that the customer will buy again at all, from 0 to 1.",
    ),
    _field(
        "expected_purchases", "Purchases ahead", "expected_purchases", 32, kind="number", sort=True,
        cell=purchases_cell, help="Expected in the coming months.",
    ),
    _field(
        "expected_value", "Value of a purchase", "expected_value", 33, kind="money", help="Expected, of the next ones."
    ),
    _field(
        "next_purchase", "Next purchase", "next_purchase_on", 34, kind="date", sort=True,
        help="The day by which it comes with an even chance, if the customer is still there.",
    ),
    _field(
        "historic_profit", "Profit to date", "historic_profit", 35, kind="money", sort=True,
        help="What is left of the revenue after costs, returns taken off. Not a forecast.",
    ),
    _field(
        "repeats", "Repeat days", "x", 36, kind="number", also=("x",),
        covers=("analytics.clvscore.t_x", "analytics.clvscore.age"), help="Days with a purchase after the first one.",
    ),
    _field(
        "quiet_days", "Days quiet", "days_quiet", 37, kind="number", cell=quiet_cell,
        covers=("analytics.clvscore.last_purchase_on",), help="From the last purchase to the day of the forecast.",
    ),
)  # fmt: skip
