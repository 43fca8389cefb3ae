"""Writes of segments: make, change, fix, delete; and writing down who is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Campaign, Play, PlayStep, RetentionAction, Segment
from campaigns.plays.approving import void_for_segment
from campaigns.segments.meaning import asked_by, people_in, problems_of, segments_asked_for, tree_in
from crm.filtering.trees.nodes import TreeProblem, as_data, tree_of
from crm.jobs import Progress, start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked
from crm.templatetags.figures import plural

KIND = "segments"
NOBODY_SQL = "SELECT id FROM contacts_contact WHERE false"
# one statement: who is in it now, who left since the last time, who came
REFRESH_SQL = """
WITH found AS MATERIALIZED ({people}), gone AS (
  DELETE FROM campaigns_segmentmember m WHERE m.segment_id = %s
    AND NOT EXISTS (SELECT 1 FROM found f WHERE f.id = m.contact_id) RETURNING m.contact_id
), come AS (
  INSERT INTO campaigns_segmentmember (segment_id, contact_id, entered_at)
  SELECT %s, f.id, %s FROM found f
  WHERE NOT EXISTS (SELECT 1 FROM campaigns_segmentmember m WHERE m.segment_id = %s AND m.contact_id = f.id)
  RETURNING contact_id
), moved AS (
  INSERT INTO campaigns_segmentmove (segment_id, contact_id, has_entered, at)
  SELECT %s, contact_id, false, %s FROM gone WHERE %s UNION ALL SELECT %s, contact_id, true, %s FROM come WHERE %s
  RETURNING 1
)
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""


@transaction.atomic
def create_segment(*, actor: User | None, fields: Mapping[str, Any], tree: Mapping[str, Any]) -> Segment:
    """Make a segment of a filter tree; a fixed one takes in who meets it now. Raises ValidationError."""
    segment: Segment = Segment(filter=_checked(tree, actor, None), **fields)
    segment.save()
    if segment.is_fixed:
        _fill(segment, actor)
    log(actor=actor, verb="create", object=segment, summary=f"New segment: {segment}")
    return segment


@transaction.atomic
def change_segment(
    *, actor: User | None, segment: Segment, version: int, fields: Mapping[str, Any], tree: Mapping[str, Any] | None
) -> Segment:
    """Change what is given; a fixed one keeps its people. A play for other people than before has to be approved anew.
    Raises `StaleRecord`, or ValidationError for a tree that cannot be asked.

    The segment comes before its plays: who holds a play and is about to point it at this segment does not wait for it.
    """
    current: Segment = locked(segment, version, no_key=True)
    changed = assign(current, {name: value for name, value in fields.items() if name != "is_fixed"})
    if tree is not None and not current.is_fixed and (asked := _checked(tree, actor, current)) != current.filter:
        current.filter = asked
        changed.append("filter")
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    if "filter" in changed:
        void_for_segment(actor, current)
    return current


@transaction.atomic
def fix_segment(*, actor: User | None, segment: Segment) -> Segment:
    """A fixed segment of who is in this one now. Raises ValidationError where it cannot be asked."""
    stamp = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    fixed: Segment = Segment.objects.create(
        name=f"{segment.name[:95]}, {stamp}", description=segment.description, is_fixed=True, owner=actor,
        filter=segment.filter,
    )  # fmt: skip
    _fill(fixed, actor, of=segment)
    log(actor=actor, verb="create", object=fixed, summary=f"Fixed who is in {segment}")
    return fixed


@transaction.atomic
def delete_segment(*, actor: User | None, segment: Segment) -> None:
    """Forget a segment; its people stay. Raises ValidationError while a segment, a campaign, an offer, a play or a
    retention action needs it."""
    for other in Segment.objects.filter(is_fixed=False).exclude(pk=segment.pk):
        try:
            asked = segments_asked_for(tree_in(other))
        except TreeProblem:
            continue  # one that cannot be read asks for nobody
        if segment.pk in asked:
            raise refused("The segment “%(other)s” asks for it: change that one first.", other=other)
    if used := Campaign.objects.filter(audience__segment=segment).first():
        raise refused("The campaign “%(used)s” is for it, or leaves it out: it stays.", used=used)
    if offer := segment.offers.first():
        raise refused("The offer “%(offer)s” is for it: change that one first.", offer=offer)
    if action := RetentionAction.objects.filter(segment=segment).first():
        raise refused("The retention action “%(action)s” is for it: it stays.", action=action)
    if play := _play_with(segment):
        raise refused("The play “%(play)s” asks for it: it stays.", play=play)
    log(actor=actor, verb="delete", object=segment, summary=f"Deleted the segment {segment}")
    segment.delete()


def _play_with(segment: Segment) -> Play | None:
    """A play that lets in, narrows, checks or fills by a segment, in a step that was taken away, too."""
    steps = PlayStep.objects.filter(Q(segment=segment) | Q(into=segment)).order_by()
    own = Q(audience=segment) | Q(event_segment=segment) | Q(goal_segment=segment)
    return Play.objects.filter(own | Q(pk__in=steps.values("play"))).order_by("pk").first()


@transaction.atomic
def refresh_segment(*, segment: Segment) -> tuple[int, int, int]:
    """Write down who is in a live segment now: (people, who came, who left). Raises TreeProblem."""
    current: Segment = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    if current.is_fixed:
        return current.size or 0, 0, 0
    statement, parameters = _statement(people_in(current, None))
    now, is_known = timezone.now(), current.counted_at is not None
    key = current.pk
    with connection.cursor() as cursor:
        cursor.execute(
            REFRESH_SQL.format(people=statement),
            [*parameters, key, key, now, key, key, now, is_known, key, now, is_known],
        )
        size, came, left = cursor.fetchone()
    Segment.objects.filter(pk=key).update(size=size, counted_at=now)
    return size, came, left


def start_refresh(*, actor: User, segment: Segment) -> JobRun:
    """Write down who is in it, as a job."""
    return start_job(actor=actor, kind=KIND, title=f"Who is in “{segment}”"[:200], parameters={"segment": segment.pk})


def run_refresh(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: one segment, or all live ones. One that cannot be asked any more does not stop the others."""
    only = job.parameters.get("segment")
    rows = Segment.objects.filter(is_fixed=False).order_by("pk")
    segments = list(rows.filter(pk=only) if only else rows)
    told: dict[str, Any] = {"segments": 0, "came": 0, "left": 0, "problems": []}
    for place, segment in enumerate(segments):
        progress.report(place, len(segments), f"Counting “{segment}”")
        try:
            _, came, left = refresh_segment(segment=segment)
        except TreeProblem as problem:
            told["problems"].append(f"{segment}: {problem}")
            continue
        told["segments"] += 1
        told["came"] += came
        told["left"] += left
    progress.report(len(segments), len(segments), f"{plural(told['segments'], 'segment')} counted")
    return told


def _checked(tree: Mapping[str, Any], actor: User | None, segment: Segment | None) -> dict[str, Any]:
    """The tree as it is kept. Raises ValidationError with the sentences of what is wrong."""
    try:
        node = tree_of(dict(tree)) if tree else None
    except TreeProblem as problem:
        raise ValidationError(str(problem)) from problem
    if problems := problems_of(node, actor, own=segment.pk if segment else None):
        raise ValidationError(" ".join(problems))
    return as_data(node)


def _fill(segment: Segment, actor: User | None, of: Segment | None = None) -> None:
    """Take in who meets the filter, of those whom the actor may see."""
    source = of or Segment(filter=segment.filter, name=segment.name)
    try:
        people = people_in(source, actor)
        with asked_by(actor):
            statement, parameters = _statement(people)
    except TreeProblem as problem:
        raise ValidationError(str(problem)) from problem
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_segmentmember (segment_id, contact_id, entered_at) SELECT %s, f.id, %s FROM ({statement}) f",  # noqa: E501, S608 - Django's own statement
            [segment.pk, now, *parameters],
        )
        size = cursor.rowcount
    segment.size, segment.counted_at = size, now
    segment.save(update_fields=["size", "counted_at"])


def _statement(people: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """The people as one statement that gives their ids."""
    try:
        statement, parameters = people.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking that nobody can match
        return NOBODY_SQL, ()
    return statement, tuple(parameters)
