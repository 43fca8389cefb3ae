"""What people did: raw looks and clicks told apart into people and programs, and orders within the window.

Response and conversion are measured alike for those who were reached and those who were kept out, from the start of
the campaign on: who ordered, and who ordered or came to us. A click is only told of those who got a mail, so no lift is
made of it. A look proves nothing.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import connection, transaction
from django.utils import timezone

from campaigns.choices import UNDER_WAY, CampaignState
from campaigns.models import Campaign
from campaigns.offers.codes import tell_codes
from campaigns.tallies import count_again

# a program: it says so, or it comes within seconds of the mail, or it tries three links in as many seconds
BOTS = re.compile(
    "bot|crawl|spider|scan|preview|proxy|monitor|curl|wget|python|java/|go-http|headless|barracuda|mimecast|proofpoint",
    re.IGNORECASE,
)
SOON = "5 seconds"
HITS_SQL = """
WITH seen AS (
  SELECT h.id, h.recipient_id, h.kind, h.at,
    h.is_bot OR (h.kind = 'click' AND r.sent_at IS NOT NULL AND h.at < r.sent_at + %(soon)s::interval)
      OR (h.kind = 'click' AND (SELECT count(DISTINCT o.url) FROM campaigns_hit o WHERE o.recipient_id = h.recipient_id
        AND o.kind = 'click' AND o.at BETWEEN h.at - interval '3 seconds' AND h.at + interval '3 seconds') >= 3)
      AS is_program
  FROM campaigns_hit h JOIN campaigns_recipient r ON r.id = h.recipient_id WHERE h.campaign_id = %(campaign)s
), people AS (
  SELECT recipient_id, min(at) FILTER (WHERE kind = 'open') AS opened_at,
    min(at) FILTER (WHERE kind = 'click') AS clicked_at
  FROM seen WHERE NOT is_program GROUP BY recipient_id
)
UPDATE campaigns_recipient r SET opened = true, opened_at = least(r.opened_at, p.opened_at, p.clicked_at),
  clicked = p.clicked_at IS NOT NULL, clicked_at = p.clicked_at
FROM people p WHERE r.id = p.recipient_id
  AND (r.opened_at, r.clicked_at) IS DISTINCT FROM (least(r.opened_at, p.opened_at, p.clicked_at), p.clicked_at)
"""
DONE_SQL = """
WITH asked AS (
  SELECT r.id, o.n, o.amount, o.first_at, i.first_at AS came_at,
    c.channel = 'email' AND r.state IN ('sent', 'uncertain') AS is_looked_at
  FROM campaigns_recipient r
  JOIN campaigns_campaign c ON c.id = r.campaign_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE is_purchase) AS n, coalesce(sum(base_amount), 0) AS amount,
      min(ordered_at) FILTER (WHERE is_purchase) AS first_at
    FROM orders_order WHERE contact_id = r.contact_id AND ordered_at >= c.launched_at
      AND ordered_at < c.launched_at + make_interval(days => c.window_days)
  ) o
  CROSS JOIN LATERAL (
    SELECT min(occurred_at) AS first_at FROM contacts_interaction WHERE contact_id = r.contact_id AND direction = 'in'
      AND occurred_at >= c.launched_at AND occurred_at < c.launched_at + make_interval(days => c.window_days)
  ) i
  WHERE r.campaign_id = %(campaign)s AND r.variant_id IS NOT NULL AND c.launched_at IS NOT NULL
)
UPDATE campaigns_recipient r SET converted = a.n > 0, converted_at = a.first_at, amount = a.amount,
  responded = a.n > 0 OR a.came_at IS NOT NULL, responded_at = least(a.first_at, a.came_at),
  opened = CASE WHEN a.is_looked_at THEN coalesce(r.opened, false) ELSE r.opened END,
  clicked = CASE WHEN a.is_looked_at THEN coalesce(r.clicked, false) ELSE r.clicked END,
  replied = CASE WHEN a.is_looked_at THEN coalesce(r.replied, false) ELSE r.replied END,
  bounced = CASE WHEN a.is_looked_at THEN coalesce(r.bounced, false) ELSE r.bounced END,
  complained = CASE WHEN a.is_looked_at THEN coalesce(r.complained, false) ELSE r.complained END
FROM asked a WHERE r.id = a.id AND (
  (r.converted, r.converted_at, r.amount, r.responded, r.responded_at) IS DISTINCT FROM
  (a.n > 0, a.first_at, a.amount, a.n > 0 OR a.came_at IS NOT NULL, least(a.first_at, a.came_at))
  OR (a.is_looked_at AND num_nulls(r.opened, r.clicked, r.replied, r.bounced, r.complained) > 0)
)
"""


def is_program(user_agent: str) -> bool:
    """Whether a program says that it is one; who says nothing is none that people use."""
    return not user_agent.strip() or BOTS.search(user_agent) is not None


@transaction.atomic
def count_outcomes(key: int) -> None:
    """Bring what the recipients of a campaign did up to date; three statements. Doing it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(HITS_SQL, {"campaign": key, "soon": SOON})
        cursor.execute(DONE_SQL, {"campaign": key})
    count_again([key])


def count_clicks(key: int) -> None:
    """What people did with the mails of a campaign that carries those of a play; one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HITS_SQL, {"campaign": key, "soon": SOON})


def count_all() -> int:
    """All that are under way; one whose window has passed is over then. How many were counted."""
    tell_codes()
    now, counted = timezone.now(), 0
    carriers = Campaign.everything.filter(state__in=UNDER_WAY, play__isnull=False)
    for key in carriers.order_by("pk").values_list("pk", flat=True):
        count_clicks(key)
    for campaign in Campaign.objects.filter(state__in=UNDER_WAY, launched_at__isnull=False).order_by("pk"):
        count_outcomes(campaign.pk)
        counted += 1
        assert campaign.launched_at is not None  # noqa: S101 - for the type checker; asked for
        ends_at = campaign.launched_at + dt.timedelta(days=campaign.window_days)
        if campaign.state == CampaignState.SENT and ends_at <= now:
            Campaign.objects.filter(pk=campaign.pk, state=CampaignState.SENT).update(
                state=CampaignState.OVER, ends_on=timezone.localtime(ends_at).date()
            )
    return counted
