"""SQL that several steps of the contact import share. `s` is a record of the file, `c` a contact."""

from __future__ import annotations

INSERT_BARE = """
INSERT INTO contacts_contact (
  kind, external_id, name, first_name, last_name, owner_id, team_id, markets, industry, website, tags, source,
  list_kind, custom, version, created_at, updated_at, sort_name, search_text
)
SELECT %(kind)s, id, id, '', '', %(owner)s, %(team)s, '{{}}', '', '', '{{}}', '', '', '{{}}', 1, now(), now(),
  left(crm_fold(id), 300), crm_fold(id || ' ' || id)
FROM (SELECT DISTINCT {column} AS id FROM {table} WHERE {column} IS NOT NULL) wanted
WHERE NOT EXISTS (SELECT 1 FROM contacts_contact c WHERE c.external_id = wanted.id)
ORDER BY id
ON CONFLICT (external_id) DO NOTHING
"""

INSERT_CONTACTS = """
INSERT INTO contacts_contact (
  id, kind, external_id, name, first_name, last_name, organization_id, parent_id, owner_id, team_id, markets, industry,
  employees, revenue, website, birthday, tags, source, list_kind, created_on, custom, version, created_at, updated_at,
  sort_name, search_text, main_country, potential, import_row
)
SELECT s.contact_id, coalesce(s.kind, %(kind)s), s.external_id, n.name, coalesce(s.first_name, ''),
  coalesce(s.last_name, ''), s.organization_id, s.parent_id, coalesce(s.owner_id, %(owner)s),
  CASE WHEN s.owner_id IS NULL THEN %(team)s ELSE s.team_id END, coalesce(s.market, '{}'), coalesce(s.industry, ''),
  s.employees, s.revenue, coalesce(s.website, ''), s.birthday, coalesce(s.tags, '{}'), coalesce(s.source, ''),
  coalesce(s.list_kind, ''), s.created_on, %(custom)s::jsonb || coalesce(s.custom, '{}'), 1, now(), now(),
  left(crm_fold(n.name), 300), crm_fold(concat_ws(' ', n.name,
    CASE WHEN position(s.first_name IN n.name) = 0 THEN s.first_name END,
    CASE WHEN position(s.last_name IN n.name) = 0 THEN s.last_name END,
    s.external_id, lower(s.email), regexp_replace(s.phone_normalised, '\\D', '', 'g'))), coalesce(s.country, ''),
  s.potential, s.first_row
FROM import_records s CROSS JOIN LATERAL (
  SELECT left(coalesce(s.name, nullif(concat_ws(' ', s.first_name, s.last_name), ''), s.email, s.external_id,
    s.phone), 300) AS name
) n
WHERE s.is_new
ORDER BY s.first_row
"""
"""New contacts; what they are found and ordered by is written as `contacts.keeping` would (a test holds them to it)."""
