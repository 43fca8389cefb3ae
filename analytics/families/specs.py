"""The chances by family as fields of a contact: lists, filters, segments, plays, files, the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from analytics.models import FamilyScore, ModelRun
from analytics.steps.defaults import FAMILY_LEVELS, FAMILY_WAITS
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, full_day, percent
from crm.templatetags.pieces import bar, pill

GROUP = "Worth"
SHOWN = 2
STEP = "families"


def buying_of(contact: Any) -> FamilyScore | None:
    """The chances of a contact, None where there are none."""
    try:
        found: FamilyScore = contact.buying
    except ObjectDoesNotExist:
        return None
    return found


def family_cell(contact: Any) -> str:
    score = buying_of(contact)
    return pill(score.family, "accent") if score and score.family else NOTHING


def chance_cell(contact: Any) -> str:
    score = buying_of(contact)
    return bar(score.chance, "accent") if score and score.chance is not None else NOTHING


def due_cell(contact: Any) -> str:
    score = buying_of(contact)
    return pill(score.due, "neutral") if score and score.due else NOTHING


def chances_value(contact: Any) -> str:
    """`Frames 31 %; Glass 12 %`"""
    score = buying_of(contact)
    return "; ".join(f"{one['family']} {percent(one['chance'])}" for one in score.chances) if score else ""


def chances_cell(contact: Any) -> str:
    score = buying_of(contact)
    found = score.chances[:SHOWN] if score else []
    return "; ".join(f"{one['family']} {percent(one['chance'])}" for one in found) or NOTHING


def expected_value(contact: Any) -> str:
    """`Frames 2026-08-01; Glass 2026-11-12`"""
    score = buying_of(contact)
    return "; ".join(f"{one['family']} {one['on']}" for one in score.expected) if score else ""


def expected_cell(contact: Any) -> str:
    score = buying_of(contact)
    found = score.expected[:SHOWN] if score else []
    return "; ".join(f"{one['family']} {full_day(dt.date.fromisoformat(one['on']))}" for one in found) or NOTHING


def families(which: str = "") -> list[str]:
    """The families of the last run, or those of which it tells chances (`is_shown`) or days (`timing`)."""
    runs = ModelRun.objects.filter(step=STEP, error="").order_by("-created_at", "-pk")
    lines = runs.values_list("metrics__families", flat=True).first() or []
    if which == "timing":
        return [line["family"] for line in lines if line["timing"]["is_shown"]]
    return [line["family"] for line in lines if line["is_shown"] or not which]


def family_choices() -> Sequence[tuple[str, str]]:
    return [(name, name) for name in families("is_shown")]


def due_choices() -> Sequence[tuple[str, str]]:
    return [(name, name) for name in families("timing")]


def level_choices() -> Sequence[tuple[str, str]]:
    return [
        (f"{name}:{level}", f"{name}: {level} % or more") for name in families("is_shown") for level in FAMILY_LEVELS
    ]


def wait_choices() -> Sequence[tuple[str, str]]:
    return [(f"{name}:{days}", f"{name}: within {days} days") for name in families("timing") for days in FAMILY_WAITS]


def likely(look_up: str, value: Any) -> Q:
    """The comparison of the filter: `in` some levels, each with those above it; `filled`, `empty`: any, none."""
    if look_up != "in":
        found = Q(pk__in=FamilyScore.objects.exclude(levels=[]).values("contact_id"))
        return ~found if look_up == "empty" else found
    asked = [(name, level) for name, level in map(_parts, value) if level]
    held = [f"{name}:{step}" for name, level in asked for step in FAMILY_LEVELS if step >= level]
    return Q(pk__in=FamilyScore.objects.filter(levels__overlap=held).values("contact_id"))


def awaited(look_up: str, value: Any) -> Q:
    """The same of the days: a purchase within 30 days is one within 90, too."""
    if look_up != "in":
        found = Q(pk__in=FamilyScore.objects.exclude(waits=[]).values("contact_id"))
        return ~found if look_up == "empty" else found
    asked = [(name, days) for name, days in map(_parts, value) if days]
    held = [f"{name}:{step}" for name, days in asked for step in FAMILY_WAITS if step <= days]
    return Q(pk__in=FamilyScore.objects.filter(waits__overlap=held).values("contact_id"))


def _parts(value: str) -> tuple[str, int]:
    name, _, number = value.rpartition(":")
    return name, int(number) if number.isdecimal() else 0


FAMILY_FIELDS = (
    FieldSpec(
        "buys", "Likeliest family", "buying__family", kind="choice", choices=family_choices, cell=family_cell,
        group=GROUP, order=31, select=("buying",), is_score=True,
        help="Of the families whose chances are shown, the one that the customer is likeliest to buy.",
    ),
    FieldSpec(
        "buys_chance", "Chance of the likeliest family", "buying__chance", kind="number", sort=True, cell=chance_cell,
        group=GROUP, order=31, select=("buying",), is_score=True,
        help="Within the days of the last run (90 unless told otherwise), from 0 to 1, such as 0.2.",
    ),
    FieldSpec(
        "buys_likely", "Likely to buy", "buying__levels", kind="choice", choices=level_choices, cell=chances_cell,
        value=chances_value, compare=likely, condition=lambda end, value: likely("in", value), group=GROUP, order=31,
        select=("buying",), is_score=True, stored="analytics.familyscore.chances",
        covers=("analytics.familyscore.levels",), shows=("buys", "buys_chance"),
        help="The chance of each family, at least so high.",
    ),
    FieldSpec(
        "buys_due", "Family due next", "buying__due", kind="choice", choices=due_choices, cell=due_cell, group=GROUP,
        order=31, select=("buying",), is_score=True,
        help="The family of products, of those bought before, whose next purchase is expected first.",
    ),
    FieldSpec(
        "buys_due_on", "Family due on", "buying__due_on", kind="date", sort=True, group=GROUP, order=31,
        select=("buying",), is_score=True,
        help="The day by which it is bought again with an even chance, if the customer still buys it.",
    ),
    FieldSpec(
        "buys_expected", "Families expected", "buying__waits", kind="choice", choices=wait_choices, cell=expected_cell,
        value=expected_value, compare=awaited, condition=lambda end, value: awaited("in", value), group=GROUP, order=31,
        select=("buying",), is_score=True, stored="analytics.familyscore.expected",
        covers=("analytics.familyscore.waits",), shows=("buys_due", "buys_due_on"),
        help="The day of the next purchase of each family bought before, within so many days of the run.",
    ),
)  # fmt: skip
