"""A repair as a job: one transaction, one row of the log, some thousand rows a statement; taken back as an import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg import sql

from contacts.keeping import refresh_search
from contacts.models import Contact, ContactPoint
from contacts.repairing.repairs import REPAIRS, Proposal, Repair
from contacts.territories.placing import place_contacts_of
from crm.access import can
from crm.choices import Verb
from crm.database.chosen import listed
from crm.field_rights import read_only_fields
from crm.importing.engine import IMPORT_LOCK
from crm.jobs import JobError, Progress, start_job
from crm.log import log
from crm.models import JobRun, User
from crm.templatetags.figures import plural

KIND = "repair"
AT_ONCE = 5_000
NOT_YOURS = "You may not change these fields of contacts."
WRITE = sql.SQL("""
WITH said AS (
  SELECT (one ->> 'pk')::bigint AS pk, one -> 'before' AS before, one -> 'after' AS after
  FROM jsonb_array_elements(%s::jsonb) one
) UPDATE {table} t SET {sets} FROM said s WHERE t.id = s.pk AND {unchanged}{free} RETURNING {contact}
""")
FREE = sql.SQL("""
AND NOT EXISTS (SELECT 1 FROM contacts_contactpoint o WHERE o.contact_id = t.contact_id AND o.kind = t.kind
  AND o.normalised = s.after ->> 'normalised' AND o.id <> t.id)
AND NOT EXISTS (SELECT 1 FROM said e JOIN contacts_contactpoint o ON o.id = e.pk WHERE o.contact_id = t.contact_id
  AND o.kind = t.kind AND e.after ->> 'normalised' = s.after ->> 'normalised' AND e.pk < s.pk)
""")
"""What another point of the same contact has already is not written twice."""
TOUCH = "UPDATE contacts_contact SET version = version + 1, updated_at = now() WHERE id = ANY(%s)"


def repairable(user: User) -> QuerySet[Contact]:
    """The contacts whose data this person may repair."""
    rows: QuerySet[Contact] = Contact.objects.visible_to(user, Verb.CHANGE).filter(archived_at=None)
    return rows


def may_repair(user: User, repair: Repair) -> bool:
    """Whether a person may write the fields that a repair changes."""
    return can(user, Verb.CHANGE, Contact) and not set(repair.needs) & read_only_fields(user, Contact)


def start_repair(*, actor: User, repair: Repair, keys: Sequence[int] | None) -> JobRun:
    """Repair the chosen rows; None are all that a proposal is made for when the job runs. Raises ValidationError."""
    if not may_repair(actor, repair):
        raise ValidationError(NOT_YOURS)
    if keys is not None and not keys:
        raise ValidationError("Nothing is chosen.")
    said = {"repair": repair.name, "keys": list(keys) if keys is not None else None}
    words = "all that need it" if keys is None else plural(len(keys), "chosen")
    return start_job(actor=actor, kind=KIND, title=f"Repair {repair.label.lower()}: {words}", parameters=said)


def run_repair(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job. What changed since it was looked at stays as it is, and is counted."""
    repair = REPAIRS[job.parameters["repair"]]
    if job.actor is None or not may_repair(job.actor, repair):
        raise JobError(NOT_YOURS)
    keys = job.parameters.get("keys")
    proposed = changed = 0
    with transaction.atomic():
        _in_turn()
        for some in _parts(repair.proposals(repairable(job.actor), keys)):
            proposed += len(some)
            changed += _write(repair, some)
            progress.report(proposed, None, f"Repairing {repair.label.lower()}")
        log(actor=job.actor, verb="repair", kind=Contact, summary=f"{job.title}: {plural(changed, 'row')}", job=job)
    return {"changed": changed, "left": proposed - changed, "repair": repair.name, "label": repair.label.lower()}


def _in_turn() -> None:
    """Behind imports and other repairs, so that each sees what the one before wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _parts(proposals: Iterator[Proposal]) -> Iterator[list[Proposal]]:
    while some := list(islice(proposals, AT_ONCE)):
        yield some


def _write(repair: Repair, proposals: Sequence[Proposal]) -> int:
    """One statement; the rows it changed. Rows that are no longer as they were looked at stay."""
    names = list(proposals[0].after)
    table, is_contact = repair.model._meta.db_table, repair.model is Contact
    sets = [sql.SQL("{0} = s.after ->> {1}").format(sql.Identifier(name), sql.Literal(name)) for name in names]
    unchanged = [sql.SQL("t.{0} = s.before ->> {1}").format(sql.Identifier(name), sql.Literal(name)) for name in names]
    statement = WRITE.format(
        table=sql.Identifier(table),
        sets=sql.SQL(", ").join(sets),
        unchanged=sql.SQL(" AND ").join(unchanged),
        free=FREE if repair.model is ContactPoint else sql.SQL(""),
        contact=sql.SQL("t.id" if is_contact else "t.contact_id"),
    )
    said = [{"pk": one.pk, "before": one.before, "after": one.after} for one in proposals]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(said)])
        contacts = [row[0] for row in cursor.fetchall()]
        cursor.execute(TOUCH, [list(set(contacts))])
    refresh_search(set(contacts))
    if repair.name == "countries":
        place_contacts_of(listed("contacts_contact", set(contacts)))
    return len(contacts)
