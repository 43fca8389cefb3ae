"""Contacts as a file that import reads back: the same names of fields, the main e-mail, phone and address of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from contacts.choices import PointKind
from contacts.importing.consents import LEVELS
from contacts.keeping import CONTACT_IDS
from contacts.models import Consent, Contact, ContactPoint, Interaction
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.company import end_of_day
from crm.customfields.exporting import custom_columns, custom_expression
from crm.exporting.streams import CannotExport, in_company_time, reading_all, stream_rows

if TYPE_CHECKING:
    from crm.models import User


CARDS_AT_ONCE = 2_000


def joined(field: str) -> Func:
    """A list as one text, parted by commas."""
    return Func(F(field), Value(", "), function="array_to_string", output_field=TextField())


EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": CONTACT_IDS.told(),
    "kind": "kind",
    "name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "organization": CONTACT_IDS.told("organization__"),
    "parent_external_id": CONTACT_IDS.told("parent__"),
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
    "potential": "potential",
    "created_on": "created_on",
}
INTERACTION_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "occurred_at": "occurred_at",
    "channel": "channel",
    "direction": "direction",
    "subject": "subject",
    "body": "body",
    "outcome": "outcome",
    "duration_seconds": "duration_seconds",
    "user_email": "user__email",
}
CONSENT_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "email": "main_email__value",
    "channel": "channel",
    "purpose": "purpose",
    "state": Case(*(When(level=level, then=Value(state)) for state, level in LEVELS.items()), output_field=CharField()),
    "recorded_at": "recorded_at",
    "source": "source",
    "wording": "wording",
    "proof": "proof",
    "basis": "basis",
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
    told = {**EXPRESSIONS, "organization": _if_seen(user, EXPRESSIONS["organization"]), **own}
    return stream_rows(rows.order_by("pk"), told, columns)


def _if_seen(user: User | None, told: str | Combinable) -> str | Combinable:
    """What a contact's organization is called, as far as the person may see that."""
    if user is None:
        return told
    seen = Exists(Contact.objects.visible_to(user).filter(pk=OuterRef("organization")))
    return Case(When(seen, then=F(told) if isinstance(told, str) else told), output_field=TextField())


def card_rows(user: User | None, rows: QuerySet[Any], columns: Sequence[str], *further: str) -> Iterator[Sequence[Any]]:
    """Of these contacts what vCards say: all e-mail addresses and numbers, the main ones first, the firm by its name.

    `columns` are of `crm.exporting.vcards.FIELDS`, `further` paths whose values come after them.
    """
    main = FilteredRelation("addresses", condition=Q(addresses__is_primary=True))
    points = ContactPoint.objects.filter(contact=OuterRef("pk")).order_by("-is_primary", "pk")
    told = {
        "organization": _if_seen(user, "organization__name"),
        "email": ArraySubquery(points.filter(kind=PointKind.EMAIL).values("value")),
        "phone": ArraySubquery(points.filter(kind=PointKind.PHONE).values("value")),
        "tags": "tags",
    }
    asked = [*({**EXPRESSIONS, **told}[name] for name in columns), *further]
    with reading_all():
        found = rows.annotate(main_address=main).order_by("pk").values_list(*asked)
        yield from found.iterator(chunk_size=CARDS_AT_ONCE)


def organization_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    return contact_rows(user, columns, as_of, only=Q(kind="organization"))


def interaction_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Interactions up to the end of `as_of`, the oldest first."""
    rows = Interaction.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    if as_of is not None:
        rows = rows.filter(occurred_at__lt=end_of_day(as_of))
    return in_company_time(stream_rows(rows, INTERACTION_EXPRESSIONS, columns), columns, "occurred_at")


def consent_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """The ledger of consent up to the end of `as_of`, as it was written."""
    rows: QuerySet[Any] = Consent.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    if as_of is not None:
        rows = rows.filter(recorded_at__lt=end_of_day(as_of))
    rows = rows.annotate(main_email=_main_point(PointKind.EMAIL, "contact__"))
    return in_company_time(stream_rows(rows, CONSENT_EXPRESSIONS, columns), columns, "recorded_at")


def _main_point(kind: str, path: str = "") -> FilteredRelation:
    is_main = {f"{path}points__kind": kind, f"{path}points__is_primary": True}
    return FilteredRelation(f"{path}points", condition=Q(**is_main))


EXPORTS = (
    *(
        ExportKind(name, name.capitalize(), "contacts.contact", tuple(EXPRESSIONS), rows, has_custom_fields=True)
        for name, rows in (("contacts", contact_rows), ("organizations", organization_rows))
    ),
    ExportKind(
        "interactions", "Interactions", "contacts.interaction", tuple(INTERACTION_EXPRESSIONS), interaction_rows
    ),
    ExportKind("consents", "Consents", "contacts.consent", tuple(CONSENT_EXPRESSIONS), consent_rows),
)
