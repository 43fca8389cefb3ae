"""What an app says about a kind of rows that can be imported: its fields and the SQL that merges them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.apps import apps

from crm.field_rights import read_only_fields
from crm.importing.dialects import fold_name
from crm.importing.values import Limits, ValueType

if TYPE_CHECKING:
    from crm.customfields.definitions import Definition
    from crm.importing.matching import RowDiff
    from crm.importing.merging import Merge
    from crm.models import User

POSTGRES_TYPES = {
    ValueType.TEXT: "text",
    ValueType.INTEGER: "integer",
    ValueType.DATE: "date",
    ValueType.DATETIME: "timestamptz",
    ValueType.BOOLEAN: "boolean",
    ValueType.EMAIL: "text",
    ValueType.PHONE: "text",
    ValueType.COUNTRY: "text",
    ValueType.TAGS: "text[]",
    ValueType.CHOICE: "text",
    ValueType.CURRENCY: "text",
}


NO_LIMITS = Limits()
EXTERNAL_ID = "external_id"


@dataclass(frozen=True)
class MatchWay:
    """A way to tell that a row is a record that is there already, and the fields that each row needs for it."""

    name: str
    label: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class ImportField:
    """A field that a column can feed. `synonyms` are folded column names that the wizard offers it for.

    `custom` is the definition of a custom field, which is staged as JSON. `whole_file` is what the wizard asks where
    one value holds for every row, and `offered` gives the values that a person may choose there.
    """

    name: str
    label: str
    type: ValueType = ValueType.TEXT
    required: bool = False
    limits: Limits = NO_LIMITS
    synonyms: tuple[str, ...] = ()
    help: str = ""
    custom: Definition | None = None
    whole_file: str = ""
    offered: Callable[[User | None], Sequence[str]] | None = None

    @property
    def postgres_type(self) -> str:
        """The type of its column in the staging table."""
        if self.custom:
            return "jsonb"
        if self.type is ValueType.DECIMAL:
            return f"numeric({self.limits.max_digits},{self.limits.decimal_places})"
        return POSTGRES_TYPES[self.type]


@dataclass(frozen=True)
class ImportKind:
    """A kind of rows. `merge` brings the staged rows into the tables by set-based SQL; `row` says what a row is.

    `model` (a label) is what a person needs the right to import; `list_url` names the page of the records;
    `final` is a sentence why such an import cannot be taken back, where it cannot;
    `tables` are those that the merge joins with; `stored` names the models besides whose fields the rows write.
    Custom fields of the file are those of `custom_model` (empty: of `model`). `matches` are the ways of telling that a
    row is a record that is there, and `diffs(merge, count)` what a dry run would make of the first rows.
    """

    name: str
    label: str
    row: str
    model: str
    fields: tuple[ImportField, ...]
    merge: Callable[[Merge], None]
    list_url: str = ""
    tables: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    custom_model: str = ""
    final: str = ""
    matches: tuple[MatchWay, ...] = ()
    diffs: Callable[[Merge, int], list[RowDiff]] | None = None

    @property
    def custom_label(self) -> str:
        """The model whose custom fields the rows can have."""
        return self.custom_model or self.model

    def closed_to(self, user: User | None) -> frozenset[str]:
        """Names of the fields that this person may not write."""
        fixed = [read_only_fields(user, apps.get_model(label)) for label in (self.model, *self.stored)]
        return frozenset().union(*fixed) & frozenset(self.by_name)

    @cached_property
    def by_name(self) -> dict[str, ImportField]:
        return {spec.name: spec for spec in self.fields}

    @cached_property
    def known_names(self) -> dict[str, str]:
        """Folded column names, own names before synonyms, onto field names."""
        own = {fold_name(spec.name): spec.name for spec in self.fields}
        synonyms = {fold_name(synonym): spec.name for spec in self.fields for synonym in (*spec.synonyms, spec.label)}
        return {**synonyms, **own}
