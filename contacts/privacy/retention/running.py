"""The night of the rules: what is too old goes, some rows at a time, each time whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from contacts.choices import Act, ErasureReason, RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest, RetentionRule, RetentionRun
from contacts.privacy.actions import new_request
from contacts.privacy.erasing import erase, erase_rows, plan_erasure, refuse_without_owner
from contacts.privacy.retention.kinds import Times
from contacts.privacy.retention.rules import Rule, free, look, narrowed, rules, stands, tables_of
from contacts.privacy.tables import PersonalTable
from contacts.privacy.working import AT_ONCE as PEOPLE_AT_ONCE
from contacts.privacy.working import erase_all
from crm.company import current_company
from crm.database.owner import as_owner
from crm.failpoints import failpoint
from crm.jobs import JobCancelled, JobError, Progress, SilentProgress, claim_window, start_job
from crm.log import log
from crm.models import JobRun, LogEntry, User

logger = logging.getLogger(__name__)
KIND = "retention"
HOUR = 3
AT_ONCE = 500
LONGEST = "15min"
"""One statement of a night: what takes longer is a fault that the run tells, not a night that never ends."""
MOST_PEOPLE = 2_000
"""Erased in one night by one rule: each twenty read the whole history. The next night goes on."""


def ask_for_night() -> bool:
    """Once a day, from three in the morning of the company's time on, where a rule is on; called every hour."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < HOUR or not RetentionRule.objects.filter(is_on=True).exists():
        return False
    with transaction.atomic():
        is_first = claim_window(KIND, now.date().isoformat())
        if is_first:
            start_run(actor=None, is_trial=False)
    return is_first


@transaction.atomic
def start_run(*, actor: User | None, is_trial: bool) -> RetentionRun:
    """Let a worker do what the rules that are on say, or only count it for all (`is_trial`)."""
    run = RetentionRun.objects.create(actor=actor, is_trial=is_trial)
    title = "Count what is kept too long" if is_trial else "Take away what is kept too long"
    run.job = start_job(actor=actor, kind=KIND, title=title, parameters={"run": run.pk})
    run.save(update_fields=["job"])
    return run


def run_retention(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job. A rule that fails is told and does not stop the others; run again, it goes on."""
    run = RetentionRun.objects.get(pk=job.parameters["run"])
    with as_owner():
        if not run.is_trial and (sentence := refuse_without_owner()):
            raise JobError(sentence)
        _remove_files()
        chosen = [rule for rule in rules() if rule.is_on or run.is_trial]
        for at, rule in enumerate(chosen):
            progress.report(at, len(chosen), rule.kind.title)
            _work(run, rule, progress)
        run.refresh_from_db()
        RetentionRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
        if not run.is_trial:
            log(
                actor=job.actor, verb="retention", object=run, summary=f"Retention rules: {run.total:,} rows and people"
            )
    if run.faults and not run.is_trial:
        raise JobError(f"{run.faults} of {len(chosen)} rules could not be carried out: see the page of this run.")
    return {"run": run.pk, "rows": run.total}


@contextmanager
def _at_leisure() -> Iterator[None]:
    """A transaction with more time than a page has."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}'; SET LOCAL lock_timeout = '2min'")
        yield


def _work(run: RetentionRun, rule: Rule, progress: Progress) -> None:
    try:
        with _at_leisure():
            outlook = look(rule)
        held = [[words, count] for words, count in outlook.held]
        _note(run, rule, {"held": held, "months": rule.months, "fault": "", "stopped": False})
        if not run.is_trial:
            with transaction.atomic():
                _count(run, rule, 0)
        if run.is_trial:
            _note(run, rule, {"would": outlook.would, "first": outlook.first})
        elif rule.kind.is_of_contacts:
            _erase_contacts(run, rule, progress)
        else:
            _by_parts(run, rule, progress)
    except JobCancelled:
        raise
    except Exception as error:
        logger.exception("The retention rule %s failed.", rule.kind.key)
        _note(run, rule, {"fault": f"{type(error).__name__}: {error}"[:500]})


def _by_parts(run: RetentionRun, rule: Rule, progress: Progress) -> None:
    """Some rows in each transaction, in the order of their keys; a row that fails is left, and told."""
    times, after, left = rule.times(), 0, 0
    while True:
        if not stands(rule):
            _note(run, rule, {"stopped": True})
            break
        if rule.kind.run is not None:
            with _at_leisure():
                gone = rule.kind.run(times.before, AT_ONCE)
                _count(run, rule, gone)
            progress.report(_done(run, rule), None, rule.kind.title)
            if not gone:
                break
            continue
        at_once = PEOPLE_AT_ONCE if rule.kind.act == Act.ERASE else AT_ONCE
        with _at_leisure():
            keys = list(free(rule, times).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:at_once])
        if not keys:
            break
        after = keys[-1]
        left += _some(run, rule, times, keys)
        progress.report(_done(run, rule), None, rule.kind.title)
    if left:
        _note(run, rule, {"fault": f"{left} rows could not be changed and were left; the log of the worker says why."})


def _some(run: RetentionRun, rule: Rule, times: Times, keys: list[int]) -> int:
    """Do these rows together; where that fails, each alone. How many were left."""
    try:
        _change(run, rule, times, keys)
    except Exception:
        logger.exception("%s: rows %s to %s failed.", rule.kind.key, keys[0], keys[-1])
        if len(keys) == 1:
            return 1
        return sum(_some(run, rule, times, [key]) for key in keys)
    return 0


def _change(run: RetentionRun, rule: Rule, times: Times, keys: list[int]) -> None:
    """One transaction: the rows, what they were before, the files' names, the count. Rows are locked and asked again:
    who touched one meanwhile keeps it."""
    kind = rule.kind
    model: Any = tables_of(kind)[0][0].of
    with _at_leisure():
        list(model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
        still = list(free(rule, times).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
        if kind.people is not None:
            names = erase(plan_erasure(kind.people(still))) if still else []
        else:
            names = erase_rows([*_rows_of(rule, still), _told_of(rule, still)])
        _count(run, rule, len(still), names)
        failpoint("retention before its end")
    _remove_files()


def _rows_of(rule: Rule, keys: list[int]) -> list[tuple[PersonalTable, list[Any]]]:
    return [
        (table, list(table.of._base_manager.filter(**{f"{path}__in": keys}).values_list("pk", flat=True)))
        for table, path in tables_of(rule.kind)
    ]


def _told_of(rule: Rule, keys: list[int]) -> tuple[PersonalTable, list[Any]]:
    """What the log says of the rows: a summary can hold a subject."""
    told = LogEntry.objects.filter(model=rule.kind.model, object_id__in=keys)
    return narrowed("crm.logentry", ("summary",), gone=False), list(told.values_list("pk", flat=True))


def _erase_contacts(run: RetentionRun, rule: Rule, progress: Progress) -> None:
    """By requests, as anybody's erasure: each has its page and its counts."""
    times = rule.times()
    with _at_leisure():
        keys = list(free(rule, times).order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
    for start in range(0, len(keys), PEOPLE_AT_ONCE):
        if not stands(rule):
            _note(run, rule, {"stopped": True})
            return
        requests = _requests_of(run, rule, times, keys[start : start + PEOPLE_AT_ONCE])
        still = partial(_is_over, rule, times)
        faults = erase_all(requests=requests, actor=run.actor, progress=SilentProgress(), still=still)
        said = RetentionRun.objects.get(pk=run.pk).counts[rule.kind.key]
        done = PrivacyRequest.objects.filter(pk__in=said["requests"], state=RequestState.DONE).count()
        _note(run, rule, {"done": done})
        if faults:
            _note(run, rule, {"fault": f"{len(faults)} people could not be erased; the next night tries again."})
        progress.report(start + len(requests), len(keys), rule.kind.title)
    if len(keys) == MOST_PEOPLE:
        _note(run, rule, {"more": True})


def _is_over(rule: Rule, times: Times, contact: Contact) -> bool:
    return stands(rule) and free(rule, times).filter(pk=contact.pk).exists()


def _requests_of(run: RetentionRun, rule: Rule, times: Times, keys: list[int]) -> list[int]:
    """A request for each of those whose time is still over, under their locks; one that waits already is taken up."""
    found = []
    with transaction.atomic():
        for contact in Contact.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
            if not _is_over(rule, times, contact):
                continue
            waiting = PrivacyRequest.objects.filter(contact=contact, kind=RequestKind.ERASURE, done_at=None).first()
            if waiting is None:
                waiting = new_request(
                    contact=contact, kind=RequestKind.ERASURE, state=RequestState.WORKING, reason=ErasureReason.TIME,
                    job=run.job, actor=run.actor,
                )  # fmt: skip
                waiting.save()
            found.append(waiting.pk)
        said = RetentionRun.objects.get(pk=run.pk).counts.get(rule.kind.key, {})
        # whoever dies from here on knows whom they had begun with
        _note(run, rule, {"requests": sorted({*said.get("requests", []), *found})})
    return found


def _done(run: RetentionRun, rule: Rule) -> int:
    return int(RetentionRun.objects.get(pk=run.pk).counts.get(rule.kind.key, {}).get("done", 0))


def _count(run: RetentionRun, rule: Rule, done: int, names: list[str] | None = None) -> None:
    """Add to the count of a rule, in the transaction of the work."""
    current = RetentionRun.objects.select_for_update().get(pk=run.pk)
    said = current.counts.get(rule.kind.key, {})
    current.counts[rule.kind.key] = said | {"done": said.get("done", 0) + done}
    current.files_left = [*current.files_left, *(names or [])]
    current.save(update_fields=["counts", "files_left"])


@transaction.atomic
def _note(run: RetentionRun, rule: Rule, more: dict[str, Any]) -> None:
    current = RetentionRun.objects.select_for_update().get(pk=run.pk)
    current.counts[rule.kind.key] = current.counts.get(rule.kind.key, {}) | more
    current.save(update_fields=["counts"])


def _remove_files() -> None:
    """Contents of files whose rows are gone, of this run and of one that died."""
    for other in RetentionRun.objects.exclude(files_left=[]).order_by("pk"):
        for name in other.files_left:
            default_storage.delete(name)
        RetentionRun.objects.filter(pk=other.pk).update(files_left=[])
