"""The past of a record, as a tab of its page."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest

from crm.catalogue import RecordPanel
from crm.past.origins import origin_of
from crm.past.reading import past_of
from crm.requests import SignedInRequest
from crm.timeline import moment_asked


def past(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """What happened to the record and its parts, newest first; `?before=` is the moment that an older page begins."""
    events, has_more = past_of(record, cast(SignedInRequest, request).user, moment_asked(request.GET.get("before", "")))
    older = {"tab": "changes", "before": events[-1].at.isoformat()} if has_more and events else None
    origin = None if request.GET.get("before") else origin_of(record)
    return {"events": events, "origin": origin, "older_url": f"{request.path}?{urlencode(older)}" if older else ""}


CHANGES = RecordPanel("changes", "Changes", "crm/_changes.html", past, place="tab", order=900)
