"""Writes of allocation: rules, how people take leads, and runs. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.jobs import Progress, start_job
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked
from leads.allocation.engine import Given, allocate, unassigned
from leads.allocation.turns import set_people
from leads.models import AllocationRule, AllocationTurn, Intake, Lead, LeadAssignment

KIND = "allocate leads"
PROGRESS_EVERY = 20_000
MOST_LATE = 500


@transaction.atomic
def create_rule(*, actor: User | None, fields: Mapping[str, Any], people: Sequence[User]) -> AllocationRule:
    """Make a rule with its people; a new one's turn comes as if all of them had waited alike."""
    rule = AllocationRule.objects.create(**fields)
    set_people(AllocationTurn, rule, people)
    log(actor=actor, verb="create", object=rule, summary=f"New rule of allocation: {rule.name}")
    return rule


@transaction.atomic
def change_rule(
    *, actor: User | None, rule: AllocationRule, version: int, fields: Mapping[str, Any], people: Sequence[User]
) -> AllocationRule:
    """Change what is given; who stays keeps their turn. Raises `StaleRecord`."""
    current: AllocationRule = locked(rule, version)
    changed = assign(current, fields)
    changed += ["people"] if set_people(AllocationTurn, current, people) else []
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def remove_rule(*, actor: User | None, rule: AllocationRule) -> None:
    """Take a rule away; what it gave stays given, and says so."""
    log(actor=actor, verb="delete", object=rule, summary=f"Removed the rule of allocation “{rule.name}”")
    rule.delete()


@transaction.atomic
def save_intake(*, actor: User | None, intake: Intake, fields: Mapping[str, Any]) -> Intake:
    """Keep how a colleague takes leads."""
    for name, value in fields.items():
        setattr(intake, name, value)
    intake.save()
    log(actor=actor, verb="change", object=intake, summary=f"How {intake.user} takes leads")
    return intake


def start_allocation(*, actor: User | None) -> JobRun:
    """Ask a worker to give away all open leads that nobody owns."""
    return start_job(actor=actor, kind=KIND, title="Give away the leads that nobody owns")


def run_allocation(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: by batches, so that a stopped one leaves whole batches given."""
    keys = list(unassigned().values_list("pk", flat=True))
    total, given = len(keys), Given()
    for start in range(0, total, PROGRESS_EVERY):
        part = allocate(keys[start : start + PROGRESS_EVERY])
        given.count += part.count
        given.without_rule += part.without_rule
        given.nobody_free += part.nobody_free
        progress.report(min(start + PROGRESS_EVERY, total), total, "Giving leads away")
    log(actor=job.actor, verb="allocate", summary=f"Gave {given.count:,} of {total:,} leads away", job=job, kind=Lead)
    return {"leads": total, "given": given.count, "without_rule": given.without_rule, "nobody_free": given.nobody_free}


@transaction.atomic
def allocate_new(*, actor: User | None, lead: Lead) -> Lead:
    """Give one lead away as it comes in; what was decided stands in its history."""
    allocate([lead.pk])
    lead.refresh_from_db()
    if lead.owner_id:
        _say(actor, lead)
    return lead


def reassign_missed() -> int:
    """Give the leads that nobody touched in time to the next one, each but to those who had it; how many moved."""
    rows = Lead.objects.all().open().filter(first_touch_at=None, respond_by__lt=timezone.now())
    late = list(rows.order_by("respond_by").values_list("pk", flat=True)[:MOST_LATE])
    moved = 0
    for lead_id in late:
        moved += _reassign(lead_id)
    return moved


@transaction.atomic
def _reassign(lead_id: int) -> int:
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead_id)
    last = LeadAssignment.objects.filter(lead=lead).select_related("rule").first()
    if lead.first_touch_at or not last or not last.rule or not last.rule.reassigns:
        return 0
    had = {key for key in LeadAssignment.objects.filter(lead=lead).values_list("owner", flat=True) if key}
    given = allocate([lead_id], excluded=had | ({lead.owner_id} if lead.owner_id else set()), is_missed=True)
    if given.count:
        lead.refresh_from_db()
        _say(None, lead)
    return given.count


def _say(actor: User | None, lead: Lead) -> None:
    """The log row of what was decided, with the reason."""
    said = LeadAssignment.objects.filter(lead=lead).values_list("why", flat=True).first() or ""
    summary = f"Given to {lead.owner}: {said}"
    log(actor=actor, verb="allocate", object=lead, contact_id=lead.contact_id, summary=summary)
