"""What the page of runs shows: each step's last run, its quality over time, what changed since the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from analytics.models import ModelRun
from analytics.registry import STEPS, Step
from crm.templatetags.figures import NOTHING, full_day, number, percent, plain, words

NEWEST = 8  # of each step: enough to find the last two good ones behind a few that failed
RUNS_SHOWN = 60
FEW_DIGITS = 100


@dataclass(frozen=True)
class StepState:
    """A step with its newest good run, the good one before it, and the newest try where that failed."""

    step: Step
    run: ModelRun | None
    before: ModelRun | None
    failure: ModelRun | None

    @property
    def url(self) -> str:
        return f"{reverse('analytics:run_step')}?step={self.step.name}"

    @property
    def page_url(self) -> str:
        return reverse(self.step.url_name) if self.step.url_name else ""

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The first figures of the run, in words."""
        found = scalars(self.run.metrics) if self.run else {}
        return [(words(name), shown(value)) for name, value in list(found.items())[:3]]

    @property
    def changes(self) -> list[str]:
        return changes(self.run, self.before) if self.run and self.before else []


def step_states() -> list[StepState]:
    """Every step of the engine in its order; one query."""
    place = Window(RowNumber(), partition_by=F("step"), order_by=[F("created_at").desc(), F("id").desc()])
    newest = ModelRun.objects.annotate(place=place).filter(place__lte=NEWEST).select_related("actor")
    by_step: dict[str, list[ModelRun]] = {}
    for run in newest.order_by("step", "place"):
        by_step.setdefault(run.step, []).append(run)
    return [_state(step, by_step.get(step.name, [])) for step in STEPS.values()]


def _state(step: Step, runs: Sequence[ModelRun]) -> StepState:
    good = [run for run in runs if not run.error]
    failure = runs[0] if runs and runs[0].error else None
    return StepState(step, good[0] if good else None, good[1] if len(good) > 1 else None, failure)


def scalars(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a run that are one number each."""
    return {
        name: value for name, value in metrics.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }


def shown(value: float) -> str:
    """`2,357`, `0.8449`: with the digits that matter."""
    if isinstance(value, int) or not value or abs(value) >= FEW_DIGITS:
        return number(value, 0 if float(value).is_integer() else 2)
    return number(value, 4)


def changes(run: ModelRun, before: ModelRun) -> list[str]:
    """What differs from the run before, a sentence each: day, parameters, data, code, figures."""
    said = []
    if run.as_of != before.as_of:
        said.append(f"As of {full_day(run.as_of)}, before {full_day(before.as_of)}")
    for name in sorted({*run.parameters, *before.parameters}):
        new, old = run.parameters.get(name), before.parameters.get(name)
        if new != old and not isinstance(new, dict | list):
            said.append(f"{words(name)} {_value(new)}, before {_value(old)}")
    if run.data_to != before.data_to:
        said.append(f"Data up to {full_day(run.data_to)}, before {full_day(before.data_to)}")
    if run.data_from != before.data_from:
        said.append(f"Data from {full_day(run.data_from)}, before {full_day(before.data_from)}")
    if run.code_version != before.code_version:
        said.append("The code of this step is another")
    new_figures, old_figures = scalars(run.metrics), scalars(before.metrics)
    for name, value in new_figures.items():
        if name in old_figures and value != old_figures[name]:
            said.append(
                f"{words(name)} {shown(value)}, before {shown(old_figures[name])}{_share(value, old_figures[name])}"
            )
    return said


def _value(value: Any) -> str:
    return NOTHING if value is None else shown(value) if isinstance(value, float) else plain(value)


def _share(value: float, old: float) -> str:
    """` (+2.5 %)`"""
    if not old:
        return ""
    share = (value - old) / abs(old)
    return f" ({'+' if share > 0 else ''}{percent(share, 1)})"


class StepRuns:
    """The runs of one step, and one of its figures over time."""

    def __init__(self, step: Step, runs: Sequence[ModelRun], asked: str) -> None:
        self.step, self.runs = step, runs
        self.good = [run for run in runs if not run.error]
        names = ["seconds", "row_count", *dict.fromkeys(name for run in self.good for name in scalars(run.metrics))]
        quality = [name for name in names if name not in ("seconds", "row_count")]
        self.names = names
        self.figure = asked if asked in names else (quality or names)[0]

    @property
    def rows(self) -> list[tuple[ModelRun, list[str]]]:
        """Each run with what changed since the good one before it ("the first run"), the newest first."""
        found = []
        for run in self.runs:
            older = [one for one in self.good if (one.created_at, one.pk) < (run.created_at, run.pk)]
            found.append((run, changes(run, older[0]) if older else ["the first run"]))
        return found

    def _figure_of(self, run: ModelRun) -> float | None:
        if self.figure in ("seconds", "row_count"):
            return float(getattr(run, self.figure))
        return scalars(run.metrics).get(self.figure)

    @property
    def chart_data(self) -> dict[str, Any]:
        runs = list(reversed(self.good))
        found = [self._figure_of(run) for run in runs]
        return {
            "periods": [f"{full_day(run.created_at)}, run {run.pk}" for run in runs],
            "unit": "number",
            "series": [
                {
                    "name": words(self.figure),
                    "points": [None if value is None else {"value": round(value, 6)} for value in found],
                }
            ],
        }


def runs_of(step: Step) -> list[ModelRun]:
    """The newest runs of a step, failed ones among them."""
    rows = ModelRun.objects.filter(step=step.name).select_related("actor").order_by("-created_at", "-pk")
    return list(rows[:RUNS_SHOWN])
