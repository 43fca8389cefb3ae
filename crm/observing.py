"""How many requests were answered, how and how fast, over all web processes; and each request's number.

Each process counts for itself and writes its counts into a file of its own now and then; `/metrics` adds the files up.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from crm.acting import acting, new_request_id
from crm.choices import Door

logger = logging.getLogger("crm.requests")
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds
WRITE_EVERY_SECONDS = 10.0
GIVEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,31}")
HEADER = "X-Request-ID"
# "view method status": [answers, seconds in all, answers within the 1st, 2nd, ... bucket]
Counts = dict[str, list[float]]


class _Mine:
    """The counts of this process."""

    counts: Counts = {}
    lock = threading.Lock()
    written_at = 0.0


class Observed:
    """Gives every request its number (the proxy's, where it sends one), tells the caller, counts the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if GIVEN_ID.fullmatch(given) else new_request_id()
        request.request_id = request_id  # type: ignore[attr-defined]
        start = time.monotonic()
        with acting(request_id=request_id, door=Door.PAGE):
            response = self.get_response(request)
            note(request, response.status_code, time.monotonic() - start)
        response[HEADER] = request_id
        return response


def note(request: HttpRequest, status: int, seconds: float) -> None:
    """Count one answer. By the name of the view: addresses hold what people looked for."""
    match = request.resolver_match
    view = (match.view_name if match else "") or "unknown"
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "OTHER"
    logger.info("%s %s %s in %.0f ms", method, view, status, seconds * 1000)
    with _Mine.lock:
        counts = _Mine.counts.setdefault(f"{view} {method} {status}", [0.0] * (2 + len(BUCKETS)))
        counts[0] += 1
        counts[1] += seconds
        for place, bound in enumerate(BUCKETS):
            counts[2 + place] += seconds <= bound
        is_time = time.monotonic() - _Mine.written_at > WRITE_EVERY_SECONDS
        _Mine.written_at = time.monotonic() if is_time else _Mine.written_at
        words = json.dumps(_Mine.counts) if is_time else ""
    if words:
        _write(words)


def all_counts() -> Counts:
    """The counts of all processes, those that have ended too: a counter never goes back."""
    with _Mine.lock:
        total = {name: list(values) for name, values in _Mine.counts.items()}
    own = _folder() / f"{os.getpid()}.json"
    for path in _folder().glob("*.json"):
        if path != own:
            _add(total, path)
    return total


def _add(total: Counts, path: Path) -> None:
    try:
        found: Counts = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):  # gone, or not a file of ours
        return
    for name, values in found.items():
        sums = total.setdefault(name, [0.0] * len(values))
        total[name] = [a + b for a, b in zip(sums, values, strict=True)]


def _write(words: str) -> None:
    path = _folder() / f"{os.getpid()}.json"
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(words)
        fresh.replace(path)
    except OSError as error:  # a full disk is told by readyz; the page must not fail for it
        logger.warning("The counts of requests were not written (%s).", type(error).__name__)


def _folder() -> Path:
    folder = Path(settings.CRM_VAR) / "metrics"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
