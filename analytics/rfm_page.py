"""What the page of recency, frequency and monetary value shows, made of the cells of a run."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.models import ModelRun, RfmSegment
from analytics.queries import Cell, Tally, customers_url, tally
from crm.templatetags.figures import full_day, money, number, percent, plural, short_money, short_number, whole_money

SCORES = (1, 2, 3, 4, 5)
HEAT_LEVELS = 6
DIMENSIONS = {"r": "Recency", "f": "Frequency", "m": "Monetary"}
MEASURES = {"total": "Net revenue", "mean": "Net revenue a customer", "customers": "Customers"}


@dataclass(frozen=True)
class HeatCell:
    """A cell of the map: `level` 0 to 6, None where nobody is."""

    r: int
    f: int
    text: str
    title: str
    level: int | None
    url: str
    value: float
    count: str = ""


@dataclass(frozen=True)
class SegmentRow:
    """A segment with what it comes to; shares are of 1."""

    name: str
    tone: str
    advice: str
    tally: Tally
    customer_share: float
    revenue_share: float
    url: str


@dataclass(frozen=True)
class ScoreCount:
    """Customers with one score in one dimension, and which values earn it."""

    customers: int
    meaning: str
    url: str


class RfmPage:
    """The figures of one run for one viewer. Money is in the company's currency."""

    def __init__(self, run: ModelRun, cells: Sequence[Cell], segments: Sequence[RfmSegment], currency: str) -> None:
        self.run, self.cells, self.segments, self.currency = run, cells, segments, currency
        self.total = tally(cells)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The figures on top: at most five, each with what it is made of and the customers behind it."""
        total, day = self.total, full_day(self.run.as_of)
        each = total.purchases / total.customers if total.customers else None
        cards = [
            _card("Customers scored", number(total.customers), f"bought up to {day}", customers_url(purchases_min=1)),
            _card("Purchases", number(total.purchases), f"{number(each, 2)} a customer"),
            _card(
                "Net revenue",
                short_money(total.revenue, self.currency),
                f"{money(total.revenue, self.currency)}; {whole_money(total.mean_revenue, self.currency)} a customer",
            ),
        ]
        return cards + self._segment_cards()

    def _segment_cards(self) -> list[dict[str, Any]]:
        """The best segment's share of the money, and the money of those who went quiet (tone `bad`)."""
        if not self.segments or not self.total.customers:
            return []
        best = next(row for row in self.segment_rows if row.name == self.segments[0].name)
        quiet = [row for row in self.segment_rows if row.tone == "bad"]
        cards = [
            _card(
                f"Share of {best.name}",
                percent(best.revenue_share),
                f"of the money, by {plural(best.tally.customers, 'customer')} ({percent(best.customer_share)})",
                best.url,
            )
        ]
        if quiet:
            customers = plural(sum(row.tally.customers for row in quiet), "customer")
            revenue = short_money(sum(row.tally.revenue for row in quiet), self.currency)
            names = [("segment", row.name) for row in quiet]
            cards.append(_card("Gone quiet", revenue, f"brought by {customers} to win back", _several(names)))
        return cards

    @property
    def sentences(self) -> list[str]:
        return list(self.run.metrics.get("sentences", ()))

    @property
    def segment_rows(self) -> list[SegmentRow]:
        """Every segment of the table in its order, then names that older tables gave, then those without a name."""
        known = {segment.name: segment for segment in self.segments}
        names = [*known, *sorted({cell.segment for cell in self.cells} - set(known), reverse=True)]
        return [self._segment_row(name, known.get(name)) for name in names]

    def _segment_row(self, name: str, segment: RfmSegment | None) -> SegmentRow:
        found = tally(cell for cell in self.cells if cell.segment == name)
        return SegmentRow(
            name=name or "without a name",
            tone=segment.tone if segment else "neutral",
            advice=segment.advice if segment else "",
            tally=found,
            customer_share=_share(found.customers, self.total.customers),
            revenue_share=_share(found.revenue, self.total.revenue),
            url=customers_url(segment=name) if name else "",
        )

    def heat_rows(self, measure: str) -> list[dict[str, Any]]:
        """The map from R 5 down to 1, each row with its cells from F 1 to 5, coloured by `measure`."""
        tallies = {
            (r, f): tally(cell for cell in self.cells if (cell.r, cell.f) == (r, f)) for r in SCORES for f in SCORES
        }
        most = max((_measured(one, measure) for one in tallies.values()), default=0.0)
        return [
            {"score": r, "cells": [self._heat_cell(r, f, tallies[r, f], measure, most) for f in SCORES]}
            for r in reversed(SCORES)
        ]

    def _heat_cell(self, r: int, f: int, found: Tally, measure: str, most: float) -> HeatCell:
        value = _measured(found, measure)
        text = short_number(value) if measure == "customers" else short_money(value, self.currency)
        title = f"R {r}, F {f}: {plural(found.customers, 'customer')}, {money(found.revenue, self.currency)}"
        if not found.customers:
            return HeatCell(r, f, "", title, None, "", 0.0)
        # the root spreads the few large values and the many small ones over the colours
        level = min(HEAT_LEVELS, math.ceil(HEAT_LEVELS * math.sqrt(value / most))) if value > 0 else 0
        count = "" if measure == "customers" else plural(found.customers, "customer")
        return HeatCell(r, f, text, title, level, customers_url(r=r, f=f), round(value, 2), count)

    @property
    def score_rows(self) -> list[dict[str, Any]]:
        """Scores 5 down to 1, each with its customers by dimension and the values that earn it."""
        return [
            {"score": score, "counts": [self._score_count(letter, score) for letter in DIMENSIONS]}
            for score in reversed(SCORES)
        ]

    def _score_count(self, letter: str, score: int) -> ScoreCount:
        customers = sum(cell.customers for cell in self.cells if getattr(cell, letter) == score)
        bounds = self.run.metrics.get("cut_offs", {}).get(letter, [])
        return ScoreCount(customers, self._meaning(letter, score, bounds), customers_url(**{letter: score}))

    def _meaning(self, letter: str, score: int, bounds: Sequence[Any]) -> str:
        """`5 or more`, `2 to 4`, `after 6 Feb 1998`, `above € 130.44`; empty where no value earns the score."""
        if not bounds:
            return ""
        lower = bounds[score - 2] if score > 1 else None
        upper = bounds[score - 1] if score <= len(bounds) else None
        if lower is not None and lower == upper:
            return ""
        return _range(letter, lower, upper, self.currency)

    @property
    def chart_data(self) -> dict[str, Any]:
        """What the charts draw, for `json_script`."""
        rows = [row for row in self.segment_rows if row.tally.customers]
        return {
            "segments": [
                {
                    "name": row.name,
                    "customers": row.tally.customers,
                    "revenue": row.tally.revenue,
                    "revenueText": short_money(row.tally.revenue, self.currency),
                    "url": row.url,
                }
                for row in rows
            ],
            "scores": [
                {
                    "name": label,
                    "counts": [sum(c.customers for c in self.cells if getattr(c, letter) == score) for score in SCORES],
                    "urls": [customers_url(**{letter: score}) for score in SCORES],
                }
                for letter, label in DIMENSIONS.items()
            ],
        }

    def map_data(self, measure: str) -> dict[str, Any]:
        """The map for its picture."""
        cells = [cell for row in self.heat_rows(measure) for cell in row["cells"]]
        return {"measure": MEASURES[measure], "cells": [[c.f - 1, c.r - 1, c.value, c.text] for c in cells]}


def _card(label: str, value: str, note: str, url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


def _several(pairs: Sequence[tuple[str, str]]) -> str:
    """The list of customers that fit any of several values of one filter."""
    head, *others = [customers_url(**{name: value}) for name, value in pairs]
    return head + "".join(f"&{one.partition('?')[2].split('&')[0]}" for one in others)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _measured(found: Tally, measure: str) -> float:
    values: Mapping[str, float] = {
        "total": found.revenue,
        "mean": found.mean_revenue or 0.0,
        "customers": float(found.customers),
    }
    return values[measure]


def _range(letter: str, lower: Any, upper: Any, currency: str) -> str:
    """The values above `lower` and up to `upper`, in words."""
    if letter == "r":
        days = [dt.date.fromisoformat(bound) if bound else None for bound in (lower, upper)]
        return f"after {full_day(days[0])}" if days[0] else f"up to {full_day(days[1])}"
    if letter == "f":
        first, last = (lower or 0) + 1, upper
        if last is None:
            return f"{number(first)} or more"
        return number(first) if first == last else f"{number(first)} to {number(last)}"
    return f"above {money(lower, currency)}" if lower is not None else f"up to {money(upper, currency)}"
