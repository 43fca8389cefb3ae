"""The fields of contacts that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import NullIf

from contacts.choices import ContactKind, ListKind, Market, PointKind
from contacts.countries import country_code
from contacts.models import Address, ContactPoint
from contacts.queries import UNSEEN_ORGANIZATION, main_point, place_of
from crm.catalogue import FieldSpec


def first_point(kind: str) -> Subquery:
    """What `queries.main_point` says, in SQL."""
    points = ContactPoint.objects.filter(contact=OuterRef("pk"), kind=kind)
    return Subquery(points.values("value")[:1])


# what `queries.place_of` says, in SQL
PLACE = Subquery(
    Address.objects.filter(contact=OuterRef("pk")).values(
        told=Func(
            Value(", "),
            NullIf("city", Value("")),
            NullIf("country", Value("")),
            function="concat_ws",
            output_field=TextField(),
        )
    )[:1]
)


def _fact(name: str, label: str, path: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path, column=False, filter=False, order=95, **more)


CONTACT_FIELDS = (
    FieldSpec(
        "name", "Name", "name", filter=False, in_trees=True, sort=True, sort_by="sort_name", default=True, order=10,
        always=True, held_in="search_text",
    ),
    FieldSpec("city", "City", "addresses__city", column=False, order=21),
    FieldSpec(
        "place", "Place", "addresses__city", filter=False, default=True, order=20,
        value=place_of, in_file=PLACE, prefetch=("addresses",), shows=("country",),
    ),
    FieldSpec(
        "country", "Country", "main_country", column=False, order=22, help="Its name or two letters.",
        stored="contacts.address.country", condition=lambda end, value: Q(main_country=country_code(value)),
    ),
    FieldSpec(
        "owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=30, also=("owner_email",)
    ),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=31),
    FieldSpec("territory", "Territory", "territory", kind="team", select=("territory",), order=32),
    FieldSpec("kind", "Kind", "kind", kind="choice", choices=lambda: ContactKind.choices, order=40, always=True),
    FieldSpec("market", "Market", "markets", kind="listed", choices=lambda: Market.choices, order=41),
    FieldSpec("industry", "Industry", "industry", order=42),
    FieldSpec(
        "organization", "Works at", "organization__name", select=("organization",), order=43,
        unseen=UNSEEN_ORGANIZATION, held_in="organization__search_text",
    ),
    FieldSpec(
        "email", "E-mail", "points__value", filter=False, in_trees=True, narrow=(("points__kind", PointKind.EMAIL),),
        prefetch=("points",), order=50,
        stored="contacts.contact.email", also=("emails",), searched=True,
        value=lambda contact: main_point(contact, PointKind.EMAIL), in_file=first_point(PointKind.EMAIL),
    ),
    FieldSpec(
        "phone", "Phone", "points__value", filter=False, in_trees=True, narrow=(("points__kind", PointKind.PHONE),),
        prefetch=("points",), order=51,
        stored="contacts.contact.phone", also=("phones",), searched=True,
        value=lambda contact: main_point(contact, PointKind.PHONE), in_file=first_point(PointKind.PHONE),
    ),
    FieldSpec("tags", "Tags", "tags", kind="tags", order=60, help="All of these, between commas."),
    FieldSpec("source", "Source", "source", order=61),
    FieldSpec("list_kind", "Came from a", "list_kind", kind="choice", choices=lambda: ListKind.choices, order=62),
    FieldSpec("employees", "Employees", "employees", kind="number", order=63),
    FieldSpec("turnover", "Their revenue", "revenue", kind="money", order=64),
    FieldSpec("birthday", "Birthday", "birthday", kind="date", order=65),
    FieldSpec("external_id", "External id", "external_id", order=70, searched=True, held_in="search_text"),
    FieldSpec("created_on", "Customer since", "created_on", kind="date", order=71),
    FieldSpec(
        "added_on", "Added here", "created_at", kind="date", filter=False, in_trees=True, sort=True, order=72
    ),
    FieldSpec("state", "State", "archived_at", kind="state", column=False, order=90, always=True),
    # on the record's page and in its form only; here so that a right can be given on them
    _fact("first_name", "First name", "first_name"),
    _fact("last_name", "Last name", "last_name"),
    _fact(
        "parent", "Belongs to", "parent", also=("parent_external_id",), select=("parent",), unseen=UNSEEN_ORGANIZATION
    ),
    _fact("handles", "Social handles", "points__value", stored="contacts.contact.handles", searched=True),
    _fact("website", "Website", "website"),
    _fact("street", "Street", "addresses__street"),
    _fact("postal_code", "Postal code", "addresses__postal_code"),
    _fact("region", "Region", "addresses__region"),
)  # fmt: skip
