"""`/metrics`: the figures that a monitoring system asks for, in the text form of Prometheus.

For callers from this machine, or with the token of CRM_METRICS_TOKEN; everybody else is told that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from secrets import compare_digest
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.choices import JobState
from crm.holding import is_sending_held
from crm.mail.ledger import figures
from crm.models import JobRun, MailChannel, OutgoingMail
from crm.observing import BUCKETS, all_counts
from crm.serving.alive import LATE, silent_for

LOOPBACK = {"127.0.0.1", "::1"}
Sample = tuple[dict[str, str], float]


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Requests by view, jobs and mails by state, the age of the queues, signs of life, the pool of connections."""
    if not may_read(request):
        raise Http404
    lines = [*_requests(), *_jobs(), *_mails(), *_life(), *_pool()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def may_read(request: HttpRequest) -> bool:
    """Whether the token is right, or the caller sits on this machine (a proxy's word for somebody else says no)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.CRM_METRICS_TOKEN and scheme == "Bearer":
        return compare_digest(token.encode(), settings.CRM_METRICS_TOKEN.encode())
    is_forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Forwarded-Proto"))
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded


def _requests() -> Iterator[str]:
    counts = dict(sorted(all_counts().items()))
    yield "# HELP crm_request_seconds How long requests took, by view, method and status."
    yield "# TYPE crm_request_seconds histogram"
    for name, (total, seconds, *within) in counts.items():
        view, method, status = name.rsplit(" ", 2)
        words = f'view="{_escaped(view)}",method="{method}",status="{status}"'
        for bound, count in zip(BUCKETS, within, strict=True):
            yield f'crm_request_seconds_bucket{{{words},le="{bound}"}} {count:.0f}'
        yield f'crm_request_seconds_bucket{{{words},le="+Inf"}} {total:.0f}'
        yield f"crm_request_seconds_sum{{{words}}} {seconds:.6f}"
        yield f"crm_request_seconds_count{{{words}}} {total:.0f}"


def _jobs() -> Iterator[str]:
    unfinished = [JobState.WAITING, JobState.RUNNING, JobState.PARKED, JobState.FAILED]
    rows = JobRun.objects.filter(state__in=unfinished).order_by().values_list("state", "queue").annotate(Count("pk"))
    yield from _gauge("crm_jobs", "Jobs by state and queue.", (({"state": s, "queue": q}, n) for s, q, n in rows))
    due = JobRun.objects.filter(state=JobState.WAITING, due_at__lte=timezone.now()).aggregate(at=Min("due_at"))["at"]
    yield from _gauge("crm_jobs_oldest_seconds", "Since when the oldest job that is due waits.", [({}, _age(due))])


def _mails() -> Iterator[str]:
    found = figures(OutgoingMail.objects.all())
    due = found.pop("oldest_due")
    states = (
        ({"state": str(name)}, float(count or 0)) for name, count in found.items() if name not in {"sent", "cancelled"}
    )
    yield from _gauge("crm_mails", "Mails by state, but of those that ended as wanted.", states)
    yield from _gauge("crm_mails_oldest_seconds", "Since when the oldest mail that is due waits.", [({}, _age(due))])
    paused = (({"channel": channel.name}, float(channel.is_paused)) for channel in MailChannel.objects.all())
    yield from _gauge("crm_mail_channel_paused", "1 where nothing leaves by this channel.", paused)
    yield from _gauge(
        "crm_sending_held", "1 while a restored instance sends nothing.", [({}, float(is_sending_held()))]
    )


def _life() -> Iterator[str]:
    silences = ((name, silent_for(name)) for name in LATE)
    samples = (({"process": name}, silence.total_seconds()) for name, silence in silences if silence is not None)
    yield from _gauge("crm_silent_seconds", "Seconds since the last sign of life.", samples)


def _pool() -> Iterator[str]:
    pool = getattr(connection, "pool", None)
    found: dict[str, Any] = pool.get_stats() if pool else {}
    names = ("pool_size", "pool_available", "requests_waiting", "requests_errors")
    samples = (({"figure": name}, float(found[name])) for name in names if name in found)
    yield from _gauge("crm_database_pool", "Connections to the database of the process that answered.", samples)


def _gauge(name: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        words = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{words}}} {value:g}" if words else f"{name} {value:g}"


def _age(since: Any) -> float:
    return max(0.0, (timezone.now() - since).total_seconds()) if since else 0.0


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
