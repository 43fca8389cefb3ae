"""The run of plays: let in whom events bring, let out who has reached the goal, do the steps that are due.

Entries that are due are claimed a chunk at a time (`FOR UPDATE SKIP LOCKED`), so that any number of runs share them;
the ledger (`PlayTouch`, one an entry and step) is written in the transaction in which the step is done. A mail becomes
a recipient of the step's carrier, one a round, and leaves through the engine of campaigns, which asks for permission,
suppression, fatigue and quiet hours at the claim: however often a worker dies, a person has one mail of a step at most.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from campaigns.choices import EntryState, PlayState, PlayStepKind, StepFor, TouchResult
from campaigns.models import Play, PlayEntry, PlayStep, PlayTouch
from campaigns.plays.actions import pause_play
from campaigns.plays.approving import UNAPPROVED, lacks_approval
from campaigns.plays.doing import DO
from campaigns.plays.entering import let_in
from campaigns.plays.goals import GRACE_DAYS, count_amounts, settle_goals
from campaigns.segments.meaning import asked_by, meant_by
from campaigns.set_back import draw_back_plays
from contacts.models import Contact
from crm.failpoints import failpoint
from crm.filtering.trees.nodes import TreeProblem
from crm.holding import is_sending_held

logger = logging.getLogger(__name__)
CHUNK, MOST_CHUNKS = 1_000, 200
AFTER_A_FAULT = dt.timedelta(hours=1)
ARCHIVED = "archived, or merged into another"
LEDGER_SQL = """
INSERT INTO campaigns_playtouch (entry_id, step_id, at, result, why)
SELECT id, %(step)s, %(at)s, %(result)s, %(why)s FROM unnest(%(entries)s::bigint[]) AS e (id) ORDER BY id
ON CONFLICT (entry_id, step_id) DO NOTHING
"""
MOVE_SQL = """
UPDATE campaigns_playentry SET step_id = %(step)s,
  next_at = coalesce(%(next_at)s, greatest(entered_at + make_interval(days => %(window)s), %(now)s))
WHERE id = ANY(%(entries)s) AND state = 'inside'
"""


def look_for_events() -> int:
    """Let people into all running plays, out of those whose goal they have reached, and count what they spent; how many
    came in. A play that cannot be asked does not stop the others. Nothing while sending is held after a restore: what
    this instance takes for news people may have got mails about."""
    if is_sending_held():
        return 0
    came, now = 0, timezone.now()
    for play in Play.objects.exclude(state=PlayState.DRAFT).order_by("pk"):
        if play.ended_at and play.ended_at + dt.timedelta(days=play.window_days + GRACE_DAYS) < now:
            continue
        try:
            settle_goals(play)
            count_amounts(play)
            came += 0 if _is_held_back(play) else let_in(play.pk)
        except (TreeProblem, DatabaseError):
            logger.exception("Play %s could not be asked for its events", play.pk)
    return came


def _is_held_back(play: Play) -> bool:
    """Whether it runs and needs an approval that it has not, as its segment was changed or has grown: it is paused."""
    if play.state != PlayState.RUNNING or not lacks_approval(play):
        return False
    try:
        pause_play(actor=None, play=play, reason=UNAPPROVED)
    except ValidationError as error:
        logger.info("Play %s was not paused: %s", play.pk, error.messages)
    return True


def move_on() -> int:
    """Do what is due in all running plays; how many entries were moved. Nothing while sending is held."""
    if is_sending_held():
        return 0
    draw_back_plays(timezone.now())
    moved = 0
    for key in Play.objects.filter(state=PlayState.RUNNING).order_by("pk").values_list("pk", flat=True):
        for _ in range(MOST_CHUNKS):
            done = _chunk(key)
            moved += done
            if not done:
                break
    return moved


def _chunk(key: int) -> int:
    """One chunk; where it fails, its entries one by one: what fails alone is put off, and holds up nobody."""
    try:
        return _move(key, CHUNK)
    except (DatabaseError, ValueError, TypeError, LookupError):
        logger.exception("A chunk of play %s failed; now one by one", key)
    due = PlayEntry.objects.filter(play=key, state=EntryState.INSIDE, next_at__lte=timezone.now())
    done = 0
    for pk in list(due.order_by("next_at", "pk").values_list("pk", flat=True)[:CHUNK]):
        try:
            done += _move(key, 1, only=pk)
        except (DatabaseError, ValueError, TypeError, LookupError):
            logger.exception("Entry %s of play %s failed and is put off", pk, key)
            put_off = PlayEntry.objects.filter(pk=pk, state=EntryState.INSIDE)
            done += put_off.update(next_at=timezone.now() + AFTER_A_FAULT)
    return done


@transaction.atomic
def _move(key: int, most: int, only: int | None = None) -> int:
    with connection.cursor() as cursor:  # shared by all who let in and move, and taken alone by who pauses it
        cursor.execute("SELECT 1 FROM campaigns_play WHERE id = %s FOR SHARE", [key])
    play = Play.objects.get(pk=key)
    if play.state != PlayState.RUNNING:
        return 0
    rows = PlayEntry.objects.filter(play=key, state=EntryState.INSIDE, next_at__lte=timezone.now())
    rows = rows.filter(pk=only) if only else rows
    keys = list(rows.order_by("next_at", "pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
    if not keys:
        return 0
    settle_goals(play, keys)
    left = list(PlayEntry.objects.filter(pk__in=keys, state=EntryState.INSIDE))
    _Round(play, left).run()
    failpoint("play.before_commit")
    return len(keys)


class _Round:
    """The due steps of claimed entries of one play."""

    def __init__(self, play: Play, rows: Sequence[PlayEntry]) -> None:
        self.play, self.now = play, timezone.now()
        self.steps = list(play.steps.select_related("segment", "into", "offer", "carrier").order_by("position", "pk"))
        self.by_key = {step.pk: step for step in self.steps}
        self.rows = rows

    def run(self) -> None:
        """Each group of entries that wait for one step: out, left aside, done, moved on."""
        away = set(
            Contact.objects.filter(pk__in=[row.contact_id for row in self.rows]).exclude(archived_at=None)
            .values_list("pk", flat=True)
        )  # fmt: skip
        self._end([row.pk for row in self.rows if row.contact_id in away], EntryState.ENDED, ARCHIVED)
        groups: dict[int | None, list[PlayEntry]] = defaultdict(list)
        for row in self.rows:
            if row.contact_id not in away:
                groups[row.step_id].append(row)
        self._end([row.pk for row in groups.pop(None, [])], EntryState.DONE)
        for step_id, rows in groups.items():
            self._step(self.by_key[step_id or 0], rows)

    def _step(self, step: PlayStep, rows: list[PlayEntry]) -> None:
        if step.removed_at is not None:  # taken away while they waited for it: the next one, at once
            self._go_on(step, rows, is_late=True)
            return
        try:
            met, not_met, why = self._held_against(step, rows)
        except TreeProblem as problem:  # for all who wait for it alike: nobody needs to be asked one by one
            logger.warning("Step %s of play %s asks what cannot be asked any more: %s", step.pk, self.play.pk, problem)
            waiting = PlayEntry.objects.filter(pk__in=[row.pk for row in rows], state=EntryState.INSIDE)
            waiting.update(next_at=self.now + AFTER_A_FAULT)
            return
        is_check = step.kind == PlayStepKind.CHECK
        if not_met and is_check:
            self._note(step, not_met, TouchResult.LEFT, why)
            self._end([row.pk for row in not_met], EntryState.LEFT, why)
        elif not_met:
            self._note(step, not_met, TouchResult.PASSED, why)
        if met and is_check:
            self._note(step, met, TouchResult.MET)
        elif met:
            self._do(step, met)
        self._go_on(step, met if is_check else rows)

    def _do(self, step: PlayStep, rows: list[PlayEntry]) -> None:
        """Once for each entry, as the ledger has it; the entries are locked, so nobody else is at them."""
        had = set(PlayTouch.objects.filter(step=step, entry__in=rows).values_list("entry", flat=True))
        rows = [row for row in rows if row.pk not in had]
        if not rows:
            return
        skipped = DO[PlayStepKind(step.kind)](self.play, step, rows, self.now)
        self._note(step, [row for row in rows if row.contact_id not in skipped], TouchResult(step.kind))
        for why in sorted(set(skipped.values())):
            self._note(step, [row for row in rows if skipped.get(row.contact_id) == why], TouchResult.SKIPPED, why)

    def _held_against(self, step: PlayStep, rows: list[PlayEntry]) -> tuple[list[PlayEntry], list[PlayEntry], str]:
        """Who meets the step's condition, who does not, and why not in words."""
        if not step.only_for or step.segment is None:
            return rows, [], ""
        with asked_by(None):
            asked = Contact.objects.filter(pk__in=[row.contact_id for row in rows])
            inside = set(asked.filter(meant_by(step.segment, None)).values_list("pk", flat=True))
        wants_in = step.only_for == StepFor.IN
        met = [row for row in rows if (row.contact_id in inside) == wants_in]
        not_met = [row for row in rows if (row.contact_id in inside) != wants_in]
        return met, not_met, f"{'not ' if wants_in else ''}in “{step.segment}”"[:200]

    def _note(self, step: PlayStep, rows: list[PlayEntry], result: TouchResult, why: str = "") -> None:
        keys = [row.pk for row in rows]
        values: dict[str, Any] = {
            "step": step.pk,
            "at": self.now,
            "result": str(result),
            "why": why[:200],
            "entries": keys,
        }
        with connection.cursor() as cursor:
            cursor.execute(LEDGER_SQL, values)

    def _go_on(self, step: PlayStep, rows: list[PlayEntry], *, is_late: bool = False) -> None:
        """To the step after this one, or to the end of the window."""
        if not rows:
            return
        later = (one for one in self.steps if one.removed_at is None and _place(one) > _place(step))
        following = next(later, None)
        wait = dt.timedelta(days=following.wait_days if following and not is_late else 0)
        values = {
            "step": following.pk if following else None,
            "next_at": self.now + wait if following else None,
            "window": self.play.window_days,
            "now": self.now,
            "entries": [row.pk for row in rows],
        }
        with connection.cursor() as cursor:
            cursor.execute(MOVE_SQL, values)

    def _end(self, keys: list[int], state: str, why: str = "") -> None:
        if keys:
            PlayEntry.objects.filter(pk__in=keys, state=EntryState.INSIDE).update(
                state=state, reason=why, step=None, next_at=None, ended_at=self.now
            )


def _place(step: PlayStep) -> tuple[int, int]:
    return step.position, step.pk
