"""Says of enrolments what comes next for them and when, as the sequence stands now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence as Rows

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.company import current_company
from leads.choices import RUNNING, EnrolmentState
from leads.models import Enrolment, Intake, SequenceStep, SequenceTouch
from leads.nurturing.timing import following_step, step_moment

AT_ONCE = 1_000
ANSWERS_WITHIN = dt.timedelta(days=7)
"""So long after the last step an answer still belongs to the sequence; then it is finished."""


def plan_unplanned() -> int:
    """Plan every running enrolment whose next step is open, some hundred a transaction; how many."""
    planned = 0
    while True:
        with transaction.atomic():
            rows = Enrolment.objects.filter(state=EnrolmentState.ACTIVE, next_at=None, sequence__is_active=True)
            found = list(_with_all(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True))[:AT_ONCE])
            plan(found)
        planned += len(found)
        if len(found) < AT_ONCE:
            return planned


def plan_keys(keys: Rows[int]) -> None:
    """Plan these enrolments, in the caller's transaction."""
    for start in range(0, len(keys), AT_ONCE):
        plan(list(_with_all(Enrolment.objects.filter(pk__in=keys[start : start + AT_ONCE]))))


def plan(rows: Rows[Enrolment]) -> None:
    """Write the next step and its moment; five queries, however many they are. Past the last step, the moment is the
    end of the time in which an answer still counts."""
    if not rows:
        return
    now, zone = timezone.now(), current_company().zone
    steps: dict[int, list[SequenceStep]] = defaultdict(list)
    for step in SequenceStep.objects.filter(sequence__in={row.sequence_id for row in rows}):
        steps[step.sequence_id].append(step)
    done: dict[int, set[int]] = defaultdict(set)
    for key, step_id in SequenceTouch.objects.filter(enrolment__in=rows).values_list("enrolment", "step"):
        done[key].add(step_id)
    intakes = {one.user_id: one for one in Intake.objects.filter(user__in={row.lead.owner_id for row in rows})}
    for row in rows:
        after = row.last_at or row.started_at
        row.next_step = following_step(steps[row.sequence_id], done[row.pk], row.started_at)
        if row.next_step is None:
            row.next_at = after + ANSWERS_WITHIN
        else:
            intake = intakes.get(row.lead.owner_id or 0)
            row.next_at = step_moment(row.next_step, row.sequence, after=after, now=now, zone=zone, intake=intake)
    Enrolment.objects.bulk_update(rows, ["next_step", "next_at"])


def forget_plans(sequence_id: int) -> None:
    """The sequence was changed: what comes next is asked anew for each lead in it."""
    rows = Enrolment.objects.filter(sequence=sequence_id, state__in=RUNNING)
    rows.update(next_step=None, next_at=None)


def _with_all(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return rows.select_related("sequence", "lead")
