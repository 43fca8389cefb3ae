"""The demo's plays: one that has run for half a year, told from the orders that are there, and one that is a draft.

Nobody was really treated, so that the difference to its control group is chance; the page says so by its interval.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from campaigns.choices import CampaignType
from campaigns.drawing import drawn
from campaigns.models import Campaign, Play
from campaigns.plays import actions
from campaigns.plays.actions import StepInput
from campaigns.plays.approving import needs_approval
from campaigns.plays.goals import count_amounts
from campaigns.plays.statements import named_ids
from contacts.models import Contact
from contacts.permission.rule import permitted
from crm.models import User

SINCE_DAYS, SEED = 180, 20_261_129
WELCOME = "Welcome after the first order"
STEPS = (
    StepInput(
        kind="mail", wait_days=1, title="Thank you for your first frames",
        text="Dear {{first_name|friend of pictures}},\n\nthank you for your first order. Three things that help with "
        "hanging: two hooks hold straighter than one, the middle of the picture belongs at 150 cm, and glass is "
        "cleaned dry.\n\nYour questions reach {{owner|our workshop}} by an answer to this mail.",
    ),
    StepInput(
        kind="mail", wait_days=14, title="How does it hang, {{first_name|dear customer}}?",
        text="By now your frames should be on the wall. If anything is not as you thought, write to us: we put it "
        "right.\n\nMany then think of the wall beside it: https://www.larkmoor.example/walls",
    ),
    StepInput(kind="task", wait_days=30, title="Ask what they hang next", text="First order a month and a half ago."),
)  # fmt: skip
ENTER_SQL = """
INSERT INTO campaigns_playentry (
  play_id, contact_id, state, reason, is_control, round, event_at, entered_at, ended_at, goal_at, step_id, next_at
)
SELECT %(play)s, f.contact_id,
  CASE WHEN f.goal_at IS NOT NULL THEN 'reached' WHEN f.over_at <= %(now)s THEN 'done' ELSE 'inside' END, '',
  f.is_control, 1, f.event_at, f.entered_at, f.ended_at, f.goal_at, CASE WHEN f.ended_at IS NULL THEN n.id END,
  CASE WHEN f.ended_at IS NULL THEN coalesce(n.due_at, f.over_at) END
FROM (
  SELECT e.*, coalesce(e.goal_at, CASE WHEN e.over_at <= %(now)s THEN e.over_at END) AS ended_at FROM (
    SELECT o.contact_id, o.ordered_at AS event_at, o.ordered_at + interval '5 minutes' AS entered_at,
      o.ordered_at + make_interval(days => %(window)s, mins => 5) AS over_at,
      {draw} < %(share)s AS is_control,
      (SELECT min(b.ordered_at) FROM orders_order b WHERE b.contact_id = o.contact_id AND b.is_purchase
        AND b.ordered_at > o.ordered_at AND b.ordered_at < o.ordered_at + make_interval(days => %(window)s)) AS goal_at
    FROM (
      SELECT contact_id, min(ordered_at) AS ordered_at FROM orders_order WHERE is_purchase AND contact_id IS NOT NULL
      GROUP BY contact_id HAVING min(ordered_at) >= %(since)s AND min(ordered_at) <= %(now)s - interval '5 minutes'
    ) o WHERE o.contact_id IN ({people})
  ) e
) f
LEFT JOIN LATERAL (
  SELECT s.id, f.entered_at + make_interval(days => s.after) AS due_at
  FROM unnest(%(steps)s::bigint[], %(after)s::int[]) AS s (id, after)
  WHERE NOT f.is_control AND f.entered_at + make_interval(days => s.after) > %(now)s ORDER BY s.after LIMIT 1
) n ON true
ORDER BY f.event_at, f.contact_id
"""
TOUCH_SQL = """
INSERT INTO campaigns_playtouch (entry_id, step_id, at, result, why)
SELECT e.id, s.id, e.entered_at + make_interval(days => s.after), s.kind, ''
FROM campaigns_playentry e CROSS JOIN unnest(%(steps)s::bigint[], %(after)s::int[], %(kinds)s::text[])
  AS s (id, after, kind)
WHERE e.play_id = %(play)s AND NOT e.is_control
  AND e.entered_at + make_interval(days => s.after) < least(coalesce(e.ended_at, %(now)s), %(now)s)
ORDER BY 3, 1
"""
MAIL_SQL = """
INSERT INTO campaigns_recipient (campaign_id, contact_id, variant_id, state, reason, sent_at, recorded_at)
SELECT s.carrier_id, e.contact_id, v.id, 'sent', '', t.at, t.at
FROM campaigns_playtouch t JOIN campaigns_playentry e ON e.id = t.entry_id JOIN campaigns_playstep s ON s.id = t.step_id
JOIN campaigns_variant v ON v.campaign_id = s.carrier_id WHERE s.play_id = %(play)s AND s.kind = 'mail' ORDER BY t.at
"""


def make_plays(owner: int | None) -> int:
    """One play with everybody who came into it, and a draft; how many people."""
    actor = User.objects.filter(pk=owner).first() if owner else None
    if actor is None:
        return 0
    fields = {
        "name": WELCOME, "type": CampaignType.REINFORCEMENT, "owner": actor, "control_share": "0.2",
        "description": "Who bought for the first time hears how to hang it, and that we are there; the second order is "
        "what makes a customer.",
    }  # fmt: skip
    play = actions.create_play(actor=actor, fields=fields, steps=STEPS)
    colleague = User.objects.filter(is_active=True).exclude(pk=actor.pk).order_by("pk").first()
    if colleague is not None and needs_approval(play):
        actions.ask_play_approval(actor=actor, play=play)
        actions.approve_play(actor=colleague, play=play)
    actions.start_play(actor=actor, play=play)
    now = timezone.now()
    since = now - dt.timedelta(days=SINCE_DAYS)
    Play.objects.filter(pk=play.pk).update(seed=SEED, started_at=since)
    Campaign.everything.filter(play=play).update(launched_at=since)
    return _let_in(Play.objects.get(pk=play.pk), since, now)


def _let_in(play: Play, since: dt.datetime, now: dt.datetime) -> int:
    """Who came in since then, what was done with them, and what they spent; a few statements."""
    people, names = named_ids(permitted(Contact.objects.filter(archived_at=None)))
    after, steps = 0, []
    for step in play.steps.order_by("position"):
        after += step.wait_days
        steps.append((step.pk, after, step.kind))
    values = {
        **names, "play": play.pk, "since": since, "now": now, "window": play.window_days, "seed": play.seed,
        "share": float(play.control_share), "steps": [key for key, _, _ in steps],
        "after": [days for _, days, _ in steps], "kinds": [kind for _, _, kind in steps],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ENTER_SQL.format(draw=drawn("o.contact_id", "%(seed)s::bigint"), people=people), values)
        count = int(cursor.rowcount)
        cursor.execute(TOUCH_SQL, values)
        cursor.execute(MAIL_SQL, values)
    count_amounts(play, ever=True)
    return count
