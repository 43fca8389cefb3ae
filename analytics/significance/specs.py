"""Significance as fields of contacts: column with the pills, filter, condition of segments, the reasons as a text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Prefetch, Q, prefetch_related_objects
from django.utils.html import format_html_join

from analytics.choices import BY_HAND, Significance
from analytics.models import SignificanceMark, SignificanceScore
from analytics.significance.words import MEANINGS, Reason, kinds_of, reasons_of
from crm.catalogue import FieldSpec, RecordRead
from crm.database.along import put_along, rows_along
from crm.languages.words import translated
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import pill

GROUP = "Worth"
HAND, EVIDENCE = " by hand", " by evidence"
STORED = "analytics.significancescore.kinds"
COVERS = tuple(
    f"analytics.{name}"
    for name in (
        *(f"significancescore.{field}" for field in ("followers", "ideas", "introduced", "openings")),
        *(f"significancescore.{field}_on" for field in ("followed", "adopted", "introduced", "opened")),
        *(f"significancescore.{field}" for field in ("value", "volume")),
        *(f"significancemark.{field}" for field in ("kind", "reason", "made_by", "made_at")),
    )
)


MARKS = Prefetch("significance_marks", SignificanceMark.objects.select_related("made_by"))


ALONG = "significance_mark_rows"
# the page of a contact reads its marks with it
READ = RecordRead(lambda user: {ALONG: rows_along(SignificanceMark.objects.filter(contact=OuterRef("pk")))})


def significance_of(contact: Any) -> SignificanceScore | None:
    """What evidence says of a contact, None where it says nothing."""
    try:
        found: SignificanceScore = contact.significance
    except ObjectDoesNotExist:
        return None
    return found


def reasons_for(contact: Any, hides: frozenset[str] = frozenset()) -> list[Reason]:
    """The reasons of a contact; its marks are read once, however many parts of a page tell of them."""
    if (along := contact.__dict__.pop(ALONG, None)) is not None:
        put_along(contact, "significance_marks", along)
        prefetch_related_objects(list(contact.significance_marks.all()), "made_by")
    else:
        prefetch_related_objects([contact], MARKS)
    return reasons_of(significance_of(contact), contact.significance_marks.all(), hides)


def pills(reasons: list[Reason]) -> str:
    """A pill for each flag; those set by hand have a person in front."""
    drawn = ((pill(one.label, one.tone, one.icon, one.text),) for one in kinds_of(reasons))
    return format_html_join(" ", "{}", drawn) or NOTHING


def flags_cell(contact: Any) -> str:
    """The pills with what each flag means: the figures behind them may be hidden from who reads the list."""
    found = reasons_for(contact)
    return pills([one if one.is_by_hand else replace(one, text=translated(MEANINGS[one.kind])) for one in found])


def flags_value(contact: Any) -> str:
    return "; ".join(one.label + (HAND if one.is_by_hand else "") for one in kinds_of(reasons_for(contact)))


def because(contact: Any) -> str:
    return "; ".join(f"{one.label}: {one.text}" for one in reasons_for(contact))


def choices() -> list[tuple[str, str]]:
    """Each flag, and those that people may set by who says so."""
    found: list[tuple[str, str]] = list(Significance.choices)
    for kind in BY_HAND:
        found += [(kind + HAND, f"{kind.label}, set by hand"), (kind + EVIDENCE, f"{kind.label}, by evidence")]
    return found


def significant(look_up: str, value: Any) -> Q:
    """The comparison of the filter: `in` some choices; `filled`, `empty`: any flag, none."""
    asked = set(value) if look_up == "in" else set(Significance.values)
    kinds = [kind for kind in Significance.values if asked & {kind, kind + EVIDENCE}]
    marks = [kind.value for kind in BY_HAND if asked & {kind.value, kind + HAND}]
    found = Q(pk__in=SignificanceScore.objects.filter(kinds__overlap=kinds).values("contact_id"))
    found |= Q(pk__in=SignificanceMark.objects.filter(kind__in=marks).values("contact_id"))
    return ~found if look_up == "empty" else found


SIGNIFICANCE_FIELDS = (
    FieldSpec(
        "significant", "Significant as", "significance__kinds", kind="choice", choices=choices, cell=flags_cell,
        value=flags_value, compare=significant, condition=lambda end, value: significant("in", value), stored=STORED,
        group=GROUP, order=29, select=("significance",), prefetch=("significance_marks__made_by",), is_score=True,
        covers=COVERS, help="High value or volume (top tenth), benchmark, inspiration, door opener.",
    ),
    FieldSpec(
        "significant_because", "Why significant", "significance__kinds", kind="text", cell=because, value=because,
        filter=False, stored=STORED, group=GROUP, order=29, select=("significance",),
        prefetch=("significance_marks__made_by",), is_score=True, shows=("clv", "revenue"),
        help="The evidence of each flag, and what was said by hand.",
    ),
)  # fmt: skip
