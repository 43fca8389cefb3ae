"""How good the data of each contact are: complete, valid, fresh, unique; one statement over all contacts.

score = 100 x the mean of the four parts by their weights (`QualityRules`). complete: the share of the asked fields of
its kind that are there. valid: the share of the checked values (e-mail, phone, postal code, country, website, the
writing of a person's name) that can be right; 1 where there is none. fresh: 1 within `fresh_days` of the last change,
review or contact, 0 from `stale_days` on, a straight line between. unique: 1 less the surest waiting pair of
duplicates that is one party rather than not. Archived contacts have no score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from analytics.models import QualityRules, QualityScore
from analytics.statements import rows_of
from analytics.steps import StepResult
from analytics.swapping import rebuild
from contacts.choices import ContactKind
from contacts.countries import country_names
from contacts.postcodes import POSTCODES, WITHOUT_POSTCODES
from crm.jobs import Progress

PROBABLE = 0.5
"""From this probability on, two contacts are one party rather than not (as for the duplicates)."""
EMAIL = r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}$"
PHONE = r"^\+[1-9][0-9]{6,14}$"
PRESENT = {
    "email": "b.email IS NOT NULL",
    "phone": "b.phone IS NOT NULL",
    "street": "coalesce(b.street, '') <> ''",
    "postal_code": "(coalesce(b.postal_code, '') <> '' OR coalesce(b.country, '') = ANY ({without}))",
    "city": "coalesce(b.city, '') <> ''",
    "country": "coalesce(b.country, '') <> ''",
    "first_name": "b.first_name <> ''",
    "last_name": "b.last_name <> ''",
    "organization": "b.organization_id IS NOT NULL",
    "birthday": "b.birthday IS NOT NULL",
    "industry": "b.industry <> ''",
    "employees": "b.employees IS NOT NULL",
    "website": "b.website <> ''",
    "owner": "b.owner_id IS NOT NULL",
}
"""By field, whether a contact (`b`) has it."""
CHECKS = {
    "invalid:email": ("b.email IS NOT NULL", "b.email ~ {email}"),
    "invalid:phone": ("b.phone IS NOT NULL", "b.phone ~ {phone}"),
    "invalid:postal_code": (
        "coalesce(b.postal_code, '') <> '' AND p.pattern IS NOT NULL",
        "upper(btrim(b.postal_code)) ~ p.pattern",
    ),
    "invalid:country": ("coalesce(b.country, '') <> ''", "b.country = ANY ({countries})"),
    "invalid:website": ("b.website <> ''", r"b.website ~ '^\S+\.\S{{2,}}$'"),
    "untidy:name": (
        "b.kind = 'person' AND b.name ~ '[[:alpha:]]{{4,}}'",
        "b.name NOT IN (upper(b.name), lower(b.name)) AND b.name = regexp_replace(btrim(b.name), '\\s+', ' ', 'g')",
    ),
}
"""By fault, whether a value is there to be checked, and whether it can be right."""
FILL = """
WITH pairs AS (
  SELECT d.first_id, d.second_id, d.probability FROM analytics_duplicatepair d
  WHERE d.probability >= {probable} AND NOT EXISTS (
    SELECT 1 FROM analytics_distinctpair s WHERE s.first_id = d.first_id AND s.second_id = d.second_id)
), doubles AS (
  SELECT id, max(probability) AS probability FROM (
    SELECT first_id AS id, probability FROM pairs UNION ALL SELECT second_id, probability FROM pairs) e GROUP BY id
), touched AS (
  SELECT contact_id, max(occurred_at)::date AS touched_on FROM contacts_interaction
  WHERE occurred_at < {as_of}::date + 1 GROUP BY contact_id
), base AS (
  SELECT c.*, e.normalised AS email, f.normalised AS phone, a.street, a.postal_code, a.city, a.country,
    coalesce(d.probability, 0) AS doubled,
    greatest({as_of}::date - greatest(c.updated_at::date, c.reviewed_on, t.touched_on), 0) AS quiet_days
  FROM contacts_contact c
  LEFT JOIN contacts_contactpoint e ON e.contact_id = c.id AND e.kind = 'email' AND e.is_primary
  LEFT JOIN contacts_contactpoint f ON f.contact_id = c.id AND f.kind = 'phone' AND f.is_primary
  LEFT JOIN contacts_address a ON a.contact_id = c.id AND a.is_primary
  LEFT JOIN doubles d ON d.id = c.id LEFT JOIN touched t ON t.contact_id = c.id
  WHERE c.archived_at IS NULL
), patterns (country, pattern) AS (SELECT * FROM unnest({codes}::text[], {patterns}::text[])),
judged AS (
  SELECT b.id, {complete} AS complete, {valid} AS valid,
    least(greatest(1 - (b.quiet_days - {fresh})::float / ({stale} - {fresh}), 0), 1) AS fresh,
    1 - b.doubled AS is_unique,
    array_remove(ARRAY[{missing}, {wrong}, CASE WHEN b.quiet_days >= {stale} THEN 'stale' END,
      CASE WHEN b.doubled > 0 THEN 'double' END]::text[], NULL) AS faults
  FROM base b LEFT JOIN patterns p ON p.country = b.country
)
SELECT {run_id}::bigint AS run_id, {as_of}::date AS as_of, id AS contact_id,
  round((100 * ({w_complete} * complete + {w_valid} * valid + {w_fresh} * fresh + {w_unique} * is_unique)
    / {w_all})::numeric) AS score,
  complete, valid, fresh, is_unique AS "unique", faults FROM judged
"""
COUNTS = "SELECT count(*), coalesce(avg(score), 0), count(*) FILTER (WHERE score < %s) FROM analytics_qualityscore"
FAULTS = (
    "SELECT fault, count(*) FROM analytics_qualityscore CROSS JOIN unnest(faults) fault GROUP BY 1 ORDER BY 2 DESC, 1"
)


def quality_rules() -> QualityRules:
    """The rules of the house; the shipped ones as long as nobody wrote any."""
    return QualityRules.objects.first() or QualityRules()


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Judge all contacts that are not archived, and put the scores in the place of the last ones."""
    rules = quality_rules()
    total, done = 4, 0

    def advance(message: str) -> None:
        nonlocal done
        done += 1
        progress.report(done, total, message)

    rows = rebuild(QualityScore._meta.db_table, _statement(rules, as_of, run_id), advance)
    count, mean, poor = rows_of(COUNTS, [rules.least_score])[0]
    metrics = {"contacts": count, "mean": round(float(mean), 1), "poor": poor, "faults": dict(rows_of(FAULTS))}
    sentence = f"{count:,} contacts, {mean:.0f} of 100 on average; {poor:,} are below {rules.least_score}."
    return StepResult(rows, {}, {**metrics, "sentences": [sentence]}, data_to=as_of)


def _statement(rules: QualityRules, as_of: dt.date, run_id: int) -> sql.Composed:
    weights = (rules.complete_weight, rules.valid_weight, rules.fresh_weight, rules.unique_weight)
    numbers = {
        "probable": PROBABLE, "as_of": as_of, "fresh": rules.fresh_days, "stale": rules.stale_days, "run_id": run_id,
        "w_complete": weights[0], "w_valid": weights[1], "w_fresh": weights[2], "w_unique": weights[3],
        "w_all": float(sum(weights)), "email": EMAIL, "phone": PHONE, "countries": sorted(country_names()),
        "without": sorted(WITHOUT_POSTCODES), "codes": list(POSTCODES), "patterns": list(POSTCODES.values()),
    }  # fmt: skip
    parts = {"complete": _complete(rules), "valid": _valid(), "missing": _missing(rules), "wrong": _wrong()}
    text = FILL
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    values = {name: sql.Literal(value) for name, value in numbers.items()}
    return sql.SQL(text).format(**values)


def _by_kind(rules: QualityRules, words: Any) -> str:
    """What is asked of organizations and of persons, by the kind of the contact."""
    of_organizations, of_persons = words(rules.organization_fields), words(rules.person_fields)
    return f"CASE WHEN b.kind = '{ContactKind.ORGANIZATION}' THEN {of_organizations} ELSE {of_persons} END"


def _complete(rules: QualityRules) -> str:
    def share(fields: list[str]) -> str:
        there = [f"({PRESENT[name]})::int" for name in fields if name in PRESENT]
        return f"({' + '.join(there)}) / {len(there)}.0" if there else "1.0"

    return _by_kind(rules, share)


def _missing(rules: QualityRules) -> str:
    names = [name for name in PRESENT if name in {*rules.person_fields, *rules.organization_fields}]
    lines = []
    for name in names:
        kinds = [f"'{kind}'" for kind, fields in (
            (ContactKind.ORGANIZATION, rules.organization_fields), (ContactKind.PERSON, rules.person_fields)
        ) if name in fields]  # fmt: skip
        lines.append(f"CASE WHEN b.kind IN ({', '.join(kinds)}) AND NOT {PRESENT[name]} THEN 'missing:{name}' END")
    return ", ".join(lines) or "NULL"


def _valid() -> str:
    checked = " + ".join(f"coalesce({there}, false)::int" for there, _ in CHECKS.values())
    right = " + ".join(f"coalesce({there} AND {fits}, false)::int" for there, fits in CHECKS.values())
    return f"coalesce(({right})::float / nullif({checked}, 0), 1.0)"


def _wrong() -> str:
    return ", ".join(
        f"CASE WHEN coalesce({there}, false) AND NOT ({fits}) THEN '{fault}' END"
        for fault, (there, fits) in CHECKS.items()
    )
