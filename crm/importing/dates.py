"""Days and moments as people write them. Whether 03/04 is in March or in April is decided for the whole column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum

FIRST_YEAR, LAST_YEAR = 1800, 2199
PIVOT = 69
"""Two digits from here on are of the 1900s, below of the 2000s (as POSIX has it)."""
OUTLIER_SHARE = 0.05

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_TAIL = rf"(?:(?:\s*T|,?\s+){_TIME})?"
_NUMERIC = re.compile(rf"(\d{{1,4}})([-/. ])\s?(\d{{1,2}})\2\s?(\d{{1,4}}){_TAIL}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2}):?(\d{2})?)?")
_DAY_NAME = r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_DAY_MONTH_YEAR = re.compile(
    rf"{_DAY_NAME}(\d{{1,2}})(?:st|nd|rd|th|\.)?[\s/-]*([^\W\d_]{{3,10}})\.?,?[\s/-]*(\d{{4}}|\d{{2}}){_TAIL}"
)
_MONTH_DAY_YEAR = re.compile(
    rf"{_DAY_NAME}([^\W\d_]{{3,10}})\.?[\s/-]*(\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+(\d{{4}}){_TAIL}"
)
_YEAR_MONTH_DAY = re.compile(rf"(\d{{4}})[\s/-]([^\W\d_]{{3,10}})[\s/-](\d{{1,2}}){_TAIL}")
_MONTH_STARTS = {
    "jan": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
    "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11,
    "dec": 12, "dez": 12, "déc": 12,
}  # fmt: skip


class DateOrder(StrEnum):
    """How a column writes day, month and year in figures. MIXED: both ways occur, so only certain ones are read."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"
    MIXED = "mixed"
    NONE = "none"


ORDER_NAMES = {DateOrder.DMY: "day/month/year", DateOrder.MDY: "month/day/year", DateOrder.YMD: "year/month/day"}


class OrderVotes:
    """Collects what the texts of a column say about the order of day, month and year."""

    def __init__(self) -> None:
        self.counts = {DateOrder.DMY: 0, DateOrder.MDY: 0, DateOrder.YMD: 0}
        self.open = 0
        self.example = ""

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            orders = possible_orders(text.strip())
            if len(orders) == 1:
                self.counts[orders[0]] += 1
            elif orders:
                self.open += 1
                self.example = self.example or text.strip()

    def decide(self, asked: DateOrder | None) -> DateOrder | None:
        """The order of the column; None when only a person can say."""
        found = sum(self.counts.values())
        if found:
            best = max(self.counts, key=lambda order: self.counts[order])
            return best if found - self.counts[best] <= OUTLIER_SHARE * found else DateOrder.MIXED
        if not self.open:
            return asked or DateOrder.NONE
        return asked


def possible_orders(text: str) -> list[DateOrder]:
    """The orders in which a text of figures is a day; empty when it says nothing (ISO, names, equal either way)."""
    match = _NUMERIC.fullmatch(text)
    if match is None or len(match[1]) > 2:
        return []
    days = {order: _numeric_day(match, order) for order in (DateOrder.DMY, DateOrder.MDY, DateOrder.YMD)}
    if int(match[1]) <= 31 or len(match[4]) > 2:
        days.pop(DateOrder.YMD)
    found = {order: day for order, day in days.items() if day is not None}
    if len(found) > 1 and len(set(found.values())) == 1:
        return []
    return list(found)


def parse_date(text: str, order: DateOrder) -> dt.date | str:
    """The day (a time beside it is left out), or the reason why the text is none."""
    found = parse_moment(text, order)
    return found if isinstance(found, str) else found.date()


def parse_moment(text: str, order: DateOrder) -> dt.datetime | str:
    """The moment, naive unless the text names a zone, or the reason why the text is none."""
    match = _NUMERIC.fullmatch(text)
    if match:
        day = _day_in_figures(match, order)
    elif match := _COMPACT.fullmatch(text):
        return _compact_moment(match, text)
    else:
        match, day = _day_with_name(text)
    if match is None or day is None:
        return _no_date(text, order)
    if isinstance(day, str):
        return day
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return f"“{text[:40]}” is in the year {day.year}; years from {FIRST_YEAR} to {LAST_YEAR} are taken"
    time = _time(match)
    return f"“{text[:40]}” names a time that no clock shows" if time is None else dt.datetime.combine(day, time)


def _day_in_figures(match: re.Match[str], order: DateOrder) -> dt.date | str | None:
    if len(match[1]) == 4:
        return _day(match[1], match[3], match[4])
    if len(match[1]) == 3:
        return None
    if order in (DateOrder.MIXED, DateOrder.NONE):
        orders = possible_orders(match[0])
        if len(orders) > 1:
            return f"“{match[0][:40]}” can be {' or '.join(ORDER_NAMES[o] for o in orders)}, and its column has both"
        order = orders[0] if orders else DateOrder.DMY
    return _numeric_day(match, order)


def _numeric_day(match: re.Match[str], order: DateOrder) -> dt.date | None:
    first, second, third = match[1], match[3], match[4]
    if order is DateOrder.YMD:
        return _day(first, second, third)
    return _day(third, second, first) if order is DateOrder.DMY else _day(third, first, second)


def _day_with_name(text: str) -> tuple[re.Match[str] | None, dt.date | None]:
    for pattern, places in ((_DAY_MONTH_YEAR, (3, 2, 1)), (_MONTH_DAY_YEAR, (3, 1, 2)), (_YEAR_MONTH_DAY, (1, 2, 3))):
        if match := pattern.fullmatch(text):
            year, name, day = (match[place] for place in places)
            month = month_of(name)
            return match, _day(year, str(month), day) if month else None
    return None, None


def month_of(name: str) -> int | None:
    """The month of an English, German or French name or its beginning."""
    folded = name.casefold()
    return _MONTH_STARTS.get(folded[:4]) or _MONTH_STARTS.get(folded[:3])


def _day(year: str, month: str, day: str) -> dt.date | None:
    if len(year) == 3 or len(day) > 2 or len(month) > 2:
        return None
    number = int(year)
    if len(year) <= 2:
        number += 1900 if number >= PIVOT else 2000
    try:
        return dt.date(number, int(month), int(day))
    except ValueError:
        return None


def _compact_moment(match: re.Match[str], text: str) -> dt.datetime | str:
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        found = dt.datetime.combine(dt.date(year, month, day), dt.time(hour, minute, second))
    except ValueError:
        return f"“{text[:40]}” is not a date"
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else f"“{text[:40]}” is not a date of our times"


def _time(match: re.Match[str]) -> dt.time | None:
    """The time of day in a match; midnight when there is none; None when it is no time."""
    if match["hour"] is None:
        return dt.time.min
    hour, half = int(match["hour"]), (match["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        micro = int((match["fraction"] or "0").ljust(6, "0")[:6])
        return dt.time(hour, int(match["minute"]), int(match["second"] or 0), micro, tzinfo=_zone(match["zone"]))
    except ValueError:
        return None


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return dt.UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return dt.timezone(-offset if text[0] == "-" else offset)


def _no_date(text: str, order: DateOrder) -> str:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return f"“{text[:40]}” looks like a day number of Excel; give the column a date format and save again"
    way = f" (the column is written {ORDER_NAMES[order]})" if order in ORDER_NAMES and _NUMERIC.fullmatch(text) else ""
    return f"“{text[:40]}” is not a date{way}"
