"""Writes of the checklist itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import assign
from leads.models import ChecklistItem


@transaction.atomic
def save_item(*, actor: User | None, item: ChecklistItem, fields: Mapping[str, Any]) -> ChecklistItem:
    """Make or change a question; what was answered before stays."""
    current = ChecklistItem.objects.select_for_update().get(pk=item.pk) if item.pk else item
    if assign(current, fields) or not item.pk:
        verb = "change" if item.pk else "create"
        current.save()
        log(actor=actor, verb=verb, object=current, summary=f"Question of qualification: {current.text}")
    return current
