"""What an app above adds to a conversion, named in the settings (`CRM_CONVERSION_STEP`), such as the deal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class ConversionStep:
    """A part of the conversion's form and what is done with it.

    `form(data=, user=, lead=)` is a bound or fresh form, its fields prefixed; `make(actor=, lead=, contact=,
    organization=, form=)` gives the record that it made, or None where none is wanted; `undo(actor=, record=)` takes
    it back, and may refuse by a ValidationError.
    """

    title: str
    model: str
    form: Callable[..., Any]
    make: Callable[..., Any]
    undo: Callable[..., None]


def conversion_step() -> ConversionStep | None:
    """The step that the house has; None where no app adds one."""
    name: str = getattr(settings, "CRM_CONVERSION_STEP", "")
    step: ConversionStep | None = import_string(name) if name else None
    return step
