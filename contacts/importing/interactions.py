"""The kind `interactions`: its fields, and how its rows become touches of the contact history."""

from __future__ import annotations

from contacts.choices import Channel, Direction
from contacts.importing.references import make_bare_people, reject_foreign_people
from contacts.importing.touches import create_records, find_known, keep_last_of_each_id, link_contacts
from crm.choices import Verb
from crm.importing.folding import RECORDS, count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import ROWS
from crm.importing.values import Limits, ValueType

CHANNELS = (
    *Channel.choices,
    ("phone", "call"),
    ("phone", "telephone"),
    ("email", "mail"),
    ("wireless", "sms"),
    ("wireless", "text message"),
    ("visit", "store"),
    ("visit", "shop"),
    ("web", "website"),
    ("social", "social network"),
    ("delivery", "installation"),
)
DIRECTIONS = (
    *Direction.choices,
    ("in", "inbound"),
    ("in", "incoming"),
    ("out", "outbound"),
    ("out", "outgoing"),
)
FIELDS = (
    ImportField("external_id", "External id", limits=Limits(max_length=200), synonyms=("interaction id", "id")),
    ImportField(
        "contact_external_id",
        "Contact",
        required=True,
        limits=Limits(max_length=200),
        synonyms=("customer id", "customer", "contact id", "client id", "account"),
        help="The contact's external id.",
    ),
    ImportField(
        "occurred_at",
        "When",
        ValueType.DATETIME,
        required=True,
        synonyms=("date", "time", "timestamp", "datetime", "happened at"),
    ),
    ImportField(
        "channel", "Channel", ValueType.CHOICE, limits=Limits(choices=CHANNELS), synonyms=("type", "touch point")
    ),
    ImportField("direction", "Direction", ValueType.CHOICE, limits=Limits(choices=DIRECTIONS), help="in or out"),
    ImportField("subject", "Subject", limits=Limits(max_length=200), synonyms=("title", "topic", "about")),
    ImportField("body", "Text", limits=Limits(max_length=100_000), synonyms=("description", "notes", "content")),
    ImportField("outcome", "Outcome", limits=Limits(max_length=80), synonyms=("result", "disposition")),
    ImportField(
        "duration_seconds",
        "Seconds",
        ValueType.INTEGER,
        limits=Limits(minimum=0, maximum=2_000_000_000),
        synonyms=("duration", "length in seconds"),
    ),
    ImportField(
        "user_email",
        "Who of us",
        ValueType.EMAIL,
        limits=Limits(max_length=254),
        synonyms=("user", "agent", "employee", "owner email"),
    ),
)
KEY = ("contact_id", "occurred_at", "channel_name", "subject_text")
COLUMNS = ("contact_id", "occurred_at", "channel", "subject")
FUTURE = "this lies in the future: an interaction has already happened"
COMPLETE = f"""
ALTER TABLE {ROWS} ADD COLUMN channel_name text, ADD COLUMN subject_text text;
UPDATE {ROWS} SET channel_name = coalesce(channel, 'web'), subject_text = coalesce(subject, '')
"""
INSERT = f"""
INSERT INTO contacts_interaction (
  contact_id, occurred_at, channel, direction, subject, body, outcome, duration_seconds, user_id, external_id,
  import_row, created_at
)
SELECT s.contact_id, s.occurred_at, s.channel_name, coalesce(s.direction, 'in'), s.subject_text, coalesce(s.body, ''),
  coalesce(s.outcome, ''), s.duration_seconds, u.id, s.external_id, s.first_row, now()
FROM {RECORDS} s LEFT JOIN crm_user u ON lower(u.email) = lower(s.user_email) WHERE s.is_new ORDER BY s.first_row
"""
VALUES = {
    "occurred_at": "s.occurred_at",
    "channel": "coalesce(s.channel, i.channel)",
    "direction": "coalesce(s.direction, i.direction)",
    "subject": "coalesce(s.subject, i.subject)",
    "body": "coalesce(s.body, i.body)",
    "outcome": "coalesce(s.outcome, i.outcome)",
    "duration_seconds": "coalesce(s.duration_seconds, i.duration_seconds)",
}
UPDATE = f"""
WITH changed AS (
  UPDATE contacts_interaction i SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())}
  FROM {RECORDS} s WHERE i.id = s.known_id AND s.external_id IS NOT NULL
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM i.{name}" for name, value in VALUES.items())}) RETURNING i.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.known_id = changed.id
"""
"""What came with an id of its own is put right where its source has put it right; the history keeps what it was."""


def merge_interactions(merge: Merge) -> None:
    """Rows into touches; contacts and colleagues that nobody knows are made bare."""
    merge.reject("occurred_at", FUTURE, "r.occurred_at > now()")
    if "user_email" in merge.given:
        reject_foreign_people(merge, "user_email", "you may log interactions only for yourself")
    link_contacts(merge, Verb.VIEW)
    merge.run(COMPLETE)
    merge.report(0.2, "Finding known interactions")
    create_records(merge, KEY)
    keep_last_of_each_id(merge)
    find_known(merge, "contacts_interaction", KEY, COLUMNS)
    if "user_email" in merge.given:
        make_bare_people(merge, RECORDS, "user_email")
    merge.report(0.6, "Writing interactions")
    merge.run(UPDATE)
    merge.run(INSERT)
    count_records(merge)


INTERACTIONS = ImportKind(
    name="interactions",
    label="Interactions",
    row="a touch between a contact and the company",
    model="contacts.interaction",
    fields=FIELDS,
    merge=merge_interactions,
    list_url="contacts:contact_list",
    tables=("contacts_interaction", "contacts_contact"),
)
