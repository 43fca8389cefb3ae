"""The run of sequences, every minute: stop what has to stop, plan what is open, do what is due.

What is due is claimed row by row (`SKIP LOCKED`), so that any number of runs at once share it. Under the lock it is
asked again whether the sequence has to stop, so nothing is done after an answer; and each step is done once: by its row
of the ledger, and by the key of its mail.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.choices import Channel, Direction
from crm.agenda.actions import create_task
from crm.company import current_company
from crm.log import log
from crm.mail.actions import send_mails
from crm.mail.drafts import Draft
from crm.merge_fields import Unknown
from crm.models import OutgoingMail, User
from leads.actions import carry_touches
from leads.choices import EnrolmentState, TouchResult
from leads.models import Enrolment, Lead, LeadTouch, SequenceStep, SequenceTouch
from leads.models.nurturing import TASK_KINDS
from leads.nurturing.composing import SIGNED_OFF, draft_of, for_colleagues
from leads.nurturing.conditions import passed_over
from leads.nurturing.planning import plan, plan_unplanned
from leads.nurturing.quiet import move_late, quiet_rule, span_for, zones_of_leads
from leads.nurturing.rule import to_stop, written_to
from leads.nurturing.stopping import end, stop_due
from leads.nurturing.timing import open_moment

logger = logging.getLogger(__name__)
AT_ONCE = 200
MOST_ROUNDS = 50
AFTER_A_FAULT = dt.timedelta(hours=1)


@dataclass
class Ran:
    """What a run did: sequences stopped, mails, tasks, steps skipped, steps that were not for a lead, sequences that
    came to their end."""

    stopped: int = 0
    mails: int = 0
    tasks: int = 0
    skipped: int = 0
    passed: int = 0
    finished: int = 0

    def add(self, other: Ran) -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass
class Batch:
    """Enrolments that are claimed together: what is to be written of them at the end."""

    now: dt.datetime
    ran: Ran
    ledger: list[SequenceTouch] = field(default_factory=list)
    drafts: dict[User | None, list[tuple[Enrolment, Draft]]] = field(default_factory=lambda: defaultdict(list))
    done: list[Enrolment] = field(default_factory=list)
    # when quiet hours begin where the lead of an enrolment is
    closes: dict[int, dt.datetime | None] = field(default_factory=dict)

    def note(self, row: Enrolment, result: str, **more: object) -> None:
        """The row of the ledger: this step is done for this lead."""
        step = _step(row)
        self.ledger.append(SequenceTouch(enrolment=row, step=step, at=self.now, result=result, **more))
        row.last_at = self.now
        if result != TouchResult.PASSED:
            row.last_step = step
        self.done.append(row)

    def pass_over(self, row: Enrolment, why: str) -> None:
        """The step is not for this lead; what they do later came after the step before it."""
        self.note(row, TouchResult.PASSED, why=why[:300])
        self.ran.passed += 1

    def skip(self, row: Enrolment, why: str) -> None:
        self.note(row, TouchResult.SKIPPED, why=why[:300])
        self.ran.skipped += 1

    def refuse(self, row: Enrolment, error: Exception) -> None:
        """Their mail cannot be written."""
        self.skip(row, f"No mail: {' '.join(getattr(error, 'messages', [str(error)]))}"[:299] + ".")


def run_sequences() -> Ran:
    """Do all that is due now; returns what was done."""
    ran = Ran(stopped=stop_due())
    plan_unplanned()
    move_late()
    for _ in range(MOST_ROUNDS):
        if not _round(ran):
            break
    if ran.mails or ran.tasks or ran.skipped:
        summary = f"Sequences: {ran.mails:,} mails, {ran.tasks:,} tasks, {ran.skipped:,} steps skipped"
        log(actor=None, verb="nurture", kind=Lead, summary=summary)
    return ran


def _round(ran: Ran) -> int:
    """One batch; where it fails, its rows one by one, and what fails alone is put off: it holds up nothing else."""
    keys: list[int] = []
    part = Ran()
    try:
        with transaction.atomic():
            rows = _claimed()
            keys += [row.pk for row in rows]
            _touch(rows, part)
        ran.add(part)
    except Exception:
        logger.exception("A batch of %s enrolments failed; now one by one", len(keys))
        for key in keys:
            _alone(key, ran)
    return len(keys)


def _alone(key: int, ran: Ran) -> None:
    part = Ran()
    try:
        with transaction.atomic():
            _touch(_claimed(key), part)
        ran.add(part)
    except Exception:
        logger.exception("Enrolment %s failed and is put off", key)
        Enrolment.objects.filter(pk=key).update(next_at=timezone.now() + AFTER_A_FAULT)


def _claimed(key: int | None = None) -> list[Enrolment]:
    rows = Enrolment.objects.filter(
        state=EnrolmentState.ACTIVE, next_at__lte=timezone.now(), sequence__is_active=True
    ).select_related("sequence", "next_step", "lead__owner", "lead__product")
    rows = rows.filter(pk=key) if key else rows
    return list(rows.order_by("next_at", "pk").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])


def _touch(rows: list[Enrolment], ran: Ran) -> None:
    """Do the due step of each claimed row, and plan the one after it."""
    if not rows:
        return
    left = _without_stopped(rows, ran)
    batch = Batch(now=timezone.now(), ran=ran)
    zone = current_company().zone
    due, unplanned = [], []
    closed: dict[dt.datetime, list[int]] = defaultdict(list)
    rule, zones = quiet_rule(), zones_of_leads([row.lead for row in left])
    for row in left:
        if row.next_step is None:
            end(row, EnrolmentState.FINISHED)
            ran.finished += 1
        elif row.next_step.removed_at is not None:
            unplanned.append(row)
        elif row.next_step.is_mail:
            span = span_for(row.sequence, zones[row.lead_id], batch.now, rule, zone)
            if span.opens_at > batch.now:
                closed[span.opens_at].append(row.pk)
            else:
                batch.closes[row.pk] = span.closes_at
                due.append(row)
        elif (moment := open_moment(row.sequence, batch.now.astimezone(zone))) > batch.now:
            closed[moment].append(row.pk)
        else:
            due.append(row)
    apart = passed_over(due)
    for row in due:
        if row.pk in apart:
            batch.pass_over(row, apart[row.pk])
    due = [row for row in due if row.pk not in apart]
    for moment, keys in closed.items():
        Enrolment.objects.filter(pk__in=keys).update(next_at=moment)
    _give_tasks([row for row in due if row.next_step and not row.next_step.is_mail], batch)
    _write_mails([row for row in due if row.next_step and row.next_step.is_mail], batch)
    _send(batch)
    SequenceTouch.objects.bulk_create(batch.ledger)
    Enrolment.objects.bulk_update(batch.done, ["last_step", "last_at"])
    plan([*batch.done, *unplanned])


def _without_stopped(rows: list[Enrolment], ran: Ran) -> list[Enrolment]:
    found = dict(to_stop(Enrolment.objects.filter(pk__in=[row.pk for row in rows])).values_list("pk", "stops"))
    for row in rows:
        if row.pk in found:
            end(row, EnrolmentState.STOPPED, reason=found[row.pk])
            ran.stopped += 1
    return [row for row in rows if row.pk not in found]


def _give_tasks(rows: list[Enrolment], batch: Batch) -> None:
    for row in rows:
        step, lead = _step(row), row.lead
        if lead.owner is None or not lead.owner.is_active:
            batch.skip(row, "Nobody owns the lead, so nobody could be given the task.")
            continue
        try:
            with transaction.atomic():
                task = create_task(actor=None, record=lead, fields=_task_fields(row, step, batch))
        except ValidationError as error:
            batch.skip(row, " ".join(error.messages))
            continue
        batch.note(row, TouchResult.TASK, task_id=task.pk)
        batch.ran.tasks += 1


def _task_fields(row: Enrolment, step: SequenceStep, batch: Batch) -> dict[str, object]:
    company = current_company()
    return {
        "kind": TASK_KINDS[step.kind],  # type: ignore[index]
        "title": for_colleagues(step.title, row.lead, company.name)[:200],
        "text": for_colleagues(step.text, row.lead, company.name),
        "due_on": batch.now.astimezone(company.zone).date(),
        "owner": row.lead.owner,
    }


def _write_mails(rows: list[Enrolment], batch: Batch) -> None:
    """Drafts for those who may be written to; the others are skipped, with the reason."""
    if not rows:
        return
    company = current_company().name
    by_purpose: dict[str, list[Lead]] = defaultdict(list)
    for row in rows:
        by_purpose[row.sequence.purpose].append(row.lead)
    may = {key: one for purpose, leads in by_purpose.items() for key, one in written_to(leads, purpose).items()}
    for row in rows:
        said = may.get(row.lead_id)
        if said is None or not said.is_yes:
            why = said.permission.sentence if said and not said.permission.is_yes else "There is no open address"
            batch.skip(row, f"No mail: {why}.")
            continue
        try:
            draft = replace(draft_of(row, _step(row), said.address, company), closes_at=batch.closes.get(row.pk))
        except (Unknown, ValidationError) as error:
            batch.refuse(row, error)
            continue
        batch.drafts[row.lead.owner].append((row, draft))


def _send(batch: Batch) -> None:
    """Write the mails into the ledger of outgoing mail, and as touches of their leads; one that will not do is skipped.
    The clock of the response goes on: it is for people."""
    refused: dict[str, ValidationError] = {}

    def refuse(draft: Draft, error: ValidationError) -> None:
        refused[str(draft.key)] = error

    written = []
    for owner, pairs in batch.drafts.items():
        send_mails(actor=owner, drafts=[draft for _, draft in pairs], refuse=refuse)
        for row, draft in pairs:
            if error := refused.get(str(draft.key)):
                batch.refuse(row, error)
            else:
                written.append((row, draft))
    if not written:
        return
    keys = [draft.key for _, draft in written]
    mails = dict(OutgoingMail.objects.filter(key__in=keys).values_list("key", "pk"))
    LeadTouch.objects.bulk_create(
        [
            LeadTouch(
                lead=row.lead,
                channel=Channel.EMAIL,
                direction=Direction.OUTBOUND,
                occurred_at=batch.now,
                subject=draft.subject[:200],
                body=draft.text.partition(SIGNED_OFF)[0],
                details={"sequence": row.sequence_id, "mail": mails[str(draft.key)]},
            )
            for row, draft in written
        ]
    )
    leads = [row.lead_id for row, _ in written]
    Lead.objects.filter(pk__in=leads).update(last_touch_at=batch.now)
    carry_touches([row.lead_id for row, _ in written if row.lead.contact_id])
    for row, draft in written:
        batch.note(row, TouchResult.SENT, mail_id=mails[str(draft.key)])
    batch.ran.mails += len(written)


def _step(row: Enrolment) -> SequenceStep:
    assert row.next_step is not None  # noqa: S101 - only rows with a step come here
    return row.next_step
