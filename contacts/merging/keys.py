"""What becomes of the rows that name a contact when it is merged into another, as data.

Each app says it in its `merging.py`; the settings list them (`CRM_CONTACT_KEYS`). A test walks every foreign key to
contacts and fails where none of them names it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

ASIDE, STAYS, DERIVED = "aside", "stays", "derived"


@dataclass(frozen=True)
class ContactKey:
    """A field of a model that names a contact. Its rows are moved, all but those that would stand there twice.

    Twice is what a unique index says, or the SQL expressions `same` over the columns of the row. `twice` says what is
    done with these: `aside` takes them out of the table and keeps them whole with the merge, which brings them back;
    `stays` leaves them with the merged record (things that have happened: two letters went out). Rows that are
    `derived` are all taken aside: the next run makes them anew. `because`: none of the rows is moved, and why.

    `where` narrows the rows by columns. `yields` are flags that one row of a contact has (its main address), or one for
    each value of the columns `among`, and that moved rows give up; `stamps` are moments that become now. `other_end` is
    a second key of the same row: one that would name the same contact twice is taken aside. Of an `is_ordered` pair the
    lower key comes first, so both ends change. `told`: its rows are counted on the page, by the model's name
    or what they are `called` (one, several).
    """

    model: str
    field: str
    twice: str = STAYS
    because: str = ""
    where: Mapping[str, str] = dataclasses.field(default_factory=dict)
    yields: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    other_end: str = ""
    is_ordered: bool = False
    told: bool = True
    called: tuple[str, str] = ("", "")

    @property
    def of(self) -> type[Model]:
        return apps.get_model(self.model)

    @property
    def table(self) -> str:
        return str(self.of._meta.db_table)

    @property
    def column(self) -> str:
        return str(self._field(self.field).column)

    @property
    def other_column(self) -> str:
        return str(self._field(self.other_end).column)

    @property
    def key(self) -> str:
        """The column by which its rows are told apart."""
        return str(self.of._meta.pk.column)

    @property
    def names(self) -> tuple[str, str]:
        """`deal`, `deals`: as people call one and several of its rows."""
        meta = self.of._meta
        return self.called if self.called[0] else (str(meta.verbose_name), str(meta.verbose_name_plural))

    def _field(self, name: str) -> Any:
        return self.of._meta.get_field(name)


@dataclass(frozen=True)
class ContactKeys:
    """What an app brings. `refuses(kept, gone)` is a sentence where they must not be merged; `before` works while the
    rows still stand where they were, `after` when they have been moved (or moved back), for what is kept of them:
    each takes the ids of both, kept first; `undoing` works before they are moved back."""

    keys: tuple[ContactKey, ...]
    refuses: tuple[Callable[[int, int], str], ...] = ()
    before: tuple[Callable[[int, int], None], ...] = ()
    after: tuple[Callable[[int, int], None], ...] = ()
    undoing: tuple[Callable[[int, int], None], ...] = ()


@cache
def apps_with_keys() -> tuple[ContactKeys, ...]:
    """All of the house, lowest floor first."""
    return tuple(import_string(name) for name in settings.CRM_CONTACT_KEYS)


@cache
def contact_keys() -> tuple[ContactKey, ...]:
    return tuple(key for app in apps_with_keys() for key in app.keys)


def moved_keys() -> tuple[ContactKey, ...]:
    """Those whose rows a merge moves."""
    return tuple(key for key in contact_keys() if not key.because)
