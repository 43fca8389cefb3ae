"""Everything that is known of who had to do with one person's data, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from contacts.models import Contact, ContactLook
from contacts.privacy.retention.holds import family_of
from crm.catalogue import past_rule
from crm.choices import Door
from crm.exporting.taken import exports_with, naming_models
from crm.models import ApiToken, ExportedContacts, LogEntry, User
from crm.past.upkeep import kept_models
from crm.templatetags.figures import plural

LOOKED, CHANGED, TAKEN_OUT, PERHAPS = "Looked", "Changed", "Taken out", "Perhaps taken out"
OUT = ("hand out data", "export")
CONTACT = "contacts.contact"
SUMS = "Exported the "
"""So the log begins to tell of reports, tiles and dashboards, which are no lists."""
CHANGES_SQL = """
SELECT actor_id, token_id, door, job_id, max(at) AS at, count(*) AS rows, array_agg(DISTINCT table_name) AS tables
FROM crm_rowchange
WHERE (table_name = 'contacts_contact' AND row_id = ANY (%(ids)s) AND operation <> 'I')
   OR (table_name = ANY (%(parts)s) AND parent_id = ANY (%(ids)s))
GROUP BY actor_id, token_id, door, job_id, (at AT TIME ZONE %(zone)s)::date
ORDER BY max(at) DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Line:
    """At a moment, somebody (None: the system) did something; `how` says by which door, `job` is its key."""

    at: dt.datetime
    who: str
    did: str
    what: str
    how: str
    job: int | None = None


def lines_of(contact: Contact, most: int) -> list[Line]:
    """The newest lines, at most so many. Of exports that were not followed (they broke off, or are of before) it can be
    said who was in them only where they were not narrowed: what a filter would have matched then nobody knows."""
    ids = family_of(contact)
    names = {one.pk: one.name for one in User.objects.all()}
    tokens = {one.pk: one.name for one in ApiToken.objects.all()}
    sources = (
        _looks(ids, names, tokens, most),
        _logged(ids, names, most),
        *_exports(ids, names, most),
        _changes(ids, names, tokens, most),
    )
    return list(islice(merge(*sources, key=lambda line: line.at, reverse=True), most))


def _looks(ids: list[int], names: dict[int, str], tokens: dict[int, str], most: int) -> Iterable[Line]:
    for one in ContactLook.objects.filter(contact_id__in=ids)[:most]:
        how = f"by the API, {tokens.get(one.token_id, 'a token that is gone')}" if one.token_id else "on their page"
        yield Line(one.at, names.get(one.user_id, "?"), LOOKED, "the record", how)


def _logged(ids: list[int], names: dict[int, str], most: int) -> Iterable[Line]:
    rows = LogEntry.objects.filter(Q(contact_id__in=ids) | Q(model=CONTACT, object_id__in=ids))
    for one in rows.order_by("-at", "-id")[:most]:
        did = TAKEN_OUT if one.verb in OUT else CHANGED
        yield Line(one.at, _name(one.actor_id, names), did, one.summary or one.verb, "", one.job_id)


def _exports(ids: list[int], names: dict[int, str], most: int) -> tuple[Iterable[Line], Iterable[Line]]:
    """Files that left: those that held a row of theirs, and those of which nobody knows whom they held, since the first
    of the records that were merged into them."""
    rows = LogEntry.objects.filter(verb="export", object_id=None, contact_id=None).order_by("-at", "-id")
    newest = sorted(exports_with(ids))[-most:]  # the log is numbered as it is written
    since = Contact.objects.filter(pk__in=ids).aggregate(first=Min("created_at"))["first"]
    followed = ExportedContacts.objects.filter(entry=OuterRef("pk"))
    unknown = rows.filter(~Exists(followed), model__in=naming_models(), at__gte=since)
    return _held(rows.filter(pk__in=newest), names), _unfollowed(unknown[:most], names)


def _held(rows: Iterable[LogEntry], names: dict[int, str]) -> Iterable[Line]:
    for one in rows:
        yield Line(one.at, _name(one.actor_id, names), TAKEN_OUT, one.summary, "a row of theirs", one.job_id)


def _unfollowed(rows: Iterable[LogEntry], names: dict[int, str]) -> Iterable[Line]:
    """A whole list of contacts held everybody whom its reader saw; not everybody has an order or a ticket."""
    for one in rows:
        is_part = "(" in one.summary
        if one.model == CONTACT and not is_part and not one.summary.startswith(SUMS):
            did, how = TAKEN_OUT, "the whole list, as far as they see it"
        else:
            did, how = PERHAPS, f"{'a part of the list: ' if is_part else ''}it is not known of whom"
        yield Line(one.at, _name(one.actor_id, names), did, one.summary, how, one.job_id)


def _changes(ids: list[int], names: dict[int, str], tokens: dict[int, str], most: int) -> Iterable[Line]:
    """Rows of the history by person, door, job and day."""
    parts = [
        model._meta.db_table
        for model in kept_models()
        if past_rule(model._meta.label_lower).parent == "contact_id" and not past_rule(model._meta.label_lower).exempt
    ]
    zone = str(timezone.get_current_timezone())
    with connection.cursor() as cursor:
        cursor.execute(CHANGES_SQL, {"ids": ids, "parts": parts, "zone": zone, "most": most})
        rows = cursor.fetchall()
    titles = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    for actor, token, door, job, at, count, tables in rows:
        how = f"by the API, {tokens.get(token, 'a token that is gone')}" if token else _door(door)
        what = f"{plural(count, 'row')}: {', '.join(titles.get(one, one) for one in tables)}"
        yield Line(at, _name(actor, names), CHANGED, what, how, job)


def _name(key: int | None, names: dict[int, str]) -> str:
    return names.get(key, "?") if key is not None else "the system"


def _door(door: str) -> str:
    labels: dict[Any, str] = dict(Door.choices)
    return str(labels.get(door, door)).lower()
