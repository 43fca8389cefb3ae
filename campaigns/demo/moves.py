"""Who came into the demo's segments and went out of them in the last days: as the nights would have written down."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from crm.company import end_of_day

DAYS = 6
EACH_OF_SEGMENT, EACH_OUTSIDE = 17, 41  # every so manieth came in, or went out
CAME_SQL = """
WITH came AS (
  SELECT segment_id, contact_id, %s - (contact_id %% %s) * interval '1 day' AS at
  FROM campaigns_segmentmember WHERE contact_id %% %s = segment_id %% %s
), told AS (
  UPDATE campaigns_segmentmember m SET entered_at = came.at FROM came
  WHERE m.segment_id = came.segment_id AND m.contact_id = came.contact_id
)
INSERT INTO campaigns_segmentmove (segment_id, contact_id, has_entered, at)
SELECT segment_id, contact_id, true, at FROM came
"""
LEFT_SQL = """
INSERT INTO campaigns_segmentmove (segment_id, contact_id, has_entered, at)
SELECT s.id, c.id, false, %s - (c.id %% %s) * interval '1 day'
FROM campaigns_segment s CROSS JOIN contacts_contact c
WHERE NOT s.is_fixed AND c.id %% %s = s.id %% %s AND c.archived_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM campaigns_segmentmember m WHERE m.segment_id = s.id AND m.contact_id = c.id)
"""


def make_moves(last_day: dt.date) -> None:
    """Of the days up to this one, some contacts of each live segment; two statements."""
    night = end_of_day(last_day - dt.timedelta(days=1)) + dt.timedelta(hours=2)
    with connection.cursor() as cursor:
        for statement, each in ((CAME_SQL, EACH_OF_SEGMENT), (LEFT_SQL, EACH_OUTSIDE)):
            cursor.execute(statement, [night, DAYS, each, each])
