"""Which custom fields a model has. Read once a request of a signed-in person, each time elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist
from django.db.models.functions import JSONObject

from crm.choices import FieldType
from crm.languages.words import Typed
from crm.models.custom_fields import KEY_LENGTH, CustomField

ALL = "*"  # in the memory of a request: all models have been read
_of_this_request: ContextVar[dict[str, tuple[Definition, ...]] | None] = ContextVar("custom_fields", default=None)


@dataclass(frozen=True)
class Definition:
    """A custom field as plain data; `pk` None is one that is not stored yet. `default` is of its type or None."""

    key: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_unique: bool = False
    default: Any = None
    help: str = ""
    is_late: bool = False
    position: int = 100
    pk: int | None = None

    @property
    def name(self) -> str:
        """Its name among the fields of a list, a form or a file, apart from all shipped names."""
        return f"custom_{self.key}"


def definitions_of(label: str) -> tuple[Definition, ...]:
    """The custom fields of a model (`contacts.contact`), in their order; none for a model that cannot have any."""
    if not takes_custom_fields(label):
        return ()
    memory = _of_this_request.get()
    if memory is None:
        return read_definitions(label)
    if label not in memory:
        memory[label] = () if ALL in memory else read_definitions(label)
    return memory[label]


def read_definitions(label: str) -> tuple[Definition, ...]:
    """The definitions as they stand in the database now."""
    return tuple(definition_of(row) for row in CustomField.objects.filter(model=label))


def definition_of(row: CustomField) -> Definition:
    default = tuple(row.default) if isinstance(row.default, list) else row.default
    return Definition(
        row.key,
        Typed(row.label),
        row.type,
        tuple(row.choices),
        row.is_required,
        row.is_unique,
        default,
        Typed(row.help),
        row.is_late,
        row.position,
        row.pk,
    )


ROWS_AS_JSON = ArraySubquery(
    CustomField.objects.values(
        row=JSONObject(**{field.name: field.name for field in CustomField._meta.fields if field.name != "created_at"})
    )
)
"""All definitions beside another row: a page then reads them together with the company, at no further query."""


@contextmanager
def definitions_at_hand(rows: Iterable[Mapping[str, Any]] | None = None) -> Iterator[None]:
    """Keep the definitions for everything inside: those of `rows` (`ROWS_AS_JSON`), or read when asked."""
    memory: dict[str, tuple[Definition, ...]] = {}
    if rows is not None:
        found = [CustomField(**row) for row in rows]
        memory[ALL] = ()
        for row in found:
            memory[row.model] = (*memory.get(row.model, ()), definition_of(row))
    token = _of_this_request.set(memory)
    try:
        yield
    finally:
        _of_this_request.reset(token)


def forget_definitions() -> None:
    """After a change of them in this request."""
    memory = _of_this_request.get()
    if memory is not None:
        memory.clear()


@cache
def takes_custom_fields(label: str) -> bool:
    """Whether records of this model have the column `custom`."""
    try:
        apps.get_model(label)._meta.get_field("custom")
    except (LookupError, FieldDoesNotExist):
        return False
    return True


def key_of(text: str) -> str:
    """The key of a column: lower case, all but letters and digits to `_`."""
    key = "".join(sign if sign.isalnum() else "_" for sign in text.strip().lower())
    return key[:KEY_LENGTH] or "field"


def free_key(text: str, taken: Iterable[str]) -> str:
    """The key of a column beside others: a second one that would be the same gets a number."""
    key, known, number = key_of(text), set(taken), 2
    found = key
    while found in known:
        found = f"{key[: KEY_LENGTH - 4]}_{number}"
        number += 1
    return found


def type_named(text: str) -> FieldType | None:
    """The type of a name as people write it: `number`, `yes/no`, `multi-choice`."""
    return NAMES.get(re.sub(r"[\s_/-]+", "", text.strip().casefold()))


NAMES = {
    **{re.sub(r"_", "", kind.value): kind for kind in FieldType},
    "boolean": FieldType.FLAG,
    "flag": FieldType.FLAG,
    "link": FieldType.CONTACT,
    "linktocontact": FieldType.CONTACT,
    "integer": FieldType.NUMBER,
    "decimal": FieldType.NUMBER,
}
