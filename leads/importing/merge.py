"""Brings staged leads into the table: one statement a step, whatever the number of rows."""

from __future__ import annotations

from psycopg import sql

from contacts.importing.custom import custom_defaults, prepare_custom
from contacts.importing.references import default_owner, reject_foreign_people, resolve_owners
from contacts.normalising import normalise_phone
from crm.access import can
from crm.choices import Verb
from crm.database.copying import copying
from crm.importing.custom import custom_of
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.merging import TAKEN, Merge
from leads.keeping import place_leads_of, refresh_search_of
from leads.matching import MATCH_SQL
from leads.models import Lead, ScoreRule
from leads.scoring.engine import score_leads

LINKED = """SELECT f.*, ''::text AS phone_key, NULL::bigint AS owner_id, NULL::bigint AS team_id,
  NULL::jsonb AS custom, l.id AS lead_id, l.id IS NULL AS is_new, false AS is_changed
FROM ({folded}) f LEFT JOIN leads_lead l ON l.external_id = f.external_id"""
PLAIN = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "organization",
    "country",
    "city",
    "postal_code",
    "language",
    "industry",
    "market",
    "source",
    "list_kind",
    "list_name",
    "campaign",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)
NAMED = """left(coalesce(s.name, nullif(concat_ws(' ', s.first_name, s.last_name), ''), s.organization, s.email,
  s.external_id), 300)"""
OUTCOME = """CASE WHEN s.converted IS NOT NULL THEN s.converted WHEN s.converted_at IS NOT NULL THEN true
  WHEN s.status = 'converted' THEN true WHEN s.status = 'disqualified' THEN false END"""
STATUS = f"coalesce(s.status, CASE WHEN {OUTCOME} THEN 'converted' END)"
INSERT = """
INSERT INTO leads_lead (
  id, external_id, name, {plain}, email_key, phone_key, message, tags, owner_id, team_id, assigned_at, status,
  status_at, lost_reason, converted, converted_at, qualified_at, lost_at, custom, version, created_at, added_at,
  updated_at, sort_name, search_text
)
SELECT s.lead_id, s.external_id, {name}, {values}, lower(coalesce(s.email, '')), s.phone_key, '', '{{}}',
  coalesce(s.owner_id, %(owner)s), CASE WHEN s.owner_id IS NULL THEN %(team)s ELSE s.team_id END,
  CASE WHEN coalesce(s.owner_id, %(owner)s) IS NOT NULL THEN now() END,
  coalesce(o.status, 'new'), coalesce(s.converted_at, s.created_at, now()), '', o.converted,
  CASE WHEN o.converted THEN s.converted_at END, CASE WHEN o.status = 'qualified' THEN now() END,
  CASE WHEN o.status = 'disqualified' THEN now() END, %(custom)s::jsonb || coalesce(s.custom, '{{}}'), 1,
  coalesce(s.created_at, now()), now(), now(), left(crm_fold({name}), 300),
  crm_fold(concat_ws(' ', {name}, nullif(s.organization, {name}), s.external_id, lower(s.email),
    nullif(regexp_replace(s.phone_key, '\\D', '', 'g'), '')))
FROM import_records s CROSS JOIN LATERAL (SELECT {outcome} AS converted, {status} AS status) o
WHERE s.is_new ORDER BY s.first_row
"""


def merge_leads(merge: Merge) -> None:
    """Rows by external id: new ones are made, known ones change. Who is known becomes a lead of that contact."""
    _reject_out_of_reach(merge)
    reject_foreign_people(merge, "owner_email", "you may give leads only to yourself", Lead)
    prepare_custom(merge, "leads_lead")
    merge.report(0.05, "Finding known leads")
    fold_rows(merge, merge.fields, ["external_id"], wrapped=LINKED)
    _number_new(merge)
    _key_phones(merge)
    if merge.custom:
        merge.run(f"UPDATE {RECORDS} s SET custom = {custom_of(merge)}")
    resolve_owners(merge)
    merge.report(0.3, "Writing leads")
    _insert(merge)
    _update(merge)
    merge.report(0.8, "Looking for known people")
    touched = f"SELECT lead_id FROM {RECORDS} WHERE is_changed OR is_new"
    refresh_search_of(sql.SQL(f"SELECT lead_id FROM {RECORDS} WHERE is_changed AND NOT is_new"))
    place_leads_of(sql.SQL(touched))
    merge.run(MATCH_SQL.format(chosen=touched))
    _score(merge)
    count_records(merge)


def _score(merge: Merge) -> None:
    """Score what the file touched; where there are no rules, nothing is asked."""
    if ScoreRule.objects.filter(is_active=True).exists():
        merge.cursor.execute(f"SELECT lead_id FROM {RECORDS} WHERE is_changed OR is_new")
        score_leads([row[0] for row in merge.cursor.fetchall()])


def _reject_out_of_reach(merge: Merge) -> None:
    reach = merge.changeable(Lead.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM leads_lead l WHERE l.external_id = r.external_id AND l.id NOT IN ({ids}))"
        merge.reject("external_id", TAKEN, taken, parameters)
    if not can(merge.actor, Verb.ADD, Lead):
        unknown = "NOT EXISTS (SELECT 1 FROM leads_lead l WHERE l.external_id = r.external_id)"
        merge.reject("external_id", "this lead is not known, and you may not add any", unknown)


def _number_new(merge: Merge) -> None:
    """Ids for the leads that are new, in the order of the file."""
    merge.run(
        f"UPDATE {RECORDS} s SET lead_id = n.id FROM ("
        "SELECT external_id, nextval(pg_get_serial_sequence('leads_lead', 'id')) AS id FROM"
        f" (SELECT external_id FROM {RECORDS} WHERE is_new ORDER BY first_row) o"
        ") n WHERE n.external_id = s.external_id"
    )
    merge.run(f"ANALYZE {RECORDS}")


def _key_phones(merge: Merge) -> None:
    """The one form of each phone number, with the country of its row; each pair of the two once."""
    if "phone" not in merge.given:
        return
    merge.cursor.execute(f"SELECT DISTINCT phone, coalesce(country, '') FROM {RECORDS} WHERE phone IS NOT NULL")
    pairs = merge.cursor.fetchall()
    merge.run("DROP TABLE IF EXISTS import_phones")
    merge.run("CREATE TEMP TABLE import_phones (phone text, country text, normalised text) ON COMMIT DROP")
    with copying(merge.cursor, "COPY import_phones FROM STDIN") as copy:
        for phone, country in pairs:
            copy.write_row((phone, country, normalise_phone(phone, country)))
    merge.run(
        f"UPDATE {RECORDS} s SET phone_key = p.normalised FROM import_phones p"
        " WHERE p.phone = s.phone AND p.country = coalesce(s.country, '')"
    )


def _insert(merge: Merge) -> None:
    owner = default_owner(merge, Lead)
    query = INSERT.format(
        plain=", ".join(PLAIN),
        values=", ".join(f"coalesce(s.{name}, '')" for name in PLAIN),
        name=NAMED,
        outcome=OUTCOME,
        status=STATUS,
    )
    merge.run(
        query,
        {
            "owner": owner.pk if owner else None,
            "team": owner.team_id if owner else None,
            "custom": custom_defaults("leads.lead"),
        },
    )


def _update(merge: Merge) -> None:
    """Known leads take the given values that differ; empty cells take nothing away."""
    changes = _changes(merge)
    if not changes:
        return
    sets = ", ".join(f"{column} = {value}" for column, value, _ in changes)
    differs = " OR ".join(f"({condition})" for _, _, condition in changes if condition)
    merge.run(
        f"""
        WITH changed AS (
            UPDATE leads_lead l SET {sets}, version = l.version + 1, updated_at = now()
            FROM {RECORDS} s WHERE s.lead_id = l.id AND NOT s.is_new AND ({differs})
            RETURNING l.id
        ) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.lead_id = changed.id
        """
    )


def _changes(merge: Merge) -> list[tuple[str, str, str]]:
    """(column, new value, condition under which it differs) for everything that the file feeds."""
    given = merge.given
    changes = [_plain(name) for name in (*PLAIN, "name", "created_at", "converted_at") if name in given]
    if "email" in given:
        changes.append(("email_key", "coalesce(lower(s.email), l.email_key)", ""))
    if "phone" in given:
        changes.append(("phone_key", "CASE WHEN s.phone IS NULL THEN l.phone_key ELSE s.phone_key END", ""))
    if "owner_email" in given:
        changes.append(_plain("owner_id"))
        changes.append(("team_id", "CASE WHEN s.owner_id IS NULL THEN l.team_id ELSE s.team_id END", ""))
    if given & {"status", "converted", "converted_at"}:
        changes.append(
            (
                "status",
                f"coalesce({STATUS}, l.status)",
                f"{STATUS} IS NOT NULL AND {STATUS} <> l.status",
            )
        )
        changes.append(
            (
                "status_at",
                f"CASE WHEN coalesce({STATUS}, l.status) = l.status THEN l.status_at ELSE now() END",
                "",
            )
        )
        changes.append(
            (
                "converted",
                f"coalesce({OUTCOME}, l.converted)",
                f"({OUTCOME}) IS NOT NULL AND ({OUTCOME}) IS DISTINCT FROM l.converted",
            )
        )
    if merge.custom:
        changes.append(("custom", "l.custom || coalesce(s.custom, '{}')", "l.custom || s.custom <> l.custom"))
    return changes


def _plain(name: str) -> tuple[str, str, str]:
    return name, f"coalesce(s.{name}, l.{name})", f"s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM l.{name}"
