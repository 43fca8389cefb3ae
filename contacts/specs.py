"""The fields of contacts that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import NullIf

from contacts.choices import ContactKind, ListKind, PointKind
from contacts.countries import country_code, country_names
from contacts.markets.queries import incomplete, incomplete_choices, market_choices
from contacts.models import AcquiredList, Address, ContactPoint
from contacts.permission import growth
from contacts.queries import UNSEEN_ORGANIZATION, main_point, place_of
from contacts.responsibility.queries import REVIEW_CHOICES, review
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


def _lists() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in AcquiredList.objects.values_list("pk", "name")]


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
        choices=lambda: list(country_names().items()),
    ),
    FieldSpec(
        "owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=30, also=("owner_email",)
    ),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=31),
    FieldSpec("territory", "Territory", "territory", kind="team", select=("territory",), order=32),
    FieldSpec("kind", "Kind", "kind", kind="choice", choices=lambda: ContactKind.choices, order=40, always=True),
    FieldSpec("market", "Market", "markets", kind="listed", choices=market_choices, order=41),
    FieldSpec(
        "incomplete", "Incomplete for", "kind", kind="choice", choices=incomplete_choices, compare=incomplete,
        condition=lambda end, value: incomplete("in", value), stored="contacts.contact.markets",
        column=False, order=41, help="Customers of the category who lack a fact that it asks for.",
    ),
    FieldSpec("industry", "Industry", "industry", order=42),
    FieldSpec(
        "organization", "Works at", "organization__name", select=("organization",), order=43,
        unseen=UNSEEN_ORGANIZATION, held_in="organization__search_text",
    ),
    FieldSpec(
        "email", "E-mail", "points__value", filter=False, in_trees=True, narrow=(("points__kind", PointKind.EMAIL),),
        prefetch=("points",), order=50,
        stored="contacts.contact.email", also=("emails", "further_emails"), searched=True,
        value=lambda contact: main_point(contact, PointKind.EMAIL), in_file=first_point(PointKind.EMAIL),
    ),
    FieldSpec(
        "phone", "Phone", "points__value", filter=False, in_trees=True, narrow=(("points__kind", PointKind.PHONE),),
        prefetch=("points",), order=51,
        stored="contacts.contact.phone", also=("phones", "further_phones"), searched=True,
        value=lambda contact: main_point(contact, PointKind.PHONE), in_file=first_point(PointKind.PHONE),
    ),
    FieldSpec("tags", "Tags", "tags", kind="tags", order=60, help="All of these, between commas."),
    FieldSpec("source", "Source", "source", order=61),
    FieldSpec("list_kind", "Came from a", "list_kind", kind="choice", choices=lambda: ListKind.choices, order=62),
    FieldSpec(
        "acquired_list", "On the list", "listings__acquired_list", kind="choice", choices=_lists, column=False,
        order=62, stored="contacts.contact.source", also=("acquired_lists", "acquired_list_ids"),
    ),
    FieldSpec("employees", "Employees", "employees", kind="number", order=63),
    FieldSpec("turnover", "Their revenue", "revenue", kind="money", order=64),
    FieldSpec("potential", "Potential", "potential", kind="money", order=64, help="What they could buy in a year."),
    FieldSpec("birthday", "Birthday", "birthday", kind="date", order=65),
    FieldSpec("external_id", "External id", "external_id", order=70, searched=True, held_in="search_text"),
    FieldSpec("created_on", "Customer since", "created_on", kind="date", order=71),
    FieldSpec(
        "added_on", "Added here", "created_at", kind="date", filter=False, in_trees=True, sort=True, order=72
    ),
    FieldSpec(
        "responsible", "Responsible", "responsible", kind="person", select=("responsible",), order=33,
        help="Who looks after the segment that the contact is in.",
    ),
    FieldSpec(
        "review", "Review", "kind", kind="choice", choices=lambda: REVIEW_CHOICES, compare=review, column=False,
        condition=lambda end, value: review("in", value), stored="contacts.contact.review_on", order=73,
    ),
    FieldSpec(
        "permission", "Permission", "pk", kind="mark", column=False, order=76, mark=growth.condition,
        words=growth.words, stored="contacts.consent.level", always=True,
    ),
    FieldSpec("review_on", "To be reviewed on", "review_on", kind="date", order=73),
    FieldSpec("reviewed_on", "Last reviewed", "reviewed_on", kind="date", order=74),
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
