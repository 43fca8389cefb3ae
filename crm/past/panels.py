"""The past of a record, as a tab of its page."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django.db import models
from django.http import Http404, HttpRequest

from crm.catalogue import RecordPanel
from crm.past.reading import past_of
from crm.requests import SignedInRequest


def past(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """What happened to the record and its parts, newest first; `?before=` is the moment that an older page begins."""
    events, has_more = past_of(record, cast(SignedInRequest, request).user, _moment(request.GET.get("before", "")))
    older = {"tab": "changes", "before": events[-1].at.isoformat()} if has_more and events else None
    return {"events": events, "older_url": f"{request.path}?{urlencode(older)}" if older else ""}


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Http404("That is not a moment.") from error
    if moment.tzinfo is None:
        raise Http404("A moment needs its zone.")
    return moment


CHANGES = RecordPanel("changes", "Changes", "crm/_changes.html", past, place="tab", order=900)
