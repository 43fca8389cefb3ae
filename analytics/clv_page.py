"""What the page of customer lifetime value shows, made of the figures of a run."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytics.clv_words import EXPLAINED, model_lines
from analytics.models import ClvScore, ModelRun
from analytics.queries import customers_url
from crm.templatetags.figures import full_day, money, number, percent, plural, short_money, short_number, whole_money

X_LABELS = ("0", "1", "2", "3", "4", "5", "6", "7 or more")
QUIET_BOUNDS = ((0, 30), (31, 90), (91, 180), (181, 365), (366, 730), (731, None))
QUIET_LABELS = ("30 days or less", "31 to 90", "91 to 180", "181 to 365", "366 to 730", "731 or more")
HEAT_LEVELS = 6


@dataclass(frozen=True)
class Cell:
    """Customers with about as many repeat days, quiet for about as long; sums of P(alive) and of CLV."""

    x: int
    quiet: int
    customers: int
    alive: float
    clv: float


@dataclass(frozen=True)
class Bar:
    """Customers whose CLV lies between two bounds, and what they come to."""

    low: float | None
    high: float | None
    customers: int
    clv: float


class ClvPage:
    """The figures of one run for one viewer. Money is in the company's currency.

    `narrowed` is whether only some of the customers are counted: then intervals of totals, which are of all of them,
    are left out.
    """

    def __init__(
        self,
        run: ModelRun,
        cells: Sequence[Cell],
        bars: Sequence[Bar],
        top: Iterable[ClvScore],
        currency: str,
        *,
        narrowed: bool = False,
    ) -> None:
        self.run, self.cells, self.bars, self.top = run, cells, bars, list(top)
        self.currency, self.narrowed = currency, narrowed
        self.metrics, self.parameters = run.metrics, run.parameters

    @property
    def is_forecast(self) -> bool:
        """Whether the models could be fitted at all."""
        return self.parameters.get("r") is not None

    @property
    def has_money(self) -> bool:
        return self.parameters.get("p") is not None and self.is_forecast

    @property
    def basis(self) -> str:
        """`contribution` or `revenue`: what the money is."""
        return "revenue" if self.parameters["margin"] == 1 else "contribution"

    @property
    def own_margins(self) -> str:
        """How the margins of customers differ, in words; empty where one is used for all."""
        own = self.metrics.get("own_margins")
        if not own:
            return ""
        half, span = short_money(own["half_at"], self.currency), f"{percent(own['low'])} and {percent(own['high'])}"
        return (
            f"drawn to that of all the less is known of its costs (at {half} of revenue both weigh the same); "
            f"nine in ten of {plural(own['customers'], 'customer')} with known costs lie between {span}"
        )

    @property
    def months(self) -> int:
        return int(self.parameters["months"])

    @property
    def period(self) -> str:
        return f"in the next {plural(self.months, 'month')}"

    @cached_property
    def customers(self) -> int:
        return sum(cell.customers for cell in self.cells)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The figures on top, each with what it is made of and the customers behind it."""
        day = full_day(self.run.as_of)
        repeaters = sum(cell.customers for cell in self.cells if cell.x)
        cards = [
            _card(
                "Customers", number(self.customers), f"bought up to {day}; {number(repeaters)} came back",
                customers_url(repeats_min=0),
            )
        ]  # fmt: skip
        if not self.is_forecast:
            return cards + self._seen_cards()
        alive = sum(cell.alive for cell in self.cells)
        share = percent(alive / self.customers) if self.customers else ""
        cards.append(_card("Still there", short_number(alive), f"expected, {share} of the customers"))
        if self.has_money:
            cards[:0] = self._money_cards()
        return cards

    def _seen_cards(self) -> list[dict[str, Any]]:
        """Without a forecast: what the customers did so far."""
        seen = self.metrics.get("seen")
        if not seen or self.narrowed:
            return []
        likely = f"95 % interval {percent(seen['low'])} to {percent(seen['high'])}"
        cards = [
            _card("Came back", percent(seen["share"]), f"of the customers; {likely}", customers_url(repeats_min=1))
        ]
        if seen["days_between"]:
            cards.append(_card("Days between purchases", number(seen["days_between"], 1), "of those who came back"))
        if seen["repeat_value"] is not None:
            value = whole_money(seen["repeat_value"], self.currency)
            cards.append(_card("A day of purchase", value, "of those who came back, the first left out"))
        return cards

    def _money_cards(self) -> list[dict[str, Any]]:
        total = sum(cell.clv for cell in self.cells)
        low, high = self.metrics.get("total_clv_low"), self.metrics.get("total_clv_high")
        between = f"90 % interval {short_money(low, self.currency)} to {short_money(high, self.currency)}"
        note = f"{self.basis} {self.period}" + ("" if self.narrowed or low is None else f"; {between}")
        mean = total / self.customers if self.customers else None
        cards = [
            _card("Worth together", short_money(total, self.currency), note, customers_url(clv_min="0.01")),
            _card("Worth a customer", whole_money(mean, self.currency), "on average; half are worth far less"),
        ]
        if self.metrics.get("concentration") and not self.narrowed:
            cards.append(_card("Best tenth", percent(self.metrics["concentration"][0]), "of the worth of all"))
        return cards

    @property
    def sentences(self) -> list[str]:
        return list(self.metrics.get("sentences", ()))

    @property
    def heat_rows(self) -> list[dict[str, Any]]:
        """The map of P(alive): a row for each time of quiet, the shortest first; columns are repeat days."""
        found = {(cell.x, cell.quiet): cell for cell in self.cells}
        return [
            {"label": label, "cells": [self._heat_cell(found.get((x, quiet)), x, quiet) for x in range(len(X_LABELS))]}
            for quiet, label in enumerate(QUIET_LABELS)
            if any((x, quiet) in found for x in range(len(X_LABELS)))
        ]

    def _heat_cell(self, cell: Cell | None, x: int, quiet: int) -> dict[str, Any]:
        if cell is None:
            return {"text": "", "level": None, "url": "", "title": "nobody"}
        alive = cell.alive / cell.customers
        who = plural(cell.customers, "customer")
        return {
            "text": percent(alive) if self.is_forecast else number(cell.customers),
            "level": min(HEAT_LEVELS, math.ceil(HEAT_LEVELS * alive)) if self.is_forecast else 0,
            "url": customers_url(**_between("repeats", x, None if x == len(X_LABELS) - 1 else x), **_quiet(quiet)),
            "title": f"{who}, worth {money(cell.clv, self.currency)}",
            "count": who,
            "x": X_LABELS[x],
            "customers": cell.customers,
            "alive": alive,
            "clv": cell.clv,
        }

    @property
    def x_labels(self) -> Sequence[str]:
        return X_LABELS

    @property
    def cutoff(self) -> dt.date | None:
        """The last day that the tested models saw."""
        return dt.date.fromisoformat(self.holdout["cutoff"]) if self.holdout else None

    @property
    def map_data(self) -> dict[str, Any]:
        """The map for its picture."""
        rows = self.heat_rows
        cells = [
            [x, len(rows) - 1 - place, cell["level"] or 0, cell["text"]]
            for place, row in enumerate(rows)
            for x, cell in enumerate(row["cells"])
            if cell["level"] is not None
        ]
        return {"cells": cells, "x": X_LABELS, "y": [row["label"] for row in reversed(rows)]}

    @property
    def bar_rows(self) -> list[dict[str, Any]]:
        """Customers by worth, the least first."""
        total = sum(bar.clv for bar in self.bars) or 1.0
        return [
            {
                "label": self._range(bar),
                "customers": bar.customers,
                "clv": bar.clv,
                "share": bar.clv / total,
                "url": customers_url(**_clv_between(bar)),
            }
            for bar in self.bars
        ]

    def _range(self, bar: Bar) -> str:
        if bar.low is None and bar.high is None:
            return "all"
        if bar.low is None:
            return f"under {money(bar.high, self.currency)}"
        if bar.high is None:
            return f"{money(bar.low, self.currency)} or more"
        return f"{money(bar.low, self.currency)} to {money(bar.high, self.currency)}"

    @property
    def holdout(self) -> dict[str, Any] | None:
        """The test of the models, with its day as words."""
        found = self.metrics.get("holdout")
        return found and {**found, "main": found["models"][0], "class_rows": self._class_rows(found)}

    def _class_rows(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        name = found["models"][0]["name"]
        others = [model["name"] for model in found["models"][1:]]
        return [
            {
                "label": X_LABELS[row["x"]],
                "customers": row["customers"],
                "actual": row["actual"],
                "expected": row["expected"][name],
                "others": [row["expected"].get(other) for other in others],
                "url": customers_url(**_between("repeats", row["x"], None)),
            }
            for row in found["classes"]
        ]

    @property
    def week_rows(self) -> list[dict[str, Any]]:
        """Every fourth week of the test's curve and the last one: what the chart draws, as a table."""
        if not self.holdout:
            return []
        weekly, name = self.holdout["weekly"], self.holdout["main"]["name"]
        last = len(weekly["days"]) - 1
        return [
            {
                "week": -(-weekly["days"][place] // 7),
                "actual": weekly["actual"][place],
                "expected": weekly["expected"][name][place],
                "error": _error(weekly["expected"][name][place], weekly["actual"][place]),
                "is_held": place >= weekly["held_from"],
            }
            for place in range(last + 1)
            if (last - place) % max(4, -(-last // 20)) == 0
        ]

    @property
    def fits(self) -> list[dict[str, Any]]:
        """Each fitted model with its parameters, their errors, and what they mean in words."""
        return [
            {**fit, "lines": model_lines(fit, self.currency), "explained": EXPLAINED[fit["model"]]}
            for fit in self.metrics.get("fits", ())
        ]

    @property
    def cohorts(self) -> dict[str, Any]:
        return dict(self.metrics.get("cohorts") or {"rows": []})

    @property
    def chart_data(self) -> dict[str, Any]:
        """What the charts draw, for `json_script`."""
        data: dict[str, Any] = {
            "bars": [
                {**row, "clv": round(row["clv"], 2), "text": short_money(row["clv"], self.currency)}
                for row in self.bar_rows
            ]
        }
        if self.holdout:
            main = self.holdout["main"]["name"]
            data["weekly"] = {**self.holdout["weekly"], "main": main}
            data["classes"] = [
                {"label": row["label"], "actual": row["actual"], "expected": row["expected"], "url": row["url"]}
                for row in self.holdout["class_rows"]
            ]
        return data


def _card(label: str, value: str, note: str, url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


def _between(name: str, low: Any, high: Any) -> dict[str, Any]:
    return {f"{name}_min": low} | ({} if high is None else {f"{name}_max": high})


def _quiet(place: int) -> dict[str, Any]:
    return _between("quiet_days", *QUIET_BOUNDS[place])


def _clv_between(bar: Bar) -> dict[str, Any]:
    """Bounds of a filter, which holds both ends: the upper one is a cent lower."""
    found: dict[str, Any] = {} if bar.low is None else {"clv_min": f"{bar.low:.2f}"}
    return found if bar.high is None else {**found, "clv_max": f"{bar.high - 0.01:.2f}"}


def _error(expected: float, actual: float) -> float | None:
    return (expected - actual) / actual if actual else None
