"""The tab of files, for the pages of records of any app."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from crm.access import can, scope_of
from crm.catalogue import RecordPanel
from crm.choices import Scope, Verb
from crm.models import Attachment
from crm.notes.queries import files_of
from crm.requests import SignedInRequest


def files(request: HttpRequest, record: models.Model, *, url_name: str) -> dict[str, Any]:
    """Files at the record; whoever sees it may add one."""
    user = cast(SignedInRequest, request).user
    return {
        "files": files_of(user, record),
        "may_add": can(user, Verb.ADD, Attachment),
        "may_remove": scope_of(user, Attachment, Verb.DELETE) == Scope.ALL,
        "upload_url": reverse(url_name, args=[record.pk]),
    }


def files_panel(url_name: str) -> RecordPanel:
    """The tab; `url_name` is the address to which a file for a record is sent."""
    read = partial(files, url_name=url_name)
    return RecordPanel("files", "Files", "notes/_files.html", read, place="tab", order=80)
