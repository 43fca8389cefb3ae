"""What the page of an initiative shows of its figure: the row of every period, and the same as a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.initiatives.choices import SHARES, Measure
from analytics.initiatives.figures import Measured, in_words
from analytics.initiatives.states import Standing
from analytics.models import ModelRun
from analytics.periods import Period
from crm.templatetags.figures import full_day

MOST = 24
MADE = {
    Measure.RETENTION: "Retention: customers of the period before who bought again in the period, of all of them, as "
    "on the page of retention; the interval is Wilson's.",
    Measure.NPS: "Net promoter score: share of 9 and 10 less share of 0 to 6 of the answers of the period, as on the "
    "page of satisfaction; the interval is from their variance.",
    Measure.CLV: "Lifetime value: the mean of what each customer is expected to bring, as last computed and as kept at "
    "the end of each month; the interval of the mean is Student's. The customers before and after are mostly the same, "
    "so the interval of the difference is rather too wide.",
    Measure.WIN_RATE: "Win rate: deals won of those closed in the period, as on the page of sales performance; the "
    "interval is Wilson's.",
}
JUDGED = (
    "Before: the last figure whose days were over before the start, kept then. Outcome: the last one all of whose days "
    "lie from the start to the target day, kept when that day is over; it is reached where it is not below the target. "
    "The interval of a change of shares is Newcombe's. Periods that are not over are left out."
)


@dataclass(frozen=True)
class Row:
    label: str
    value: str
    bounds: str
    cases: str
    note: str


class InitiativePage:
    """The figures of a run for one initiative, newest last."""

    def __init__(self, standing: Standing, run: ModelRun | None) -> None:
        self.standing, self.run = standing, run
        self.figures = list(standing.figures)[-MOST:]

    @property
    def explanation(self) -> str:
        day = f" As of {full_day(self.run.as_of)}, run {self.run.pk}." if self.run else ""
        return f"{MADE[Measure(self.standing.initiative.measure)]} {JUDGED}{day}"

    @property
    def note(self) -> str:
        """The figure in words: `Retention of Champions, by quarter`."""
        one = self.standing.initiative
        whom = f" of {one.segment}" if one.segment else ""
        by = "" if one.measure == Measure.CLV else f", by {one.get_span_display().lower()}"
        return f"{one.get_measure_display()}{whom}{by}"

    @property
    def result(self) -> str:
        """`Outcome reached`."""
        word = self.standing.result[0]
        return word if word == "No outcome" else f"Outcome {word.lower()}"

    @property
    def words_before(self) -> str:
        return self.standing.words(self.standing.baseline)

    @property
    def words_now(self) -> str:
        return self.standing.words(self.standing.shown)

    @property
    def words_target(self) -> str:
        return in_words(self.standing.initiative.measure, self.standing.initiative.target_value)

    @property
    def note_before(self) -> str:
        is_kept = self.standing.initiative.baseline is not None
        return self._about(self.standing.baseline) + ("" if is_kept or not self.standing.baseline else "; not kept yet")

    @property
    def note_now(self) -> str:
        return self._about(self.standing.shown)

    def _about(self, found: Measured | None) -> str:
        if found is None:
            return "no period that is over"
        bounds = self.standing.bounds(found)
        parts = (found.days, self.standing.cases(found), f"95 %: {bounds}" if bounds else "")
        return ", ".join(part for part in parts if part)

    @property
    def overrun(self) -> Decimal:
        return self.standing.initiative.booked_amount - self.standing.initiative.budget_amount

    @property
    def says(self) -> str:
        """What may be said of it, in sentences."""
        one = self.standing
        record = one.initiative
        if record.started_on is None:
            return "It has not started: the figure before the start is kept then."
        if one.outcome:
            said = f"{self.result}: {self.words_now} ({one.cases(one.outcome)}), the target is {self.words_target}."
            return f"{said} {one.certainty} {self._moved()}".strip()
        if not one.is_since_start:
            why = "No period all of whose days are after the start is over yet: nothing can be said of it."
            is_over = record.target_on < one.today
            return f"The target day is over, and there is no figure to judge it by. {why}" if is_over else why
        return f"So far: {self.words_now}, the target is {self.words_target}. {one.certainty} {self._moved()}".strip()

    def _moved(self) -> str:
        found = self.standing.moved
        if found is None:
            return "There is no figure before the start to compare with."
        difference, bounds, is_clear = found
        if not bounds:
            return f"From before the start: {difference}."
        sure = "more than chance alone would move it" if is_clear else "no more than chance alone may move it"
        return f"From before the start: {difference} (95 %: {bounds}), {sure}."

    @property
    def rows(self) -> list[Row]:
        """A row a period, the newest first."""
        one = self.standing
        return [
            Row(self._label(found), one.words(found), one.bounds(found), one.cases(found), self._note(found))
            for found in reversed(self.figures)
        ]

    def _label(self, found: Measured) -> str:
        if found.since == found.until:
            return full_day(found.last)
        return str(Period(found.first, self.standing.initiative.span))

    def _note(self, found: Measured) -> str:
        one = self.standing
        if one.outcome and found.until == one.outcome.until:
            return "outcome"
        if one.baseline and found.until == one.baseline.until:
            return "before the start"
        start = one.initiative.started_on
        if start and found.first <= start <= found.last:
            return "it started in it"
        return ""

    @property
    def start_place(self) -> float | None:
        """Where the start lies among the periods: between two, or in one; None outside."""
        start = self.standing.initiative.started_on
        if start is None or not self.figures:
            return None
        for place, found in enumerate(self.figures):
            if found.first <= start <= found.last:
                return float(place)
            if start < found.first:
                return place - 0.5 if place else None
        return len(self.figures) - 0.5

    @property
    def chart_data(self) -> dict[str, Any]:
        one = self.standing
        return {
            "name": one.initiative.get_measure_display(),
            "unit": "%" if one.initiative.measure in SHARES else "",
            "periods": [self._label(found) for found in self.figures],
            "values": [round(found.value, 2) for found in self.figures],
            "low": [None if found.low is None else round(found.low, 2) for found in self.figures],
            "high": [None if found.high is None else round(found.high, 2) for found in self.figures],
            "cases": [one.cases(found) for found in self.figures],
            "target": float(one.initiative.target_value),
            "start": self.start_place,
        }
