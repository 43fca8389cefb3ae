"""Rows into the ledger of outgoing mail, many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import JSONField
from django.utils import timezone
from psycopg.types.json import Jsonb

from crm.database.copying import copying
from crm.models import OutgoingMail

BATCH, FEW = 500, 20
FIELDS = [field for field in OutgoingMail._meta.concrete_fields if not field.primary_key]
COPY = f"COPY {OutgoingMail._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)}) FROM STDIN"
VALUES = attrgetter(*(field.attname for field in FIELDS))
DOCUMENTS = [place for place, field in enumerate(FIELDS) if isinstance(field, JSONField)]


def write_rows(rows: Sequence[OutgoingMail]) -> dict[uuid.UUID, int]:
    """Write new rows but those whose `key` was used before; the primary keys of those written, by guid."""
    if len(rows) > FEW:
        rows = _without_used(rows)
        try:
            with transaction.atomic():
                _copy(rows)
        except IntegrityError:  # another wrote one of these keys meanwhile
            _insert(rows)
    else:
        _insert(rows)
    # guids are made with the rows: those found are new, the others had a key that was used before
    return dict(OutgoingMail.objects.filter(guid__in=[row.guid for row in rows]).values_list("guid", "pk"))


def _without_used(rows: Sequence[OutgoingMail]) -> list[OutgoingMail]:
    """The rows whose key nobody used, each key once."""
    keys = [row.key for row in rows if row.key]
    used = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
    kept = []
    for row in rows:
        if row.key in used:
            continue
        if row.key:
            used.add(row.key)
        kept.append(row)
    return kept


def _copy(rows: Sequence[OutgoingMail]) -> None:
    """By COPY: a fifth of the time that INSERT takes of us for mails of 5 KB."""
    now = timezone.now()
    with connection.cursor() as cursor, copying(cursor, COPY) as copy:
        for row in rows:
            row.created_at = now
            values: list[Any] = list(VALUES(row))
            for place in DOCUMENTS:
                values[place] = Jsonb(values[place])
            copy.write_row(values)


def _insert(rows: Sequence[OutgoingMail]) -> None:
    OutgoingMail.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
