"""Comparing texts without regard to case and accents, by the database's own `crm_fold`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Transform, Value

SHORTEST_PIECE = 3


class Fold(Transform):
    """`crm_fold(value)`: lower case, accents off. As a look-up: `name__fold__contains`."""

    lookup_name = "fold"
    function = "crm_fold"
    output_field = models.TextField()


models.CharField.register_lookup(Fold)
models.TextField.register_lookup(Fold)


def folded(text: str) -> Func:
    """A typed text, folded by the database; Django escapes `%` and `_` in it."""
    return Fold(Value(text, output_field=models.TextField()))


def contains(path: str, text: str, held_in: str = "") -> Q:
    """Whether the text at `path` holds `text`, case and accents aside. `held_in`: see `held`."""
    return Q(**{f"{path}__fold__contains": folded(text)}) & held(held_in, text)


def held(held_in: str, text: str) -> Q:
    """What is true besides of every value that holds `text`, and that an index of three-letter pieces can answer:
    the folded text at `held_in`, of which the value is a part, holds it too."""
    long_enough = held_in and len(text) >= SHORTEST_PIECE
    return Q(**{f"{held_in}__contains": folded(text)}) if long_enough else Q()


def fold_of(path: str) -> Func:
    return Fold(F(path))
