"""The look after an erasure: what somebody wrote who had begun before it, and wrote down after it.

A lock on the contact makes writers wait, and then they write all the same; mails, texts and files hold no key at all.
So the erasure notes who is at work at its end, and when these have ended, looks again: by the keys of the person and
by what they were called. Done once or ten times, it comes to the same.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from contacts.choices import RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest
from contacts.privacy.erasing import erase_late
from contacts.privacy.late.files import busy_files, clean_files
from contacts.privacy.late.sealing import unsealed
from contacts.privacy.late.waiting import under_way, wait_for
from contacts.privacy.suppressing import keep_late_refusals
from contacts.privacy.tables import Person
from crm.failpoints import failpoint
from crm.incoming.choices import IncomingState
from crm.jobs import start_job
from crm.locks import side_connection, take_lock
from crm.models import IncomingMail, JobRun, StoredFile

logger = logging.getLogger(__name__)
KIND = "erasure_look"
PATIENCE = 5
"""Seconds that the erasure itself waits for others; then somebody looks later."""
REST = dt.timedelta(minutes=2)
"""Longer than a request of a page lasts: what it read before, it has written by then, in however many transactions."""
TRIED_AGAIN = dt.timedelta(minutes=30)
SOONEST, LATEST = 60, 300
"""Seconds between two questions whether somebody has ended."""
LOOK_LOCK = 7351
UNREAD = (IncomingState.TAKEN, IncomingState.QUARANTINED)
AT_ONCE = 100
OVERLAP = dt.timedelta(days=1)
"""A file counts from when its row was begun, not from when it was there for others: longer than any job."""


def to_look_at() -> QuerySet[PrivacyRequest]:
    """Erasures after which somebody must look, oldest first."""
    done = PrivacyRequest.objects.filter(kind=RequestKind.ERASURE, state=RequestState.DONE)
    return done.exclude(sealed=[]).order_by("done_at", "pk")


def ask_for_look() -> bool:
    """Once a minute: have a worker look after the erasures whose time has come, where none does."""
    if not to_look_at().filter(done_at__lt=timezone.now() - REST).exists():
        return False
    since = timezone.now() - TRIED_AGAIN
    looks = JobRun.objects.filter(kind=KIND)
    if looks.filter(state__in=("waiting", "running")).exists() or looks.filter(
        state__in=("failed", "parked"), created_at__gt=since
    ):
        return False
    start_job(actor=None, kind=KIND, title="Look after erasures once more")
    return True


def looks_due() -> list[int]:
    """The erasures whose look would find more than the one before: somebody whom it waits for has ended, or it is time.
    Costs no scan of tables."""
    now, current, busy = timezone.now(), under_way(), set(busy_files())
    found = []
    for request in to_look_at():
        is_same = request.late.get("stand") == _stand(request, _noted(request), current, now)
        if not is_same or set(request.late.get("again", [])) - busy:
            found.append(request.pk)
    return found


def next_look() -> int:
    """In how many seconds to ask again: the longer somebody is waited for, the later."""
    newest = to_look_at().aggregate(at=Max("done_at"))["at"] or timezone.now()
    waited = (timezone.now() - newest).total_seconds()
    return int(min(max(waited / 5, SOONEST), LATEST))


def look_after(requests: Sequence[int], *, patience: float = 0) -> int:
    """Look after these erasures, as the owner; how many are to be looked after again, as somebody who began before is
    still at work or it is too soon. Tables are read for some people at a time, files once for all. One process at a
    time looks: where another does, all are left."""
    asked = list(to_look_at().filter(pk__in=requests))
    if not asked:
        return 0
    with side_connection() as side:
        return _look_after(asked, patience) if take_lock(side, LOOK_LOCK, 1) else len(asked)


def _look_after(asked: list[PrivacyRequest], patience: float) -> int:
    before = {one.pk: _noted(one) for one in asked}
    everybody = {name: [key for one in before.values() for key in one[name]] for name in ("transactions", "jobs")}
    at_work = wait_for(everybody, patience)
    now = timezone.now()
    stands = {one.pk: _stand(one, before[one.pk], at_work, now) for one in asked}
    failpoint("look after an erasure before its rows")
    persons = [unsealed(one.contact_id, one.sealed) for one in asked]
    for start in range(0, len(asked), AT_ONCE):
        _look_at_rows(asked[start : start + AT_ONCE], persons[start : start + AT_ONCE], now)
    failpoint("look after an erasure before its files")
    busy = StoredFile.objects.filter(pk__in=clean_files(list(zip(asked, persons, strict=True)), _since(asked)))
    return sum(not _write_down(request.pk, stands[request.pk], busy, now) for request in asked)


def _stand(
    request: PrivacyRequest, before: dict[str, list[Any]], at_work: dict[str, list[Any]], now: dt.datetime
) -> dict[str, Any]:
    """Who is waited for, reckoned before the look: what they write meanwhile is found by the next one. Whose they are,
    mails say only once they are worked on, be it from the quarantine."""
    unread = IncomingMail.objects.filter(state__in=UNREAD, received_at__lte=request.done_at)
    return {
        "at_work": [key for name, keys in before.items() for key in keys if key in at_work[name]],
        "mails": unread.count(),
        "is_rested": request.done_at is not None and request.done_at + REST < now,
    }


@transaction.atomic
def _write_down(key: int, stand: dict[str, Any], busy: QuerySet[StoredFile], now: dt.datetime) -> bool:
    """Whether it was the last look."""
    current = PrivacyRequest.objects.select_for_update().get(pk=key)
    again = list(busy.filter(created_at__lte=current.done_at).order_by("pk").values_list("pk", flat=True))
    is_last = stand["is_rested"] and not (stand["at_work"] or stand["mails"] or again)
    late = current.late | {"files_at": now.isoformat(), "is_done": is_last, "again": again, "stand": stand}
    PrivacyRequest.objects.filter(pk=key).update(late=late, **({"sealed": []} if is_last else {}))
    return bool(is_last)


@transaction.atomic
def _look_at_rows(requests: list[PrivacyRequest], persons: list[Person], now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '2min'")
    rows = PrivacyRequest.objects.select_for_update().filter(pk__in=[one.pk for one in requests])
    said = {one.pk: one for one in rows.order_by("pk")}
    counts, names = _rows(persons, requests)
    for at, request in enumerate(requests):
        current = said[request.pk]
        late = current.late | {"tables": _added(current.late.get("tables", []), counts[at]), "at": now.isoformat()}
        files_left = [*current.files_left, *(names if at == 0 else [])]
        PrivacyRequest.objects.filter(pk=request.pk).update(late=late, files_left=files_left)


def _since(requests: list[PrivacyRequest]) -> dt.datetime | None:
    """From when on files are new to these looks; None where all are."""
    seen = [one.late.get("files_at") for one in requests]
    if not all(seen):
        return None
    return min(dt.datetime.fromisoformat(str(one)) for one in seen) - OVERLAP


def _noted(request: PrivacyRequest) -> dict[str, list[Any]]:
    """Who was at work at its end; who is now, where the process died before it was noted."""
    found: dict[str, list[Any]] | None = request.late.get("under_way")
    if found is None:
        found = note_under_way([request.pk])
    return {name: list(found.get(name, [])) for name in ("transactions", "jobs")}


def note_under_way(requests: Sequence[int]) -> dict[str, list[Any]]:
    """Write down who is at work, once the erasure is committed: whoever begins from now on reads nothing of them."""
    found = under_way()
    with transaction.atomic():
        for one in PrivacyRequest.objects.select_for_update().filter(pk__in=requests).order_by("pk"):
            if one.sealed and "under_way" not in one.late:
                PrivacyRequest.objects.filter(pk=one.pk).update(late=one.late | {"under_way": found})
    return found


def _rows(persons: list[Person], requests: list[PrivacyRequest]) -> tuple[list[list[dict[str, Any]]], list[str]]:
    for person, request in zip(persons, requests, strict=True):
        keep_late_refusals(person, request.late.get("consents", []))
        gone = Contact.objects.filter(pk__in=person.ids)
        gone.filter(erased_at=None).update(erased_at=timezone.now())
        gone.filter(archived_at=None).update(archived_at=timezone.now())
    return erase_late(persons, [request.late["mark"] for request in requests])


def _added(known: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Counts by table, summed over several looks."""
    found = {one["title"]: dict(one) for one in known}
    for one in more:
        of = found.setdefault(one["title"], {"title": one["title"], "gone": 0, "kept": 0})
        of["gone"] += one["gone"]
        of["kept"] += one["kept"]
    return list(found.values())
