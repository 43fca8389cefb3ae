"""One module a kind of computation; what all of them have in common is here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class AnalysisError(Exception):
    """The analysis cannot be run as asked; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class StepResult:
    """What a step found: rows written, what it ran with, its figures (JSON), and the first and last day of its data."""

    rows: int
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    data_from: dt.date | None = None
    data_to: dt.date | None = None


def no_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a step that takes none."""
    return {}


def whole_number(text: Any, *, name: str, least: int = 1, most: int = 36_500) -> int | None:
    """A parameter that is a whole number; empty means that it is not set. Raises AnalysisError with a sentence."""
    if text is None or str(text).strip() == "":
        return None
    try:
        value = int(str(text).strip())
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise AnalysisError(f"{name} must be a whole number from {least:,} to {most:,}, not “{str(text)[:40]}”.")
    return value
