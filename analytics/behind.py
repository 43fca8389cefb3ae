"""The customers behind a mark of a chart: `behind=kept:month:2026-03-01:2026-03-18:channel:web` in the contact list.

The conditions say again, customer by customer, what the steps count in one sweep; a test holds both together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left

from analytics.models import LONGEST_VALUE, ScoreHistory
from analytics.periods import Period, PeriodKind
from contacts.markets.queries import market_choices
from contacts.models import Address
from crm.templatetags.figures import full_day
from orders.choices import SalesChannel
from orders.models import Order, OrderLine

NO_MARK = "This address points at no figure: follow its link again."
ACTIVE, KEPT, LOST, COHORT, MOVED = "active", "kept", "lost", "cohort", "moved"
DIMENSIONS = {
    "channel": "Channel",
    "family": "Product family",
    "product": "Product",
    "segment": "Segment",
    "country": "Country",
    "market": "Market",
}


def condition(value: str) -> Q:
    """The condition on contacts. Raises ValueError with a sentence where the value is no mark."""
    kind, _, rest = value.partition(":")
    try:
        return _CONDITIONS[kind](kind, *rest.split(":", _PARTS[kind]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError(NO_MARK) from None


def words(value: str) -> str:
    """What the mark counts, for a chip: `bought in Feb 2026 and again in Mar 2026`."""
    kind, _, rest = value.partition(":")
    return _WORDS[kind](kind, *rest.split(":", _PARTS[kind]))


def retention_mark(who: str, period: Period, as_of: dt.date, dimension: str = "", value: str = "") -> str:
    """Who was active before the period, who of them was kept, who lost, as of a day; of one value of a dimension."""
    parts = [who, period.kind, period.start.isoformat(), as_of.isoformat()]
    return ":".join([*parts, dimension, value] if dimension else parts)


def cohort_mark(cohort: Period, age: int, as_of: dt.date) -> str:
    """Who first bought in a period and bought `age` periods later, as of a day."""
    return ":".join([COHORT, cohort.kind, cohort.start.isoformat(), str(age), as_of.isoformat()])


def moved_mark(month_end: dt.date, before: str, after: str, *, is_new: bool) -> str:
    """Who went from one segment to another in the month that ended on this day."""
    return ":".join([MOVED, month_end.isoformat(), "new" if is_new else "known", before.replace(":", " "), after])


def value_words(dimension: str, value: str) -> str:
    """A value of a dimension as a page shows it."""
    known: dict[str, dict[str, str]] = {"channel": dict(SalesChannel.choices), "market": dict(market_choices())}
    named = {str(key): str(label) for key, label in known.get(dimension, {}).items()}
    return named.get(value, value) or "not given"


def _bought(first: dt.date, last: dt.date) -> QuerySet[Order]:
    """Purchases in these days of the contact that the condition is about."""
    return Order.objects.filter(contact=OuterRef("pk"), is_purchase=True, ordered_on__range=(first, last))


def _retention(who: str, kind: str, start: str, as_of: str, dimension: str = "", value: str = "") -> Q:
    period, day = Period.read(start, kind), dt.date.fromisoformat(as_of)
    before = period.previous
    found = Q(Exists(_bought(before.start, before.end)))
    again = Exists(_bought(period.start, min(period.end, day)))
    if who != ACTIVE:
        found &= Q(again) if who == KEPT else ~Q(again)
    return found & _OF_DIMENSION[dimension](before, value) if dimension else found


def _last_purchase(before: Period) -> QuerySet[Order]:
    """The last purchase of the contact in the period: the latest day, then the highest number."""
    inside = (before.start, before.end)
    later = Order.objects.filter(contact=OuterRef("contact"), is_purchase=True, ordered_on__range=inside).filter(
        Q(ordered_on__gt=OuterRef("ordered_on")) | Q(ordered_on=OuterRef("ordered_on"), pk__gt=OuterRef("pk"))
    )
    return _bought(*inside).filter(~Exists(later))


def _of_channel(before: Period, value: str) -> Q:
    return Q(Exists(_last_purchase(before).filter(channel=value)))


def _of_main_line(field: str, before: Period, value: str) -> Q:
    """By what the largest line of the last purchase is of; no longer than the stored values are."""
    largest = OrderLine.objects.filter(order=OuterRef("pk")).order_by("-amount", "position")
    main = Left(Coalesce(Subquery(largest.values(field)[:1]), Value("")), LONGEST_VALUE)
    return Q(Exists(_last_purchase(before).annotate(main=main).filter(main=value)))


def _of_country(before: Period, value: str) -> Q:
    main = Address.objects.filter(contact=OuterRef("pk"), is_primary=True)
    return Q(Exists(main.filter(country=value))) if value else ~Q(Exists(main.exclude(country="")))


def _of_market(before: Period, value: str) -> Q:
    return Q(markets__contains=[value]) if value else Q(markets=[])


def _of_segment(before: Period, value: str) -> Q:
    kept = ScoreHistory.objects.filter(contact_id=OuterRef("pk"), month_end=before.end)
    return Q(Exists(kept.filter(segment=value))) if value else ~Q(Exists(kept.exclude(segment="")))


def _cohort(_: str, kind: str, start: str, age: str, as_of: str) -> Q:
    cohort, day = Period.read(start, kind), dt.date.fromisoformat(as_of)
    later = cohort.moved(int(age))
    found = Q(Exists(_bought(cohort.start, min(cohort.end, day)))) & ~Q(
        Exists(_bought(dt.date.min, cohort.start - dt.timedelta(days=1)))
    )
    return found & Q(Exists(_bought(later.start, min(later.end, day)))) if int(age) else found


def _moved(_: str, month_end: str, new: str, before: str, after: str) -> Q:
    month = Period.of(dt.date.fromisoformat(month_end), PeriodKind.MONTH)
    kept = ScoreHistory.objects.filter(contact_id=OuterRef("pk"))
    now = Q(Exists(kept.filter(month_end=month.end, segment=after)))
    earlier = kept.filter(month_end=month.previous.end)
    return now & (~Q(Exists(earlier)) if new == "new" else Q(Exists(earlier.filter(segment=before))))


def _retention_words(who: str, kind: str, start: str, as_of: str, dimension: str = "", value: str = "") -> str:
    period, day = Period.read(start, kind), dt.date.fromisoformat(as_of)
    until = f" up to {full_day(day)}" if day < period.end else ""
    then = {ACTIVE: "", KEPT: f" and again in {period}{until}", LOST: f" and not in {period}{until}"}[who]
    of = f", {DIMENSIONS[dimension].lower()} {value_words(dimension, value)}" if dimension else ""
    return f"bought in {period.previous}{then}{of}"


def _cohort_words(_: str, kind: str, start: str, age: str, as_of: str) -> str:
    cohort = Period.read(start, kind)
    return f"first bought in {cohort}" + (f", and in {cohort.moved(int(age))}" if int(age) else "")


def _moved_words(_: str, month_end: str, new: str, before: str, after: str) -> str:
    month = Period.of(dt.date.fromisoformat(month_end), PeriodKind.MONTH)
    source = "nowhere" if new == "new" else before or "without a name"
    return f"went from {source} to {after or 'without a name'} in {month}"


_OF_DIMENSION: dict[str, Callable[[Period, str], Q]] = {
    "channel": _of_channel,
    "family": partial(_of_main_line, "product__family"),
    "product": partial(_of_main_line, "product__name"),
    "country": _of_country,
    "market": _of_market,
    "segment": _of_segment,
}
# how often the value is cut: what comes after the last cut may hold colons
_PARTS = {ACTIVE: 4, KEPT: 4, LOST: 4, COHORT: 3, MOVED: 3}
_CONDITIONS: dict[str, Callable[..., Q]] = {
    ACTIVE: _retention,
    KEPT: _retention,
    LOST: _retention,
    COHORT: _cohort,
    MOVED: _moved,
}
_WORDS: dict[str, Callable[..., str]] = {
    ACTIVE: _retention_words,
    KEPT: _retention_words,
    LOST: _retention_words,
    COHORT: _cohort_words,
    MOVED: _moved_words,
}
