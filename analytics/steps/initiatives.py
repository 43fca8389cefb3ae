"""What initiatives are judged by: the figure of each period that is over, before the start and at the end kept.

Each figure is that of its own page (`analytics.initiatives.figures`), counted once for all initiatives that have it.
The baseline is the last figure whose days were over before the start; it is written once, by the first run as of the
start or later. The outcome is the last figure all of whose days lie from the start to the target day; it is written
once, by the first run as of a later day, and is reached where it is not below the target. A run as of a day before
changes neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics.initiatives.choices import Verdict
from analytics.initiatives.figures import Measured, before, key_of, series, within
from analytics.models import Initiative
from analytics.steps import StepResult
from crm.jobs import Progress
from crm.templatetags.figures import plural

if TYPE_CHECKING:
    from analytics.models import ModelRun


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the figures of all initiatives, and keep what is due."""
    initiatives = list(Initiative.objects.select_for_update().order_by("pk"))
    counted: dict[str, list[Measured]] = {}
    verdicts = {Verdict.REACHED.value: 0, Verdict.MISSED.value: 0}
    for place, one in enumerate(initiatives):
        progress.report(place, len(initiatives), "Counting what initiatives are judged by")
        key = key_of(one)
        if key not in counted:
            found = series(one.measure, one.span, one.segment, as_of + dt.timedelta(days=1))
            counted[key] = [figure for figure in found if figure.last <= as_of]
        if _keep(one, counted[key], as_of):
            one.save(update_fields=["baseline", "outcome", "verdict"])
        if one.verdict:
            verdicts[one.verdict] += 1
    progress.report(len(initiatives), len(initiatives), "Done")
    kept = {key: [figure.kept for figure in found] for key, found in counted.items()}
    days = [figure.last for found in counted.values() for figure in found]
    return StepResult(
        len(initiatives), {}, {"series": kept, "verdicts": verdicts}, min(days, default=None), max(days, default=None)
    )


def _keep(one: Initiative, found: list[Measured], as_of: dt.date) -> bool:
    """Set what is due; whether anything was."""
    if one.started_on is None or as_of < one.started_on:
        return False
    is_changed = False
    if one.baseline is None and (figure := before(found, one.started_on)):
        one.baseline, is_changed = figure.kept, True
    if one.outcome is None and as_of > one.target_on and (figure := within(found, one.started_on, one.target_on)):
        one.outcome, is_changed = figure.kept, True
        one.verdict = Verdict.REACHED if figure.value >= float(one.target_value) else Verdict.MISSED
    return is_changed


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    said = run.metrics.get("verdicts", {})
    reached, missed = said.get(Verdict.REACHED, 0), said.get(Verdict.MISSED, 0)
    return [f"{plural(run.row_count, 'initiative')}: outcome reached by {reached}, not reached by {missed}."]
