"""The fields of registered products that lists can show, filter and sort by; what contacts are asked about theirs."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.templatetags.figures import NOTHING, full_day
from crm.templatetags.pieces import pill
from orders.choices import SalesChannel
from orders.queries import product_families


def _day(name: str) -> Any:
    return lambda record: full_day(getattr(record, name))


def warranty(record: Any) -> SafeString | str:
    """The last day, and whether it has passed."""
    day = record.warranty_ends_on
    if day is None:
        return NOTHING
    return pill(f"until {full_day(day)}", "good" if day >= company_today() else "neutral")


REGISTRATION_FIELDS = (
    FieldSpec("serial", "Serial number", "serial", default=True, order=10, always=True),
    FieldSpec("product", "Product", "product__name", select=("product",), default=True, order=20),
    FieldSpec(
        "family", "Product family", "product__family", kind="choice", choices=product_families, select=("product",),
        order=21,
    ),
    FieldSpec(
        "customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=30,
        select=("contact",), always=True,
    ),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=31, always=True),
    FieldSpec(
        "registered_on", "Registered", "registered_on", kind="date", sort=True, default=True, order=40, always=True,
        cell=_day("registered_on"),
    ),
    FieldSpec("bought_on", "Bought", "bought_on", kind="date", order=41, cell=_day("bought_on")),
    FieldSpec(
        "warranty_ends_on", "Warranty", "warranty_ends_on", kind="date", sort=True, default=True, order=50,
        cell=warranty, help="Its last day.",
    ),
    FieldSpec("channel", "Came in by", "channel", kind="choice", choices=lambda: SalesChannel.choices, order=60),
    FieldSpec("note", "Note", "note", order=70),
    FieldSpec("external_id", "External id", "external_id", order=80),
)  # fmt: skip
CONTACT_FIELDS = (
    FieldSpec(
        "warranty_ends_on", "Warranty ends", "registrations__warranty_ends_on", kind="date", column=False, filter=False,
        in_trees=True, group="Orders", order=95, help="Of any product they registered.",
    ),
    FieldSpec(
        "registered_product", "Registered the product", "registrations__product__name", column=False, filter=False,
        in_trees=True, group="Orders", order=96,
    ),
    FieldSpec(
        "serial", "Serial number", "registrations__serial", column=False, filter=False, in_trees=True, group="Orders",
        order=97,
    ),
)  # fmt: skip
