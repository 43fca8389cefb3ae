"""What is promised to whom, in words, with the tickets that wait for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import dates, timezone
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.languages.words import in_words
from crm.models import LogEntry, User
from crm.templatetags.figures import number
from service.choices import Priority
from service.models import ServiceHours, SlaPolicy, Ticket
from service.models.promises import WEEKDAYS
from service.promises.wording import in_working_time

LOG_SHOWN, DAYS_SHOWN = 12, 3
PRIORITIES: dict[str, str] = {
    Priority.LOW: _("low priority"), Priority.NORMAL: _("normal priority"), Priority.HIGH: _("high priority"),
    Priority.URGENT: _("urgent priority"),
}  # fmt: skip


@dataclass(frozen=True)
class PromiseLine:
    """A promise with its place, in words; `waiting` and `late` count the unsolved tickets that the person may see
    (None: none at all). `hidden_by` is an earlier promise that takes every ticket of this one."""

    promise: SlaPolicy
    place: int
    whom: list[str]
    times: list[str]
    waiting: int | None
    late: int | None
    hidden_by: SlaPolicy | None

    @property
    def late_words(self) -> str:
        return in_words("%(count)s late", count=number(self.late))


@dataclass(frozen=True)
class HoursLine:
    """A set of working hours: its week in words, the holidays to come, and the promises that count it."""

    hours: ServiceHours
    week: list[str]
    holidays: list[dt.date]
    counted_by: list[str]

    @property
    def more_days(self) -> int:
        return len(self.holidays) - DAYS_SHOWN


@dataclass(frozen=True)
class Standing:
    """What the page shows."""

    promises: list[PromiseLine]
    without: int | None
    hours: list[HoursLine]
    entries: list[LogEntry]


def standing(user: User) -> Standing:
    """All promises in their order, and what has been changed of them lately."""
    promises = list(SlaPolicy.objects.visible_to(user).select_related("queue", "tier", "hours"))
    counts = _counts(user)
    return Standing(
        [_line(one, place, promises[: place - 1], counts) for place, one in enumerate(promises, start=1)],
        None if counts is None else counts.get(None, (0, 0))[0],
        [_hours_line(one, promises) for one in ServiceHours.objects.visible_to(user)],
        _entries() if can(user, Verb.CHANGE, SlaPolicy) else [],
    )


def hidden_by(promise: SlaPolicy, earlier: Sequence[SlaPolicy]) -> SlaPolicy | None:
    """The first earlier promise that fits every ticket that this one fits: this one never holds then."""

    def covers(other: SlaPolicy) -> bool:
        return (
            other.queue_id in (None, promise.queue_id)
            and other.priority in ("", promise.priority)
            and other.tier_id in (None, promise.tier_id)
        )

    return next((other for other in earlier if covers(other)), None)


def whom(promise: SlaPolicy) -> list[str]:
    """The tickets that it is for, in words; none: all of them."""
    return [
        *([in_words("queue %(name)s", name=promise.queue)] if promise.queue else []),
        *([in_words(PRIORITIES[promise.priority])] if promise.priority else []),
        *([in_words("customers of the tier %(name)s", name=promise.tier)] if promise.tier else []),
    ]


def _line(
    promise: SlaPolicy, place: int, earlier: Sequence[SlaPolicy], counts: dict[int | None, tuple[int, int]] | None
) -> PromiseLine:
    minutes = (promise.first_reply_minutes, promise.next_reply_minutes, promise.solution_minutes)
    waiting, late = (None, None) if counts is None else counts.get(promise.pk, (0, 0))
    times = [in_working_time(one) for one in minutes]
    return PromiseLine(promise, place, whom(promise), times, waiting, late, hidden_by(promise, earlier))


def _hours_line(hours: ServiceHours, promises: Sequence[SlaPolicy]) -> HoursLine:
    today = company_today()
    names = [one.name for one in promises if one.hours_id == hours.pk]
    return HoursLine(hours, week_in_words(hours), sorted(day for day in hours.holidays if day >= today), names)


def week_in_words(hours: ServiceHours) -> list[str]:
    """The week, days of the same hours together: “Monday to Friday 09:00-17:00”, “Saturday closed”."""
    found: list[tuple[str, str, str]] = []
    for name in WEEKDAYS:
        text = getattr(hours, name).strip()
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], name, text)
        else:
            found.append((name, name, text))
    days = {name: dates.WEEKDAYS[place] for place, name in enumerate(WEEKDAYS)}
    return [_days_in_words(days[first], days[last], text) for first, last, text in found]


def _days_in_words(first: object, last: object, hours: str) -> str:
    day = _capital(first)
    if first == last:
        return f"{day} {hours}" if hours else in_words("%(day)s closed", day=day)
    if hours:
        return in_words("%(first)s to %(last)s %(hours)s", first=day, last=last, hours=hours)
    return in_words("%(first)s to %(last)s closed", first=day, last=last)


def _capital(text: object) -> str:
    """The text as a line begins."""
    said = str(text)
    return said[:1].upper() + said[1:]


def _counts(user: User) -> dict[int | None, tuple[int, int]] | None:
    """Unsolved tickets, and those of them that are late, by the promise that holds; None for who sees no tickets."""
    if not can(user, Verb.VIEW, Ticket):
        return None
    late = Count("pk", filter=Q(due_at__lte=timezone.now()))
    rows = Ticket.objects.visible_to(user).unsolved().order_by()
    found = rows.values("policy").annotate(waiting=Count("pk"), late=late)
    return {key: (waiting, over) for key, waiting, over in found.values_list("policy", "waiting", "late")}


def _entries() -> list[LogEntry]:
    labels = [model._meta.label_lower for model in (SlaPolicy, ServiceHours)]
    return list(LogEntry.objects.filter(model__in=labels).select_related("actor")[:LOG_SHOWN])
