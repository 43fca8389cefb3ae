"""Writes of allocation: rules, how people take leads, and runs. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from crm.jobs import Progress, start_job
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked
from leads.actions import create_lead
from leads.allocation.engine import Given, allocate, unassigned, waiting_leads
from leads.allocation.turns import set_people
from leads.models import AllocationRule, AllocationTurn, Intake, Lead, LeadAssignment

KIND = "allocate leads"
PROGRESS_EVERY = 20_000
MOST_LATE = 500
MOST_WAITING, AT_ONCE = 5_000, 500


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
        _let_wait(part.waiting)
        progress.report(min(start + PROGRESS_EVERY, total), total, "Giving leads away")
    log(actor=job.actor, verb="allocate", summary=f"Gave {given.count:,} of {total:,} leads away", job=job, kind=Lead)
    return {"leads": total, "given": given.count, "without_rule": given.without_rule, "nobody_free": given.nobody_free}


@transaction.atomic
def allocate_new(*, actor: User | None, lead: Lead) -> Lead:
    """Give one lead away as it comes in; what was decided stands in its history. Where a rule fits and nobody is free,
    at night or with full hands, it waits for whoever is free first (`give_waiting`)."""
    given = allocate([lead.pk])
    if _let_wait(given.waiting):
        summary = "Nobody of the rules is free now: it waits for whoever is first"
        log(actor=actor, verb="allocate", object=lead, contact_id=lead.contact_id, summary=summary)
    lead.refresh_from_db()
    if lead.owner_id:
        _say(actor, lead)
    return lead


@transaction.atomic
def create_and_give(*, actor: User | None, fields: Mapping[str, Any], custom: Mapping[str, Any] | None = None) -> Lead:
    """Make a lead; one that is written down for nobody is given away by the rules, as one that comes in by a form."""
    lead = create_lead(actor=actor, fields=fields, custom=custom)
    return lead if lead.owner_id else allocate_new(actor=actor, lead=lead)


def give_waiting() -> int:
    """Give the leads that wait for somebody free to who is free by now; how many were given.

    Some of them, drawn anew each time: those for whom nobody is ever free keep no other back.
    """
    drawn = list(waiting_leads().order_by("?").values_list("pk", flat=True)[:MOST_WAITING])
    given = 0
    for start in range(0, len(drawn), AT_ONCE):
        given += _give_some(drawn[start : start + AT_ONCE])
    return given


@transaction.atomic
def _give_some(keys: Sequence[int]) -> int:
    given = allocate(keys)
    for lead in Lead.objects.filter(pk__in=given.leads).select_related("owner"):
        _say(None, lead)
    return given.count


def _let_wait(keys: Sequence[int]) -> int:
    """Mark these as waiting for somebody free; how many did not yet."""
    return Lead.objects.filter(pk__in=keys, waits_since=None).update(waits_since=timezone.now())


def reassign_missed() -> int:
    """Give leads that nobody touched in time to the next one, each but to those who had it; how many moved.

    Only those that somebody may take who has not had them; some of them, drawn anew each time: those whose next one is
    away keep no other back.
    """
    moved = 0
    for lead_id in _late_leads().order_by("?").values_list("pk", flat=True)[:MOST_LATE]:
        moved += _reassign(lead_id)
    return moved


def _late_leads() -> QuerySet[Lead]:
    """Leads whose time is over, whose rule gives them on, and that somebody of the rules has not had yet."""
    given = LeadAssignment.objects.filter(lead=OuterRef("pk"))
    had = LeadAssignment.objects.filter(lead=OuterRef(OuterRef("pk")), owner__isnull=False).values("owner")
    others = AllocationTurn.objects.filter(rule__is_active=True, user__is_active=True).exclude(user__in=had)
    rows = Lead.objects.all().open().filter(first_touch_at=None, respond_by__lt=timezone.now())
    late: QuerySet[Lead] = rows.annotate(goes_on=Subquery(given.values("rule__reassigns")[:1])).filter(
        Exists(others.exclude(user=OuterRef("owner"))), goes_on=True
    )
    return late


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
