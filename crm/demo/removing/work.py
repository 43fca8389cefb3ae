"""Taking the demo away: who may, the start of the job, and its work in one transaction."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from psycopg import sql

from crm.access import can
from crm.catalogue import past_rule
from crm.choices import FINISHED_JOB_STATES, Role, Verb
from crm.database.owner import as_owner
from crm.demo.removing.marks import is_reckoned
from crm.demo.removing.sorting import Sorted, references, sort_out
from crm.jobs import JobError, Progress, start_job
from crm.kept_sums.keeping import recount
from crm.kept_sums.spec import kept_sums
from crm.log import log
from crm.models import Company, DemoLoad, JobRun, StoredFile, User
from crm.past.upkeep import own_models

KIND = "remove_demo"
AFTERWARDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("order totals", "Bring orders up to date after the demo", {}),
    ("deal amounts", "Bring deals up to date after the demo", {}),
    ("analysis", "Analysis without the demo", {}),
)
"""Jobs that reckon anew what was reckoned of the demo, too."""
NOT_THE_OWNER = (
    "Only the owner of the tables may take rows out of the ledgers: give the worker CRM_OWNER_DATABASE_URL, then start"
    " this job again."
)
WRITTEN_MEANWHILE = "Somebody wrote something about the demo at this moment. Nothing was removed; start it again."
GOING = sql.SQL("SELECT row_id FROM demo_rows WHERE table_name = {name} AND stays = {stays}")
REMOVE = sql.SQL("DELETE FROM {table} WHERE {column} IN ({going})")
STRANGERS = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = 'crm_user'::regclass AND NOT c.conrelid::regclass::text = ANY (%s)
"""


def may_remove(user: User) -> bool:
    """Administrators."""
    return can(user, Verb.CHANGE, Company)


def start_removing(*, actor: User) -> JobRun:
    """Take the demo away, by a job. Of two who ask at once, both get the same one."""
    if not may_remove(actor):
        raise ValidationError("Administrators remove the demo.")
    with transaction.atomic():
        if not DemoLoad.objects.select_for_update().exists():
            raise ValidationError("There is no demo to remove.")
        waiting = JobRun.objects.filter(kind=KIND).exclude(state__in=FINISHED_JOB_STATES).first()
        return waiting or start_job(actor=actor, kind=KIND, title="Remove the demo company")


def run_removing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `remove_demo`: all of it or nothing."""
    try:
        with as_owner():
            return remove_demo(actor=job.actor, job=job, progress=progress)
    except IntegrityError as error:
        raise JobError(WRITTEN_MEANWHILE) from error


def remove_demo(*, actor: User | None, job: JobRun | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Take away what the loader made and nobody needs. `gone` and `kept`: (kind of record, how many); `reasons`: (kind,
    kind that names it, how many). Raises JobError where the connection is not the owner's."""
    _refuse_without_owner()
    _report(progress, 0, "Looking at what was made since")
    with transaction.atomic():
        found = sort_out(actor=actor)
        files = _files_that_go()
        _take_out(found, progress)
        _close_demo_accounts(actor)
        Company.objects.update(is_demo=False)
        result = {
            "gone": _lines(found.goes),
            "kept": _lines(found.stays),
            "reasons": [[one.kind, one.by, one.count] for one in found.reasons],
            "records": sum(count for _, count in _lines(found.goes)),
        }
        log(actor=actor, verb="remove demo", kind=Company, summary=_sentence(result), job=job)
        if result["records"]:
            for kind, title, parameters in AFTERWARDS:
                start_job(actor=None, kind=kind, title=title, parameters=parameters)
    for name in files:
        default_storage.delete(name)
    return result


def _take_out(found: Sorted, progress: Progress | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for place, model in enumerate(found.goes):
            _report(progress, place * 100 // len(found.goes), f"Removing {model._meta.verbose_name_plural}")
            for one in references(model):
                if is_reckoned(one.model) and not one.label_column:
                    cursor.execute(_removal(one.table, one.column, model))
        if User in found.goes:
            cursor.execute(STRANGERS, [[str(model._meta.db_table) for model in own_models()]])
            for table, column in cursor.fetchall():
                cursor.execute(_removal(table, column, User))
        for model in found.goes:
            cursor.execute(_removal(str(model._meta.db_table), "id", model))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if found.goes:
        for kept in kept_sums():  # they follow rows one by one, and whole tables go here in any order
            recount(kept)


def _removal(table: str, column: str, target: type[Model]) -> sql.Composed:
    return REMOVE.format(table=sql.Identifier(table), column=sql.Identifier(column), going=_going(target, stays=False))


def _going(model: type[Model], *, stays: bool) -> sql.Composed:
    return GOING.format(name=sql.Literal(model._meta.db_table), stays=sql.Literal(stays))


def _keys(model: type[Model], *, stays: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_going(model, stays=stays))
        return [pk for (pk,) in cursor.fetchall()]


def _close_demo_accounts(actor: User | None) -> None:
    """Who stays because of what they did here stays as a name; not whoever asked, nor the last administrator."""
    people = [pk for pk in _keys(User, stays=True) if actor is None or pk != actor.pk]
    User.objects.filter(pk__in=people).update(is_active=False)
    if actor is None and not User.objects.filter(role=Role.ADMIN, is_active=True).exists():
        User.objects.filter(pk__in=people, role=Role.ADMIN).update(is_active=True)


def _files_that_go() -> list[str]:
    names = StoredFile.objects.filter(pk__in=_keys(StoredFile, stays=False)).values_list("file", flat=True)
    return [name for name in names if name]


def _lines(counts: dict[type[Model], int]) -> list[tuple[str, int]]:
    """Of records that people know as such: parts are told with their wholes, and joins not at all."""
    shown = (
        (str(model._meta.verbose_name_plural), count)
        for model, count in counts.items()
        if not model._meta.auto_created and not past_rule(model._meta.label_lower).is_part
    )
    return sorted(shown, key=lambda line: -line[1])


def _sentence(result: dict[str, Any]) -> str:
    kept = sum(count for _, count in result["kept"])
    return f"Removed the demo: {result['records']:,} records gone, {kept:,} kept because something real needs them"


def _report(progress: Progress | None, done: int, message: str) -> None:
    if progress is not None:
        progress.report(done, 100, message)


def _refuse_without_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('crm_logentry', 'DELETE')")
        if not cursor.fetchone()[0]:
            raise JobError(NOT_THE_OWNER)
