"""A bulk change taken back: each row gets the value that the row history has of it, unless it was changed since."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from psycopg import sql

from crm.access import can
from crm.bulk.changes import Change
from crm.bulk.jobs import KIND as BULK
from crm.bulk.jobs import parts_of, refuse_lost
from crm.choices import JobState
from crm.jobs import JobError, Progress, start_job
from crm.log import log
from crm.models import JobRun, RowChange, User
from crm.templatetags.figures import plural

KIND = "bulk_undo"
BEFORE = """
SELECT DISTINCT ON (row_id) row_id, was FROM crm_rowchange
WHERE job_id = %s AND table_name = %s AND operation = 'U' AND row_id = ANY(%s) ORDER BY row_id, id
"""
UNDO = sql.SQL("UPDATE {table} AS t SET {sets} FROM ({before}) AS r WHERE t.id = r.row_id AND {is_untouched}")
SAME_VERSION = sql.SQL("t.version = (r.was ->> 'version')::bigint + 1")
NOT_SINCE = sql.SQL("""NOT EXISTS (SELECT 1 FROM crm_rowchange AS l
  WHERE l.table_name = {name} AND l.row_id = t.id AND l.operation = 'U' AND l.job_id IS DISTINCT FROM {job}
    AND l.id > (SELECT min(f.id) FROM crm_rowchange AS f
      WHERE f.table_name = {name} AND f.row_id = t.id AND f.job_id = {job}))""")
"""Of tables without a version: the row history has no later change."""
WHOLE = sql.SQL("(jsonb_populate_record(NULL::{table}, r.was)).{column}")
OF_CUSTOM = sql.SQL("""CASE WHEN r.was -> 'custom' ? {key}
  THEN t.custom || jsonb_build_object({key}, r.was -> 'custom' -> {key}) ELSE t.custom - {key} END""")


def may_undo(user: User, job: JobRun) -> bool:
    """Whether this person can take this job back: a change that is done, by who may change the job and such records."""
    if job.kind != BULK or job.state != JobState.DONE or not can(user, "change", job):
        return False
    change = _change(job)
    return can(user, change.verb, apps.get_model(change.label))


def start_undo(*, actor: User, job: JobRun) -> JobRun:
    """Take a bulk change back, as a job of its own."""
    if not may_undo(actor, job):
        raise ValidationError("This is no change that could be taken back.")
    return start_job(actor=actor, kind=KIND, title=f"Taken back: {job.title}"[:200], parameters={"job": job.pk})


def run_undo(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job. Rows that somebody changed since keep what they have, and are counted."""
    done_by = JobRun.objects.filter(pk=job.parameters["job"]).first()
    if done_by is None or job.actor is None or not may_undo(job.actor, done_by):
        raise JobError("This change cannot be taken back any more.")
    change = _change(done_by)
    model = apps.get_model(change.label)
    changed = RowChange.objects.filter(job=done_by, table_name=model._meta.db_table, operation="U")
    keys = sorted(set(changed.values_list("row_id", flat=True)))
    if len(keys) < done_by.result.get("changed", 0):
        raise JobError("The history of this change is not kept any more, so it cannot be taken back.")
    undone = 0
    try:
        with transaction.atomic():
            rows = model.objects.visible_to(job.actor, change.verb)
            allowed = list(rows.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
            for done, part in parts_of(allowed):
                undone += _undo(change, done_by, list(part))
                if change.editing.after:
                    change.editing.after(part)
                refuse_lost(job.actor, model, part, change.editing.noun)
                progress.report(done, len(allowed), f"Taking back {change.editing.noun}s")
            summary = f"Took back: {done_by.title}. {plural(undone, change.editing.noun)}"
            log(actor=job.actor, verb="undo", kind=model, summary=summary, job=job)
    except ValidationError as error:
        raise JobError(" ".join(error.messages)) from error
    return {"undone": undone, "changed_since": len(allowed) - undone, "left": len(keys) - len(allowed),
            "noun": change.editing.noun}  # fmt: skip


def _change(job: JobRun) -> Change:
    said = job.parameters
    return Change(said["list"], said["op"], said["field"], tuple(said["typed"]))


def _undo(change: Change, job: JobRun, keys: list[int]) -> int:
    model = apps.get_model(change.label)
    name, columns = model._meta.db_table, {field.column for field in model._meta.concrete_fields}
    table, column = sql.Identifier(name), sql.Identifier(_column(change))
    key = sql.Literal(change.definition.key) if change.definition else None
    value = OF_CUSTOM.format(key=key) if key is not None else WHOLE.format(table=table, column=column)
    sets: list[sql.Composable] = [sql.SQL("{} = {}").format(column, value)]
    sets += [sql.SQL("version = t.version + 1")] if "version" in columns else []
    sets += [sql.SQL("updated_at = now()")] if "updated_at" in columns else []
    not_since = NOT_SINCE.format(name=sql.Literal(name), job=sql.Literal(job.pk))
    is_untouched = SAME_VERSION if "version" in columns else not_since
    parts = {"sets": sql.SQL(", ").join(sets), "before": sql.SQL(BEFORE), "is_untouched": is_untouched}
    statement = UNDO.format(table=table, **parts)
    with connection.cursor() as cursor:
        cursor.execute(statement, [job.pk, name, keys])
        return cursor.rowcount


def _column(change: Change) -> str:
    column: str = apps.get_model(change.label)._meta.get_field(change.column).column
    return column
