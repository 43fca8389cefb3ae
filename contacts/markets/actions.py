"""Writes of market categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from contacts.models import Contact, MarketCategory
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from crm.templatetags.figures import plural


@transaction.atomic
def create_market(*, actor: User | None, fields: Mapping[str, Any]) -> MarketCategory:
    """Make a category of the given fields."""
    category = MarketCategory.objects.create(**fields)
    log(actor=actor, verb="create", object=category, summary=f"Made the market category {category}")
    return category


@transaction.atomic
def change_market(
    *, actor: User | None, category: MarketCategory, version: int, fields: Mapping[str, Any]
) -> MarketCategory:
    """Change what is given. Raises `StaleRecord` as every change does."""
    current: MarketCategory = locked(category, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        summary = f"Changed {', '.join(changed)} of the market category {current}"
        log(actor=actor, verb="change", object=current, summary=summary)
    return current


@transaction.atomic
def remove_market(*, actor: User | None, category: MarketCategory) -> None:
    """Take a category away that no contact is in. Raises ValidationError where some are."""
    count = Contact.objects.filter(markets__contains=[category.key]).count()
    if count:
        raise refused(
            "In %(category)s: %(who)s. Move out whoever is in it first.",
            category=category,
            who=lambda: plural(count, "contact"),
        )
    log(actor=actor, verb="delete", object=category, summary=f"Removed the market category {category}")
    category.delete()
