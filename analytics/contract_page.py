"""What the page of contracts shows: how long subscriptions last, by plan, and how many end each month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.models import ModelRun
from analytics.periods import Period, PeriodKind
from analytics.survival import SurvivalPoint, median_length, share_after
from crm.templatetags.figures import NOTHING, full_day, number, percent, plural

MONTHS_SHOWN = (1, 6, 12, 24, 36, 48, 60, 72)


class ContractPage:
    """The curves of a run; each begins at 100 %."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self.curves = [(_name(one), one, _points(one)) for one in run.metrics.get("survival", ())]

    @property
    def months(self) -> list[int]:
        """The columns of the table, as far as any contract is followed."""
        longest = max((points[-1].time for _, _, points in self.curves if points), default=0)
        return [month for month in MONTHS_SHOWN if month <= max(longest, 1)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row a plan, all of them first."""
        return [
            {
                "label": name,
                "n": curve["n"],
                "ended": curve["ended"],
                "median": _median(points),
                "shares": [share_after(points, month) for month in self.months],
            }
            for name, curve, points in self.curves
        ]

    @property
    def cards(self) -> list[dict[str, Any]]:
        if not self.curves:
            return []
        _, curve, points = self.curves[0]
        share = share_after(points, 12)
        cards = [
            {"label": "Subscriptions", "value": number(curve["n"]), "note": f"{number(curve['ended'])} have ended"},
            {"label": "Last longer than a year", "value": percent(share, 1), "note": _interval(points, 12)},
            {"label": "Half last longer than", "value": _median(points), "note": "the median length"},
        ]
        if months := [row for row in self.by_month if not row["is_partial"]]:
            last = months[0]
            note = f"{number(last['ended'])} of {number(last['running'])} ended in {last['label']}"
            cards.append({"label": "Churn of a month", "value": percent(last["churn"], 1), "note": note})
        return cards

    @property
    def by_month(self) -> list[dict[str, Any]]:
        """Running at the start of each month and ended in it, the newest first."""
        found = []
        for start, running, ended in reversed(self.run.metrics.get("contracts", ())):
            month = Period.read(start, PeriodKind.MONTH)
            found.append(
                {
                    "label": str(month),
                    "running": running,
                    "ended": ended,
                    "churn": ended / running,
                    "is_partial": month.end > self.run.as_of,
                }
            )
        return found

    @property
    def chart_data(self) -> dict[str, Any]:
        """Steps of each curve in percent, and the interval of the first."""
        return {
            "curves": [
                {"name": name, "points": [[0, 100], *([p.time, round(p.share * 100, 2)] for p in points)]}
                for name, _, points in self.curves
            ],
            "band": [[p.time, round(p.low * 100, 2), round(p.high * 100, 2)] for p in self.curves[0][2]]
            if self.curves
            else [],
        }

    @property
    def explanation(self) -> str:
        """The (i) of the curves."""
        n = self.curves[0][1]["n"] if self.curves else 0
        return (
            "Kaplan-Meier: at each length, in whole months, the share that lasts is multiplied by 1 − ended ÷ still "
            "there. Contracts that still run count as long as they have lasted and are then left out, so nobody "
            "is taken to have left who has not. The band is the 95 % interval by Greenwood's variance. "
            f"As of {full_day(self.run.as_of)}, run {self.run.pk}, n = {plural(n, 'subscription')}."
        )


def _name(curve: Mapping[str, Any]) -> str:
    return curve["plan"] or "All subscriptions"


def _points(curve: Mapping[str, Any]) -> list[SurvivalPoint]:
    return [SurvivalPoint(*point) for point in curve["points"]]


def _median(points: list[SurvivalPoint]) -> str:
    length = median_length(points)
    return plural(int(length), "month") if length is not None else NOTHING


def _interval(points: list[SurvivalPoint], time: float) -> str:
    upto = [point for point in points if point.time <= time]
    return (
        f"95 % interval {percent(upto[-1].low, 1)} to {percent(upto[-1].high, 1)}" if upto else "none has ended before"
    )
