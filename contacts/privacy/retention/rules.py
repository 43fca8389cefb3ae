"""The retention rules: each kind of data with how long it is kept, and what is too old by that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from contacts.choices import Act
from contacts.models import RetentionRule
from contacts.privacy.retention.holds import held_contacts
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Times
from contacts.privacy.tables import PersonalTable, apps_with_personal_data, personal_tables

HELD = "a hold on their data"
ORDER = (Act.ERASE, Act.EMPTY, Act.DELETE)
FIRST = 10
# by what a row is known in another program: an import that brings it again finds it
KNOWN_BY = ("external_id", "import_key")
ORDER_YEARS = 10


@dataclass(frozen=True)
class Rule:
    """A kind with what the house says of it."""

    kind: AgedKind
    months: int
    order_years: int = ORDER_YEARS
    is_on: bool = False
    row: RetentionRule | None = None

    @property
    def act(self) -> str:
        return str(Act(self.kind.act).label)

    def times(self, now: dt.datetime | None = None) -> Times:
        now = now or timezone.now()
        return Times(now - relativedelta(months=self.months), now - relativedelta(years=self.order_years))


@dataclass(frozen=True)
class Outlook:
    """What a rule would do now: how many rows go, keys of the first contacts among them, and why others stay."""

    would: int
    first: list[int]
    held: list[tuple[str, int]]


@cache
def kinds() -> dict[str, AgedKind]:
    """Every kind of the house by its key: first those that erase people, lowest floor first."""
    found = [one for app in apps_with_personal_data() for one in app.ages]
    return {one.key: one for one in sorted(found, key=lambda one: ORDER.index(Act(one.act)))}


def keeping() -> list[KeptBack]:
    return [one for app in apps_with_personal_data() for one in app.keeping]


def rules() -> list[Rule]:
    rows = {one.kind: one for one in RetentionRule.objects.all()}
    return [rule_of(kind, rows.get(key)) for key, kind in kinds().items()]


def stands(rule: Rule) -> bool:
    """Whether the house still says so: who switches a rule off, or gives it other times, means from now on."""
    rows = RetentionRule.objects.filter(kind=rule.kind.key, is_on=True)
    return rows.filter(months=rule.months, order_years=rule.order_years).exists()


def rule_of(kind: AgedKind, row: RetentionRule | None) -> Rule:
    if row is None:
        return Rule(kind, kind.months)
    return Rule(kind, row.months, row.order_years, row.is_on, row)


def tables_of(kind: AgedKind) -> list[tuple[PersonalTable, str]]:
    """The tables that a rule changes, the row's own first, each with the path from it to the row."""
    own = narrowed(kind.model, kind.words, gone=kind.act == Act.DELETE)
    return [(own, "pk"), *((narrowed(part.model, part.words), part.path) for part in kind.parts)]


def narrowed(label: str, words: tuple[str, ...], *, gone: bool | None = None) -> PersonalTable:
    """A table of the catalogue that empties these fields alone; without any, all but what a row is known by."""
    table = next(one for one in personal_tables() if one.model == label)
    if gone is not None:
        table = replace(table, gone=gone)
    names = {one.name for one in table.of._meta.concrete_fields}
    stays = names - set(words) if words else set(KNOWN_BY)
    return replace(
        table,
        keeps=(*table.keeps, *sorted(stays)),
        words={name: value for name, value in table.words.items() if name not in stays},
        empties=tuple(name for name in table.empties if name not in stays),
    )


def overdue(rule: Rule, times: Times) -> QuerySet[Any]:
    """The rows whose time is over and that still have something to lose, held or not."""
    kind = rule.kind
    rows = kind.old(times.before)
    if kind.act == Act.EMPTY:
        table, _ = tables_of(kind)[0]
        rows = rows.exclude(**table.blanks())
    return rows


def reasons(rule: Rule, times: Times) -> list[tuple[str, Exists]]:
    """Why rows stay although their time is over: the words, and the condition."""
    kind = rule.kind
    found = [(HELD, Exists(held_contacts().filter(pk=OuterRef(kind.contact))))] if kind.contact else []
    found += [(words, condition()) for words, condition in kind.held]
    if kind.is_of_contacts:
        found += [(one.title, one.keeps(kind.contact, times)) for one in keeping()]
    return found


def free(rule: Rule, times: Times) -> QuerySet[Any]:
    """The rows that go."""
    rows = overdue(rule, times)
    for _, condition in reasons(rule, times):
        rows = rows.exclude(condition)
    return rows


def look(rule: Rule) -> Outlook:
    """What a rule would do now. Rows that are kept for several reasons count at each of them."""
    times, kind = rule.times(), rule.kind
    rows, going = overdue(rule, times), free(rule, times)
    held = [(words, rows.filter(condition).count()) for words, condition in reasons(rule, times)]
    first: list[int] = []
    if kind.contact:
        keys = going.exclude(**{kind.contact: None}).order_by("pk").values_list(kind.contact, flat=True)
        first = list(dict.fromkeys(keys[: FIRST * 20]))[:FIRST]
    return Outlook(going.count(), first, [(words, count) for words, count in held if count])
