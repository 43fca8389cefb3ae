"""What the page of satisfaction shows, made of the stored counts of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.models import ModelRun, RetentionRate, SatisfactionCount
from analytics.periods import Period, PeriodKind
from crm.filtering.trees.nodes import Condition, Group, as_text
from crm.intervals import share_interval
from crm.templatetags.figures import full_day, number, percent, plural
from feedback.choices import SMALL_N
from feedback.scoring import NetPromoter

TOTAL = ""
KINDS = (("month", "Month"), ("quarter", "Quarter"), ("year", "Year"))
MOST_PERIODS = {"month": 25, "quarter": 13, "year": 10}
MOST_LINES, MOST_GROUPS = 5, 40
DIMENSIONS = {
    "survey": "Survey",
    "touch_point": "Touch point",
    "segment": "Segment",
    "value": "Value class",
    "product": "Product",
    "agent": "Who served",
}
VALUE_NAMES = {"top": "Top 10 % by value ahead", "high": "Next 20 %", "middle": "Middle 40 %", "low": "Lowest 30 %"}
GROUPS = {"promoter": "Promoters", "passive": "Passives", "detractor": "Detractors", "silent": "Never answered"}
NOT_GIVEN = "not given"
KEPT = (
    "Retention is of the customers who stood in the segment at the start of the period; in the table of segments, "
    "of the newest one that is over."
)
GROUPINGS = {
    "survey": "By the survey that asked.",
    "touch_point": "By the touch point that the answer is about.",
    "segment": "By the customer's segment as last scored.",
    "value": "By the value that the customer is expected to bring, as last computed.",
    "product": "By the product that the answer is about.",
    "agent": "By who served the customer.",
}


@dataclass(frozen=True)
class ScoreRow:
    """The score of a period or of a value, with the answers behind each figure; `over_time_url` draws the value's."""

    label: str
    counts: NetPromoter
    url: str
    promoters_url: str
    passives_url: str
    detractors_url: str
    is_partial: bool = False
    retention: float | None = None
    over_time_url: str = ""


def answers_url(**filters: Any) -> str:
    """The list of the answers behind a figure, newest first."""
    asked = {name: value for name, value in filters.items() if value not in ("", None)}
    return f"{reverse('feedback:response_list')}?{urlencode(asked)}"


class SatisfactionPage:
    """The stored counts of one kind of period, in total (or `of` one value of a dimension) or by one dimension; `names`
    are the values' words."""

    def __init__(
        self,
        run: ModelRun,
        counts: Sequence[SatisfactionCount],
        kind: str,
        dimension: str,
        *,
        names: Mapping[str, str],
        retention: Sequence[RetentionRate],
        currency: str,
        of: tuple[str, str] = (TOTAL, ""),
    ) -> None:
        self.of = of[1] or None
        self.run, self.kind, self.dimension, self.names, self.currency = run, kind, dimension, names, currency
        self.kept = {rate.start: rate.raw for rate in retention if (rate.dimension, rate.value) == of}
        self.kept_of = {
            (rate.value, rate.start): rate.raw for rate in retention if rate.dimension == dimension != TOTAL
        }
        self.by_period: dict[Period, NetPromoter] = defaultdict(NetPromoter)
        self.by_value: dict[str, NetPromoter] = defaultdict(NetPromoter)
        self.by_both: dict[tuple[str, Period], NetPromoter] = defaultdict(NetPromoter)
        for one in counts:
            period = Period.of(one.month, kind) if one.month else None
            if (one.dimension, one.value) == of and period:
                self.by_period[period] += one.counts
            if one.dimension == dimension != TOTAL:
                self.by_value[one.value] += one.counts
                if period:
                    self.by_both[one.value, period] += one.counts

    @property
    def metrics(self) -> dict[str, Any]:
        found: dict[str, Any] = self.run.metrics
        return found

    @property
    def of_name(self) -> str:
        """The value that the score over time is of; empty for all."""
        return self.name_of(self.of) if self.of else ""

    @property
    def shows_retention(self) -> bool:
        """Whether retention is known of whom the score over time is of."""
        return not self.of or bool(self.kept)

    @property
    def sentences(self) -> list[str]:
        return list(self.metrics.get("sentences", ()))

    @cached_property
    def whole(self) -> NetPromoter:
        """All answers."""
        return NetPromoter(self.metrics["promoters"], self.metrics["passives"], self.metrics["detractors"])

    @cached_property
    def periods(self) -> list[Period]:
        """From the first with an answer to the last, without holes, oldest first."""
        if not self.by_period:
            return []
        found, last = [min(self.by_period)], max(self.by_period)
        while found[-1] < last:
            found.append(found[-1].next)
        return found[-MOST_PERIODS[self.kind] :]

    def is_partial(self, period: Period) -> bool:
        return period.end > self.run.as_of

    @property
    def cards(self) -> list[dict[str, Any]]:
        """All answers; the newest period that is over beside the one before; the groups; who is satisfied."""
        whole = self.whole
        cards = [
            {
                "label": "Net promoter score",
                "value": score_words(whole),
                "note": note_of(whole),
                "url": answers_url(nps_min=0),
            }
        ]
        if self.newest_full:
            cards.append(self.newest_card())
        for name, count in (
            ("promoter", whole.promoters), ("passive", whole.passives), ("detractor", whole.detractors),
        ):  # fmt: skip
            said = {"promoter": "9 or 10", "passive": "7 or 8", "detractor": "0 to 6"}[name]
            share = percent(whole.share(count), 1)
            note = f"{number(count)} answers of {said}"
            cards.append({"label": GROUPS[name], "value": share, "note": note, "url": answers_url(group=name)})
        satisfied = self.metrics.get("csat") or {}
        if satisfied.get("n"):
            low, high = share_interval(satisfied["satisfied"], satisfied["n"])
            few = ", few" if satisfied["n"] < SMALL_N else ""
            note = f"{percent(low, 1)} to {percent(high, 1)}, {plural(satisfied['n'], 'answer')}{few}"
            share, url = percent(satisfied["share"], 1), answers_url(satisfied="yes")
            cards.append({"label": "Satisfied overall (CSAT)", "value": share, "note": note, "url": url})
        return cards

    @property
    def full(self) -> list[Period]:
        """The periods that are over, oldest first."""
        return [period for period in self.periods if not self.is_partial(period)]

    @property
    def newest_full(self) -> Period | None:
        return self.full[-1] if self.full else None

    def newest_card(self) -> dict[str, Any]:
        """The newest period that is over beside the one before; there has to be one."""
        newest, before = self.full[-1], self.full[-2] if len(self.full) > 1 else None
        now, then = self.by_period[newest], self.by_period[before] if before else NetPromoter()
        card = {
            "label": f"{newest}, {self.of_name}" if self.of else str(newest),
            "value": score_words(now),
            "note": note_of(now),
            "url": self._url(period=newest),
        }
        if now.score is not None and then.score is not None:
            points = now.score - then.score
            is_clear = now.differs_from(then)
            card["change"] = f"{'+' if points > 0 else ''}{number(points, 1)} pts"
            card["change_tone"] = ("good" if points > 0 else "bad") if is_clear else "neutral"
            if not is_clear:
                card["note"] = f"{card['note']}; no clear change on {before}"
        return card

    @property
    def rows(self) -> list[ScoreRow]:
        """A row a period, the newest first, with retention beside."""
        return [
            self._row(str(period), self.by_period[period], period=period, retention=self.kept.get(period.start))
            for period in reversed(self.periods)
        ]

    @cached_property
    def groups(self) -> list[ScoreRow]:
        """A row a value of the dimension, the most answers first."""
        found = sorted(self.by_value.items(), key=lambda one: (-one[1].n, one[0]))
        newest = self.newest_full
        return [
            self._row(
                self.name_of(value), counts, self.kept_of.get((value, newest.start)) if newest else None, value=value
            )
            for value, counts in found[:MOST_GROUPS]
        ]

    @property
    def is_kept_by_group(self) -> bool:
        """Whether retention is known by the values of the dimension."""
        return bool(self.kept_of)

    def name_of(self, value: str) -> str:
        return self.names.get(value, value) or NOT_GIVEN

    def _row(self, label: str, counts: NetPromoter, retention: float | None = None, **which: Any) -> ScoreRow:
        period, value = which.get("period"), which.get("value")
        answers, promoters, passives, detractors = (
            self._url(**which, group=name) for name in ("", "promoter", "passive", "detractor")
        )
        of = {"period": self.kind, "by": self.dimension, "of": f"{self.dimension}:{value}"}
        return ScoreRow(
            label, counts, answers, promoters, passives, detractors,
            is_partial=bool(period and self.is_partial(period)), retention=retention,
            over_time_url=f"?{urlencode(of)}" if value and self.by_both else "",
        )  # fmt: skip

    def _url(self, period: Period | None = None, value: str | None = None, group: str = "") -> str:
        filters: dict[str, Any] = {"group": group} if group else {"nps_min": 0}
        if period:
            filters |= {"answered_min": period.start, "answered_max": min(period.end, self.run.as_of)}
        wanted = self.of if value is None else value
        if wanted is not None:
            filters |= self._of_value(wanted)
        return answers_url(**filters)

    def _of_value(self, value: str) -> dict[str, Any]:
        """The filter of the list of answers that a value of the dimension means; an empty one: it is not given."""
        field = {"product": "of_product", "value": "clv"}.get(self.dimension, self.dimension)
        if not value:
            return {"filter": as_text(Group("all", (Condition(field, "empty"),)))}
        if self.dimension != "value":
            return {field: value}
        bounds: dict[str, float] = self.metrics.get("value_bounds", {})
        names = list(VALUE_NAMES)
        above = bounds.get(names[names.index(value) - 1]) if value in names[1:] else None
        least = bounds.get(value)  # itself of the class below; what is worth ahead is kept in hundredths
        return {"clv_min": None if least is None else round(least + 0.01, 2), "clv_max": above}

    @property
    def chart_data(self) -> dict[str, Any]:
        """The score over time with its interval, and retention beside it."""
        found = [self.by_period[period] for period in self.periods]
        return {
            "periods": [str(period) for period in self.periods],
            "partial": [self.is_partial(period) for period in self.periods],
            "small": [counts.is_small for counts in found],
            "answers": [counts.n for counts in found],
            "scores": [
                None
                if counts.score is None
                else {"value": round(counts.score, 1), "url": self._url(period=period)}
                for period, counts in zip(self.periods, found, strict=True)
            ],
            "low": [_bound(counts, -1) for counts in found],
            "high": [_bound(counts, 1) for counts in found],
            "retention": [
                None if (share := self.kept.get(period.start)) is None else round(share * 100, 1)
                for period in self.periods
            ],
        }  # fmt: skip

    @property
    def group_data(self) -> dict[str, Any]:
        """The score over time of the values with the most answers."""
        largest = sorted(self.by_value, key=lambda value: (-self.by_value[value].n, value))[:MOST_LINES]
        return {
            "unit": "",
            "periods": [str(period) for period in self.periods],
            "partial": [self.is_partial(period) for period in self.periods],
            "series": [
                {
                    "name": self.name_of(value),
                    "points": [self._point(value, period) for period in self.periods],
                }
                for value in largest
            ],
        }

    def _point(self, value: str, period: Period) -> dict[str, Any] | None:
        counts = self.by_both.get((value, period), NetPromoter())
        if counts.score is None:
            return None
        found = {"value": round(counts.score, 1), "url": self._url(period=period, value=value)}
        return found | ({"small": True} if counts.is_small else {})

    @property
    def spread(self) -> list[dict[str, Any]]:
        """How the answers spread from 0 to 10."""
        scores = self.metrics["scores"]
        most = max(scores) or 1
        return [
            {
                "score": score,
                "count": count,
                "share": count / self.whole.n if self.whole.n else 0,
                "part": count / most,
                "tone": "good" if score >= 9 else "bad" if score <= 6 else "neutral",
                "url": answers_url(nps_min=score, nps_max=score),
            }
            for score, count in enumerate(scores)
        ]

    @property
    def money(self) -> list[dict[str, Any]]:
        """Revenue, retention and the chance to leave by group."""
        found = self.metrics.get("money") or {}
        return [
            {"label": label, "name": name, **found[name], "is_small": found[name]["customers"] < SMALL_N}
            for name, label in GROUPS.items()
            if name in found
        ]

    @property
    def explanation(self) -> str:
        """The (i) of the score."""
        return (
            "Share of promoters (9 or 10) minus share of detractors (0 to 6) of those who answered, in points. ± is "
            "half the 95 % interval, from the variance (p + d − (p − d)²) ÷ n; none where all answered alike. Under 30 "
            f"answers a score is grey: it says little. As of {full_day(self.run.as_of)}, run {self.run.pk}; "
            f"{plural(self.metrics['asked'], 'time')} it was asked, {number(self.whole.n)} answered."
        )

    @property
    def money_explanation(self) -> str:
        return (
            "Each customer by their last answer. Revenue: net, of the 365 days up to the day of the figures. "
            "Retention: of those who had bought in the 365 days before these, who bought in them; with its 95 % "
            "interval (Wilson). That promoters bring more does not prove that being asked or pleased makes them buy."
        )

    @property
    def group_explanation(self) -> str:
        kept = f" {KEPT}" if self.is_kept_by_group else ""
        return f"{GROUPINGS[self.dimension]} {self.explanation}{kept}"

    @property
    def trend_explanation(self) -> str:
        return self.group_explanation if self.of else self.explanation


def score_words(counts: NetPromoter) -> str:
    """`53.6`, with a sign where it is below zero."""
    return number(counts.score, 1) if counts.score is not None else "–"


def interval_words(counts: NetPromoter) -> str:
    return f"± {number(counts.half_width, 1)}" if counts.half_width else "no interval"


def note_of(counts: NetPromoter) -> str:
    """The interval and the number of answers, and whether these are few."""
    return f"{interval_words(counts)}, {plural(counts.n, 'answer')}{', few' if counts.is_small else ''}"


def _bound(counts: NetPromoter, side: int) -> float | None:
    if counts.score is None or counts.half_width is None:
        return None
    return round(max(-100.0, min(100.0, counts.score + side * counts.half_width)), 1)


def period_of(asked: str) -> str:
    """The kind of period that is asked for; a quarter unless another one is."""
    return asked if asked in dict(KINDS) else str(PeriodKind.QUARTER)
