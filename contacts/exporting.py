"""Contacts as a file that import reads back: the same names of fields, the main e-mail, phone and address of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F, FilteredRelation, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from contacts.choices import PointKind
from contacts.models import Contact
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.customfields.exporting import custom_columns, custom_expression
from crm.exporting.streams import CannotExport, stream_rows

if TYPE_CHECKING:
    from crm.models import User


def joined(field: str) -> Func:
    """A list as one text, parted by commas."""
    return Func(F(field), Value(", "), function="array_to_string", output_field=TextField())


EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "kind": "kind",
    "name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "organization": Coalesce("organization__external_id", "organization__name", output_field=TextField()),
    "parent_external_id": "parent__external_id",
    "email": "main_email__value",
    "phone": "main_phone__value",
    "street": "main_address__street",
    "postal_code": "main_address__postal_code",
    "city": "main_address__city",
    "region": "main_address__region",
    "country": "main_address__country",
    "market": joined("markets"),
    "industry": "industry",
    "employees": "employees",
    "revenue": "revenue",
    "website": "website",
    "birthday": "birthday",
    "tags": joined("tags"),
    "owner_email": "owner__email",
    "source": "source",
    "list_kind": "list_kind",
    "created_on": "created_on",
}


def contact_rows(
    user: User | None, columns: Sequence[str], as_of: dt.date | None, only: Q | None = None
) -> Iterator[Sequence[Any]]:
    """Contacts that the person may export, the archived ones too (orders and scores name them)."""
    if as_of is not None:
        raise CannotExport("Contacts are kept as they are now, so there is no --as-of for them.")
    rows: QuerySet[Any] = Contact.objects.visible_to(user, Verb.EXPORT).filter(only or Q())
    rows = rows.annotate(
        main_email=_main_point(PointKind.EMAIL),
        main_phone=_main_point(PointKind.PHONE),
        main_address=FilteredRelation("addresses", condition=Q(addresses__is_primary=True)),
    )
    custom = custom_columns("contacts.contact", EXPRESSIONS)
    own = {name: custom_expression(user, custom[name]) for name in columns if name in custom}
    return stream_rows(rows.order_by("pk"), {**EXPRESSIONS, **own}, columns)


def organization_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    return contact_rows(user, columns, as_of, only=Q(kind="organization"))


def _main_point(kind: str) -> FilteredRelation:
    return FilteredRelation("points", condition=Q(points__kind=kind, points__is_primary=True))


EXPORTS = tuple(
    ExportKind(name, name.capitalize(), "contacts.contact", tuple(EXPRESSIONS), rows, has_custom_fields=True)
    for name, rows in (("contacts", contact_rows), ("organizations", organization_rows))
)
