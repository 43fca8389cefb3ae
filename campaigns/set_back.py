"""What to do when the clock of the machine was ahead and has been set back: who waits for moments of that clock waits
no longer than meant (mails themselves: `crm.mail.set_back`)."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from campaigns.choices import CampaignState
from campaigns.models import Campaign, PlayEntry, PlayTouch
from crm.clock import SLACK

# who came in, or had a step done, while the clock was ahead: as long as the step says, from now on
WAITS_SQL = """
UPDATE campaigns_playentry e SET next_at = %(now)s + make_interval(days => s.wait_days)
FROM campaigns_playstep s
WHERE s.id = e.step_id AND e.state = 'inside' AND e.next_at > %(until)s + make_interval(days => s.wait_days)
  AND (e.entered_at > %(until)s
    OR EXISTS (SELECT 1 FROM campaigns_playtouch t WHERE t.entry_id = e.id AND t.at > %(until)s))
"""


def draw_back_campaigns(now: dt.datetime) -> int:
    """A campaign that was started while the clock was ahead has started now; how many."""
    under_way = Campaign.everything.filter(state__in=(CampaignState.SENDING, CampaignState.PAUSED))
    return under_way.filter(launched_at__gt=now + SLACK).update(launched_at=now)


def draw_back_plays(now: dt.datetime) -> int:
    """Nobody waits in a play for the length of the jump; how many waited. Two look-ups while all is well."""
    until = now + SLACK
    newest = PlayTouch.objects.order_by("-pk").values_list("at", flat=True).first()
    is_ahead = newest is not None and newest > until
    if not is_ahead and not PlayEntry.objects.filter(is_control=False, entered_at__gt=until).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WAITS_SQL, {"now": now, "until": until})
        return int(cursor.rowcount)
