"""For whom a step is: asked of all leads of a batch at once, at the moment the step is due.

Who answered, was qualified or said no is out of the sequence by then (`leads.nurturing.rule`), so none of that is a
condition. Neither is whether a mail was opened: programs open mails that nobody reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from django.db.models import F
from django.db.models.functions import Coalesce

from contacts.choices import Channel
from contacts.models import Interaction
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from leads.choices import StepCondition, TouchResult
from leads.models import Enrolment, Lead, SequenceStep, SequenceTouch

Asked = Callable[[SequenceStep, list[Enrolment]], dict[int, str]]


def passed_over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of enrolments whose next step is due, those for whom it is not (by id), each with the reason in words."""
    by_step: dict[SequenceStep, list[Enrolment]] = defaultdict(list)
    for row in rows:
        if row.next_step is not None and row.next_step.condition:
            by_step[row.next_step].append(row)
    found: dict[int, str] = {}
    for step, waiting in by_step.items():
        found |= CONDITIONS[StepCondition(step.condition)](step, waiting)
    return found


def problem_of(step: SequenceStep) -> str:
    """Why the segment of a step cannot be asked for any more; empty where it can."""
    try:
        node = tree_of(step.tree) if step.tree else None
        if node is not None:
            TreeList("leads.lead", None).meant(node)
    except TreeProblem as problem:
        return str(problem)
    return ""


def _by_segment(step: SequenceStep, rows: list[Enrolment]) -> dict[int, str]:
    leads = Lead.objects.filter(pk__in=[row.lead_id for row in rows])
    try:
        node = tree_of(step.tree) if step.tree else None
        leads = leads.filter(TreeList("leads.lead", None).meant(node)) if node is not None else leads
        inside = set(leads.values_list("pk", flat=True))
    except TreeProblem as problem:
        return {row.pk: f"The segment “{step.segment}” cannot be asked for: {problem}" for row in rows}
    wanted = step.condition == StepCondition.SEGMENT
    words = f"{'Not in' if wanted else 'In'} the segment “{step.segment}”."
    return {row.pk: words for row in rows if (row.lead_id in inside) != wanted}


def _by_score(step: SequenceStep, rows: list[Enrolment]) -> dict[int, str]:
    """The score that was given by hand, else that of the rules; a lead without one has less than any."""
    leads = Lead.objects.filter(pk__in=[row.lead_id for row in rows])
    scores = dict(leads.values_list("pk", Coalesce(F("hand_score"), F("score"))))
    least, wants_more = step.threshold or 0, step.condition == StepCondition.SCORE
    found = {}
    for row in rows:
        score = scores.get(row.lead_id)
        if (score is not None and score >= least) != wants_more:
            found[row.pk] = "It has no score." if score is None else f"Its score is {score}."
    return found


def _by_clicks(step: SequenceStep, rows: list[Enrolment]) -> dict[int, str]:
    """Clicks are known of contacts alone."""
    contacts = {row.lead.contact_id for row in rows if row.lead.contact_id}
    since = min(row.started_at for row in rows)
    clicks = Interaction.objects.filter(channel=Channel.CLICK, contact__in=contacts, occurred_at__gte=since)
    last = dict(clicks.order_by("occurred_at").values_list("contact", "occurred_at"))
    wants_one = step.condition == StepCondition.CLICKED
    words = f"They clicked {'no' if wants_one else 'a'} link since they came in."
    found = {}
    for row in rows:
        at = last.get(row.lead.contact_id or 0)
        if (at is not None and at >= row.started_at) != wants_one:
            found[row.pk] = words
    return found


def _by_skipped(step: SequenceStep, rows: list[Enrolment]) -> dict[int, str]:
    touches = SequenceTouch.objects.filter(enrolment__in=rows).exclude(result=TouchResult.PASSED)
    last = dict(touches.order_by("at", "pk").values_list("enrolment", "result"))
    return {row.pk: "The step before was not skipped." for row in rows if last.get(row.pk) != TouchResult.SKIPPED}


CONDITIONS: dict[StepCondition, Asked] = {
    StepCondition.SEGMENT: _by_segment,
    StepCondition.OTHERS: _by_segment,
    StepCondition.SCORE: _by_score,
    StepCondition.LOW_SCORE: _by_score,
    StepCondition.CLICKED: _by_clicks,
    StepCondition.QUIET: _by_clicks,
    StepCondition.SKIPPED: _by_skipped,
}
