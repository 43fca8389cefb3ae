"""Which contacts a file held, written down with the row of the log that says who took it out: a bit for each, so that a
list of a million is some hundred KB, and whether one contact was in it is one lookup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction

from crm.models import ExportedContacts

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import LogEntry

CONTACT = "contacts.contact"
BITS = 16
"""A block is so many ids as this power of two."""
IN_BLOCK = (1 << BITS) - 1
_FOLLOWED: ContextVar[Taken | None] = ContextVar("followed", default=None)
WITH_ANY_SQL = """
SELECT DISTINCT x.entry_id FROM crm_exportedcontacts AS x JOIN unnest(%(ids)s::bigint[]) AS i (id)
ON x.block = i.id >> %(bits)s
WHERE CASE WHEN octet_length(x.bits) * 8 > i.id & %(in_block)s THEN get_bit(x.bits, i.id & %(in_block)s) = 1 END
"""


def contact_paths(model: type[Model]) -> tuple[str, ...]:
    """The paths from a row to the ids of the contacts that it is or names: what the model says itself
    (`names_contacts`), else its keys of contacts; none where it names nobody."""
    said: tuple[str, ...] | None = getattr(model, "names_contacts", None)
    if said is not None:
        return said
    contact: Any = apps.get_model(CONTACT)
    return tuple(field.attname for field in model._meta.concrete_fields if field.related_model is contact)


def naming_models() -> list[str]:
    """The labels of the models whose rows are or name contacts."""
    return [model._meta.label_lower for model in apps.get_models() if contact_paths(model)]


class Taken:
    """The contacts of the rows that have passed."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytearray] = {}

    def add(self, key: int | None) -> None:
        if key is None:
            return
        block = self.blocks.get(key >> BITS)
        if block is None:
            block = self.blocks[key >> BITS] = bytearray(1 << (BITS - 3))
        place = key & IN_BLOCK
        block[place >> 3] |= 1 << (place & 7)

    def passing(self, rows: Iterable[Sequence[Any]], count: int = 1) -> Iterator[Sequence[Any]]:
        """The rows without their last cells, which are the ids of so many contacts: noted as each row leaves."""
        add = self.add
        for row in rows:
            for key in row[-count:]:
                add(key)
            yield row[:-count]

    def followed(self, pieces: Iterable[str | bytes], entry: LogEntry) -> Iterator[str | bytes]:
        """The pieces of a file; of whom the rows are that left, also to a reader who hung up, is kept with the log."""
        try:
            yield from pieces
        finally:
            self.keep(entry)

    @transaction.atomic
    def keep(self, entry: LogEntry | int) -> None:
        """Write down who left; a file without anybody says so by an empty block."""
        key = entry if isinstance(entry, int) else entry.pk
        blocks = self.blocks or {0: bytearray()}
        rows = [ExportedContacts(entry_id=key, block=at, bits=bytes(one).rstrip(b"\0")) for at, one in blocks.items()]
        ExportedContacts.objects.bulk_create(rows)


def exports_with(ids: Sequence[int]) -> list[int]:
    """The rows of the log whose files held any of these contacts."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_ANY_SQL, {"ids": list(ids), "bits": BITS, "in_block": IN_BLOCK})
        return [key for (key,) in cursor.fetchall()]


@contextmanager
def following() -> Iterator[Taken]:
    """Inside, of whom the rows are that `stream_rows` gives is noted: its callers name columns, not contacts."""
    taken = Taken()
    token = _FOLLOWED.set(taken)
    try:
        yield taken
    finally:
        _FOLLOWED.reset(token)


def followed_by() -> Taken | None:
    """What notes the rows that stream now."""
    return _FOLLOWED.get()
