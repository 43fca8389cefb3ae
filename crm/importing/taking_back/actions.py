"""The doors of taking an import back: who may, what would become of it, the start, and the work of the job."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.access import can
from crm.catalogue import import_kinds
from crm.choices import JobState, Verb
from crm.importing.engine import IMPORT_LOCK
from crm.importing.kinds import ImportKind
from crm.importing.taking_back.ledger import Touched, gather, is_pruned
from crm.importing.taking_back.obstacles import Obstacle, find_obstacles
from crm.importing.taking_back.work import take_back
from crm.jobs import JobError, Progress, start_job
from crm.log import log
from crm.models import ImportRun, JobRun, User
from crm.templatetags.figures import day_and_time, plural

KIND, IMPORT = "import_back", "import"
REPAIRED = {"repair": "contacts"}
"""Jobs that change records as an import does, and are taken back as one: by kind, the kind of rows."""
NOT_YOURS = "This is no import that you could take back."
PRUNED = "The history of this time is not kept any more, so it is not known what the import changed."
LOST = "Something else took a value meanwhile that would be put back (a number, an address). Nothing was taken back."


@dataclass(frozen=True)
class Plan:
    """What taking back would do: by table how many rows go and how many get back what they had, and what stands in
    the way (then it does nothing)."""

    touched: list[Touched]
    obstacles: list[Obstacle]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """A line for each kind of record, for the page and to be kept with the job; parts stand behind the others."""
        ordered = sorted(self.touched, key=lambda one: (one.is_part, -one.made - one.changed))
        return [
            {
                "name": str(one.model._meta.verbose_name_plural),
                "made": one.made,
                "changed": one.changed,
                "removed": one.removed,
            }
            for one in ordered
        ]

    @property
    def made(self) -> int:
        return sum(one.made for one in self.touched if not one.is_part)

    @property
    def changed(self) -> int:
        return sum(one.changed for one in self.touched if not one.is_part)

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the job that looked."""
        return {"lines": self.lines, "obstacles": [one.to_json() for one in self.obstacles]}

    @property
    def is_empty(self) -> bool:
        return not self.touched


class _InTheWay(Exception):
    """Rolls back what was only looked at."""


def kind_of(job: JobRun) -> ImportKind | None:
    """The kind of rows that a job brought in or repaired; None for what is neither, or not done."""
    if job.kind in REPAIRED and job.state == JobState.DONE:
        return import_kinds()[REPAIRED[job.kind]]
    if job.kind != IMPORT or job.state != JobState.DONE:
        return None
    run = ImportRun.objects.filter(pk=job.parameters.get("run")).first()
    return import_kinds().get(run.kind) if run else None


def may_take_back(user: User, job: JobRun) -> bool:
    """Whether this person may take this import back: who may change the job and import such rows (change them, for a
    repair)."""
    kind, verb = kind_of(job), Verb.CHANGE if job.kind in REPAIRED else Verb.IMPORT
    return kind is not None and can(user, Verb.CHANGE, job) and can(user, verb, apps.get_model(kind.model))


def taken_back(job: JobRun) -> dict[str, Any] | None:
    """By which job, by whom and when an import was taken back; None where it was not."""
    said = job.result.get("taken_back") if isinstance(job.result, dict) else None
    if not said:
        return None
    by = JobRun.objects.select_related("actor").filter(pk=said["job"]).first()
    return {"job": by, "actor": by.actor if by else None, "at": parse_datetime(said["at"])}


def why_not(job: JobRun) -> str:
    """A sentence why this import cannot be taken back, whoever asks; empty where it can be tried."""
    kind = kind_of(job)
    if kind is None:
        return "This is no import that could be taken back."
    if kind.final:
        return kind.final
    if (earlier := taken_back(job)) is not None:
        return _already(earlier)
    return PRUNED if is_pruned(job) else ""


def plan_of(job: JobRun, user: User | None) -> Plan:
    """What taking this import back would do now; nothing is changed."""
    with transaction.atomic():
        found = _look(job, user, is_held=False)
        transaction.set_rollback(True)
    return found


def start_taking_back(*, actor: User, job: JobRun, only_looks: bool = False) -> JobRun:
    """Take an import back, as a job of its own; one that `only_looks` finds out what would become of the records. Of
    two who ask at once, both get the same one."""
    if not may_take_back(actor, job):
        raise ValidationError(NOT_YOURS)
    with transaction.atomic():
        JobRun.objects.select_for_update().get(pk=job.pk)
        job.refresh_from_db()
        if sentence := why_not(job):
            raise ValidationError(sentence)
        under_way = JobRun.objects.filter(kind=KIND, parameters__job=job.pk)
        under_way = under_way.filter(state__in=[JobState.WAITING, JobState.RUNNING])
        waiting = under_way.exclude(parameters__only_looks=not only_looks).first()
        title = f"Look at taking back: {job.title}" if only_looks else f"Take back: {job.title}"
        said = {"job": job.pk, "only_looks": only_looks}
        return waiting or start_job(actor=actor, kind=KIND, title=title, parameters=said)


def run_taking_back(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: all of it or nothing. What stands in the way is its result, then."""
    done = JobRun.objects.filter(pk=job.parameters["job"]).first()
    if done is None or job.actor is None or not may_take_back(job.actor, done):
        raise JobError("This import cannot be taken back any more.")
    back_url = reverse("crm:import_back", args=[done.pk])
    if job.parameters.get("only_looks"):
        progress.report(0, None, "Looking at what was done since")
        return plan_of(done, job.actor).to_json() | {
            "only_looks": True,
            "back_url": back_url,
            "import_url": done.get_absolute_url(),
        }
    total = 100

    def report(share: float, message: str) -> None:
        progress.report(int(total * share), total, message)

    try:
        with transaction.atomic():
            return _take_back(job, done, report)
    except _InTheWay as found:
        return {"obstacles": [one.to_json() for one in found.args[0]], "import_url": done.get_absolute_url()}
    except IntegrityError as error:
        raise JobError(LOST) from error


def _take_back(job: JobRun, done: JobRun, report: Any) -> dict[str, Any]:
    report(0, "Waiting for another import to end")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '2min'; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    done = JobRun.objects.select_for_update(of=("self",)).get(pk=done.pk)
    if (said := done.result.get("taken_back")) and said["job"] == job.pk:  # a worker died after this was committed
        return dict(said["result"])
    if sentence := why_not(done):
        raise JobError(sentence)
    report(0.05, "Looking at what was done since")
    plan = _look(done, job.actor, is_held=True)
    if plan.obstacles:
        raise _InTheWay(plan.obstacles)
    take_back(plan.touched, report)
    result = {"lines": plan.lines, "made": plan.made, "changed": plan.changed, "import_url": done.get_absolute_url()}
    said = {"job": job.pk, "at": timezone.now().isoformat(), "result": result}
    JobRun.objects.filter(pk=done.pk).update(result={**done.result, "taken_back": said})
    kind = kind_of(done)
    counts = f"{plural(plan.made, 'record')} removed, {plural(plan.changed, 'record')} put back"
    model = apps.get_model(kind.model) if kind else None
    log(actor=job.actor, verb="take back", kind=model, summary=f"Took back: {done.title}. {counts}", job=job)
    return result


def _look(job: JobRun, user: User | None, *, is_held: bool) -> Plan:
    kind = kind_of(job)
    touched = gather(job, is_held=is_held)
    return Plan(touched, find_obstacles(job, touched, kind.model if kind else "", user))


def _already(earlier: dict[str, Any]) -> str:
    at: dt.datetime = earlier["at"]
    who = f" by {earlier['actor'].name}" if earlier["actor"] else ""
    return f"This import was taken back{who}, {day_and_time(at)}."
