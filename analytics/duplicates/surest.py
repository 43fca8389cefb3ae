"""The surest pairs merged in one go, as a job, and the whole of it taken back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField, Func

from analytics.models import DuplicatePair
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.merging.rights import may_merge
from contacts.models import Contact, ContactMerge
from crm.access import can
from crm.choices import Verb
from crm.jobs import JobError, Progress, start_job
from crm.models import JobRun, User
from crm.templatetags.figures import plural

MERGING, UNDOING = "merge_duplicates", "undo_merges"
SUREST = 0.999
EVERY = 10
# the third of [field, level, weight]; a bit against is twice as often so of two as of one
AGAINST = "%(function)s(%(expressions)s, '$[*][2] ? (@ <= -1)')"
MOST_REASONS = 20


def surest_pairs(user: User) -> Any:
    """Waiting pairs that are one party with 99.9 % at least, both of which the person may change. A pair with a field
    that speaks for two (another last name of two colleagues at one address) is for a person to look at."""
    rows = DuplicatePair.objects.visible_to(user, Verb.CHANGE).waiting().filter(probability__gte=SUREST)
    rows = rows.exclude(Func("evidence", function="jsonb_path_exists", template=AGAINST, output_field=BooleanField()))
    return rows.order_by("-probability", "pk")


def start_merging(*, actor: User, announced: int) -> JobRun:
    """Merge the surest pairs, as a job. Raises where there is none, or the person may not remove contacts."""
    if not can(actor, Verb.DELETE, Contact):
        raise ValidationError("Merging needs the right to remove contacts.")
    if not surest_pairs(actor).exists():
        raise ValidationError("No pair is that sure.")
    title = f"Merge the surest duplicates: {plural(announced, 'pair')}"
    return start_job(actor=actor, kind=MERGING, title=title)


def run_merging(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: pair by pair, each whole or not at all. What its person may merge is asked at the work;
    `left` counts by the reason the pairs that stay for review. A job that was broken off goes on with what is left."""
    actor = job.actor
    if actor is None or not actor.is_active:
        raise JobError("You may not do this any more. Nothing was merged.")
    keys = list(surest_pairs(actor).values_list("pk", flat=True))
    left: Counter[str] = Counter()
    for place, key in enumerate(keys, start=1):
        try:
            with transaction.atomic():
                _merge_pair(actor, key, job)
        except ValidationError as error:
            left[" ".join(error.messages)] += 1
        if place % EVERY == 0 or place == len(keys):
            progress.report(place, len(keys), "Merging pairs")
    merged = ContactMerge.objects.filter(job=job).count()
    return {"merged": merged, "left": dict(left.most_common(MOST_REASONS))}


def may_undo(user: User, job: JobRun) -> bool:
    """Whether this person can take the job back: what was merged, by who may change the job."""
    return job.kind == MERGING and job.is_finished and can(user, Verb.CHANGE, job)


def start_undoing(*, actor: User, job: JobRun) -> JobRun:
    """Undo every merge of a job, as a job of its own."""
    if not may_undo(actor, job) or not ContactMerge.objects.filter(job=job, undone_at=None).exists():
        raise ValidationError("There is nothing of this that could be taken back.")
    return start_job(actor=actor, kind=UNDOING, title=f"Taken back: {job.title}", parameters={"job": job.pk})


def run_undoing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler: the merges of the job, the last first; `left` counts those that something newer stands on."""
    actor = job.actor
    done_by = JobRun.objects.filter(pk=job.parameters["job"]).first()
    if actor is None or done_by is None or not may_undo(actor, done_by):
        raise JobError("This cannot be taken back any more.")
    merges = list(ContactMerge.objects.filter(job=done_by, undone_at=None).order_by("-pk"))
    left: Counter[str] = Counter()
    for place, merge in enumerate(merges, start=1):
        try:
            with transaction.atomic():
                undo_merge(actor=actor, merge=merge)
        except ValidationError as error:
            left[" ".join(error.messages)] += 1
        if place % EVERY == 0 or place == len(merges):
            progress.report(place, len(merges), "Undoing merges")
    return {"undone": len(merges) - left.total(), "left": dict(left.most_common(MOST_REASONS))}


def _merge_pair(actor: User, key: int, job: JobRun) -> None:
    """The older record goes on, unless the person may only remove that one. A pair that went with another merge of the
    job is done."""
    pair = surest_pairs(actor).select_related("first", "second").filter(pk=key).first()
    if pair is None:
        return
    older, newer = sorted((pair.first, pair.second), key=lambda one: (one.created_at, one.pk))
    kept, gone = (older, newer) if may_merge(actor, older, newer) else (newer, older)
    merge_contacts(actor=actor, kept=kept, gone=gone, job=job)
