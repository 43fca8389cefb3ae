"""Writes of qualification: one transaction, one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from leads.actions import move_lead
from leads.choices import Found, LeadStatus
from leads.models import ChecklistAnswer, ChecklistItem, Lead


def items_for(lead: Lead) -> list[ChecklistItem]:
    """The questions that are asked of a lead: those of its market category, and those of all."""
    rows = ChecklistItem.objects.filter(is_active=True)
    return [item for item in rows if not item.markets or lead.market in item.markets]


@transaction.atomic
def qualify_lead(
    *,
    actor: User | None,
    lead: Lead,
    answers: Mapping[int, tuple[str, str]],
    verdict: str,
    reason: str = "",
    recycle_on: dt.date | None = None,
    lost_reason: str = "",
) -> Lead:
    """Keep what was found (by item: found, note) and bring the lead to the verdict, a status; empty leaves it.

    Raises ValidationError where a needed question has no yes and the verdict is qualified.
    """
    items = {item.pk: item for item in items_for(lead)}
    if verdict == LeadStatus.QUALIFIED:
        missing = [
            item.text for key, item in items.items() if item.is_needed and answers.get(key, ("",))[0] != Found.YES
        ]
        if missing:
            raise refused("To be qualified it needs a yes to: %(missing)s", missing="; ".join(missing))
    for key, (found, note) in answers.items():
        if key in items:
            ChecklistAnswer.objects.update_or_create(
                lead=lead, item=items[key], defaults={"found": found, "note": note, "user": actor}
            )
    yes = sum(found == Found.YES for key, (found, _) in answers.items() if key in items)
    log(
        actor=actor,
        verb="qualify",
        object=lead,
        contact_id=lead.contact_id,
        summary=f"Checklist: {yes} of {len(items)} yes{f', {reason}' if reason else ''}",
    )
    if not verdict:
        return lead
    return move_lead(
        actor=actor, lead=lead, status=verdict, reason=reason, lost_reason=lost_reason, recycle_on=recycle_on
    )
