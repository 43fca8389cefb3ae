"""What to do when the clock of the machine was ahead and has been set back.

While it was ahead, mails were written, put off and paused for moments that now lie as far in the future as the clock
was ahead. Rows tell it themselves: they were written, or taken, in the future. What waits is drawn back by as much, so
that nothing stands still for the length of the jump; what has been sent, and counts of the past, stay as they are: no
mail leaves twice for it.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from crm.clock import SLACK
from crm.models import MailChannel

# Due as they were written: due now. Put off after they were taken (another attempt, a limit): as long from now on. A
# moment that somebody chose for a mail is one of the calendar, and stays.
MAILS_SQL = """
UPDATE crm_outgoingmail SET
  due_at = CASE WHEN claimed_at > %(until)s THEN greatest(due_at - (claimed_at - %(now)s), %(now)s) ELSE %(now)s END,
  claimed_at = CASE WHEN claimed_at > %(until)s THEN %(now)s ELSE claimed_at END
WHERE state = 'queued' AND due_at > %(until)s
  AND (claimed_at > %(until)s
    OR (claimed_at IS NULL AND created_at > %(until)s AND due_at <= created_at + interval '1 minute'))
"""


def draw_back(now: dt.datetime) -> int:
    """What waits for moments of a clock that was ahead waits as long from now on; how many mails and channels."""
    until = now + SLACK
    with connection.cursor() as cursor:
        cursor.execute(MAILS_SQL, {"now": now, "until": until})
        count = int(cursor.rowcount)
    for channel in MailChannel.objects.filter(paused_at__gt=until, paused_until__isnull=False):
        assert channel.paused_at is not None and channel.paused_until is not None  # noqa: S101 - for the type checker
        rows = MailChannel.objects.filter(pk=channel.pk, paused_at=channel.paused_at)
        count += rows.update(paused_at=now, paused_until=now + (channel.paused_until - channel.paused_at))
    return count
