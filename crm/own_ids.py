"""What a record without an external id is called in a file, so that the file can come in again.

`contact-123-1f0c9a3e`: what it is, its number here, and eight signs of the moment at which it was made. A file of
another house cannot mean our record by it, though the numbers are the same there;
what nobody here has is an id like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db.models import Func, Model, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from psycopg import sql

SIGNS = "left(md5(extract(epoch FROM %s)::text), 8)"


@dataclass(frozen=True)
class OwnIds:
    """The ids of the records of one model (a label). `refresh` writes anew what these records are found by; `erased` is
    the SQL condition of rows `{t}` that are left of erased people."""

    label: str
    refresh: Callable[[sql.Composable], None]
    erased: str = "false"

    @cached_property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    @cached_property
    def word(self) -> str:
        return str(self.model._meta.model_name)

    @cached_property
    def made(self) -> str:
        """The column of the moment at which a record was made here; nobody changes it."""
        return "added_at" if any(one.name == "added_at" for one in self.model._meta.fields) else "created_at"

    @property
    def pattern(self) -> str:
        """What such an id looks like; its number in brackets."""
        return f"^{self.word}-([0-9]{{1,18}})-[0-9a-f]{{8}}$"

    def called(self, alias: str) -> str:
        """SQL: what a record of the table `alias` is called."""
        return f"'{self.word}-' || {alias}.id || '-' || " + SIGNS % f"{alias}.{self.made}"

    def named(self, alias: str) -> str:
        """SQL: what a file can name by such an id; what is left of an erased person is nobody any more."""
        return f"NOT ({self.erased.format(t=alias)})"

    def told(self, path: str = "") -> Combinable:
        """For a file: the external id of the record at the end of `path` (`contact__`), else what it is called."""
        signs = Func(f"{path}{self.made}", template=SIGNS % "%(expressions)s", output_field=TextField())
        parts = Value(f"{self.word}-"), Cast(f"{path}id", TextField()), Value("-"), signs
        called = Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())
        return Coalesce(f"{path}external_id", called, output_field=TextField())
