"""Files of imports and exports that name somebody erased: their lines go, or the file that cannot be written anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import PrivacyRequest
from contacts.privacy.late.cutting import cut
from contacts.privacy.late.sought import Sought
from contacts.privacy.tables import Person
from crm.catalogue import import_kinds
from crm.choices import JobState
from crm.importing.dialects import fold_name
from crm.models import ExportRun, ImportRun, StoredFile

logger = logging.getLogger(__name__)
CONTACT = "contacts.contact"
IDS_OF_CONTACTS = frozenset({"contact_external_id", "partner_external_id"})
OWN_ID = "external_id"
STEP = 50


def clean_files(asked: Sequence[tuple[PrivacyRequest, Person]], since: dt.datetime | None) -> None:
    """Take the lines of these people out of every file that imports, exports and other jobs keep, and say with the
    request which file and how many lines. A file whose import is at work is left: the next look finds it."""
    sought = Sought.of((request.pk, person) for request, person in asked)
    for stored in _files(since).order_by("pk").iterator(STEP):
        try:
            _clean(stored, sought, [request.pk for request, _ in asked])
        except FileNotFoundError:
            logger.warning("The content of the file %s is not there.", stored.pk)
    for request, _ in asked:
        remove_left(request.pk)


def remove_left(request: int) -> None:
    """Take away the contents whose rows name others now, or none; a file that is gone is no fault."""
    names = PrivacyRequest.objects.values_list("files_left", flat=True).get(pk=request)
    for name in names:
        default_storage.delete(name)
    if names:
        PrivacyRequest.objects.filter(pk=request).update(files_left=[])


def _files(since: dt.datetime | None) -> QuerySet[StoredFile]:
    rejected = ImportRun.objects.exclude(rejected_file=None).values("rejected_file")
    tables = Q(imports__isnull=False) | Q(exports__isnull=False) | Q(jobrun__isnull=False) | Q(pk__in=rejected)
    there = StoredFile.objects.filter(tables, removed_at=None).exclude(file="")
    busy = ImportRun.objects.filter(job__state=JobState.RUNNING).values("file")
    there = there.exclude(pk__in=busy)
    if since is not None:
        there = there.filter(Q(created_at__gte=since) | Q(imports__job__finished_at__gte=since))
    return there.distinct()


def _clean(stored: StoredFile, sought: Sought, requests: list[int]) -> None:
    with tempfile.TemporaryDirectory(prefix="crm-erasure-") as folder:
        target = Path(folder) / "file"
        found = cut(Path(stored.file.path), target, sought, id_columns_of(stored))
        if found is None:
            _put(stored, None, dict.fromkeys(requests, 0))
        elif found:
            _put(stored, target, found)


@transaction.atomic
def _put(stored: StoredFile, path: Path | None, found: Counter[int] | dict[int, int]) -> None:
    """The new content in place of the old one, or none; the old name stands with a request until it is gone."""
    current = StoredFile.objects.select_for_update().get(pk=stored.pk)
    if current.removed_at is not None or current.file.name != stored.file.name:
        return
    old = str(current.file.name)
    if path is None:
        StoredFile.objects.filter(pk=stored.pk).update(removed_at=timezone.now())
    else:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest() if current.sha256 else ""
            content.seek(0)
            current.file.save(current.name, File(content), save=False)
        current.size, current.sha256 = path.stat().st_size, digest
        current.save(update_fields=["file", "size", "sha256"])
    for at, (key, lines) in enumerate(sorted(found.items())):
        request = PrivacyRequest.objects.select_for_update().get(pk=key)
        said: dict[str, Any] = {"file": stored.pk, "lines": lines, "is_gone": path is None}
        files = [one for one in request.late.get("files", []) if one["file"] != stored.pk or one["lines"]]
        PrivacyRequest.objects.filter(pk=key).update(
            late=request.late | {"files": [*files, said]},
            files_left=[*request.files_left, *([old] if at == 0 else [])],
        )


def id_columns_of(stored: StoredFile) -> frozenset[str]:
    """The names of the columns, folded, that hold external ids of contacts in this file, as its import or export has
    them."""
    run = ImportRun.objects.filter(Q(file=stored) | Q(rejected_file=stored)).first()
    if run is not None:
        kind = import_kinds().get(run.kind)
        fields = IDS_OF_CONTACTS | ({OWN_ID} if kind is not None and kind.model == CONTACT else set())
        mapped = {fold_name(column) for column, name in run.options.get("map", []) if name in fields}
        return frozenset(mapped | fields)
    export = ExportRun.objects.filter(file=stored).first()
    return IDS_OF_CONTACTS | ({OWN_ID} if export is not None and export.model == CONTACT else frozenset())
