"""Leads that were put off come back on their day: to their owner as a task, or to the rules where nobody owns them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from crm.agenda.actions import create_task
from crm.company import company_today
from crm.log import log
from leads.allocation.actions import allocate_new
from leads.choices import LeadStatus
from leads.models import Lead

AT_ONCE = 1_000


def recycle_due() -> int:
    """Bring back at most a thousand leads whose day has come; one by one, so that one fault stops no other."""
    today = company_today()
    rows = Lead.objects.filter(status=LeadStatus.NURTURING, recycle_on__lte=today, archived_at=None)
    return sum(_recycle(key) for key in rows.order_by("recycle_on").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _recycle(lead_id: int) -> int:
    today = company_today()
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if lead.status != LeadStatus.NURTURING or lead.recycle_on is None or lead.recycle_on > today:
        return 0
    lead.status, lead.status_at, lead.recycle_on = LeadStatus.WORKING, timezone.now(), None
    lead.version += 1
    lead.save()
    log(actor=None, verb="move", object=lead, contact_id=lead.contact_id, summary="Came back on its day")
    if lead.owner is None or not lead.owner.is_active:
        Lead.objects.filter(pk=lead.pk).update(owner=None)
        allocate_new(actor=None, lead=lead)
    else:
        fields = {"title": f"Back on its day: {lead.name}"[:200], "kind": "call", "due_on": today, "owner": lead.owner}
        create_task(actor=None, record=lead, fields=fields)
    return 1
