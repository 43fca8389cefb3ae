"""Writes of call lists: make one, take the next, say what came of it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.choices import CallOutcome, Channel
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.log import log
from crm.models import SavedView, User
from leads.actions import log_touch
from leads.calling.queries import callable_leads, waiting
from leads.choices import CallState
from leads.models import CallEntry, CallList, Lead

MOST = 5_000
HELD_FOR = dt.timedelta(minutes=15)
TRIES = 3
AGAIN: dict[str, dt.timedelta] = {
    CallOutcome.NO_ANSWER: dt.timedelta(hours=4),
    CallOutcome.CALL_BACK: dt.timedelta(days=1),
    CallOutcome.LEFT_MESSAGE: dt.timedelta(days=2),
}
"""After which outcomes it is tried again, and when; at most three times in all."""


@transaction.atomic
def create_call_list(*, actor: User, name: str, view: SavedView | None) -> CallList:
    """Make a list of the open leads of a segment that the actor may see and that have a number, the best scored first.

    Raises ValidationError for a segment that holds none. Whoever said no to calls is not in it.
    """
    rows = callable_leads(actor)
    try:
        node = tree_of(view.filter) if view is not None and view.filter else None
        if node is not None:
            rows = rows.filter(TreeList("leads.lead", actor).meant(node))
    except TreeProblem as problem:
        raise ValidationError(str(problem)) from problem
    ranked = rows.order_by(Coalesce("hand_score", "score").desc(nulls_last=True), "created_at", "id")
    keys = list(ranked.values_list("pk", flat=True)[:MOST])
    if not keys:
        raise ValidationError("There is no open lead with a number in it: choose another segment.")
    made = CallList.objects.create(name=name, segment=view.name if view else "", owner=actor, team=actor.team)
    CallEntry.objects.bulk_create(
        [CallEntry(call_list=made, lead_id=key, position=place) for place, key in enumerate(keys, start=1)]
    )
    log(actor=actor, verb="create", object=made, summary=f"Call list “{name}”: {len(keys):,} leads")
    return made


@transaction.atomic
def add_to_call_list(*, actor: User, call_list: CallList, lead: Lead) -> CallEntry:
    """Put one more lead at the end of a list; one that is in it stays where it is. Raises ValidationError for one
    without a number, or that has said no to calls."""
    if not callable_leads(actor).filter(pk=lead.pk).exists():
        raise ValidationError("It has no number, or may not be called.")
    current = CallList.objects.select_for_update(of=("self",)).get(pk=call_list.pk)
    last = current.entries.order_by("-position").values_list("position", flat=True).first() or 0
    entry, is_new = CallEntry.objects.get_or_create(call_list=current, lead=lead, defaults={"position": last + 1})
    if is_new:
        summary = f"Into the call list “{current}”"
        log(actor=actor, verb="call", object=lead, contact_id=lead.contact_id, summary=summary)
    return entry


@transaction.atomic
def take_next(*, actor: User, call_list: CallList) -> CallEntry | None:
    """The lead that the actor calls next: the one they hold, else the first that waits, is due, and nobody holds; two
    people never get the same. None where none is left for now. Who is no longer open, or has said no to calls since,
    is passed over. A hold ends after a quarter of an hour."""
    now = timezone.now()
    left = waiting(call_list, actor)
    mine = left.filter(taken_by=actor, taken_at__gte=now - HELD_FOR).select_related("lead").first()
    if mine is not None:
        return mine
    free = left.filter(Q(taken_at=None) | Q(taken_at__lt=now - HELD_FOR)).filter(
        Q(again_at=None) | Q(again_at__lte=now)
    )
    entry = free.select_for_update(skip_locked=True, of=("self",)).order_by("tries", "position").first()
    if entry is None:
        return None
    CallEntry.objects.filter(pk=entry.pk).update(taken_by=actor, taken_at=now)
    entry.taken_by, entry.taken_at = actor, now
    return entry


@transaction.atomic
def keep_outcome(*, actor: User, entry: CallEntry, outcome: str, text: str = "") -> CallEntry:
    """What came of a call: it is a touch of the lead; nobody reached is tried again later, three times at most.

    Raises ValidationError where somebody else has it on the line or it is done.
    """
    current = CallEntry.objects.select_for_update().get(pk=entry.pk)
    if current.state != CallState.WAITING:
        raise ValidationError("It is done already.")
    if (
        current.taken_by_id not in (None, actor.pk)
        and current.taken_at
        and current.taken_at > timezone.now() - HELD_FOR
    ):
        raise ValidationError("A colleague has it on the line.")
    first, _, rest = text.strip().partition("\n")
    log_touch(
        actor=actor,
        lead=current.lead,
        channel=Channel.PHONE,
        subject=first[:200] or f"Call: {outcome}",
        body=rest.strip(),
        outcome=outcome,
    )
    pause = AGAIN.get(outcome)
    current.tries += 1
    current.outcome, current.called_at = outcome, timezone.now()
    current.taken_by, current.taken_at = actor, None
    if pause is not None and current.tries < TRIES:
        current.again_at = timezone.now() + pause
    else:
        current.state = CallState.DONE
    current.save()
    return current


@transaction.atomic
def skip_entry(*, actor: User, entry: CallEntry) -> None:
    """Leave a lead out of the list."""
    if CallEntry.objects.filter(pk=entry.pk, state=CallState.WAITING).update(state=CallState.SKIPPED, taken_at=None):
        log(actor=actor, verb="skip", object=entry.lead, summary=f"Left out of the call list “{entry.call_list}”")


@transaction.atomic
def close_call_list(*, actor: User | None, call_list: CallList, is_closed: bool) -> None:
    """Put a list away, or take it up again; what came of its calls stays."""
    moment = timezone.now() if is_closed else None
    if CallList.objects.filter(pk=call_list.pk, closed_at__isnull=is_closed).update(closed_at=moment):
        verb = "archive" if is_closed else "restore"
        said = "Closed" if is_closed else "Took up again"
        log(actor=actor, verb=verb, object=call_list, summary=f"{said} the call list “{call_list}”")
