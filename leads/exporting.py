"""Leads as a file that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.customfields.exporting import custom_columns, custom_expression
from crm.exporting.streams import CannotExport, in_company_time, stream_rows
from leads.importing.kinds import FIELDS
from leads.keeping import LEAD_IDS
from leads.models import Lead

if TYPE_CHECKING:
    from crm.models import User

EXPRESSIONS: dict[str, str | Combinable] = {
    spec.name: "owner__email" if spec.name == "owner_email" else spec.name for spec in FIELDS
} | {"external_id": LEAD_IDS.told()}


def lead_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Leads that the person may export, the archived ones too."""
    if as_of is not None:
        raise CannotExport("Leads are kept as they are now, so there is no --as-of for them.")
    rows: QuerySet[Any] = Lead.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    custom = custom_columns("leads.lead", EXPRESSIONS)
    own = {name: custom_expression(user, custom[name]) for name in columns if name in custom}
    streamed = stream_rows(rows, {**EXPRESSIONS, **own}, columns)
    return in_company_time(streamed, columns, "created_at", "converted_at")


EXPORTS = (ExportKind("leads", "Leads", "leads.lead", tuple(EXPRESSIONS), lead_rows, has_custom_fields=True),)
