"""Repetition: rules as RFC 5545 writes them (RRULE), counted on the wall clock of the task's zone.

A rule is a text such as `FREQ=WEEKLY;BYDAY=MO;UNTIL=20270303T235959`. Moments here are naive: the caller knows
the zone, so that nine o'clock stays nine o'clock when the clocks change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from crm.agenda.choices import Repeats
from crm.languages.styles import NO_BREAK
from crm.languages.words import translated
from crm.templatetags.figures import full_day

MOST_EVERY = 99
MOST_TIMES = 999
LAST_SURE_DAY = 28  # of any month
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = "MO,TU,WE,TH,FR"
FREQUENCIES: dict[str, str] = {
    Repeats.DAILY: "DAILY",
    Repeats.WORKDAYS: "WEEKLY",
    Repeats.WEEKLY: "WEEKLY",
    Repeats.MONTHLY: "MONTHLY",
    Repeats.YEARLY: "YEARLY",
}
EVERY = {
    "DAILY": _("every %(count)s days"),
    "WEEKLY": _("every %(count)s weeks"),
    "MONTHLY": _("every %(count)s months"),
    "YEARLY": _("every %(count)s years"),
}


@dataclass(frozen=True)
class Repetition:
    """A rule as a form shows it: how often, every how many of them, and its end (a day, or a number of times)."""

    repeats: str
    every: int = 1
    until: dt.date | None = None
    times: int | None = None


def make_rule(repetition: Repetition, day: dt.date) -> str:
    """The rule of a repetition that begins on `day`. The 31st means the last day of a month that is shorter."""
    parts = [f"FREQ={FREQUENCIES[repetition.repeats]}"]
    if repetition.every > 1 and repetition.repeats != Repeats.WORKDAYS:
        parts.append(f"INTERVAL={repetition.every}")
    if repetition.repeats == Repeats.WORKDAYS:
        parts.append(f"BYDAY={WORKDAYS}")
    elif repetition.repeats == Repeats.WEEKLY:
        parts.append(f"BYDAY={WEEKDAYS[day.weekday()]}")
    elif repetition.repeats == Repeats.MONTHLY and day.day > LAST_SURE_DAY:
        sure = ",".join(str(number) for number in range(LAST_SURE_DAY, day.day + 1))
        parts += [f"BYMONTHDAY={sure}", "BYSETPOS=-1"]
    if repetition.until:
        parts.append(f"UNTIL={repetition.until:%Y%m%d}T235959")
    elif repetition.times:
        parts.append(f"COUNT={repetition.times}")
    return ";".join(parts)


def read_rule(rule: str) -> Repetition | None:
    """What a rule says; None for an empty one."""
    if not rule:
        return None
    parts = _parts(rule)
    frequency = parts["FREQ"]
    repeats = next(name for name, word in FREQUENCIES.items() if word == frequency and name != Repeats.WORKDAYS)
    if parts.get("BYDAY") == WORKDAYS:
        repeats = Repeats.WORKDAYS
    until = dt.datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date() if "UNTIL" in parts else None  # noqa: DTZ007
    times = int(parts["COUNT"]) if "COUNT" in parts else None
    return Repetition(repeats, int(parts.get("INTERVAL", 1)), until, times)


def in_words(rule: str) -> str:
    """`every 2 weeks, until 3 Mar 2027`; empty for an empty rule."""
    repetition = read_rule(rule)
    if repetition is None:
        return ""
    words = translated(str(Repeats(repetition.repeats).label))
    if repetition.every > 1:
        words = gettext(EVERY[FREQUENCIES[repetition.repeats]]) % {"count": repetition.every}
    if repetition.until:
        day = full_day(repetition.until).replace(NO_BREAK, " ")
        return gettext("%(words)s, until %(day)s") % {"words": words, "day": day}
    if repetition.times == 1:
        return gettext("%(words)s, for the last time") % {"words": words}
    if repetition.times:
        return gettext("%(words)s, %(count)s more") % {"words": words, "count": repetition.times}
    return words


def following(rule: str, start: dt.datetime, after: dt.datetime) -> tuple[dt.datetime, str] | None:
    """The first moment of a series later than both its `start` and `after`, and the rule from there on; None at its
    end."""
    for position, moment in enumerate(_series(rule, start)):
        if moment > start and moment > after:
            return moment, _from_there(rule, position)
    return None


def moments(rule: str, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The moments of a series from its start to before `end`."""
    return takewhile(lambda moment: moment < end, _series(rule, start))


def _series(rule: str, start: dt.datetime) -> rrule:
    series = rrulestr(rule, dtstart=start)
    assert isinstance(series, rrule)  # noqa: S101 - a rule of ours is one rule
    return series


def _from_there(rule: str, position: int) -> str:
    """The rule for the moment at a position: of a number of times, those before it are over."""
    parts = _parts(rule)
    if "COUNT" in parts:
        parts["COUNT"] = str(int(parts["COUNT"]) - position)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";"))
