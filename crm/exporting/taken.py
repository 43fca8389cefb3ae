"""Which contacts a file held, written down with the row of the log that says who took it out: a bit for each, so that a
list of a million is some hundred KB, and whether one contact was in it is one lookup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm.models import ExportedContacts

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import LogEntry

CONTACT = "contacts.contact"
BITS = 16
"""A block is so many ids as this power of two."""
IN_BLOCK = (1 << BITS) - 1
WITH_ANY_SQL = """
SELECT DISTINCT x.entry_id FROM crm_exportedcontacts AS x JOIN unnest(%(ids)s::bigint[]) AS i (id)
ON x.block = i.id >> %(bits)s
WHERE CASE WHEN octet_length(x.bits) * 8 > i.id & %(in_block)s THEN get_bit(x.bits, i.id & %(in_block)s) = 1 END
"""


def contact_path(model: type[Model]) -> str:
    """The path from a row to the id of the contact that it is, or that it is of; empty where it names none."""
    if model._meta.label_lower == CONTACT:
        return "pk"
    return next((name for field in model._meta.concrete_fields if (name := field.attname) == "contact_id"), "")


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

    def passing(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows without their last cell, which is the contact's id: it is noted as each row leaves."""
        add = self.add
        for row in rows:
            add(row[-1])
            yield row[:-1]

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
