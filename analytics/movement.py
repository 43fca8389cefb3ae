"""Who moved between the segments from one month end to the next, and how often the customers buy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics import behind
from analytics.choices import Usage
from analytics.models import ModelRun, RfmSegment, SegmentMove, UsageLevel
from analytics.periods import Period, PeriodKind
from analytics.queries import customers_url
from crm.templatetags.figures import number

NEW, UNNAMED = "no purchase yet", "without a name"
MOST_MONTHS = 24
LARGEST = 12


@dataclass(frozen=True)
class Move:
    """A flow from one segment to another, with the customers behind it."""

    before: str
    after: str
    customers: int
    url: str

    @property
    def stays(self) -> bool:
        return self.before == self.after


class Movement:
    """The flows of one month; `months` are those that can be looked at, the newest first."""

    def __init__(self, moves: Sequence[SegmentMove], months: Sequence[dt.date], segments: Sequence[RfmSegment]) -> None:
        self.months, self.segments = list(months), segments
        self.month_end = moves[0].month_end if moves else None
        self.moves = [self._move(one) for one in moves]

    def _move(self, one: SegmentMove) -> Move:
        mark = behind.moved_mark(one.month_end, one.before, one.after, is_new=one.is_new)
        before = NEW if one.is_new else one.before or UNNAMED
        return Move(before, one.after or UNNAMED, one.customers, customers_url(behind=mark))

    @property
    def month(self) -> str:
        return str(Period.of(self.month_end, PeriodKind.MONTH)) if self.month_end else ""

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Chips of the months."""
        return [
            {
                "label": str(Period.of(day, PeriodKind.MONTH)),
                "url": f"?moved={day.isoformat()}#moves-title",
                "active": day == self.month_end,
            }
            for day in self.months
        ]

    @property
    def stayed(self) -> str:
        return number(sum(move.customers for move in self.moves if move.stays))

    @property
    def largest(self) -> list[Move]:
        """The largest flows from one segment to another."""
        return sorted((one for one in self.moves if not one.stays), key=lambda one: -one.customers)[:LARGEST]

    @property
    def chart_data(self) -> dict[str, Any]:
        """Nodes and links of the Sankey: the segments on the left as they were, on the right as they are."""
        order = [NEW, *(segment.name for segment in self.segments), UNNAMED]
        used = {("b", one.before) for one in self.moves} | {("a", one.after) for one in self.moves}
        places = sorted(used, key=lambda pair: (pair[0], order.index(pair[1]) if pair[1] in order else len(order)))
        return {
            "nodes": [{"id": f"{side}:{name}", "name": name, "depth": int(side == "a")} for side, name in places],
            "links": [
                {"source": f"b:{one.before}", "target": f"a:{one.after}", "value": one.customers, "url": one.url}
                for one in self.moves
            ],
        }


def read_movement(asked: str, segments: Sequence[RfmSegment]) -> Movement:
    """The month that ends on the asked day; the newest one for anything else."""
    days = SegmentMove.objects.order_by("-month_end").values_list("month_end", flat=True).distinct()[:MOST_MONTHS]
    months = list(days)
    chosen = next((day for day in months if day.isoformat() == asked), months[0] if months else None)
    moves = list(SegmentMove.objects.filter(month_end=chosen)) if chosen else []
    return Movement(moves, months, segments)


def usage_rows(run: ModelRun) -> list[dict[str, Any]]:
    """Each level of usage with its customers and the message that suits them."""
    counts = run.metrics.get("usage", {})
    total = sum(counts.values())
    levels = {level.level: level for level in UsageLevel.objects.all()}
    return [
        {
            "label": usage.label,
            "tone": levels[usage].tone if usage in levels else "neutral",
            "share": counts.get(usage, 0) / total,
            "customers": counts.get(usage, 0),
            "rule": _rule(usage, levels),
            "message": levels[usage].message if usage in levels else "",
            "url": customers_url(usage=usage.value),
        }
        for usage in Usage
        if total
    ]


def _rule(usage: Usage, levels: dict[str, UsageLevel]) -> str:
    share = levels[usage].share if usage in levels else None
    if usage == Usage.NEW:
        return "bought first less than 90 days ago"
    if usage == Usage.HEAVY:
        return f"the upper {share} %"
    return f"the next {share} %" if usage == Usage.MODERATE else "all others"
