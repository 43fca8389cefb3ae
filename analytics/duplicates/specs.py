"""The fields of pairs for lists, filters and files."""

from __future__ import annotations

from typing import Any, cast

from analytics.duplicates.comparing import how_sure
from contacts.choices import ContactKind
from crm.catalogue import FieldSpec
from crm.templatetags.pieces import bar

UNSEEN = "a contact you cannot see"


def _likely(record: Any) -> str:
    probability = cast(float, record.probability)
    return bar(probability, "accent", words=how_sure(probability))


def _names(noun: str) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            "first", noun, "first__name", select=("first",), default=True, sort=True, sort_by="first__sort_name",
            order=10, unseen=UNSEEN, held_in="first__search_text",
        ),
        FieldSpec(
            "second", "And", "second__name", select=("second",), default=True, sort=True, sort_by="second__sort_name",
            order=20, unseen=UNSEEN, held_in="second__search_text",
        ),
    )  # fmt: skip


PAIR_FIELDS = (
    *_names("May be one party"),
    FieldSpec(
        "probability", "How sure", "probability", kind="number", sort=True, default=True, order=30, cell=_likely,
        always=True, help="From 0 to 1, such as 0.9.",
    ),
    FieldSpec(
        "kind", "Kind", "first__kind", kind="choice", choices=lambda: ContactKind.choices, default=True, order=40,
        stored="contacts.contact.kind",
    ),
    FieldSpec("first_external_id", "External id", "first__external_id", order=50, filter=False,
        stored="contacts.contact.external_id"),
    FieldSpec("second_external_id", "External id of the other", "second__external_id", order=51, filter=False,
        stored="contacts.contact.external_id"),
    FieldSpec("owner", "Owner", "first__owner", kind="person", select=("first__owner",), order=60,
        stored="contacts.contact.owner"),
)  # fmt: skip
DISTINCT_FIELDS = (
    *_names("Not the same"),
    FieldSpec("said_by", "Said by", "said_by", kind="person", select=("said_by",), default=True, order=30),
    FieldSpec("said_at", "When", "said_at", kind="moment", sort=True, default=True, order=40),
)
