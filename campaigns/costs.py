"""What campaigns cost us for each customer: every time that one reached them (`analytics.costs.drivers`)."""

from __future__ import annotations

from analytics.costs.drivers import CostDriver

# of a file without moments, the day on which the campaign began
REACHED = """
SELECT contact_id FROM (
  SELECT r.contact_id, coalesce(r.sent_at, c.starts_on::timestamptz) AS reached_at
  FROM campaigns_recipient AS r JOIN campaigns_campaign AS c ON c.id = r.campaign_id
  JOIN campaigns_variant AS v ON v.id = r.variant_id AND NOT v.is_control
  WHERE r.state IN ('sent', 'uncertain', 'past')
) AS reached
WHERE reached_at >= {begins} AND reached_at < {ends}
"""
DRIVERS = (CostDriver("campaigns", "Campaign contacts", "campaign contact", "campaign contacts", REACHED, "0.60"),)
