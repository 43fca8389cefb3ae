"""Files of imports and exports that name somebody erased: their lines go, or the file that cannot be written anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import PrivacyRequest
from contacts.privacy.late.cutting import count_lines, write_without
from contacts.privacy.late.sought import Sought
from contacts.privacy.tables import Person
from crm.catalogue import import_kinds
from crm.choices import JobState
from crm.failpoints import failpoint
from crm.importing.dialects import fold_name
from crm.models import ExportRun, ImportRun, StoredFile
from crm.models.files import random_path

logger = logging.getLogger(__name__)
CONTACT = "contacts.contact"
IDS_OF_CONTACTS = frozenset({"contact_external_id", "partner_external_id"})
OWN_ID = "external_id"
STEP = 50


def clean_files(asked: Sequence[tuple[PrivacyRequest, Person]], since: dt.datetime | None) -> list[int]:
    """Take the lines of these people out of every file that imports, exports and other jobs keep, and say with the
    request which file and how many lines. A file whose import is at work is left, and told: a look must come when it
    has ended. Content that is not there is warned of; where the whole store is not, it is raised."""
    sought = Sought.of((request.pk, person) for request, person in asked)
    again = {key for request, _ in asked for key in request.late.get("again", [])}
    left = set(busy_files())
    for stored in _files(since, again).order_by("pk").iterator(STEP):
        try:
            if stored.pk in left or not _clean(stored, sought, [request.pk for request, _ in asked]):
                left.add(stored.pk)
        except FileNotFoundError:
            if _is_store_gone():
                raise
            logger.warning("The content of the file %s is not there.", stored.pk)
    for request, _ in asked:
        remove_left(request.pk)
    return sorted(left)


def _is_store_gone() -> bool:
    """Whether nothing is where files are kept, as on a machine whose volume is not there."""
    try:
        with os.scandir(default_storage.path("")) as entries:
            return not any(entries)
    except FileNotFoundError:
        return True


@transaction.atomic
def remove_left(request: int) -> None:
    """Take away the contents whose rows name others now, or none; a file that is gone is no fault. Under the lock of
    the request, as whoever adds to these names: none is lost."""
    names = PrivacyRequest.objects.select_for_update().get(pk=request).files_left
    for name in names:
        default_storage.delete(name)
    if names:
        PrivacyRequest.objects.filter(pk=request).update(files_left=[])


def busy_files() -> QuerySet[ImportRun, int]:
    """The keys of files that an import reads."""
    busy = ImportRun.objects.filter(job__state=JobState.RUNNING, file__removed_at=None).order_by("file")
    return busy.values_list("file", flat=True).distinct()


def _files(since: dt.datetime | None, again: Collection[int]) -> QuerySet[StoredFile]:
    rejected = ImportRun.objects.exclude(rejected_file=None).values("rejected_file")
    tables = Q(imports__isnull=False) | Q(exports__isnull=False) | Q(jobrun__isnull=False) | Q(pk__in=rejected)
    there = StoredFile.objects.filter(tables, removed_at=None).exclude(file="")
    if since is not None:
        new = Q(created_at__gte=since) | Q(imports__job__finished_at__gte=since)
        there = there.filter(new | Q(pk__in=again))
    return there.distinct()


def _clean(stored: StoredFile, sought: Sought, requests: list[int]) -> bool:
    """Whether nothing of them is in it any more."""
    path, columns = Path(stored.file.path), id_columns_of(stored)
    found = count_lines(path, sought, columns)
    if found is None:
        return _put(stored, "", dict.fromkeys(requests, 0))
    if not found:
        return True
    name = _new_name(stored, min(found))
    target = Path(default_storage.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_without(path, target, sought, columns)
    target.chmod(path.stat().st_mode)
    failpoint("a file without lines before its row")
    is_put = _put(stored, name, found)
    if not is_put:
        target.unlink(missing_ok=True)
    return is_put


@transaction.atomic
def _new_name(stored: StoredFile, request: int) -> str:
    """Where the new content is to be; it stands with a request before it is written, so that a copy that no row names
    is taken away whatever happens."""
    name = random_path(stored, stored.name)
    current = PrivacyRequest.objects.select_for_update().get(pk=request)
    PrivacyRequest.objects.filter(pk=request).update(files_left=[*current.files_left, name])
    return name


@transaction.atomic
def _put(stored: StoredFile, name: str, found: Counter[int] | dict[int, int]) -> bool:
    """The new content in place of the old one, or none where `name` is empty; the old name stands with a request until
    it is gone. False where the row is not as it was, or an import has begun to read it."""
    rows = list(PrivacyRequest.objects.select_for_update().filter(pk__in=found).order_by("pk"))
    current = StoredFile.objects.select_for_update().get(pk=stored.pk)
    if current.removed_at is not None or current.file.name != stored.file.name:
        return False
    if name and name not in rows[0].files_left:
        return False
    if busy_files().filter(file=stored.pk).exists():
        return False
    old = str(current.file.name)
    if not name:
        StoredFile.objects.filter(pk=stored.pk).update(removed_at=timezone.now())
    else:
        with default_storage.open(name) as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest() if current.sha256 else ""
        StoredFile.objects.filter(pk=stored.pk).update(file=name, size=default_storage.size(name), sha256=digest)
    for at, request in enumerate(rows):
        said: dict[str, Any] = {"file": stored.pk, "lines": found[request.pk], "is_gone": not name}
        files = [one for one in request.late.get("files", []) if one["file"] != stored.pk or one["lines"]]
        left = [one for one in request.files_left if one != name]
        PrivacyRequest.objects.filter(pk=request.pk).update(
            late=request.late | {"files": [*files, said]}, files_left=[*left, *([old] if at == 0 else [])]
        )
    return True


def id_columns_of(stored: StoredFile) -> frozenset[str]:
    """The names of the columns, folded, that hold external ids of contacts in this file, as its imports (all of
    them) or its export have them."""
    fields, mapped = set(IDS_OF_CONTACTS), set[str]()
    runs = list(ImportRun.objects.filter(Q(file=stored) | Q(rejected_file=stored)).order_by("pk"))
    for run in runs:
        kind = import_kinds().get(run.kind)
        known = IDS_OF_CONTACTS | ({OWN_ID} if kind is not None and kind.model == CONTACT else set())
        mapped |= {fold_name(column) for column, name in run.options.get("map", []) if name in known}
        fields |= known
    if not runs and ExportRun.objects.filter(file=stored, model=CONTACT).exists():
        fields.add(OWN_ID)
    return frozenset(mapped | fields)
