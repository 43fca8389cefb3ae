"""SQL that several steps of the contact import share. `s` is a record of the file, `c` a contact."""

from __future__ import annotations

PHONE_DIGITS = """(CASE WHEN {phone} ~ '^\\s*(\\+|00)'
  THEN '+' || regexp_replace(regexp_replace({phone}, '^\\s*(\\+|00)', ''), '\\(0\\)|\\D', '', 'g')
  ELSE regexp_replace({phone}, '\\D', '', 'g') END)"""
"""A phone number in its one form: `+` and digits where the country is in it, else the bare digits."""

SEARCH_TEXT = """crm_fold(concat_ws(' ', {name}, {external_id}, {points}))"""
SORT_NAME = "left(crm_fold({name}), 300)"

INSERT_BARE = """
INSERT INTO contacts_contact (
  kind, external_id, name, first_name, last_name, owner_id, team_id, markets, industry, website, tags, source, list_kind,
  custom, version, created_at, updated_at, sort_name, search_text
)
SELECT %(kind)s, id, id, '', '', %(owner)s, %(team)s, '{{}}', '', '', '{{}}', '', '', '{{}}', 1, now(), now(),
  left(crm_fold(id), 300), crm_fold(id || ' ' || id)
FROM (SELECT DISTINCT {column} AS id FROM {table} WHERE {column} IS NOT NULL) wanted
WHERE NOT EXISTS (SELECT 1 FROM contacts_contact c WHERE c.external_id = wanted.id)
ORDER BY id
ON CONFLICT (external_id) DO NOTHING
"""

INSERT_CONTACTS = f"""
INSERT INTO contacts_contact (
  id, kind, external_id, name, first_name, last_name, organization_id, parent_id, owner_id, team_id, markets, industry,
  employees, revenue, website, birthday, tags, source, list_kind, created_on, custom, version, created_at, updated_at,
  sort_name, search_text
)
SELECT s.contact_id, coalesce(s.kind, %(kind)s), s.external_id, n.name, coalesce(s.first_name, ''),
  coalesce(s.last_name, ''), s.organization_id, s.parent_id, coalesce(s.owner_id, %(owner)s),
  CASE WHEN s.owner_id IS NULL THEN %(team)s ELSE s.team_id END, coalesce(s.market, '{{}}'), coalesce(s.industry, ''),
  s.employees, s.revenue, coalesce(s.website, ''), s.birthday, coalesce(s.tags, '{{}}'), coalesce(s.source, ''),
  coalesce(s.list_kind, ''), s.created_on, '{{}}', 1, now(), now(), {SORT_NAME.format(name="n.name")},
  {SEARCH_TEXT.format(
      name="n.name", external_id="s.external_id",
      points="lower(s.email), " + PHONE_DIGITS.format(phone="s.phone"),
  )}
FROM import_records s CROSS JOIN LATERAL (
  SELECT left(coalesce(s.name, nullif(concat_ws(' ', s.first_name, s.last_name), ''), s.email, s.external_id), 300) AS name
) n
WHERE s.is_new
ORDER BY s.first_row
"""  # fmt: skip

REFRESH_SEARCH = f"""
UPDATE contacts_contact c SET sort_name = {SORT_NAME.format(name="c.name")}, search_text = {SEARCH_TEXT.format(
    name="c.name", external_id="c.external_id",
    points="(SELECT string_agg(p.normalised, ' ' ORDER BY p.id) FROM contacts_contactpoint p WHERE p.contact_id = c.id)",
)}
FROM import_records s WHERE s.contact_id = c.id AND s.is_changed AND NOT s.is_new
"""  # fmt: skip
