"""Sign-ins, records kept up to date and entries in histories, by person and week, from the log of actions.

What a job did (an import, a bulk change, the night) counts for nobody. A record counts once a week, however often it
was changed. Weeks begin on the company's Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncWeek

from crm.company import company_today, current_company, end_of_day
from crm.filtering.patience import patience
from crm.models import LogEntry, User

SIGN_INS, RECORDS, ENTRIES = "sign_ins", "records", "entries"
MEASURES: dict[str, tuple[str, str]] = {
    SIGN_INS: ("Sign-ins", "How often they signed in."),
    RECORDS: ("Records kept up to date", "Different records that they made or changed by hand; each once a week."),
    ENTRIES: ("Entries", "Calls, meetings, notes, answers and files that they put into the history of a customer."),
}
WRITTEN = ("log", "note", "call", "attach", "reply", "mail")
# what says that a record is right now; to look, watch, vote, arrange, try, share or take away says nothing of it
UPKEEP = (
    "create", "change", "move", "assign", "allocate", "take", "tag", "mark", "unmark", "review", "confirm", "publish",
    "relate", "link", "unlink", "merge", "unmerge", "split", "archive", "restore", "delete", "withdraw", "consent",
    "qualify", "convert", "reverse", "register", "return", "pay", "renew", "cancel", "enrol", "plan", "drop", "end",
    "complete", "reopen", "solve", "close", "settle", "follow up", "try to win back", "accept", "dismiss", "translate",
    "add file", "remove file",
)  # fmt: skip
CONDITIONS: dict[str, Q] = {
    SIGN_INS: Q(verb="sign in"),
    RECORDS: Q(object_id__isnull=False) & Q(verb__in=UPKEEP) & ~Q(model__in=("crm.user", "crm.jobrun")),
    ENTRIES: Q(verb__in=WRITTEN, contact_id__isnull=False),
}
WEEK, MOST_ROWS = dt.timedelta(days=7), 500
RECORD = Concat("model", Value(" "), Cast("object_id", CharField()), output_field=CharField())


@dataclass(frozen=True)
class Adopted:
    """One person: what they did in each week (by its Monday), for each measure."""

    person: User
    counts: Mapping[tuple[str, dt.date], int] = field(default_factory=dict)

    def of(self, measure: str, week: dt.date) -> int:
        return self.counts.get((measure, week), 0)

    def total(self, measure: str) -> int:
        return sum(count for (name, _), count in self.counts.items() if name == measure)


def weeks_up_to_now(count: int) -> list[dt.date]:
    """The Mondays of the last weeks, the one that runs last."""
    today = company_today()
    monday = today - dt.timedelta(days=today.weekday())
    return [monday - WEEK * back for back in reversed(range(count))]


def adoption(user: User, weeks: list[dt.date]) -> list[Adopted]:
    """Every active colleague that the person sees, by name, also who did nothing. Raises `OutOfPatience`."""
    rows = (
        _log_of(user, weeks[0], weeks[-1])
        .annotate(week=TruncWeek("at", tzinfo=current_company().zone), record=RECORD)
        .order_by()
        .values("actor", "week")
        .annotate(
            sign_ins=Count("pk", filter=CONDITIONS[SIGN_INS]),
            records=Count("record", filter=CONDITIONS[RECORDS], distinct=True),
            entries=Count("pk", filter=CONDITIONS[ENTRIES]),
        )
    )
    counts: dict[int, dict[tuple[str, dt.date], int]] = {}
    with patience(settings.CRM_REPORT_MILLISECONDS):
        for row in rows:
            mine = counts.setdefault(row["actor"], {})
            mine.update({(name, row["week"].date()): row[name] for name in MEASURES if row[name]})
    people = User.objects.visible_to(user).filter(is_active=True).exclude(email=None).select_related("team")
    return [Adopted(one, counts.get(one.pk, {})) for one in people.order_by("name", "pk")]


def rows_behind(user: User, measure: str, person: int, week: dt.date) -> QuerySet[LogEntry]:
    """The rows of the log behind a figure, the newest first; of a record its newest alone."""
    rows = _log_of(user, week, week).filter(CONDITIONS[measure], actor=person)
    if measure == RECORDS:
        newest = rows.order_by("model", "object_id", "-at", "-pk").distinct("model", "object_id").values("pk")
        rows = LogEntry.objects.filter(pk__in=newest)
    return rows.order_by("-at", "-pk")


def _log_of(user: User, first: dt.date, last: dt.date) -> QuerySet[Any]:
    """What people did by hand from one week to another, of what the person may read."""
    since, until = end_of_day(first - dt.timedelta(days=1)), end_of_day(last + WEEK - dt.timedelta(days=1))
    rows: QuerySet[Any] = LogEntry.objects.visible_to(user).filter(at__gte=since, at__lt=until)
    return rows.filter(job=None, actor__isnull=False)
