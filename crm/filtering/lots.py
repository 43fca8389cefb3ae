"""Records drawn by lot, the same each time: an estimate out of some thousands where asking each takes too long."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField, QuerySet

LOWEST, SPAN = -(2**31), 2**32
# so many a page asks one by one; of more it asks some by lot
MOST_ASKED = 20_000


class Lot(Func):
    """`hashint8(id)`: a whole number of 32 bits, evenly spread. A model with an index on it is drawn from at once."""

    function = "hashint8"
    output_field = IntegerField()


def drawn_by_lot(rows: QuerySet[Any], step: int) -> QuerySet[Any]:
    """One of `step` rows: those with the lowest lots."""
    return rows.alias(lot=Lot("pk")).filter(lot__lt=LOWEST + SPAN // step) if step > 1 else rows
