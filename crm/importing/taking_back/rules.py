"""What the apps say of their tables when an import is taken back; the settings list them (`CRM_TAKING_BACK`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from psycopg import sql

Mend = Callable[[sql.Composable], None]


@dataclass(frozen=True)
class TakingBack:
    """What an app brings; models are named by their labels.

    Rows of `house` models stay, though an import made them: people, stages, custom fields are how the house is set up.
    `derived` rows hang on a record and are reckoned from others (a score, a membership of a segment): they go with it
    and stand in nobody's way. `mends` bring the columns up to date that the row history leaves out, for the ids of the
    model that a query selects. `before` works while the records stand as the import left them: it takes the tables
    `taken_back_rows` (what changes) and `taken_back_made` (what goes) of `ledger`; `after` when all is done.
    """

    house: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    mends: Mapping[str, tuple[Mend, ...]] = field(default_factory=dict)
    before: tuple[Callable[[], None], ...] = ()
    after: tuple[Callable[[], None], ...] = ()


@cache
def apps_rules() -> tuple[TakingBack, ...]:
    """All of the house, lowest floor first."""
    return tuple(import_string(name) for name in settings.CRM_TAKING_BACK)


@cache
def house_models() -> frozenset[str]:
    return frozenset(label for rules in apps_rules() for label in rules.house)


@cache
def derived_models() -> frozenset[str]:
    return frozenset(label for rules in apps_rules() for label in rules.derived)


def mends_of(label: str) -> list[Mend]:
    return [mend for rules in apps_rules() for mend in rules.mends.get(label, ())]
