"""The tab of files for the pages of records of any app, and the newest of them beside its facts."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest
from django.urls import reverse

from crm.access import VisibleQuerySet, can, scope_of
from crm.catalogue import RecordPanel
from crm.choices import Scope, Verb
from crm.models import Attachment, User
from crm.notes.queries import files_of
from crm.requests import SignedInRequest

MOST_BESIDE = 3


def files(request: HttpRequest, record: models.Model, *, url_name: str) -> dict[str, Any]:
    """Files at the record; whoever sees it may add one."""
    user = cast(SignedInRequest, request).user
    return {
        "files": files_of(user, record),
        "may_add": can(user, Verb.ADD, Attachment),
        "may_remove": scope_of(user, Attachment, Verb.DELETE) == Scope.ALL,
        "upload_url": reverse(url_name, args=[record.pk]),
    }


def files_panel(url_name: str, counts: str = "") -> RecordPanel:
    """The tab; `url_name` is the address to which a file for a record is sent. `counts` is the label of a model whose
    record page reads the counts of its tabs along with the record (`crm.counted_panels`)."""
    read = partial(files, url_name=url_name)
    if not counts:
        return RecordPanel("files", "Files", "notes/_files.html", read, place="tab", order=80)
    counted = partial(_files_at, counts)
    return RecordPanel("files", "Files", "notes/_files.html", read, "tab", 80, count=count_files, counted=counted)


def count_files(request: HttpRequest, record: models.Model) -> int:
    """As the statement counted them that read the record."""
    count: int = getattr(record, "files_count", 0)
    return count


def _files_at(label: str, user: User) -> VisibleQuerySet[Attachment]:
    return Attachment.objects.visible_to(user).filter(removed_at=None, record_model=label, record_id=OuterRef("pk"))


def newest_files(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The newest files at a record; None where there are none."""
    count = count_files(request, record)
    if not count:
        return None
    rows = list(files_of(cast(SignedInRequest, request).user, record)[:MOST_BESIDE])
    return {"files": rows, "more": count - len(rows), "record": record}


NEWEST_FILES = RecordPanel("newest_files", "Newest files", "notes/_newest_files.html", newest_files, order=6)
