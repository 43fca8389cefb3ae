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
from django.db.models import F, Func, Model, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from psycopg import sql

CALLED = "'{word}-' || {pk} || '-' || left(md5(extract(epoch FROM {made})::text), 8)"


@dataclass(frozen=True)
class OwnIds:
    """The ids of the records of one model (a label). `refresh` writes anew what these records are found by."""

    label: str
    refresh: Callable[[sql.Composable], None]

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
        return CALLED.format(word=self.word, pk=f"{alias}.id", made=f"{alias}.{self.made}")

    def told(self, path: str = "") -> Combinable:
        """For a file: the external id of the record at the end of `path` (`contact__`), else what it is called."""
        pk, made = F(f"{path}id"), F(f"{path}{self.made}")
        template = CALLED.replace("%", "%%").format(word=self.word, pk="%(pk)s", made="%(made)s")
        return Coalesce(f"{path}external_id", _Called(pk, made, template=template), output_field=TextField())


class _Called(Func):
    arity = 2
    output_field = TextField()

    def as_sql(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        pk, made = (compiler.compile(one) for one in self.get_source_expressions())
        statement = self.extra["template"] % {"pk": pk[0], "made": made[0]}
        return statement, (*pk[1], *made[1])
