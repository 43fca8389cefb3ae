"""The fields of initiatives for lists, filters, files and the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics.initiatives.choices import Measure, Span
from analytics.initiatives.figures import in_words
from analytics.initiatives.states import Standing, late, missed, over_budget, standings
from crm.catalogue import FieldSpec
from crm.company import company_today, current_company
from crm.models import User
from crm.templatetags.figures import whole_money
from crm.templatetags.pieces import bar, pill

STATES = (
    ("planned", "Planned"), ("running", "Running"), ("done", "Done"), ("late", "Late"), ("over_budget", "Over budget"),
    ("no_outcome", "Without the outcome at the target day"),
)  # fmt: skip
EMPTY = ("filled", "empty", "isnull")


def stand(records: Sequence[Any], user: User) -> None:
    """How a page of initiatives stands, read together, once for all columns."""
    if all(hasattr(record, "standing") for record in records):
        return
    for record, standing in zip(records, standings(records, user), strict=True):
        record.standing = standing


def _standing(record: Any) -> Standing:
    return cast(Standing, record.standing)


def _one(name: str) -> Q:
    today = company_today()
    return {
        "planned": Q(started_on=None),
        "running": Q(started_on__isnull=False, ended_on=None),
        "done": Q(ended_on__isnull=False),
        "late": late(today),
        "over_budget": over_budget(),
        "no_outcome": missed(today),
    }.get(name, Q(pk__in=[]))


def in_state(look_up: str, value: Any) -> Q:
    """Initiatives in one of these states; every one is in some."""
    if look_up in EMPTY:
        return Q(pk__isnull=look_up == "empty" or value is True)
    found = Q(pk__in=[])
    for one in value if isinstance(value, (list, tuple)) else [value]:
        found |= _one(str(one))
    return found


def _state_cell(record: Any) -> SafeString:
    return format_html_join(" ", "{}", ((pill(*one),) for one in _standing(record).pills))


def _state_words(record: Any) -> str:
    return ", ".join(word for word, _ in _standing(record).pills)


def _budget_cell(record: Any) -> SafeString:
    found, currency = _standing(record), current_company().currency
    words = f"{whole_money(record.booked_amount, currency)} of {whole_money(record.budget_amount, currency)}"
    if found.spent is None:
        return format_html("{}", words)
    return bar(min(found.spent, 1.0), "bad" if record.is_over_budget else "accent", words=words)


def _figure_cell(record: Any) -> SafeString:
    found = _standing(record)
    if not found.shows_figure:
        return SafeString("")
    note = ", ".join(part for part in (found.bounds(found.shown), found.cases(found.shown)) if part)
    name = record.get_measure_display()
    return format_html('{} {}<br><span class="ink-3">{}</span>', name, found.words(found.shown), note)


def _value(record: Any) -> float | None:
    found = _standing(record)
    return found.shown.value if found.shows_figure and found.shown else None


def _baseline(record: Any) -> float | None:
    found = _standing(record)
    return found.baseline.value if found.shows_figure and found.baseline else None


def _end(name: str) -> Any:
    def read(record: Any) -> float | None:
        found = _standing(record)
        value: float | None = getattr(found.shown, name) if found.shows_figure and found.shown else None
        return value

    return read


def _result(record: Any) -> str:
    found = _standing(record)
    return found.result[0] if found.shows_figure else ""


def _result_cell(record: Any) -> SafeString:
    found = _standing(record)
    return pill(*found.result) if found.shows_figure else SafeString("")


INITIATIVE_FIELDS = (
    FieldSpec("name", "Initiative", "name", sort=True, default=True, order=10, always=True),
    FieldSpec("state", "State", "id", kind="choice", choices=lambda: STATES, default=True, order=20, always=True,
        along=stand, cell=_state_cell, value=_state_words, condition=lambda end, value: in_state("in", value),
        compare=in_state),
    FieldSpec("time", "Time", "id", filter=False, default=True, order=30, along=stand,
        value=lambda record: _standing(record).time, shows=("ends_on",)),
    FieldSpec("budget_amount", "Budget", "budget_amount", kind="number", sort=True, order=40),
    FieldSpec("booked_amount", "Booked of the budget", "booked_amount", kind="number", sort=True, default=True,
        order=41, along=stand, cell=_budget_cell, shows=("budget_amount",)),
    FieldSpec("measure", "Figure", "measure", kind="choice", choices=lambda: Measure.choices, order=50),
    FieldSpec("span", "By", "span", kind="choice", choices=lambda: Span.choices, order=51),
    FieldSpec("segment", "Of the segment", "segment", order=52),
    FieldSpec("baseline", "Before the start", "id", kind="number", filter=False, order=53, along=stand,
        value=_baseline, stored="analytics.initiative.baseline"),
    FieldSpec("value", "Figure now", "id", kind="number", filter=False, default=True, order=54,
        along=stand, cell=_figure_cell, value=_value, stored="analytics.initiative.outcome"),
    FieldSpec("value_low", "From (95 %)", "id", kind="number", filter=False, order=55, along=stand, value=_end("low"),
        stored="analytics.initiative.outcome"),
    FieldSpec("value_high", "To (95 %)", "id", kind="number", filter=False, order=56, along=stand, value=_end("high"),
        stored="analytics.initiative.outcome"),
    FieldSpec("cases", "Cases behind it", "id", kind="number", filter=False, order=57, along=stand, value=_end("n"),
        stored="analytics.initiative.outcome"),
    FieldSpec("target_value", "Target", "target_value", kind="number", default=True, order=58,
        cell=lambda record: in_words(record.measure, record.target_value)),
    FieldSpec("target_on", "Target day", "target_on", kind="date", sort=True, order=59),
    FieldSpec("result", "Outcome", "id", filter=False, default=True, order=60, along=stand, cell=_result_cell,
        value=_result, stored="analytics.initiative.verdict"),
    FieldSpec("starts_on", "Planned start", "starts_on", kind="date", sort=True, order=70),
    FieldSpec("started_on", "Started", "started_on", kind="date", sort=True, order=71),
    FieldSpec("ends_on", "Planned end", "ends_on", kind="date", sort=True, order=72),
    FieldSpec("ended_on", "Ended", "ended_on", kind="date", sort=True, order=73),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), order=80),
    FieldSpec("created_at", "Made", "created_at", kind="date", order=81),
)  # fmt: skip
