"""What administrators see first: whether everything runs, and who may sign in."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from crm.access import can, scope_of
from crm.accounts.queries import SIGN_INS
from crm.accounts.second_factor import with_second_factor
from crm.choices import JobState, Role, Scope, Verb
from crm.importing.queries import RECENT_DAYS, recent_imports
from crm.job_overview import bad_jobs, queues_now
from crm.mail.choices import MailState
from crm.mail.ledger import figures
from crm.models import ImportRun, JobRun, MailChannel, OutgoingMail, User
from crm.templatetags.figures import duration, number
from crm.tiles.counting import list_url
from crm.tiles.spec import Figure, HomeCard, HomeFigures

PARTS = {
    "database": "Database",
    "broker": "Broker",
    "migrations": "Migrations",
    "disk": "Room on the disk",
    "worker": "Workers",
    "quick": "Workers of short jobs",
    "batch": "Workers of long jobs",
    "beat": "Clock",
    "outbox": "What is due leaves",
}
TONES = {"ok": "good", "late": "warn", "never": "warn", "failing": "bad"}
SAID = {"ok": "as it should be", "late": "late", "never": "not heard of yet", "failing": "not as it must be"}


def jobs_figure(user: User) -> list[Figure]:
    """Jobs of the last days that ended badly."""
    if not can(user, Verb.VIEW, JobRun):
        return []
    counts = bad_jobs(user).aggregate(all=Count("pk"), parked=Count("pk", filter=Q(state=JobState.PARKED)))
    note = f"{number(counts['parked'])} of them parked after three tries"
    url = list_url("crm:job_list", {"state": "bad"})
    return [_counted("Jobs that failed, 7 days", counts["all"], note, url)]


def mails_figures(user: User) -> list[Figure]:
    """Mails of which nobody knows whether they left, and those that did not."""
    if not can(user, Verb.VIEW, OutgoingMail):
        return []
    counts = figures(OutgoingMail.objects.visible_to(user))
    lost = counts[MailState.FAILED] + counts[MailState.PARKED]
    return [
        _counted(
            "Mails uncertain",
            counts[MailState.UNCERTAIN],
            "nobody knows whether they left",
            list_url("crm:mail_list", {"tab": "uncertain"}),
        ),
        _counted("Mails that failed", lost, "refused or parked", list_url("crm:mail_list", {"tab": "failed"})),
    ]


def imports_figure(user: User) -> list[Figure]:
    """Imports that were brought in of late, and how many of them did not come through."""
    if not can(user, Verb.VIEW, ImportRun):
        return []
    rows = recent_imports(ImportRun.objects.visible_to(user))
    bad = Q(job__state__in=(JobState.FAILED, JobState.PARKED))
    counts = rows.order_by().aggregate(all=Count("pk"), bad=Count("pk", filter=bad))
    change: dict[str, Any] = (
        {"change": f"{number(counts['bad'])} failed", "change_tone": "bad"} if counts["bad"] else {}
    )
    url = list_url("crm:import_list", {"days": RECENT_DAYS})
    return [Figure("Imports, 7 days", number(counts["all"]), "files that came in", url, rows=counts["all"], **change)]


def people_figures(user: User) -> list[Figure]:
    """Who may sign in, who has not come yet, who signs in by a password alone."""
    if not can(user, Verb.CHANGE, User):
        return []
    rows = with_second_factor(User.objects.get_queryset())
    counts = rows.aggregate(**{name: Count("pk", filter=one.condition) for name, one in SIGN_INS.items()})
    said = {
        "active": ("People", "may sign in"),
        "invited": ("Invited", "have not set a password yet"),
        "one-factor": ("Without a second factor", "sign in by a password alone"),
    }
    return [
        Figure(label, number(counts[name]), note, list_url("crm:person_list", {"sign_in": name}), rows=counts[name])
        for name, (label, note) in said.items()
    ]


def health_card(request: HttpRequest) -> dict[str, Any] | None:
    """Whether each part of the house answers, the channels of mail, the queues; for who sees all jobs."""
    from crm.views.health import parts_now  # noqa: PLC0415 - pages are not loaded with the catalogues

    user: User = request.user  # type: ignore[assignment]
    if scope_of(user, JobRun, Verb.VIEW) != Scope.ALL:
        return None
    parts = [
        {"label": PARTS[name], "said": SAID[found], "tone": TONES[found]}
        for name, found in parts_now().items()
        if name in PARTS
    ]
    waits = [
        {"label": queue.label, "waiting": queue.waiting, "oldest": duration(queue.oldest) if queue.oldest else ""}
        for queue in queues_now()
    ]
    channels = list(MailChannel.objects.visible_to(user)) if can(user, Verb.VIEW, MailChannel) else []
    return {"parts": parts, "queues": waits, "channels": channels, "jobs_url": reverse("crm:job_list")}


def _counted(label: str, count: int, note: str, url: str) -> Figure:
    """A figure that should be 0."""
    pill: dict[str, Any] = {"change": "look", "change_tone": "bad"} if count else {}
    return Figure(label, number(count), note, url, rows=count, **pill)


ADMIN = (Role.ADMIN,)
CARDS = (
    HomeCard(
        "health", "crm/_home_health.html", health_card, roles=ADMIN, order=4, label="Does everything run?",
        is_late=True, height="l",
    ),
)  # fmt: skip
FIGURES = (
    HomeFigures("bad_jobs", "Jobs that failed", jobs_figure, roles=ADMIN, order=10),
    HomeFigures("bad_mails", "Mails", mails_figures, roles=ADMIN, order=20, most=2),
    HomeFigures("imports", "Imports", imports_figure, roles=ADMIN, order=30),
    HomeFigures("people", "People", people_figures, roles=ADMIN, order=50, most=3),
)
