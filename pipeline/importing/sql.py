"""SQL of the import of deals. `s` is a record of the file, `d` a deal, `g` a stage."""

from __future__ import annotations

from crm.importing.folding import RECORDS

WON, LOST = r"\mwon\M|\mwin\M", r"\mlost\M|\mlose\M"
STAGES = "import_stages"
EARLY = (
    r"lead|prospect|suspect|new|incoming",
    r"qualif|discover|contact",
    r"engag|meet|demo|needs|drive|trial",
    r"propos|quot|offer|pricing",
    r"negotiat|review|contract|commit|clos|financ",
)
"""Words in names of stages that are not known here, in the order of most sales: an added stage finds its place by them,
and by its first appearance in the file among those without such a word."""
RANK = " ".join(f"WHEN lower(name) ~ '{words}' THEN {place}" for place, words in enumerate(EARLY, start=1))

LINKED = """SELECT f.*, NULL::bigint AS organization_id, NULL::bigint AS contact_id, NULL::bigint AS owner_id,
  NULL::bigint AS team_id, NULL::bigint AS product_id, NULL::bigint AS pipeline_id, NULL::bigint AS open_stage_id,
  NULL::bigint AS stage_id, NULL::text AS new_outcome, NULL::jsonb AS custom,
  d.id AS deal_id, d.id IS NULL AS is_new, false AS is_changed
FROM ({folded}) f LEFT JOIN pipeline_deal d ON d.external_id = f.external_id"""

LINK_CONTACTS = f"""
UPDATE {RECORDS} s SET contact_id = c.id FROM contacts_contact c WHERE c.external_id = s.contact_external_id
"""
LINK_PRODUCTS = f"""
UPDATE {RECORDS} s SET product_id = p.id FROM orders_product p WHERE p.external_id = s.product_external_id
"""

MAKE_OWNERS = f"""
INSERT INTO crm_user (password, email, name, role, is_active, created_at)
SELECT DISTINCT ON (lower(s.owner_name)) '!', NULL, s.owner_name, 'rep', false, now() FROM {RECORDS} s
WHERE s.owner_name IS NOT NULL AND s.owner_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM crm_user u WHERE lower(u.name) = lower(s.owner_name))
ORDER BY lower(s.owner_name), s.first_row
"""
LINK_OWNERS_BY_NAME = f"""
UPDATE {RECORDS} s SET owner_id = u.id, team_id = coalesce(s.team_id, u.team_id)
FROM (SELECT lower(name) AS folded, min(id) AS id FROM crm_user GROUP BY 1) n JOIN crm_user u ON u.id = n.id
WHERE s.owner_id IS NULL AND n.folded = lower(s.owner_name)
"""
MAKE_TEAMS = f"""
INSERT INTO crm_team (name)
SELECT DISTINCT ON (lower(s.team)) s.team FROM {RECORDS} s
WHERE s.team IS NOT NULL AND NOT EXISTS (SELECT 1 FROM crm_team t WHERE lower(t.name) = lower(s.team))
ORDER BY lower(s.team), s.first_row
"""
LINK_TEAMS = f"UPDATE {RECORDS} s SET team_id = t.id FROM crm_team t WHERE lower(t.name) = lower(s.team)"

MAKE_PIPELINES = f"""
INSERT INTO pipeline_pipeline (name, position, created_at)
SELECT name, (SELECT coalesce(max(position), 0) FROM pipeline_pipeline) + row_number() OVER (ORDER BY first_row), now()
FROM (
  SELECT DISTINCT ON (lower(pipeline)) pipeline AS name, first_row FROM {RECORDS} WHERE pipeline IS NOT NULL
  ORDER BY lower(pipeline), first_row
) w WHERE NOT EXISTS (SELECT 1 FROM pipeline_pipeline p WHERE lower(p.name) = lower(w.name))
"""
LINK_PIPELINES = f"""
UPDATE {RECORDS} s SET pipeline_id = coalesce(
  (SELECT min(p.id) FROM pipeline_pipeline p WHERE lower(p.name) = lower(s.pipeline)),
  (SELECT d.pipeline_id FROM pipeline_deal d WHERE d.id = s.deal_id), %(default)s)
"""

KIND = f"CASE WHEN lower(name) ~ '{WON}' THEN 'won' WHEN lower(name) ~ '{LOST}' THEN 'lost' ELSE 'open' END"
FIND_STAGES = f"""
CREATE TEMP TABLE {STAGES} ON COMMIT DROP AS
SELECT w.*, coalesce(named.id, ending.id) AS stage_id, coalesce(named.kind, w.guess) AS kind FROM (
  SELECT pipeline_id, folded, name, first_row, {KIND} AS guess FROM (
    SELECT DISTINCT ON (pipeline_id, lower(stage)) pipeline_id, lower(stage) AS folded, stage AS name, first_row
    FROM {RECORDS} WHERE stage IS NOT NULL ORDER BY pipeline_id, lower(stage), first_row
  ) o
) w
LEFT JOIN LATERAL (
  SELECT g.id, g.kind FROM pipeline_stage g WHERE g.pipeline_id = w.pipeline_id AND lower(g.name) = w.folded
  ORDER BY g.id LIMIT 1
) named ON true
LEFT JOIN pipeline_stage ending
  ON ending.pipeline_id = w.pipeline_id AND w.guess <> 'open' AND ending.kind = w.guess
"""
MAKE_STAGES = f"""
INSERT INTO pipeline_stage (pipeline_id, name, position, kind, required_fields, checklist)
SELECT n.pipeline_id, n.name, n.after + row_number() OVER (PARTITION BY n.pipeline_id ORDER BY n.rank, n.first_row),
  n.kind, '{{}}', '{{}}'
FROM (
  SELECT w.pipeline_id, w.name, w.kind, w.first_row, CASE {RANK} ELSE 3 END + CASE w.kind WHEN 'open' THEN 0
    WHEN 'won' THEN 10 ELSE 20 END AS rank,
    (SELECT coalesce(max(position), 0) FROM pipeline_stage g WHERE g.pipeline_id = w.pipeline_id) AS after
  FROM (
    SELECT pipeline_id, name, kind, first_row FROM (
      SELECT w.*, row_number() OVER (PARTITION BY pipeline_id, kind ORDER BY first_row) AS place
      FROM {STAGES} w WHERE stage_id IS NULL
    ) k WHERE kind = 'open' OR place = 1
    UNION ALL
    SELECT p.pipeline_id, e.name, e.kind, 2147483647 FROM (
      SELECT DISTINCT pipeline_id FROM {RECORDS}
    ) p CROSS JOIN (VALUES ('Open', 'open'), ('Won', 'won'), ('Lost', 'lost')) AS e (name, kind)
    WHERE NOT EXISTS (SELECT 1 FROM pipeline_stage g WHERE g.pipeline_id = p.pipeline_id AND g.kind = e.kind)
      AND NOT EXISTS (SELECT 1 FROM {STAGES} w WHERE w.pipeline_id = p.pipeline_id AND w.kind = e.kind)
  ) w
) n
"""
"""Every pipeline of the file ends with an open stage at least, one for won and one for lost deals."""
LINK_MADE_STAGES = f"""
UPDATE {STAGES} w SET stage_id = g.id FROM pipeline_stage g
WHERE w.stage_id IS NULL AND g.pipeline_id = w.pipeline_id
  AND CASE w.kind WHEN 'open' THEN lower(g.name) = w.folded ELSE g.kind = w.kind END
"""
MOVE_ENDS_BACK = """
UPDATE pipeline_stage e SET position = n.last_open + CASE e.kind WHEN 'won' THEN 1 ELSE 2 END FROM (
  SELECT pipeline_id, max(position) FILTER (WHERE kind = 'open') AS last_open,
    min(position) FILTER (WHERE kind <> 'open') AS first_end
  FROM pipeline_stage GROUP BY pipeline_id
) n WHERE n.pipeline_id = e.pipeline_id AND e.kind <> 'open' AND n.first_end <= n.last_open
"""
"""Won and lost stand behind the open stages that were added."""

LINK_STAGES = f"""
UPDATE {RECORDS} s SET
  new_outcome = f.outcome,
  open_stage_id = f.open_stage_id,
  stage_id = CASE f.outcome
    WHEN 'open' THEN coalesce(f.open_stage_id, CASE WHEN f.stored_outcome = 'open' AND f.stored_pipeline = f.pipeline_id
      THEN f.stored_stage END, ends.first_open)
    WHEN 'won' THEN ends.won ELSE ends.lost END
FROM (
  SELECT r.external_id, r.pipeline_id, d.outcome AS stored_outcome, d.pipeline_id AS stored_pipeline,
    d.stage_id AS stored_stage, coalesce(r.outcome, w.kind, d.outcome, 'open') AS outcome,
    CASE WHEN w.kind = 'open' THEN w.stage_id END AS open_stage_id
  FROM {RECORDS} r
  LEFT JOIN {STAGES} w ON w.pipeline_id = r.pipeline_id AND w.folded = lower(r.stage)
  LEFT JOIN pipeline_deal d ON d.id = r.deal_id
) f
JOIN (
  SELECT pipeline_id, min(id) FILTER (WHERE kind = 'won') AS won, min(id) FILTER (WHERE kind = 'lost') AS lost,
    (array_agg(id ORDER BY position, id) FILTER (WHERE kind = 'open'))[1] AS first_open
  FROM pipeline_stage GROUP BY pipeline_id
) ends ON ends.pipeline_id = f.pipeline_id
WHERE s.external_id = f.external_id
"""

TITLE = """left(coalesce(s.title, nullif(concat_ws(', ', p.name, c.name), ''), s.external_id), 300)"""
INSERT = f"""
INSERT INTO pipeline_deal (
  id, external_id, title, pipeline_id, stage_id, organization_id, contact_id, owner_id, team_id, product_id, amount,
  currency, opened_on, expected_on, closed_on, outcome, reason, source, stage_since, custom, version, created_at,
  updated_at, sort_name, search_text
)
SELECT s.deal_id, s.external_id, {TITLE}, s.pipeline_id, s.stage_id, s.organization_id, s.contact_id,
  coalesce(s.owner_id, %(owner)s::bigint),
  coalesce(s.team_id, CASE WHEN s.owner_id IS NULL THEN %(team)s::bigint END), s.product_id,
  s.amount, coalesce(s.currency, %(currency)s), s.opened_on,
  coalesce(s.expected_on, CASE WHEN s.new_outcome = 'open' THEN s.closed_on END),
  CASE WHEN s.new_outcome <> 'open' THEN s.closed_on END, s.new_outcome, coalesce(s.loss_reason, ''),
  coalesce(s.source, ''), CASE WHEN s.new_outcome <> 'open' THEN s.closed_on ELSE s.opened_on END,
  %(custom)s::jsonb || coalesce(s.custom, '{{}}'), 1, now(), now(), '', ''
FROM {RECORDS} s
LEFT JOIN orders_product p ON p.id = s.product_id
LEFT JOIN contacts_contact c ON c.id = coalesce(s.organization_id, s.contact_id)
WHERE s.is_new ORDER BY s.first_row
"""
VALUES = {
    "title": "coalesce(left(s.title, 300), d.title)",
    "pipeline_id": "s.pipeline_id",
    "stage_id": "s.stage_id",
    "organization_id": "coalesce(s.organization_id, d.organization_id)",
    "contact_id": "coalesce(s.contact_id, d.contact_id)",
    "owner_id": "coalesce(s.owner_id, d.owner_id)",
    "team_id": "coalesce(s.team_id, d.team_id)",
    "product_id": "coalesce(s.product_id, d.product_id)",
    "amount": "coalesce(s.amount, d.amount)",
    "currency": "coalesce(s.currency, d.currency)",
    "opened_on": "coalesce(s.opened_on, d.opened_on)",
    "expected_on": "coalesce(s.expected_on, CASE WHEN s.new_outcome = 'open' THEN s.closed_on END, d.expected_on)",
    "closed_on": "CASE WHEN s.new_outcome <> 'open' THEN coalesce(s.closed_on, d.closed_on) END",
    "outcome": "s.new_outcome",
    "reason": "coalesce(s.loss_reason, CASE WHEN s.new_outcome = 'open' THEN '' ELSE d.reason END)",
    "source": "coalesce(s.source, d.source)",
    "custom": "d.custom || coalesce(s.custom, '{}')",
}
SINCE = """CASE WHEN s.stage_id = d.stage_id AND d.stage_since IS NOT NULL THEN d.stage_since
  WHEN s.new_outcome <> 'open' THEN coalesce(s.closed_on, d.closed_on)
  WHEN s.stage_id = d.stage_id THEN coalesce(s.opened_on, d.opened_on) ELSE %(today)s::date END"""
LEDGER_OF_MOVED = f"""
INSERT INTO pipeline_stagechange (deal_id, from_stage_id, to_stage_id, changed_on, reason, is_inferred, recorded_at)
SELECT d.id, d.stage_id, s.stage_id,
  greatest(d.opened_on, coalesce(
    CASE WHEN s.new_outcome <> 'open' THEN coalesce(s.closed_on, d.closed_on) END, %(today)s::date)),
  coalesce(s.loss_reason, ''), true, now()
FROM {RECORDS} s JOIN pipeline_deal d ON d.id = s.deal_id WHERE NOT s.is_new AND s.stage_id <> d.stage_id
ORDER BY s.first_row
"""
UPDATE = f"""
WITH changed AS (
  UPDATE pipeline_deal d SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())}, stage_since = {SINCE},
    version = d.version + 1, updated_at = now()
  FROM {RECORDS} s WHERE d.id = s.deal_id AND NOT s.is_new
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM d.{name}" for name, value in VALUES.items())}) RETURNING d.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.deal_id = changed.id
"""
LEDGER_OF_NEW = (
    f"""
INSERT INTO pipeline_stagechange (deal_id, to_stage_id, changed_on, reason, is_inferred, recorded_at)
SELECT s.deal_id, CASE WHEN s.new_outcome = 'open' THEN s.stage_id ELSE s.open_stage_id END, s.opened_on, '', true,
  now()
FROM {RECORDS} s WHERE s.is_new AND s.opened_on IS NOT NULL AND (s.new_outcome = 'open' OR s.open_stage_id IS NOT NULL)
ORDER BY s.first_row
""",
    f"""
INSERT INTO pipeline_stagechange (
  deal_id, from_stage_id, to_stage_id, changed_on, reason, is_inferred, recorded_at
)
SELECT s.deal_id, s.open_stage_id, s.stage_id, s.closed_on, coalesce(s.loss_reason, ''), true, now()
FROM {RECORDS} s WHERE s.is_new AND s.closed_on IS NOT NULL AND s.new_outcome <> 'open' ORDER BY s.first_row
""",
)
"""What the dates of a row tell of the way of its deal: that it was opened in its stage, and that it was closed."""
