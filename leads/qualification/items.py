"""Writes of the checklist itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from crm.log import log
from crm.models import User
from crm.saving import assign
from leads.choices import Ability
from leads.models import ChecklistItem

USUAL = (
    (Ability.NEED, "What do they need, and what for?", True),
    (Ability.BUDGET, "Is there money for it, and does our price fit?", True),
    (Ability.AUTHORITY, "Do we speak with whoever decides?", False),
    (Ability.TIMING, "By when do they want to decide?", False),
)
"""What most houses ask, to begin with: about, question, whether a yes is needed."""


@transaction.atomic
def save_item(*, actor: User | None, item: ChecklistItem, fields: Mapping[str, Any]) -> ChecklistItem:
    """Make or change a question; what was answered before stays."""
    current = ChecklistItem.objects.select_for_update().get(pk=item.pk) if item.pk else item
    if assign(current, fields) or not item.pk:
        verb = "change" if item.pk else "create"
        current.save()
        log(actor=actor, verb=verb, object=current, summary=f"Question of qualification: {current.text}")
    return current


@transaction.atomic
def begin_with_usual(*, actor: User | None) -> list[ChecklistItem]:
    """Make the usual questions where there is none yet; doing it twice is doing it once."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE leads_checklistitem IN SHARE ROW EXCLUSIVE MODE")
    if ChecklistItem.objects.exists():
        return []
    rows = [
        ChecklistItem(position=10 * place, kind=kind, text=text, is_needed=is_needed)
        for place, (kind, text, is_needed) in enumerate(USUAL, 1)
    ]
    log(actor=actor, verb="create", kind=ChecklistItem, summary=f"The usual {len(rows)} questions of qualification")
    return ChecklistItem.objects.bulk_create(rows)
