"""The kind `tickets`: its fields, and how its rows become tickets, by set-based statements.

Who a ticket is: its external id. Its first message is `body`, written once; what its dates tell of its way (opened,
answered, solved) is put into its log, marked as such.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing.custom import custom_defaults, prepare_custom
from contacts.importing.references import default_owner
from contacts.importing.touches import BY_EMAIL, link_contacts
from crm.access import can
from crm.choices import Verb
from crm.importing.custom import custom_of
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import TAKEN, Merge
from crm.importing.values import Limits, ValueType
from service.actions.queues import default_queue
from service.choices import Priority, TicketKind, TicketState
from service.keeping import refresh_tickets_of
from service.models import Queue, Ticket

TEXT_ID = Limits(max_length=200)
KINDS_OF = (
    *TicketKind.choices, ("query", "question"), ("query", "incident"), ("query", "request"), ("query", "support"),
    ("purchase_issue", "order"), ("purchase_issue", "billing"), ("suggestion", "idea"), ("suggestion", "feature"),
    ("suggestion", "feature request"), ("complaint", "problem"), ("complaint", "claim"),
)  # fmt: skip
PRIORITIES = (
    *Priority.choices, ("normal", "medium"), ("normal", "standard"), ("low", "minor"), ("high", "major"),
    ("urgent", "critical"), ("urgent", "very high"), ("urgent", "p1"), ("high", "p2"), ("normal", "p3"), ("low", "p4"),
)  # fmt: skip
STATUSES = (
    *TicketState.choices, ("new", "created"), ("open", "in progress"), ("open", "assigned"), ("open", "reopened"),
    ("open", "active"), ("waiting", "pending"), ("waiting", "waiting for customer"), ("waiting", "on hold"),
    ("waiting", "pending customer response"), ("solved", "resolved"), ("solved", "done"), ("closed", "archived"),
    ("closed", "cancelled"),
)  # fmt: skip
FIELDS = (
    ImportField(
        "external_id", "External id", required=True, limits=TEXT_ID,
        synonyms=("id", "ticket id", "ticket", "case id", "case", "ticket number", "case number"),
    ),
    ImportField(
        "contact_external_id", "Customer", limits=TEXT_ID, synonyms=("customer id", "contact id", "customer"),
        help="The contact's external id; or give the e-mail address.",
    ),
    ImportField(
        "email", "E-mail", ValueType.EMAIL, limits=Limits(max_length=254),
        synonyms=("e-mail address", "customer email", "requester"),
    ),
    ImportField("subject", "Subject", limits=Limits(max_length=300), synonyms=("title", "summary", "ticket subject")),
    ImportField(
        "body", "Text", limits=Limits(max_length=100_000),
        synonyms=("description", "message", "ticket description", "text"), help="What the customer said first.",
    ),
    ImportField(
        "kind", "Kind", ValueType.CHOICE, limits=Limits(choices=KINDS_OF), synonyms=("type", "ticket type", "category")
    ),
    ImportField(
        "priority", "Priority", ValueType.CHOICE, limits=Limits(choices=PRIORITIES),
        synonyms=("ticket priority", "severity"),
    ),
    ImportField(
        "queue", "Queue", limits=Limits(max_length=120), synonyms=("group", "department", "team"),
        help="One that is not known is made.",
    ),
    ImportField(
        "status", "State", ValueType.CHOICE, limits=Limits(choices=STATUSES), synonyms=("ticket status", "state"),
        help="Empty: solved where there is such a date, else open or new.",
    ),
    ImportField(
        "opened_at", "Opened", ValueType.DATETIME,
        synonyms=("created", "created at", "created on", "date", "opened", "open date"), help="Empty: now.",
    ),
    ImportField(
        "first_reply_at", "First reply", ValueType.DATETIME,
        synonyms=("first response", "first response at", "first response time", "first reply"),
    ),
    ImportField(
        "solved_at", "Solved", ValueType.DATETIME,
        synonyms=("resolved", "resolved at", "closed at", "closed", "solved", "resolution date"),
    ),
    ImportField(
        "owner_email", "Owner's e-mail", ValueType.EMAIL, limits=Limits(max_length=254),
        synonyms=("owner", "agent", "assignee"), help="Of somebody who works here; others are left out.",
    ),
    ImportField("tags", "Tags", ValueType.TAGS, limits=Limits(max_length=60)),
)  # fmt: skip
LINKED = f"""SELECT f.*, coalesce(c.id, b.contact_id) AS contact_id, NULL::bigint AS queue_id, NULL::bigint AS owner_id,
  NULL::jsonb AS custom, t.id AS ticket_id, t.id IS NULL AS is_new, false AS is_changed FROM ({{folded}}) f
LEFT JOIN contacts_contact c ON c.external_id = f.contact_external_id
LEFT JOIN {BY_EMAIL} b ON f.contact_external_id IS NULL AND b.address = lower(f.email)
LEFT JOIN service_ticket t ON t.external_id = f.external_id"""
STATE = """coalesce(s.status, CASE WHEN s.solved_at IS NOT NULL THEN 'solved' WHEN s.first_reply_at IS NOT NULL
  THEN 'open' END)"""
MAKE_QUEUES = f"""
INSERT INTO service_queue (name, position, created_at)
SELECT DISTINCT ON (lower(queue)) queue, (SELECT coalesce(max(position), 0) + 1 FROM service_queue), now()
FROM {RECORDS} s WHERE queue IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM service_queue q WHERE lower(q.name) = lower(s.queue)
) ORDER BY lower(queue), first_row
"""
LINK = (
    f"UPDATE {RECORDS} s SET queue_id = q.id FROM service_queue q WHERE lower(q.name) = lower(s.queue)",
    f"""UPDATE {RECORDS} s SET owner_id = u.id FROM crm_user u
    WHERE u.is_active AND lower(u.email) = lower(s.owner_email)""",
    f"""UPDATE {RECORDS} s SET ticket_id = n.id FROM (
      SELECT external_id, nextval(pg_get_serial_sequence('service_ticket', 'id')) AS id
      FROM (SELECT external_id FROM {RECORDS} WHERE is_new ORDER BY first_row) o
    ) n WHERE n.external_id = s.external_id""",
    f"ANALYZE {RECORDS}",
)
INSERT = f"""
INSERT INTO service_ticket (
  id, external_id, subject, kind, queue_id, priority, state, channel, source, tags, contact_id, organization_id,
  requester_name, requester_email, owner_id, team_id, opened_at, first_reply_at, solved_at, closed_at, waiting_since,
  message_at, reopenings, custom, version, created_at, updated_at, sort_name,
  search_text, due_for
)
SELECT s.ticket_id, s.external_id, left(coalesce(s.subject, nullif(split_part(s.body, E'\\n', 1), ''),
    'Ticket ' || s.external_id), 300), coalesce(s.kind, 'query'), coalesce(s.queue_id, %(queue)s),
  coalesce(s.priority, 'normal'), o.state, 'other', '', coalesce(s.tags, '{{}}'), s.contact_id,
  CASE WHEN c.kind = 'organization' THEN c.id ELSE c.organization_id END, left(coalesce(c.name, ''), 200),
  coalesce(lower(s.email), p.value, ''), coalesce(s.owner_id, %(owner)s),
  coalesce(u.team_id, q.team_id, %(team)s), o.opened, s.first_reply_at,
  CASE WHEN o.is_ended THEN s.solved_at END, CASE WHEN o.state = 'closed' THEN s.solved_at END,
  CASE WHEN NOT o.is_ended AND o.state <> 'waiting' AND s.first_reply_at IS NULL THEN o.opened END,
  coalesce(s.first_reply_at, o.opened), 0, %(custom)s::jsonb || coalesce(s.custom, '{{}}'), 1, now(), now(), '', '',
  ''
FROM {RECORDS} s
CROSS JOIN LATERAL (
  SELECT coalesce({STATE}, 'new') AS state, coalesce({STATE}, 'new') IN ('solved', 'closed') AS is_ended,
    coalesce(s.opened_at, least(s.first_reply_at, s.solved_at), now()) AS opened
) o
LEFT JOIN service_queue q ON q.id = coalesce(s.queue_id, %(queue)s)
LEFT JOIN crm_user u ON u.id = coalesce(s.owner_id, %(owner)s)
LEFT JOIN contacts_contact c ON c.id = s.contact_id
LEFT JOIN LATERAL (
  SELECT value FROM contacts_contactpoint p WHERE p.contact_id = s.contact_id AND p.kind = 'email'
  ORDER BY p.is_primary DESC, p.id LIMIT 1
) p ON true
WHERE s.is_new ORDER BY s.first_row
"""
PLAIN = ("subject", "kind", "priority", "opened_at", "first_reply_at", "contact_id", "queue_id", "owner_id")
ENDED = f"coalesce({STATE}, t.state) IN ('solved', 'closed')"
VALUES = {
    **{name: f"coalesce(s.{name}, t.{name})" for name in PLAIN},
    "tags": "coalesce(s.tags::varchar[], t.tags)",
    "requester_email": "coalesce(lower(s.email), t.requester_email)",
    "state": f"coalesce({STATE}, t.state)",
    "solved_at": f"CASE WHEN {ENDED} THEN coalesce(s.solved_at, t.solved_at) END",
    "custom": "t.custom || coalesce(s.custom, '{}')",
}
UPDATE = f"""
WITH changed AS (
  UPDATE service_ticket t SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())},
    waiting_since = CASE WHEN {ENDED} OR {STATE} = 'waiting' THEN NULL ELSE t.waiting_since END,
    version = t.version + 1, updated_at = now()
  FROM {RECORDS} s WHERE t.id = s.ticket_id AND NOT s.is_new AND t.merged_into_id IS NULL
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM t.{name}" for name, value in VALUES.items())}) RETURNING t.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.ticket_id = changed.id
"""
FIRST_WORDS = f"""
INSERT INTO service_message (
  ticket_id, kind, channel, sender_name, sender_address, text, folded, sent_at, recorded_at
)
SELECT t.id, 'in', 'other', t.requester_name, t.requester_email, s.body, '', t.opened_at, now()
FROM {RECORDS} s JOIN service_ticket t ON t.id = s.ticket_id
WHERE s.body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM service_message m WHERE m.ticket_id = t.id) ORDER BY s.first_row
"""
WAY = f"""
INSERT INTO service_ticketevent (ticket_id, event, value, occurred_at, position, origin, recorded_at)
SELECT t.id, e.event, '', e.at, 0, 'dates', now() FROM {RECORDS} s JOIN service_ticket t ON t.id = s.ticket_id
CROSS JOIN LATERAL (
  VALUES ('opened', t.opened_at), ('replied', t.first_reply_at), ('solved', t.solved_at)
) e (event, at)
WHERE e.at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM service_ticketevent x WHERE x.ticket_id = t.id AND (x.event = e.event OR x.origin = 'file')
) ORDER BY s.first_row, e.at
"""


def merge_tickets(merge: Merge) -> None:
    """Rows into tickets; contacts and queues that nobody knows are made bare."""
    reject_tickets_out_of_reach(merge, "external_id")
    merge.reject("solved_at", "it would be solved before it was opened", "r.solved_at < r.opened_at")
    merge.reject("opened_at", "this lies in the future", "r.opened_at > now()")
    link_contacts(merge, Verb.VIEW, is_needed=False)
    prepare_custom(merge, "service_ticket")
    merge.report(0.1, "Finding known tickets")
    fold_rows(merge, merge.fields, ["external_id"], wrapped=LINKED)
    if merge.custom:
        merge.run(f"UPDATE {RECORDS} s SET custom = {custom_of(merge)}")
    if "queue" in merge.given and can(merge.actor, Verb.ADD, Queue):
        merge.made("queues", merge.run(MAKE_QUEUES))
    for statement in LINK:
        merge.run(statement)
    merge.report(0.4, "Writing tickets")
    owner = default_owner(merge, Ticket)
    merge.run(UPDATE)
    values = {
        "queue": default_queue(actor=merge.actor).pk,
        "owner": owner.pk if owner else None,
        "team": owner.team_id if owner else None,
        "custom": custom_defaults("service.ticket"),
    }
    merge.run(INSERT, values)
    merge.run(FIRST_WORDS)
    merge.run(WAY)
    refresh_tickets_of(sql.SQL(f"SELECT ticket_id FROM {RECORDS} WHERE is_new OR is_changed"))
    count_records(merge)


def reject_tickets_out_of_reach(merge: Merge, field: str) -> None:
    """Rows about tickets that the actor may not change."""
    reach = merge.changeable(Ticket.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM service_ticket t WHERE t.external_id = r.{field} AND t.id NOT IN ({ids}))"
        merge.reject(field, TAKEN, taken, parameters)


TICKETS = ImportKind(
    name="tickets",
    label="Tickets",
    row="a ticket",
    model="service.ticket",
    fields=FIELDS,
    merge=merge_tickets,
    list_url="service:ticket_list",
    tables=("service_ticket", "contacts_contact", "contacts_contactpoint"),
)
