"""Who comes into a play: one statement a chunk, drawn into treated and control as it is written.

The draw is a hash of the contact's id with the play's seed, as that of campaigns: who comes in again is on the same
side. Two runs at once write nobody twice: a person is in a play once at a time, and an event lets them in once ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.choices import PlayState, PlayStepKind
from campaigns.drawing import drawn
from campaigns.models import Play, PlayStep
from campaigns.plays.events import statement_of
from campaigns.plays.statements import named_ids
from campaigns.segments.meaning import asked_by, meant_by
from contacts.models import Contact
from contacts.permission.rule import permitted

CHUNK, MOST_CHUNKS = 5_000, 200
DRAW = drawn("p.id", "%(seed)s::bigint")
ENTER_SQL = """
INSERT INTO campaigns_playentry (
  play_id, contact_id, state, reason, is_control, round, event_at, entered_at, step_id, next_at
)
SELECT %(play)s, f.id, 'inside', '', f.is_control, f.rounds + 1, f.event_at, %(moment)s,
  CASE WHEN NOT f.is_control THEN %(step)s::bigint END,
  CASE WHEN f.is_control THEN %(ends_at)s ELSE %(next_at)s END
FROM (
  SELECT p.id, e.event_at, h.rounds, {draw} < %(share)s AS is_control
  FROM ({events}) e JOIN contacts_contact p ON p.id = e.contact_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS rounds, bool_or(x.ended_at IS NULL) AS is_in, bool_or(x.event_at = e.event_at) AS is_known,
      max(x.ended_at) AS left_at
    FROM campaigns_playentry x WHERE x.play_id = %(play)s AND x.contact_id = p.id
  ) h
  WHERE p.id IN ({people}) AND (h.rounds = 0 OR (
    NOT h.is_in AND NOT h.is_known AND h.left_at <= %(rested)s AND e.event_at > h.left_at
  ))
  ORDER BY p.id LIMIT {chunk}
) f
ON CONFLICT DO NOTHING
"""


def let_in(play_id: int) -> int:
    """Let everybody in whom an event of the play brings now; how many. Raises TreeProblem where its segment cannot be
    asked any more. Safe to call by many at once."""
    count = 0
    for _ in range(MOST_CHUNKS):
        came = _chunk(play_id)
        count += came
        if came < CHUNK:
            break
    return count


@transaction.atomic
def _chunk(play_id: int) -> int:
    with connection.cursor() as cursor:  # shared by all who let in and move, and taken alone by who pauses it
        cursor.execute("SELECT 1 FROM campaigns_play WHERE id = %s FOR SHARE", [play_id])
    play = Play.objects.select_related("audience").get(pk=play_id)
    steps = list(play.steps.filter(removed_at=None).order_by("position", "pk"))
    if play.state != PlayState.RUNNING or not steps:
        return 0
    try:
        with asked_by(None):
            people, names = named_ids(people_for(play, steps))
    except EmptyResultSet:  # nobody can be in its segment
        return 0
    moment = timezone.now()
    events = statement_of(play, moment)
    never = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
    values = {
        **events.values,
        **names,
        "play": play.pk,
        "seed": play.seed,
        "share": float(play.control_share),
        "moment": moment,
        "step": steps[0].pk,
        "next_at": moment + dt.timedelta(days=steps[0].wait_days),
        "ends_at": moment + dt.timedelta(days=play.window_days),
        "rested": never if play.rest_days is None else moment - dt.timedelta(days=play.rest_days),
    }
    sql = ENTER_SQL.format(draw=DRAW, chunk=CHUNK, events=events.sql, people=people)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def people_for(play: Play, steps: Sequence[PlayStep]) -> QuerySet[Contact]:
    """Who may come in: of its segment, and who may be written to where it writes, so that both sides are alike. Asked
    by nobody (`asked_by`)."""
    rows: QuerySet[Contact] = Contact.objects.filter(archived_at=None)
    if play.audience is not None:
        rows = rows.filter(meant_by(play.audience, None))
    if any(step.kind == PlayStepKind.MAIL for step in steps):
        rows = permitted(rows, purpose=play.purpose)
    return rows
