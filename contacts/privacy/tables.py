"""Where data of persons are, as data: one list that gives a person's file, and that an erasure works through.

Each app says it in its `privacy.py`; the settings list them (`CRM_PERSONAL_DATA`). A test walks every table of ours and
fails where a table with words, or with a key to contacts, is in none of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BinaryField,
    CharField,
    Field,
    GeneratedField,
    GenericIPAddressField,
    JSONField,
    Model,
    Q,
    QuerySet,
    TextField,
)
from django.utils.module_loading import import_string

from contacts.privacy.retention.kinds import AgedKind, KeptBack

ERASED = "Erased"
# words of the product, not of a person
KEPT_EVERYWHERE = frozenset({"currency", "language", "time_zone"})
# how the product finds and compares, beside what it says in other fields
TECHNICAL = frozenset(
    {"search_text", "sort_name", "normalised", "folded", "email_key", "phone_key", "version", "fingerprint", "sha256"}
)


@dataclass(frozen=True)
class Person:
    """Whom it is about: the contact and those that were merged into it (`ids`), the e-mail addresses that are theirs
    alone in any spelling that stands here, and what they are called: names and numbers of theirs alone. Of somebody who
    is no contact, `records` says by label which rows are theirs (`leads.lead`). `external_ids` are what other programs
    know them by, however short: looked for in columns of such ids alone."""

    ids: tuple[int, ...]
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    records: tuple[tuple[str, int], ...] = ()
    external_ids: tuple[str, ...] = ()

    @property
    def pk(self) -> int:
        """Of the contact that goes on."""
        return self.ids[0]

    def keys_of(self, label: str) -> list[int]:
        return [key for of, key in self.records if of == label]

    def on(self, model: str, key: str) -> Q:
        """What hangs on the records: rows in which the fields `model` and `key` name one of them."""
        whose = Q(pk__in=())
        for label, pk in self.records:
            whose |= Q(**{model: label, key: pk})
        return whose


def everybody(persons: Sequence[Person]) -> Person:
    """Several people as one, whose rows are all of theirs."""
    ids, addresses, names, records, external = (
        tuple(dict.fromkeys(word for one in persons for word in getattr(one, group)))
        for group in ("ids", "addresses", "names", "records", "external_ids")
    )
    return Person(ids, addresses, names, records, external)


@dataclass(frozen=True)
class PersonalTable:
    """A table with rows about persons.

    A row is a person's where one of `paths` leads to the contact, one of `addresses` is an e-mail address of theirs, or
    `further` says so. An erasure deletes the rows that are to be `gone`. Of all others it empties every field of
    words, whatever it is called, but for those that have choices, keys, and what is named in `keeps`; `words` is what
    must stand in place of a text that cannot be empty, and `empties` are further fields to be emptied (a birthday, a
    key). `unseen`: technical fields that are not in the person's file; `title` heads the rows there.
    """

    model: str
    paths: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    further: Callable[[Person], Q] | None = None
    gone: bool = False
    keeps: tuple[str, ...] = ()
    words: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    empties: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    title: str = ""

    @property
    def of(self) -> type[Model]:
        return apps.get_model(self.model)

    @property
    def heading(self) -> str:
        return self.title or str(self.of._meta.verbose_name_plural).capitalize()

    def rows(self, person: Person) -> QuerySet[Any]:
        """The person's rows, whoever asks: the right to a person's data is asked before."""
        whose = Q(pk__in=())
        for path in self.paths:
            whose |= Q(**{f"{path}__in": person.ids})
        for name in self.addresses if person.addresses else ():
            whose |= Q(**{f"{name}__in": person.addresses})
        if self.further is not None:
            whose |= self.further(person)
        found: QuerySet[Any] = self.of._base_manager.filter(whose).order_by("pk")
        return found.distinct() if any("__" in path for path in self.paths) else found

    def blanks(self) -> dict[str, Any]:
        """What an erasure writes into the rows that it leaves, by the name of the field."""
        found = {}
        for field in self.of._meta.concrete_fields:
            if field.name in self.words:
                found[field.name] = self.words[field.name]
            elif field.name in self.empties:
                found[field.name] = None
            elif is_wordy(field) and field.name not in self.keeps and field.name not in KEPT_EVERYWHERE:
                found[field.name] = _nothing_of(field)
        return found

    def unfinished(self) -> Q:
        """The condition on rows that an erasure has yet to delete or to empty."""
        if self.gone:
            return Q()
        found = Q(pk__in=())
        for name, value in self.blanks().items():
            done = [value, ERASED] if isinstance(value, str) else [value]
            found |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{f"{name}__in": done})
        return found

    def columns(self) -> list[str]:
        """The columns that hold something of a person: an erasure takes them out of what rows were before."""
        return [str(field.column) for field in self.of._meta.concrete_fields if field.name in self.blanks()]

    def shown_fields(self) -> list[Any]:
        """The fields of a row in the person's file."""
        hidden = {*TECHNICAL, *self.unseen}
        fields = self.of._meta.concrete_fields
        return [one for one in fields if one.name not in hidden and not isinstance(one, GeneratedField | BinaryField)]


@dataclass(frozen=True)
class Swept:
    """A table in which a person may be named in rows that are not theirs (the log, a note on a colleague's deal): an
    erasure puts `***` in place of their names, addresses and numbers in these columns of every row."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class PersonalData:
    """What an app brings. `without` are the tables that hold nothing of customers, by the sentence that says why;
    `stands(person)` gives sentences about what should be ended before an erasure; `refused(person)` gives e-mail
    addresses whose owner said no: their hashes are kept; `mails(person)` gives all that the app has of theirs.
    `calls_back(person)` sees to it, in the erasure, that what waits to be sent to them is not sent. `forgets(person)`
    is asked before anything is changed and gives what takes them out of what was reckoned of everybody, done when their
    rows are empty. Both are asked of several people as of one (`everybody`). `ages` are kinds of data whose time can be
    over, `keeping` says which contacts no retention rule erases (`contacts.privacy.retention`).
    """

    tables: tuple[PersonalTable, ...] = ()
    without: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    swept: tuple[Swept, ...] = ()
    stands: tuple[Callable[[Person], list[str]], ...] = ()
    refused: tuple[Callable[[Person], Iterable[str]], ...] = ()
    mails: tuple[Callable[[Person], Iterable[str]], ...] = ()
    calls_back: tuple[Callable[[Person], None], ...] = ()
    forgets: tuple[Callable[[Person], Callable[[], None]], ...] = ()
    ages: tuple[AgedKind, ...] = ()
    keeping: tuple[KeptBack, ...] = ()


def is_wordy(field: Field[Any, Any]) -> bool:
    """Whether a field can hold what somebody wrote: text, JSON or bytes, and no list of choices."""
    if isinstance(field, GeneratedField) or field.primary_key or field.choices:
        return False
    if isinstance(field, ArrayField):
        return is_wordy(field.base_field)
    return isinstance(field, CharField | TextField | JSONField | BinaryField | GenericIPAddressField)


@cache
def apps_with_personal_data() -> tuple[PersonalData, ...]:
    """All of the house, lowest floor first."""
    return tuple(import_string(name) for name in settings.CRM_PERSONAL_DATA)


@cache
def personal_tables() -> tuple[PersonalTable, ...]:
    return tuple(table for app in apps_with_personal_data() for table in app.tables)


def _nothing_of(field: Any) -> Any:
    if field.null:
        return None
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, JSONField):
        return field.get_default() if field.has_default() else {}
    if isinstance(field, BinaryField):
        return b""
    return "" if field.blank or isinstance(field, TextField) else ERASED[: field.max_length]
