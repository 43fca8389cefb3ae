"""When the next step of a sequence comes, and which one it is. Nothing here asks the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

from leads.models import Intake, Sequence, SequenceStep

MOST_DAYS = 120
MIDNIGHT = dt.time(0)


def following_step(
    steps: Iterable[SequenceStep], done: Collection[int], enrolled_at: dt.datetime
) -> SequenceStep | None:
    """The step that comes next; None at the end. `steps` are all of the sequence, the removed ones too.

    What was done (ids) never comes again. What stood in the sequence when the lead came into it is never skipped,
    wherever it was moved to; a step that was added since comes where it stands behind all that was done.
    """
    ordered = sorted(steps, key=lambda step: (step.position, step.pk))
    places = {step.pk: place for place, step in enumerate(ordered)}
    reached = max((places[key] for key in done if key in places), default=-1)
    for place, step in enumerate(ordered):
        if step.removed_at is None and step.pk not in done and (place > reached or step.created_at <= enrolled_at):
            return step
    return None


def step_moment(
    step: SequenceStep,
    sequence: Sequence,
    *,
    after: dt.datetime,
    now: dt.datetime,
    zone: dt.tzinfo,
    intake: Intake | None = None,
) -> dt.datetime:
    """When a step is done that waits from `after` on: in the hours of the sequence, never before `now`; a task on a
    day on which its owner (`intake`) works."""
    local = after.astimezone(zone)
    due = local + dt.timedelta(days=step.wait_days)  # the same time of day, also where the clock is changed in between
    works = intake.works_on if intake is not None and not step.is_mail else _always
    return open_moment(sequence, max(due, now.astimezone(zone)), works)


def open_moment(sequence: Sequence, moment: dt.datetime, works: Callable[[dt.date], bool] | None = None) -> dt.datetime:
    """The first moment from `moment` (in the company's zone) on that lies in the hours of the sequence."""
    for _ in range(MOST_DAYS):
        day = moment.date()
        if day.isoweekday() in sequence.workdays and (works is None or works(day)):
            begin = dt.datetime.combine(day, sequence.sends_from, moment.tzinfo)
            if moment < dt.datetime.combine(day, sequence.sends_until, moment.tzinfo):
                return max(begin, moment)
        moment = dt.datetime.combine(day + dt.timedelta(days=1), MIDNIGHT, moment.tzinfo)
    return moment


def _always(day: dt.date) -> bool:
    return True
