"""Names that are given once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from crm.languages.refusing import refused
from crm.languages.words import translated


def refuse_taken_name(model: type[models.Model], name: str, but: models.Model | None = None) -> None:
    """Raises ValidationError where another record than `but` has the name, in whatever case."""
    rows: Any = model._default_manager.filter(name__iexact=name.strip())
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        noun = model._meta.verbose_name
        raise ValidationError(
            {"name": refused("This name is taken by another %(noun)s.", noun=lambda: translated(noun))}
        )
