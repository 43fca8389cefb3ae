"""The kind `ticket_events`: a log of what happened to tickets, and how its rows come into theirs.

Who a row is: its external id; without one the ticket, the moment, the event, and its place among the equal ones of the
file. Tickets that nobody knows are made bare. A log's own words stay; where the last one says that a bare ticket is
solved, it is.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing.references import default_owner
from contacts.importing.touches import find_known, keep_last_of_each_id
from crm.importing.folding import RECORDS, count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType
from service.actions.queues import default_queue
from service.importing.tickets import reject_tickets_out_of_reach
from service.keeping import refresh_tickets_of
from service.models import Ticket

FIELDS = (
    ImportField(
        "ticket_external_id", "Ticket", required=True, limits=Limits(max_length=200),
        synonyms=("ticket id", "ticket", "case id", "caseid", "case", "ticket number"),
        help="The ticket's external id.",
    ),
    ImportField(
        "event", "Event", required=True, limits=Limits(max_length=120),
        synonyms=("activity", "activity id", "activityid", "step", "action", "status"),
    ),
    ImportField(
        "occurred_at", "When", ValueType.DATETIME, required=True,
        synonyms=("timestamp", "complete timestamp", "completetimestamp", "time", "date", "datetime"),
    ),
    ImportField("value", "To what", limits=Limits(max_length=200), synonyms=("detail", "resource", "assignee")),
    ImportField("external_id", "External id", limits=Limits(max_length=200), synonyms=("event id", "id")),
)  # fmt: skip
KEY = ("ticket_id", "occurred_at", "event")
SOLVED_WORDS = "('solved', 'resolved', 'closed', 'done', 'resolve', 'close', 'resolve ticket', 'completed')"
MAKE_TICKETS = f"""
INSERT INTO service_ticket (
  external_id, subject, kind, queue_id, priority, state, channel, source, tags, requester_name, requester_email,
  owner_id, team_id, opened_at, reopenings, custom, version, created_at, updated_at, sort_name, search_text,
  due_for
)
SELECT r.ticket_external_id, left('Ticket ' || r.ticket_external_id, 300), 'query', %(queue)s, 'normal', 'open',
  'other', '', '{{}}', '', '', %(owner)s, %(team)s, min(r.occurred_at), 0, '{{}}', 1, now(), now(), '', '', ''
FROM {ROWS} r
WHERE NOT EXISTS (SELECT 1 FROM service_ticket t WHERE t.external_id = r.ticket_external_id)
GROUP BY r.ticket_external_id ORDER BY min(r.row_no)
"""
CREATE = f"""
CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS
SELECT r.*, t.id AS ticket_id, NULL::bigint AS known_id, r.row_no AS first_row, 1::bigint AS row_count, true AS is_new,
  false AS is_changed,
  row_number() OVER (PARTITION BY t.id, r.occurred_at, r.event, r.external_id IS NULL ORDER BY r.row_no) AS place
FROM {ROWS} r JOIN service_ticket t ON t.external_id = r.ticket_external_id
"""
SAYS_ELSE = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s USING service_ticketevent t WHERE t.id = s.known_id AND s.external_id IS NOT NULL
    AND (t.ticket_id, t.occurred_at, t.event) IS DISTINCT FROM (s.ticket_id, s.occurred_at, s.event)
  RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'external_id', %s FROM gone
"""
FIXED = "an entry with this external id says something else, and a log is never changed: give it an id of its own"
INSERT = f"""
INSERT INTO service_ticketevent (ticket_id, event, value, occurred_at, position, origin, external_id, recorded_at)
SELECT ticket_id, event, coalesce(value, ''), occurred_at, place - 1, 'file', external_id, now()
FROM {RECORDS} WHERE is_new ORDER BY first_row
"""
END_BARE = f"""
UPDATE service_ticket t SET state = CASE WHEN e.is_solved THEN 'solved' ELSE 'open' END,
  solved_at = CASE WHEN e.is_solved THEN e.last END, opened_at = least(t.opened_at, e.first), updated_at = now()
FROM (
  SELECT x.ticket_id, min(x.occurred_at) AS first, max(x.occurred_at) AS last,
    (array_agg(lower(x.event) ORDER BY x.occurred_at DESC, x.id DESC))[1] IN {SOLVED_WORDS} AS is_solved
  FROM service_ticketevent x WHERE x.ticket_id IN (SELECT ticket_id FROM {RECORDS} WHERE is_new) GROUP BY x.ticket_id
) e
WHERE t.id = e.ticket_id AND t.merged_into_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM service_ticketevent x WHERE x.ticket_id = t.id AND x.origin <> 'file')
  AND (t.state, t.solved_at, t.opened_at) IS DISTINCT FROM (CASE WHEN e.is_solved THEN 'solved' ELSE 'open' END,
    CASE WHEN e.is_solved THEN e.last END, least(t.opened_at, e.first))
"""
"""Tickets of which nothing is known but their log stand as it leaves them."""


def merge_events(merge: Merge) -> None:
    """Rows into logs; tickets that nobody knows are made bare."""
    reject_tickets_out_of_reach(merge, "ticket_external_id")
    merge.report(0.1, "Making unknown tickets")
    owner = default_owner(merge, Ticket)
    values = {
        "queue": default_queue(actor=merge.actor).pk,
        "owner": owner.pk if owner else None,
        "team": owner.team_id if owner else None,
    }
    merge.made("tickets", merge.run(MAKE_TICKETS, values))
    merge.run(f"DROP TABLE IF EXISTS {RECORDS}")
    merge.run(CREATE)
    merge.run(f"ANALYZE {RECORDS} ({', '.join(KEY)}, external_id)")
    merge.report(0.4, "Finding known events")
    keep_last_of_each_id(merge)
    find_known(merge, "service_ticketevent", KEY, KEY)
    merge.run(SAYS_ELSE, [FIXED])
    merge.report(0.7, "Writing the log")
    merge.run(INSERT)
    merge.run(END_BARE)
    refresh_tickets_of(sql.SQL(f"SELECT DISTINCT ticket_id FROM {RECORDS} WHERE is_new"))
    count_records(merge)


TICKET_EVENTS = ImportKind(
    name="ticket_events",
    label="Log of tickets",
    row="a step of a ticket",
    model="service.ticket",
    fields=FIELDS,
    merge=merge_events,
    list_url="service:process",
    tables=("service_ticketevent", "service_ticket"),
    final="The log of tickets is only ever added to, so an import of it cannot be taken back.",
)
