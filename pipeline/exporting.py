"""Deals, as a file that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.expressions import Combinable

from contacts.keeping import CONTACT_IDS
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.customfields.exporting import custom_columns, custom_expression
from crm.exporting.streams import stream_rows
from orders.keeping import PRODUCT_IDS
from pipeline.keeping import DEAL_IDS
from pipeline.models import Deal

if TYPE_CHECKING:
    from crm.models import User

EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": DEAL_IDS.told(),
    "title": "title",
    "organization": CONTACT_IDS.told("organization__"),
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "pipeline": "pipeline__name",
    "stage": "stage__name",
    "amount": "amount",
    "currency": "currency",
    "owner_email": "owner__email",
    "owner_name": "owner__name",
    "team": "team__name",
    "product_external_id": PRODUCT_IDS.told("product__"),
    "opened_on": "opened_on",
    "expected_on": "expected_on",
    "closed_on": "closed_on",
    "outcome": "outcome",
    "loss_reason": "reason",
    "source": "source",
}


def deal_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Deals that had been opened by the end of `as_of`, as they stand now."""
    rows = Deal.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    if as_of is not None:
        rows = rows.filter(Q(opened_on=None) | Q(opened_on__lte=as_of))
    custom = custom_columns("pipeline.deal", EXPRESSIONS)
    own = {name: custom_expression(user, custom[name]) for name in columns if name in custom}
    return stream_rows(rows, {**EXPRESSIONS, **own}, columns)


EXPORTS = (ExportKind("deals", "Deals", "pipeline.deal", tuple(EXPRESSIONS), deal_rows, has_custom_fields=True),)
