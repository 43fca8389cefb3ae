"""Writes of nurturing: sequences with their steps, leads that come in, pause, go on and come out, and who says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent
from contacts.permission.actions import record_consent
from crm.bulk.choosing import CannotChoose, Choice
from crm.jobs import JobError, Progress, start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked
from crm.templatetags.figures import in_sentence
from leads.choices import BY_SEGMENT, RUNNING, EnrolledBy, EnrolmentState, LeadStatus, StopReason
from leads.models import Enrolment, Lead, OptOut, Sequence, SequenceStep
from leads.nurturing.planning import forget_plans, plan_keys
from leads.nurturing.rule import to_stop
from leads.nurturing.stopping import end, stop_leads

KIND = "enrolment"
OPEN_TO_TOUCHES = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.NURTURING)
AT_ONCE = 2_000
PLANNED_BY = {"sends_from", "sends_until", "workdays", "is_active"}


@dataclass(frozen=True)
class StepInput:
    """A step as it is typed; `pk` of one that stands in the sequence already, whose segment stays where `tree`
    is None."""

    kind: str
    wait_days: int
    title: str
    text: str = ""
    pk: int | None = None
    condition: str = ""
    threshold: int | None = None
    segment: str = ""
    tree: Mapping[str, Any] | None = None


@dataclass
class Enrolled:
    """What became of leads that were to come into a sequence: `left` counts the others, by the reason in words."""

    count: int = 0
    left: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def create_sequence(*, actor: User | None, fields: Mapping[str, Any], steps: Rows[StepInput]) -> Sequence:
    """Make a sequence with its steps, in this order."""
    sequence = Sequence.objects.create(**fields)
    _set_steps(sequence, steps)
    log(actor=actor, verb="create", object=sequence, summary=f"New sequence: {sequence.name}")
    return sequence


@transaction.atomic
def change_sequence(
    *, actor: User | None, sequence: Sequence, version: int, fields: Mapping[str, Any], steps: Rows[StepInput] | None
) -> Sequence:
    """Change what is given (None: the steps stay). Leads that are in it go on by the new steps: none that they got
    comes again, none that stood there when they came in is skipped. Raises `StaleRecord`."""
    current: Sequence = locked(sequence, version)
    changed = assign(current, fields)
    is_other = _set_steps(current, steps) if steps is not None else False
    changed += ["steps"] if is_other else []
    if changed:
        current.version += 1
        current.save()
        if is_other or PLANNED_BY & set(fields):
            forget_plans(current.pk)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def enrol_lead(*, actor: User | None, lead: Lead, sequence: Sequence, way: str = EnrolledBy.HAND) -> Enrolment:
    """Bring one lead into a sequence. Raises ValidationError with the reason where it cannot be."""
    found = _enrol(actor, sequence, Lead.objects.filter(pk=lead.pk), way)
    if not found.count:
        raise ValidationError(next(iter(found.left), "It is in no sequence: try again."))
    said = f"Into the sequence “{sequence}”"
    log(actor=actor, verb="nurture", object=lead, contact_id=lead.contact_id, summary=said)
    return Enrolment.objects.get(sequence=sequence, lead=lead)


@transaction.atomic
def enrol_new(*, lead: Lead, sequence: Sequence) -> None:
    """Bring a lead that has just come by a form into the form's sequence; why not, where it cannot be, stands in its
    history."""
    found = _enrol(None, sequence, Lead.objects.filter(pk=lead.pk), EnrolledBy.FORM)
    why = next(iter(found.left), "")
    said = f"Not into the sequence “{sequence}”: {why}" if why else f"Into the sequence “{sequence}” by a form"
    log(actor=None, verb="nurture", object=lead, contact_id=lead.contact_id, summary=said)


@transaction.atomic
def enrol_leads(
    *, actor: User | None, leads: QuerySet[Lead], sequence: Sequence, way: str = EnrolledBy.BULK
) -> Enrolled:
    """Bring all of these leads that can be into a sequence."""
    found = _enrol(actor, sequence, leads, way)
    summary = f"{found.count:,} leads into the sequence “{sequence}”"
    log(actor=actor, verb="nurture", object=sequence, summary=summary)
    return found


def start_enrolling(*, actor: User, choice: Choice, sequence: Sequence, announced: str) -> JobRun:
    """Bring the chosen leads of the list into a sequence, as a job. Raises CannotChoose."""
    choice.rows(actor)
    parameters = {**choice.parameters, "sequence": sequence.pk}
    return start_job(actor=actor, kind=KIND, title=f"Into “{sequence}”: {announced}"[:200], parameters=parameters)


def run_enrolling(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: the leads that its person may see and change now."""
    sequence = Sequence.objects.filter(pk=job.parameters["sequence"], is_active=True).first()
    if job.actor is None or not job.actor.is_active or sequence is None:
        raise JobError("The sequence is not in use any more, or you may not do this any more. Nothing was changed.")
    try:
        leads = Choice.kept(job.parameters).writable(job.actor)
    except CannotChoose as error:
        raise JobError(str(error)) from error
    found = enrol_leads(actor=job.actor, leads=leads, sequence=sequence)
    return {"enrolled": found.count, "left": found.left, "sequence": sequence.name}


@transaction.atomic
def pause_enrolment(*, actor: User | None, enrolment: Enrolment) -> None:
    """Let nothing more happen until somebody lets it go on."""
    current = _locked(enrolment)
    if current.state != EnrolmentState.ACTIVE:
        return
    current.state, current.next_step, current.next_at = EnrolmentState.PAUSED, None, None
    current.save(update_fields=["state", "next_step", "next_at"])
    _log(actor, current, f"Paused the sequence “{current.sequence}”")


@transaction.atomic
def resume_enrolment(*, actor: User | None, enrolment: Enrolment) -> None:
    """Let a paused or stopped one go on where it was; what the lead said before now does not stop it again.

    Raises ValidationError where the lead itself is over, or runs in another sequence.
    """
    current = _locked(enrolment)
    if current.state not in (EnrolmentState.PAUSED, EnrolmentState.STOPPED):
        return
    other = Enrolment.objects.filter(lead=current.lead_id, state__in=RUNNING).exclude(pk=current.pk).first()
    if other is not None:
        raise refused("It is in the sequence “%(sequence)s”: stop that one first.", sequence=other.sequence)
    if current.state == EnrolmentState.STOPPED:
        current.since = timezone.now()
    current.state, current.reason, current.ended_at = EnrolmentState.ACTIVE, "", None
    current.save(update_fields=["state", "reason", "ended_at", "since"])
    stops = to_stop(Enrolment.objects.filter(pk=current.pk)).values_list("stops", flat=True).first()
    if stops:
        raise refused("It cannot go on: %(label)s.", label=lambda: in_sentence(StopReason(stops).label))
    plan_keys([current.pk])
    _log(actor, current, f"Went on with the sequence “{current.sequence}”")


@transaction.atomic
def stop_enrolment(*, actor: User | None, enrolment: Enrolment) -> None:
    """Take a lead out of its sequence by hand."""
    current = _locked(enrolment)
    if current.is_running:
        end(current, EnrolmentState.STOPPED, reason=StopReason.HAND, actor=actor)


@transaction.atomic
def say_no(*, enrolment: Enrolment) -> None:
    """The lead has said by the link of a mail that it wants no more for the purpose of the sequence; once is enough."""
    current = _locked(enrolment)
    lead, purpose, now = current.lead, current.sequence.purpose, timezone.now()
    said = OptOut.objects.filter(lead=lead, purpose=purpose, at__gt=current.since)
    if said.exists():
        return
    kept = OptOut.objects.create(lead=lead, email_key=lead.email_key, purpose=purpose, at=now)
    if lead.contact is not None:
        record_consent(
            actor=None,
            contact=lead.contact,
            channel=ConsentChannel.EMAIL,
            purpose=purpose,
            level=ConsentLevel.NONE,
            recorded_at=now,
            source=f"Link of a mail, sequence “{current.sequence}”"[:200],
            proof=f"opt-out {kept.pk}",
        )
    _log(None, current, f"They said no by the link of a mail: {purpose}")
    twins = Lead.objects.filter(email_key=lead.email_key) if lead.email_key else Lead.objects.filter(pk=lead.pk)
    stop_leads(twins.values_list("pk", flat=True))


def carry_opt_outs(lead: Lead) -> None:
    """What a lead that is a contact now has refused before goes into the contact's ledger of consent."""
    if lead.contact is None:
        return
    for said in OptOut.objects.filter(lead=lead):
        proof = f"opt-out {said.pk}"
        if not Consent.objects.filter(contact=lead.contact, proof=proof).exists():
            record_consent(
                actor=None,
                contact=lead.contact,
                channel=ConsentChannel.EMAIL,
                purpose=said.purpose,
                level=ConsentLevel.NONE,
                recorded_at=said.at,
                source="Link of a mail, as a lead",
                proof=proof,
            )


def _enrol(actor: User | None, sequence: Sequence, leads: QuerySet[Lead], way: str) -> Enrolled:
    found = Enrolled()
    if not sequence.is_active:
        found.left["The sequence is not in use."] = leads.order_by().count()
        return found
    moment, made = timezone.now(), list[int]()
    rows = leads.order_by("pk").annotate(**_hindrances(sequence)).values_list("pk", "email_key", *HINDRANCES, "status")
    addresses: set[str] = set()
    fit = list[int]()
    for key, address, been, elsewhere, twin, is_away, status in rows:
        why = _hindrance(status, been, elsewhere, twin or (address and address in addresses), is_away)
        if why:
            found.left[why] = found.left.get(why, 0) + 1
            continue
        fit.append(key)
        addresses.add(address)
    for start in range(0, len(fit), AT_ONCE):
        part = [
            Enrolment(sequence=sequence, lead_id=key, way=way, by=actor, started_at=moment, since=moment)
            for key in fit[start : start + AT_ONCE]
        ]
        Enrolment.objects.bulk_create(part, ignore_conflicts=True)
    mine = Enrolment.objects.filter(sequence=sequence, lead__in=fit, started_at=moment)
    made += mine.values_list("pk", flat=True)
    plan_keys(made)
    found.count = len(made)
    return found


HINDRANCES = ("been", "elsewhere", "twin", "is_away")


def _hindrances(sequence: Sequence) -> dict[str, Any]:
    running = Enrolment.objects.filter(state__in=RUNNING)
    return {
        "been": Exists(Enrolment.objects.filter(sequence=sequence, lead=OuterRef("pk"))),
        "elsewhere": Exists(running.filter(lead=OuterRef("pk"))),
        "twin": Exists(running.filter(lead__email_key=OuterRef("email_key")).exclude(lead__email_key="")),
        "is_away": Exists(Lead.objects.filter(pk=OuterRef("pk"), archived_at__isnull=False)),
    }


def _hindrance(status: str, been: bool, elsewhere: bool, twin: Any, is_away: bool) -> str:
    if is_away or status not in OPEN_TO_TOUCHES:
        return "Only leads that are new, being worked on or not yet ready come into a sequence."
    if elsewhere:
        return "It runs in a sequence already; a lead is in one at a time."
    if been:
        return "It has been in this sequence before; a lead goes through it once."
    return "Another lead with the same address runs in a sequence." if twin else ""


def _set_steps(sequence: Sequence, wanted: Iterable[StepInput]) -> bool:
    """Make these the steps, in this order; whether anything is other than before."""
    there = {step.pk: step for step in sequence.steps.filter(removed_at=None)}
    now, is_other, kept = timezone.now(), False, set[int]()
    for position, one in enumerate(wanted, start=1):
        step = there.get(one.pk or 0) or SequenceStep(sequence=sequence, created_at=now)
        facts = {"position": position, "kind": one.kind, "wait_days": one.wait_days, "title": one.title,
                 "text": one.text, "condition": one.condition, "threshold": one.threshold}  # fmt: skip
        if one.tree is not None or one.condition not in BY_SEGMENT:
            facts |= {"segment": one.segment, "tree": dict(one.tree or {})}
        if assign(step, facts) or step.pk is None:
            step.save()
            is_other = True
        kept.add(step.pk)
    gone = SequenceStep.objects.filter(pk__in=set(there) - kept)
    return bool(gone.update(removed_at=now)) or is_other


def _locked(enrolment: Enrolment) -> Enrolment:
    found: Enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    return found


def _log(actor: User | None, enrolment: Enrolment, summary: str) -> None:
    lead = enrolment.lead
    log(actor=actor, verb="nurture", object=lead, contact_id=lead.contact_id, summary=summary)
