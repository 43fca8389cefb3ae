"""The kind `campaign_results`: who was in a campaign, in which variant, and what they did.

Who a row is: its external id; without one the campaign (its name, in any case) and the contact. Campaigns, variants and
contacts that nobody knows are made bare. A variant named `control` is the control group. In a column that the file
has, an empty cell means no; what has no column was not measured.
"""

from __future__ import annotations

from campaigns.choices import CONTACTED, CONTROL, Reached
from campaigns.models import Campaign
from campaigns.tallies import count_again
from contacts.importing.custom import prepare_custom
from contacts.importing.references import make_bare_contacts, reject_contacts_out_of_reach
from crm.choices import Verb
from crm.importing.custom import custom_of
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import ROWS
from crm.importing.values import Limits, ValueType

TEXT_ID = Limits(max_length=200)
FIELDS = (
    ImportField(
        "campaign", "Campaign", required=True, limits=TEXT_ID, synonyms=("campaign name", "mailing", "action"),
        whole_file="Which campaign is it?",
    ),
    ImportField(
        "contact_external_id", "Contact", required=True, limits=TEXT_ID,
        synonyms=("customer id", "customer", "contact id", "client id", "recipient"), help="The contact's external id.",
    ),
    ImportField(
        "variant", "Variant", limits=Limits(max_length=120), synonyms=("segment", "group", "version", "cell"),
        help="What they got; “control” for those who were kept out.",
    ),
    ImportField("sent_at", "Sent", ValueType.DATETIME, synonyms=("sent on", "date", "day", "mailed", "mailed on")),
    ImportField("opened", "Opened", ValueType.BOOLEAN, synonyms=("open", "opens")),
    ImportField("clicked", "Clicked", ValueType.BOOLEAN, synonyms=("click", "clicks")),
    ImportField("responded", "Responded", ValueType.BOOLEAN, synonyms=("response", "visit", "answered", "reply")),
    ImportField("converted", "Converted", ValueType.BOOLEAN, synonyms=("conversion", "bought", "ordered", "purchase")),
    ImportField(
        "amount", "Amount", ValueType.DECIMAL, limits=Limits(max_digits=14, decimal_places=2),
        synonyms=("spend", "spent", "revenue", "sales"), help="What they spent within the campaign's window.",
    ),
    ImportField("external_id", "External id", limits=TEXT_ID, synonyms=("id",)),
)  # fmt: skip
FUTURE = "this lies in the future: a result is of a campaign that went out"
KEYED = f"""
ALTER TABLE {ROWS} ADD COLUMN campaign_key text, ADD COLUMN person_key text;
UPDATE {ROWS} SET campaign_key = lower(campaign), person_key = contact_external_id
"""
MAKE_CAMPAIGNS = f"""
INSERT INTO campaigns_campaign (
  name, type, channel, state, goal, owner_id, currency, window_days, version, created_at, updated_at, purpose,
  control_share, sender_name, timing
)
SELECT (array_agg(r.campaign ORDER BY r.row_no))[1], '', 'email', 'over', '', %(owner)s, %(currency)s, 14, 1, now(),
  now(), 'marketing', 0, '', 'moment'
FROM {ROWS} r WHERE NOT EXISTS (
  SELECT 1 FROM campaigns_campaign c WHERE lower(c.name) = r.campaign_key AND c.play_id IS NULL
)
GROUP BY r.campaign_key ORDER BY min(r.row_no)
"""
MAKE_VARIANTS = f"""
INSERT INTO campaigns_variant (campaign_id, name, is_control, share, subject, preheader, blocks, position)
SELECT n.campaign_id, n.name, lower(n.name) = '{CONTROL}', 1, '', '', '[]',
  coalesce((SELECT max(o.position) FROM campaigns_variant o WHERE o.campaign_id = n.campaign_id), 0)
    + row_number() OVER (PARTITION BY n.campaign_id ORDER BY n.first)
FROM (
  SELECT c.id AS campaign_id, (array_agg(s.variant ORDER BY s.first_row))[1] AS name, min(s.first_row) AS first
  FROM {RECORDS} s JOIN campaigns_campaign c ON c.id = s.campaign_id
  WHERE s.variant IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM campaigns_variant v WHERE v.campaign_id = c.id AND lower(v.name) = lower(s.variant)
  ) GROUP BY c.id, lower(s.variant)
) n
"""
LINKED = """SELECT f.*, k.id AS campaign_id, c.id AS contact_id, NULL::bigint AS variant_id, NULL::jsonb AS custom,
  t.id AS known_id, t.id IS NULL AS is_new, false AS is_changed FROM ({folded}) f
JOIN campaigns_campaign k ON lower(k.name) = f.campaign_key AND k.play_id IS NULL
JOIN contacts_contact c ON c.external_id = f.person_key
LEFT JOIN campaigns_recipient t ON t.campaign_id = k.id AND t.contact_id = c.id"""
FILL = (
    # a row without a variant is in the one that it has, or in the one of those who were simply reached
    f"""UPDATE {RECORDS} s SET variant = '{CONTACTED}' WHERE s.variant IS NULL AND s.is_new""",
    MAKE_VARIANTS,
    f"""UPDATE {RECORDS} s SET variant_id = v.id FROM campaigns_variant v
    WHERE v.campaign_id = s.campaign_id AND lower(v.name) = lower(s.variant)""",
    f"ANALYZE {RECORDS}",
)
DONE = tuple(Reached.values)
INSERT = f"""
INSERT INTO campaigns_recipient (
  campaign_id, contact_id, variant_id, sent_at, {", ".join(DONE)}, amount, external_id, recorded_at, state, reason
)
SELECT s.campaign_id, s.contact_id, s.variant_id, s.sent_at, {{done}}, {{amount}}, s.external_id, now(), 'past', ''
FROM {RECORDS} s WHERE s.is_new ORDER BY s.first_row
"""
SAME_ID = f"""
r.external_id IS NOT NULL AND (
  EXISTS (
    SELECT 1 FROM campaigns_recipient t JOIN campaigns_campaign k ON k.id = t.campaign_id
    JOIN contacts_contact c ON c.id = t.contact_id WHERE t.external_id = r.external_id
      AND (lower(k.name), c.external_id) IS DISTINCT FROM (r.campaign_key, r.person_key)
  ) OR EXISTS (
    SELECT 1 FROM {ROWS} o WHERE o.external_id = r.external_id AND o.row_no < r.row_no
      AND (o.campaign_key, o.person_key) IS DISTINCT FROM (r.campaign_key, r.person_key)
  )
)
"""
UNDER_WAY = (
    "this campaign has not gone out yet: who is in it and what they get stands here; bring its results afterwards"
)
IS_UNDER_WAY = """
EXISTS (SELECT 1 FROM campaigns_campaign c WHERE lower(c.name) = r.campaign_key AND c.play_id IS NULL
  AND c.state IN ('planned', 'sending', 'paused'))
"""
TAKEN_ID = "this external id is another recipient's"
CUSTOM = """
WITH changed AS (
  UPDATE contacts_contact c SET custom = c.custom || s.custom, version = c.version + 1, updated_at = now()
  FROM (
    SELECT DISTINCT ON (contact_id) contact_id, {custom} AS custom FROM import_records s
    ORDER BY contact_id, first_row DESC
  ) s
  WHERE c.id = s.contact_id AND NOT c.custom @> s.custom RETURNING c.id
) UPDATE import_records s SET is_changed = true FROM changed WHERE s.contact_id = changed.id AND NOT s.is_new
"""

DAYS = f"""
UPDATE campaigns_campaign c SET starts_on = f.first, ends_on = f.last
FROM (
  SELECT v.campaign_id, (min(t.first_sent_at) AT TIME ZONE %(zone)s)::date AS first,
    (max(t.last_sent_at) AT TIME ZONE %(zone)s)::date AS last
  FROM campaigns_varianttally t JOIN campaigns_variant v ON v.id = t.variant_id
  WHERE v.campaign_id IN (SELECT campaign_id FROM {RECORDS}) GROUP BY v.campaign_id
) f
WHERE c.id = f.campaign_id AND c.starts_on IS NULL AND c.ends_on IS NULL AND f.first IS NOT NULL
"""


def merge_results(merge: Merge) -> None:
    """Rows into recipients; campaigns, variants and contacts that nobody knows are made bare."""
    merge.run(KEYED)
    merge.reject("campaign", UNDER_WAY, IS_UNDER_WAY)
    merge.reject("sent_at", FUTURE, "r.sent_at > now()")
    if "external_id" in merge.given:
        merge.reject("external_id", TAKEN_ID, SAME_ID)
    reject_contacts_out_of_reach(merge, "contact_external_id", Verb.CHANGE if merge.custom else Verb.VIEW)
    prepare_custom(merge, key="contact_external_id")
    merge.report(0.1, "Making unknown campaigns and contacts")
    owner = merge.actor.pk if merge.actor else None
    merge.made("campaigns", merge.run(MAKE_CAMPAIGNS, {"owner": owner, "currency": merge.company.currency}))
    make_bare_contacts(merge, ROWS, "contact_external_id")
    merge.report(0.4, "Finding known recipients")
    fold_rows(merge, merge.fields, ["campaign_key", "person_key"], wrapped=LINKED)
    for statement in FILL:
        merge.run(statement)
    if merge.custom:
        merge.run(CUSTOM.format(custom=custom_of(merge)))
    merge.report(0.7, "Writing recipients")
    merge.run(_update(merge))
    merge.run(_insert(merge))
    count_records(merge)
    merge.cursor.execute(f"SELECT DISTINCT campaign_id FROM {RECORDS}")
    count_again(row[0] for row in merge.cursor.fetchall())
    merge.run(DAYS, {"zone": merge.company.time_zone})


def _insert(merge: Merge) -> str:
    done = ", ".join(_measured(name, "false") if name in merge.given else "NULL" for name in DONE)
    return INSERT.format(done=done, amount=_measured("amount", "0") if "amount" in merge.given else "NULL")


def _measured(name: str, nothing: str) -> str:
    """An empty cell means no, unless the column says nothing of anybody in the campaign: then it was not measured."""
    is_known = f"bool_or(s.{name} IS NOT NULL) OVER (PARTITION BY s.campaign_id)"
    return f"CASE WHEN {is_known} THEN coalesce(s.{name}, {nothing}) END"


def _update(merge: Merge) -> str:
    """What the file feeds replaces what is there; an empty cell takes nothing away that is known."""
    known = {name: f"coalesce(s.{name}, t.{name})" for name in (*DONE, "amount") if name in merge.given}
    known |= {name: f"coalesce(s.{name}, t.{name})" for name in ("variant_id", "sent_at", "external_id")}
    differs = " OR ".join(f"({value}) IS DISTINCT FROM t.{name}" for name, value in known.items())
    return f"""
    WITH changed AS (
      UPDATE campaigns_recipient t SET {", ".join(f"{name} = {value}" for name, value in known.items())}
      FROM {RECORDS} s WHERE t.id = s.known_id AND ({differs}) RETURNING t.id
    ) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.known_id = changed.id
    """


CAMPAIGN_RESULTS = ImportKind(
    name="campaign_results",
    label="Results of campaigns",
    row="a person in a campaign",
    model=Campaign._meta.label_lower,
    fields=FIELDS,
    merge=merge_results,
    list_url="campaigns:campaign_list",
    tables=("campaigns_recipient", "contacts_contact"),
    stored=("campaigns.recipient", "contacts.contact"),
    custom_model="contacts.contact",
    final="Of who was in a campaign no history is kept (it would be as large as all of them), so it is not known what"
    " the file changed. A newer file puts it right.",
)
