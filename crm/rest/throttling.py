"""How often: a token in a minute, and an address that sends tokens that do not exist."""

from __future__ import annotations

import datetime as dt
import hashlib
import time

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.models import ApiToken, ApiUse
from crm.rest.problems import Problem

COUNT_SQL = """
INSERT INTO crm_apiuse AS u (subject, minute, calls, last_at) VALUES (%s, %s, 1, now())
ON CONFLICT (subject) DO UPDATE
SET calls = CASE WHEN u.minute = excluded.minute THEN u.calls + 1 ELSE 1 END,
    minute = excluded.minute, last_at = excluded.last_at
RETURNING calls
"""
KEEP_FAILURES = dt.timedelta(days=1)


def token_subject(token: ApiToken) -> str:
    return f"token:{token.pk}"


def count_token(token: ApiToken) -> None:
    """Count one call of a token and remember when. Raises a 429 past the limit of a minute."""
    if _count(token_subject(token)) > settings.CRM_API_CALLS_A_MINUTE:
        limit = settings.CRM_API_CALLS_A_MINUTE
        raise _too_many(f"This token may make {limit} calls a minute. Wait for the next minute.")


def count_failure(address: str) -> None:
    """Count a token that opens nothing. Raises a 429 past the limit; a right token from there still works."""
    subject = f"failures:{hashlib.sha256(address.encode()).hexdigest()[:40]}"
    if _count(subject) > settings.CRM_API_FAILURES_A_MINUTE:
        raise _too_many("Too many wrong tokens from your address. Wait for the next minute.")


def forget_failures() -> int:
    """Take out counters of addresses that have long been quiet; how many."""
    old = timezone.now() - KEEP_FAILURES
    return ApiUse.objects.filter(subject__startswith="failures:", last_at__lt=old).delete()[0]


def _count(subject: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [subject, int(time.time() // 60)])
        return int(cursor.fetchone()[0])


def _too_many(sentence: str) -> Problem:
    wait = 60 - int(time.time()) % 60
    return Problem(429, "too_many_calls", sentence, headers={"Retry-After": str(wait)})
