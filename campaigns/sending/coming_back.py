"""What came back of the mails of campaigns and plays: the mail itself, a complaint, an answer.

It is read from the mails that came in, each of which names the mail of ours that it is about, and that has proved it
(`crm.incoming.settling`, `crm.incoming.threads`): so a report that comes twice counts once, and one that comes late, or
before the mail is known as sent, counts as any other. A server that still tries has not sent it back; what a machine
answers is no answer. A server of ours that refuses at once leaves the recipient *failed*: that mail never left.
"""

from __future__ import annotations

from django.db import connection, transaction

from campaigns.choices import UNDER_WAY
from campaigns.models import Campaign
from campaigns.tallies import count_on

# two that come back at once stand in line: the second reads what the first has written. Not FOR UPDATE, which would
# wait for every mail that came in and refers to it
LOCK_SQL = "SELECT 1 FROM crm_outgoingmail WHERE id = %(mail)s FOR NO KEY UPDATE"
# the key of a mail names its recipient: no index by mails is needed among millions of them
SETTLE_SQL = """
WITH told AS (
  SELECT answers_id AS mail, min(received_at) FILTER (WHERE nature = 'person') AS replied_at,
    min(received_at) FILTER (WHERE nature = 'bounce' AND NOT is_delay) AS bounced_at,
    min(received_at) FILTER (WHERE nature = 'complaint') AS complained_at
  FROM crm_incomingmail WHERE answers_id = %(mail)s AND state = 'done' GROUP BY answers_id
), before AS (
  SELECT r.id, r.replied, r.bounced, r.complained, t.replied_at, t.bounced_at, t.complained_at
  FROM told t JOIN crm_outgoingmail m ON m.id = t.mail
  JOIN campaigns_recipient r ON r.id = substring(m.key FROM '^campaign:[0-9]+:([0-9]+)$')::bigint AND r.mail_id = m.id
)
UPDATE campaigns_recipient r SET replied_at = b.replied_at, bounced_at = b.bounced_at, complained_at = b.complained_at,
  replied = b.replied_at IS NOT NULL, bounced = b.bounced_at IS NOT NULL, complained = b.complained_at IS NOT NULL
FROM before b WHERE r.id = b.id
  AND (r.replied_at, r.bounced_at, r.complained_at) IS DISTINCT FROM (b.replied_at, b.bounced_at, b.complained_at)
RETURNING r.campaign_id, r.variant_id, r.replied::int - coalesce(b.replied, false)::int,
  r.bounced::int - coalesce(b.bounced, false)::int, r.complained::int - coalesce(b.complained, false)::int
"""


@transaction.atomic
def settle_came_back(mail_id: int) -> bool:
    """Write to the recipient of a mail of ours what came back of it; whether that is news. Again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, {"mail": mail_id})
        cursor.execute(SETTLE_SQL, {"mail": mail_id})
        found = cursor.fetchone()
    if found is None:
        return False
    campaign, variant, *more = found
    if not Campaign.everything.filter(pk=campaign, state__in=UNDER_WAY).exists():  # nobody counts it any more
        count_on(variant, dict(zip(("replied", "bounced", "complained"), more, strict=True)))
    return True
