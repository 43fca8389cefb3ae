"""The kind `consents`: its fields, and how its rows become entries of the ledger. Entries are only ever added."""

from __future__ import annotations

from contacts.choices import ConsentChannel, ConsentLevel, LegalBasis
from contacts.importing.touches import create_records, find_known, keep_last_of_each_id, link_contacts
from crm.choices import Verb
from crm.importing.folding import RECORDS, count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType

CHANNELS = (
    *ConsentChannel.choices,
    ("email", "mail"),
    ("email", "newsletter"),
    ("phone", "telephone"),
    ("phone", "call"),
    ("wireless", "sms"),
    ("wireless", "text message"),
    ("wireless", "mobile"),
    ("post", "letter"),
    ("post", "direct mail"),
    ("post", "postal"),
)
STATES = (
    ("granted", "granted"),
    ("granted", "yes"),
    ("granted", "opt-in"),
    ("granted", "opt in"),
    ("granted", "opted in"),
    ("granted", "subscribed"),
    ("implied", "implied"),
    ("double_opt_in", "double opt-in"),
    ("double_opt_in", "double opt in"),
    ("double_opt_in", "confirmed"),
    ("withdrawn", "withdrawn"),
    ("withdrawn", "no"),
    ("withdrawn", "none"),
    ("withdrawn", "denied"),
    ("withdrawn", "revoked"),
    ("withdrawn", "opt-out"),
    ("withdrawn", "opt out"),
    ("withdrawn", "opted out"),
    ("withdrawn", "unsubscribed"),
)
LEVELS = {
    "withdrawn": ConsentLevel.NONE,
    "implied": ConsentLevel.IMPLIED,
    "granted": ConsentLevel.OPT_IN,
    "double_opt_in": ConsentLevel.DOUBLE_OPT_IN,
}
FIELDS = (
    ImportField("external_id", "External id", limits=Limits(max_length=200), synonyms=("consent id", "id")),
    ImportField(
        "contact_external_id",
        "Contact",
        limits=Limits(max_length=200),
        synonyms=("customer id", "customer", "contact id"),
        help="The contact's external id; or give the e-mail address.",
    ),
    ImportField("email", "E-mail", ValueType.EMAIL, limits=Limits(max_length=254), synonyms=("e-mail address",)),
    ImportField("channel", "Channel", ValueType.CHOICE, required=True, limits=Limits(choices=CHANNELS)),
    ImportField(
        "purpose", "For", limits=Limits(max_length=60), synonyms=("purpose", "topic", "list"), help="Empty: marketing."
    ),
    ImportField(
        "state",
        "They said",
        ValueType.CHOICE,
        required=True,
        limits=Limits(choices=STATES),
        synonyms=("status", "consent", "permission"),
        help="granted, implied, double opt-in or withdrawn",
    ),
    ImportField(
        "recorded_at",
        "When",
        ValueType.DATETIME,
        synonyms=("date", "time", "timestamp", "given at", "consent date"),
        help="Empty: at the time of the import.",
    ),
    ImportField("source", "Where", limits=Limits(max_length=200), synonyms=("origin", "form")),
    ImportField("wording", "Wording", limits=Limits(max_length=20_000), synonyms=("text", "statement")),
    ImportField("proof", "Proof", limits=Limits(max_length=300), synonyms=("evidence", "ip", "ip address")),
    ImportField(
        "basis",
        "Legal basis",
        ValueType.CHOICE,
        limits=Limits(choices=tuple(LegalBasis.choices)),
        synonyms=("legal basis",),
    ),
)
LEVEL_SQL = f"CASE state {' '.join(f'''WHEN '{state}' THEN {int(level)}''' for state, level in LEVELS.items())} END"
COMPLETE = f"""
ALTER TABLE {ROWS} ADD COLUMN purpose_key text, ADD COLUMN level smallint, ADD COLUMN moment timestamptz;
UPDATE {ROWS} SET level = {LEVEL_SQL}, moment = coalesce(recorded_at, now()),
  purpose_key = coalesce(nullif(btrim(regexp_replace(lower(purpose), '[^a-z0-9_ -]+', ' ', 'g')), ''), 'marketing')
"""
KEY = ("contact_id", "moment", "channel", "purpose_key", "level")
COLUMNS = ("contact_id", "recorded_at", "channel", "purpose", "level")
FUTURE = "this lies in the future: only what has been said counts"
FIXED = "an entry with this external id says something else, and entries are never changed: give it an id of its own"
SAYS_ELSE = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s USING contacts_consent t WHERE t.id = s.known_id AND s.external_id IS NOT NULL
    AND (t.contact_id, t.channel, t.purpose, t.level) IS DISTINCT FROM
        (s.contact_id, s.channel, s.purpose_key, s.level) RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'external_id', %s FROM gone
"""
UNDATED_AGAIN = f"""
UPDATE {RECORDS} s SET known_id = t.id, is_new = false
FROM (
  SELECT DISTINCT ON (contact_id, channel, purpose) * FROM contacts_consent
  WHERE contact_id IN (SELECT contact_id FROM {RECORDS} WHERE recorded_at IS NULL)
  ORDER BY contact_id, channel, purpose, recorded_at DESC, id DESC
) t
WHERE s.recorded_at IS NULL AND s.external_id IS NULL AND t.contact_id = s.contact_id AND t.channel = s.channel
  AND t.purpose = s.purpose_key AND t.level = s.level
"""
"""A row without a date that says what is in force already says nothing new."""
INSERT = f"""
INSERT INTO contacts_consent (
  contact_id, channel, purpose, level, basis, recorded_at, source, wording, proof, external_id, recorded_by_id,
  created_at
)
SELECT contact_id, channel, purpose_key, level, coalesce(basis, 'consent'), moment, coalesce(source, ''),
  coalesce(wording, ''), coalesce(proof, ''), external_id, %(actor)s, now()
FROM {RECORDS} WHERE is_new ORDER BY moment, first_row
"""


def merge_consents(merge: Merge) -> None:
    """Rows into entries; contacts that nobody knows are made bare."""
    merge.reject("recorded_at", FUTURE, "r.recorded_at > now()")
    link_contacts(merge, Verb.CHANGE)
    merge.run(COMPLETE)
    merge.report(0.3, "Finding known entries")
    create_records(merge, KEY)
    keep_last_of_each_id(merge)
    find_known(merge, "contacts_consent", KEY, COLUMNS)
    merge.run(SAYS_ELSE, [FIXED])
    merge.run(UNDATED_AGAIN)
    merge.report(0.7, "Writing entries")
    merge.run(INSERT, {"actor": merge.actor.pk if merge.actor else None})
    count_records(merge)


CONSENTS = ImportKind(
    name="consents",
    label="Consents",
    row="what a contact allowed or took back",
    model="contacts.consent",
    fields=FIELDS,
    merge=merge_consents,
    list_url="contacts:contact_list",
    tables=("contacts_consent", "contacts_contact", "contacts_contactpoint"),
    final="What somebody allowed or took back is never taken away again: a word that was written down wrongly is put"
    " right by a newer one on the contact’s page, or by a file of newer ones.",
)
