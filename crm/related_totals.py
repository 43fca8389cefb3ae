"""A kind of field: a figure of other rows that hang on a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Total:
    """A figure of the rows of another model that hang on a record by `through`, for filter trees only: `measure` is
    count, sum (of `amount`), first or last (of the day at `day`); `only` are look-ups that the rows have to meet.
    """

    model: str
    through: str
    measure: str
    day: str
    amount: str = ""
    only: tuple[tuple[str, Any], ...] = ()
