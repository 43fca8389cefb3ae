"""Unexpected errors told to the operator's Sentry (or GlitchTip, Bugsink): off without `SENTRY_DSN`.

What leaves is put together anew from a short list, so that what a later version of the SDK adds stays here: kind and
place of the error, the words of the program, the numbers of request and job. Never a body, a header, a cookie, a
query, a variable, a person.
"""

from __future__ import annotations

import re
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from crm.acting import current_acting
from crm.logs import without_personal_data

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "server_name", "sdk")
KEPT_OF_FRAME = ("filename", "module", "function", "lineno", "pre_context", "context_line", "post_context", "in_app")
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”")
LONGEST_TEXT = 1_000


def tell_of_faults(dsn: str, **more: Any) -> None:
    """Begin to send what is logged as an error, and what nobody caught; does nothing where `dsn` is empty."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        before_send=before_send,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
            LoggingIntegration(level=None),
        ],
        **more,
    )


def before_send(event: Any, hint: dict[str, Any]) -> Any:
    """The event as it may leave the house: a new one, of what is known to hold nothing of a person."""
    now = current_acting()
    sent: dict[str, Any] = {name: event[name] for name in KEPT if name in event}
    sent["tags"] = {name: str(value) for name, value in (("request", now.request_id), ("job", now.job_id)) if value}
    # the pattern of an address or the name of a task; an address itself may hold a token
    sent["transaction"] = event.get("transaction") if _is_pattern(event) else None
    if method := event.get("request", {}).get("method"):
        sent["request"] = {"method": method}
    if entry := event.get("logentry"):
        # the words of the code, without what was put into them
        sent["logentry"] = {"message": without_personal_data(str(entry.get("message", "")))[:LONGEST_TEXT]}
    if exceptions := event.get("exception", {}).get("values"):
        sent["exception"] = {"values": [_exception(one) for one in exceptions]}
    return sent


def _is_pattern(event: dict[str, Any]) -> bool:
    return event.get("transaction_info", {}).get("source") in {"route", "component", "task", "custom"}


def _exception(one: dict[str, Any]) -> dict[str, Any]:
    """Kind, place, and the message without what stands in quotes: there, programs repeat what people typed."""
    value = QUOTED.sub("'…'", without_personal_data(str(one.get("value") or "")))
    found: dict[str, Any] = {"type": one.get("type"), "module": one.get("module"), "value": value[:LONGEST_TEXT]}
    frames = (one.get("stacktrace") or {}).get("frames") or []
    found["stacktrace"] = {"frames": [{name: frame.get(name) for name in KEPT_OF_FRAME} for frame in frames]}
    return found
