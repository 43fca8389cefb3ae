"""What the pages of retention show, made of the stored rates of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytics import behind
from analytics.models import ModelRun, RetentionRate
from analytics.periods import Period, PeriodKind
from analytics.queries import customers_url
from crm.templatetags.figures import full_day, number, percent, plural

TOTAL = ""
MOST_PERIODS = {"week": 53, "month": 37, "quarter": 20, "year": 20}
MOST_VALUES = 6
RATES = {
    "raw": "Raw",
    "sales_adjusted": "Sales-adjusted",
    "profit_adjusted": "Profit-adjusted",
    "net_revenue": "Net revenue",
}
MEANINGS = {
    "raw": "customers who bought again ÷ customers active at the start",
    "sales_adjusted": "sales of the period before of those who bought again ÷ of all active at the start",
    "profit_adjusted": "the same with profit (sales less cost of goods)",
    "net_revenue": "sales of this period of those who bought again ÷ sales of the period before of all",
}

LAST = "A customer stands where the last purchase of the period before was made"
GROUPINGS = {
    "channel": f"{LAST}.",
    "family": f"{LAST}, by its largest line.",
    "product": f"{LAST}, by its largest line. The 50 products with the most customers are told apart.",
    "segment": "A customer stands in the segment that it had at the end of the period before.",
    "country": "A customer stands in the country of its main address as it is now.",
    "market": "A customer stands in each of the markets that it belongs to now, so these may add up to more.",
}


@dataclass(frozen=True)
class RateRow:
    """A period, or a value of a dimension, with its figures and the customers behind each."""

    label: str
    rate: RetentionRate
    active_url: str
    kept_url: str
    lost_url: str

    @property
    def lost(self) -> int:
        return self.rate.active_at_start - self.rate.retained


class RetentionPage:
    """The stored rates of one kind of period, newest last, in total (or `of` one value of a dimension) or by one
    dimension."""

    def __init__(
        self,
        run: ModelRun,
        rates: Sequence[RetentionRate],
        kind: str,
        dimension: str,
        currency: str,
        of: tuple[str, str] = (TOTAL, ""),
    ) -> None:
        self.run, self.kind, self.dimension, self.currency = run, kind, dimension, currency
        self.total = [rate for rate in rates if (rate.dimension, rate.value) == of][-MOST_PERIODS[kind] :]
        starts = {rate.start for rate in self.total}
        self.rates = [rate for rate in rates if rate.dimension == dimension and rate.start in starts]

    @property
    def sentences(self) -> list[str]:
        return list(self.run.metrics.get("sentences", ()))

    @cached_property
    def full(self) -> list[RetentionRate]:
        """The periods that are over and had anybody active at the start, oldest first."""
        return [rate for rate in self.total if not rate.is_partial and rate.active_at_start]

    @property
    def has_costs(self) -> bool:
        return any(rate.profit_adjusted is not None for rate in self.total)

    @property
    def names(self) -> dict[str, str]:
        """The rates that there are: profit-adjusted only where costs are known."""
        return {name: label for name, label in RATES.items() if name != "profit_adjusted" or self.has_costs}

    @property
    def averages(self) -> dict[str, float | None]:
        """Over the full periods, each weighted by what it is a share of."""
        return {name: _average(self.full, name) for name in self.names}

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The last full period's rates, with the change against the one before."""
        if not self.full:
            return []
        last, before = self.full[-1], self.full[-2] if len(self.full) > 1 else None
        return [self._card(name, last, before) for name in self.names] + [self._lost_card(last)]

    def _card(self, name: str, last: RetentionRate, before: RetentionRate | None) -> dict[str, Any]:
        value, earlier = getattr(last, name), getattr(before, name) if before else None
        change, tone = _change(value, earlier)
        average = percent(self.averages[name], 1)
        return {
            "label": f"{RATES[name]} retention",
            "value": percent(value, 1),
            "change": change,
            "change_tone": tone,
            "note": f"{_period(last)}; {average} on average",
            "url": self._url(behind.KEPT, last) if name == "raw" else "",
        }

    def _lost_card(self, last: RetentionRate) -> dict[str, Any]:
        lost = last.active_at_start - last.retained
        return {
            "label": "Did not come back",
            "value": number(lost),
            "note": f"of {plural(last.active_at_start, 'customer')} of {last.before}: churn {percent(last.churn, 1)}",
            "url": self._url(behind.LOST, last),
        }

    @property
    def rows(self) -> list[RateRow]:
        """A row a period, the newest first."""
        return [self._row(_period(rate), rate) for rate in reversed(self.total)]

    @cached_property
    def groups(self) -> list[RateRow]:
        """A row a value of the dimension in the last full period, the most customers first."""
        if not self.full or not self.dimension:
            return []
        last = self.full[-1].start
        found = [rate for rate in self.rates if rate.start == last]
        found.sort(key=lambda rate: (-rate.active_at_start, rate.value))
        return [self._row(behind.value_words(self.dimension, rate.value), rate) for rate in found]

    def _row(self, label: str, rate: RetentionRate) -> RateRow:
        return RateRow(label, rate, *(self._url(who, rate) for who in (behind.ACTIVE, behind.KEPT, behind.LOST)))

    def _url(self, who: str, rate: RetentionRate) -> str:
        period = Period(rate.start, rate.period)
        return customers_url(behind=behind.retention_mark(who, period, rate.as_of, rate.dimension, rate.value))

    @property
    def chart_data(self) -> dict[str, Any]:
        """The rates over time: a line each, in percent; the period that is not over apart."""
        return {
            "periods": [_period(rate) for rate in self.total],
            "partial": [rate.is_partial for rate in self.total],
            "series": [
                {
                    "name": label,
                    "points": [_point(getattr(rate, name), self._url(behind.KEPT, rate)) for rate in self.total],
                }
                for name, label in self.names.items()
            ],
        }

    @property
    def group_data(self) -> dict[str, Any]:
        """Raw retention over time of the largest values of the dimension."""
        by_value: dict[str, dict[Any, RetentionRate]] = defaultdict(dict)
        for rate in self.rates:
            by_value[rate.value][rate.start] = rate
        largest = [row.rate.value for row in self.groups][:MOST_VALUES]
        return {
            "periods": [_period(rate) for rate in self.total],
            "partial": [rate.is_partial for rate in self.total],
            "series": [
                {
                    "name": behind.value_words(self.dimension, value),
                    "points": [
                        _point(found.raw, self._url(behind.KEPT, found)) if found else None
                        for found in (by_value[value].get(rate.start) for rate in self.total)
                    ],
                }
                for value in largest
            ],
        }

    @property
    def group_explanation(self) -> str:
        """The (i) of the rates by a dimension."""
        return f"{GROUPINGS[self.dimension]} {self.explanation}"

    @property
    def explanation(self) -> str:
        """The (i) of the rates."""
        parts = [f"{label}: {MEANINGS[name]}." for name, label in self.names.items()]
        day = full_day(self.run.as_of)
        return (
            f"Active at the start of a {self.kind}: purchased in the {self.kind} before it; an order of returns only "
            f"is no purchase. {' '.join(parts)} As of {day}, run {self.run.pk}, "
            f"{plural(self.run.metrics.get('customers', 0), 'customer')} with a purchase. "
            f"A {self.kind} not over by then is marked “so far” and stands in no average."
        )


def _average(rates: Sequence[RetentionRate], name: str) -> float | None:
    parts = {
        "raw": ("retained", "active_at_start"),
        "sales_adjusted": ("sales_kept", "sales"),
        "profit_adjusted": ("profit_kept", "profit"),
        "net_revenue": ("sales_now", "sales"),
    }
    part, whole = parts[name]
    known = [rate for rate in rates if getattr(rate, name) is not None]
    total = sum(getattr(rate, whole) for rate in known)
    return float(sum(getattr(rate, part) for rate in known) / total) if total else None


def _change(value: float | None, earlier: float | None) -> tuple[str, str]:
    """`+1.2 points` and its tone."""
    if value is None or earlier is None:
        return "", "neutral"
    points = round((value - earlier) * 100, 1)
    return (
        f"{'+' if points > 0 else ''}{number(points, 1)} pts",
        "good" if points > 0 else "bad" if points < 0 else "neutral",
    )


def _period(rate: RetentionRate) -> str:
    period = Period(rate.start, rate.period)
    return full_day(rate.start) if rate.period == PeriodKind.WEEK else str(period)


def _point(share: float | None, url: str) -> dict[str, Any] | None:
    return None if share is None else {"value": round(share * 100, 2), "url": url}
