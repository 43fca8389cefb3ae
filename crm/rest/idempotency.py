"""A POST sent twice with one `Idempotency-Key` is done once, and answered twice with the same answer.

The key's row is written first, in the transaction of the work. A second request with the key waits there for the first,
then finds its answer; where the first was refused or broke off, the row is gone with it and the second does the work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from typing import cast

from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpResponse
from django.utils import timezone

from crm.models import KeptAnswer
from crm.rest.parsing import body_of
from crm.rest.problems import Problem
from crm.rest.tokens import ApiRequest

HEADER = "Idempotency-Key"
KEY = re.compile(r"^[\x21-\x7e]{1,200}$")
KEPT_HEADERS = ("Location", "ETag", "Possible-Duplicates")
KEPT = dt.timedelta(days=2)


def done_once(request: ApiRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work and answer it, in one transaction; or give the answer that was kept for this key.

    Raises a 400 for a key that cannot be one, a 422 for one that was used for another request, a 409 while the first
    request with it is still under way.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return work()
    if not KEY.match(key):
        raise Problem(400, "bad_key", f"`{HEADER}` holds 1 to 200 visible characters.")
    fingerprint = _fingerprint(request)
    try:
        return _first_time(request, key, fingerprint, work)
    except _SeenBefore:
        return _again(request, key, fingerprint)


class _SeenBefore(Exception):
    pass


def _first_time(request: ApiRequest, key: str, fingerprint: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        row = _reserve(request, key, fingerprint)
        response = work()
        row.status, row.body = response.status_code, response.content.decode()
        row.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
        row.save()
        return response


def _reserve(request: ApiRequest, key: str, fingerprint: str) -> KeptAnswer:
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(token=request.auth, key=key, fingerprint=fingerprint)
    except IntegrityError as error:
        raise _SeenBefore from error
    except OperationalError as error:  # the first request holds the key for longer than this one may wait
        raise Problem(409, "under_way", f"The first request with this `{HEADER}` is still under way.") from error


def _again(request: ApiRequest, key: str, fingerprint: str) -> HttpResponse:
    kept = KeptAnswer.objects.get(token=request.auth, key=key)
    if kept.fingerprint != fingerprint:
        raise Problem(422, "key_reused", f"This `{HEADER}` was sent with another request before. Use a new one.")
    headers = {**cast("dict[str, str]", kept.headers), "Idempotency-Replayed": "true"}
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=headers)


def _fingerprint(request: ApiRequest) -> str:
    said = [str(request.method), request.get_full_path()]
    return hashlib.sha256("\n".join(said).encode() + b"\n" + body_of(request)).hexdigest()


def forget_answers() -> int:
    """Take out answers that are older than two days; how many."""
    old = timezone.now() - KEPT
    return KeptAnswer.objects.filter(created_at__lt=old).delete()[0]
