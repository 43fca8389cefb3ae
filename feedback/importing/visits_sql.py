"""The statements by which rows become checklists, visits and marks. `visit_mark` tells the rows of one visit."""

from __future__ import annotations

from crm.importing.folding import RECORDS
from crm.importing.staging import ROWS
from feedback.visits.choices import BEST

NEW, VISITS, SAID = "import_new_checklists", "import_visits", "import_said"

COMPLETE = f"""
ALTER TABLE {ROWS} ADD COLUMN visit_mark text, ADD COLUMN told_planned_on date, ADD COLUMN told_visited_on date;
UPDATE {ROWS} SET told_planned_on = planned_on, told_visited_on = visited_on;
UPDATE {ROWS} SET checklist = btrim(regexp_replace(checklist, '\\s+', ' ', 'g')),
  item = nullif(btrim(regexp_replace(item, '\\s+', ' ', 'g')), ''),
  state = coalesce(state, CASE WHEN visited_on IS NOT NULL OR mark IS NOT NULL OR score IS NOT NULL
    THEN 'done' ELSE 'planned' END);
UPDATE {ROWS} SET visit_mark = CASE WHEN external_id IS NOT NULL THEN jsonb_build_array(external_id)::text
  ELSE jsonb_build_array(lower(checklist), coalesce(site, ''), coalesce(planned_on, visited_on),
    lower(coalesce(shopper_email, '')), coalesce(number, 1))::text END;
UPDATE {ROWS} r SET state = 'done' FROM {ROWS} o
  WHERE o.visit_mark = r.visit_mark AND o.state = 'done' AND r.state = 'planned';
UPDATE {ROWS} SET planned_on = coalesce(planned_on, visited_on),
  visited_on = CASE WHEN state = 'done' THEN coalesce(visited_on, planned_on) END
"""
IS_TOO_MUCH = f"""
EXISTS (SELECT 1 FROM (
  SELECT o.row_no, dense_rank() OVER (PARTITION BY lower(o.checklist) ORDER BY f.first) AS place
  FROM {ROWS} o JOIN (
    SELECT lower(checklist) AS checklist, lower(item) AS item, min(row_no) AS first FROM {ROWS}
    WHERE item IS NOT NULL GROUP BY 1, 2
  ) f ON (f.checklist, f.item) = (lower(o.checklist), lower(o.item))
  WHERE NOT EXISTS (SELECT 1 FROM feedback_checklist c WHERE lower(c.name) = lower(o.checklist))
) n WHERE n.row_no = r.row_no AND n.place > %s)
"""
MAKE_TOUCH_POINTS = f"""
INSERT INTO feedback_touchpoint (name, stage, channel, direction, words, promise, position)
SELECT DISTINCT ON (lower(r.touch_point)) r.touch_point, 'during', '', '', '', '',
  (SELECT coalesce(max(position), 0) + 1 FROM feedback_touchpoint)
FROM {ROWS} r WHERE r.touch_point IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM feedback_touchpoint t WHERE lower(t.name) = lower(r.touch_point))
ORDER BY lower(r.touch_point), r.row_no
"""
NEW_CHECKLISTS = f"""
DROP TABLE IF EXISTS {NEW};
CREATE TEMP TABLE {NEW} ON COMMIT DROP AS
SELECT DISTINCT ON (lower(r.checklist)) lower(r.checklist) AS folded, r.checklist AS name, r.row_no,
  (array_agg(r.touch_point) FILTER (WHERE r.touch_point IS NOT NULL) OVER (
    PARTITION BY lower(r.checklist) ORDER BY r.row_no ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))[1]
    AS touch_point
FROM {ROWS} r WHERE NOT EXISTS (SELECT 1 FROM feedback_checklist c WHERE lower(c.name) = lower(r.checklist))
ORDER BY lower(r.checklist), r.row_no
"""
MAKE_CHECKLISTS = f"""
INSERT INTO feedback_checklist (name, touch_point_id, intro, is_used, version, created_at)
SELECT n.name, t.id, '', true, 1, now() FROM {NEW} n
LEFT JOIN feedback_touchpoint t ON lower(t.name) = lower(n.touch_point) ORDER BY n.row_no
"""
MAKE_ITEMS = f"""
INSERT INTO feedback_checklistitem (checklist_id, position, text, weight, is_asked)
SELECT c.id, row_number() OVER (PARTITION BY c.id ORDER BY f.first), f.text, f.weight, true FROM (
  SELECT lower(checklist) AS checklist, min(row_no) AS first, (array_agg(item ORDER BY row_no))[1] AS text,
    coalesce((array_agg(weight ORDER BY row_no) FILTER (WHERE weight IS NOT NULL))[1], 1) AS weight
  FROM {ROWS} WHERE item IS NOT NULL GROUP BY lower(checklist), lower(item)
) f JOIN {NEW} n ON n.folded = f.checklist JOIN feedback_checklist c ON lower(c.name) = f.checklist
ORDER BY c.id, f.first
"""
IS_NO_ITEM = """
r.item IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM feedback_checklistitem i JOIN feedback_checklist c ON c.id = i.checklist_id
  WHERE lower(c.name) = lower(r.checklist) AND lower(i.text) = lower(r.item))
"""
LINK = (
    f"DROP TABLE IF EXISTS {VISITS}",
    f"""
CREATE TEMP TABLE {VISITS} ON COMMIT DROP AS
SELECT DISTINCT ON (r.visit_mark) r.visit_mark AS mark, r.external_id, c.id AS checklist_id, u.id AS shopper_id,
  coalesce(r.site, '') AS site, r.planned_on, coalesce(r.number, 1)::bigint AS number, NULL::bigint AS known_id
FROM {ROWS} r JOIN feedback_checklist c ON lower(c.name) = lower(r.checklist)
LEFT JOIN crm_user u ON lower(u.email) = lower(r.shopper_email)
ORDER BY r.visit_mark, r.row_no DESC
""",
    f"""
UPDATE {VISITS} v SET known_id = m.id FROM feedback_mysteryvisit m
WHERE v.external_id IS NOT NULL AND m.external_id = v.external_id
""",
    f"""
UPDATE {VISITS} v SET known_id = m.id FROM (
  SELECT id, checklist_id, site, planned_on, shopper_id,
    row_number() OVER (PARTITION BY checklist_id, site, planned_on, shopper_id ORDER BY id) AS number
  FROM feedback_mysteryvisit WHERE external_id IS NULL AND checklist_id IN (SELECT checklist_id FROM {VISITS})
) m WHERE v.external_id IS NULL AND (m.checklist_id, m.site, m.planned_on, m.number)
    = (v.checklist_id, v.site, v.planned_on, v.number) AND m.shopper_id IS NOT DISTINCT FROM v.shopper_id
""",
)
# the numbers of new visits go on where those that are there end
IS_OUT_OF_TURN = f"""
EXISTS (SELECT 1 FROM (
  SELECT v.mark, v.number, row_number() OVER (PARTITION BY v.checklist_id, v.site, v.planned_on, v.shopper_id
    ORDER BY v.number) + (
      SELECT count(*) FROM feedback_mysteryvisit m WHERE m.external_id IS NULL AND m.shopper_id IS NOT DISTINCT FROM
        v.shopper_id AND (m.checklist_id, m.site, m.planned_on) = (v.checklist_id, v.site, v.planned_on)
    ) AS turn
  FROM {VISITS} v WHERE v.external_id IS NULL AND v.known_id IS NULL
) n WHERE n.mark = r.visit_mark AND n.number <> n.turn)
"""
IS_UNMARKED = f"""
r.state = 'done' AND NOT EXISTS (
  SELECT 1 FROM {ROWS} o WHERE o.visit_mark = r.visit_mark AND o.mark IS NOT NULL
) AND NOT EXISTS (
  SELECT 1 FROM {VISITS} v JOIN feedback_visitmark k ON k.visit_id = v.known_id
  WHERE v.mark = r.visit_mark AND k.mark IS NOT NULL)
"""


def _last(name: str) -> str:
    """The last value that the rows of a visit give."""
    return f"(array_agg(r.{name} ORDER BY r.row_no DESC) FILTER (WHERE r.{name} IS NOT NULL))[1] AS {name}"


FOLD = (
    f"DROP TABLE IF EXISTS {SAID}",
    f"""
CREATE TEMP TABLE {SAID} ON COMMIT DROP AS
SELECT v.mark, v.known_id, v.known_id IS NULL AS is_new, false AS is_changed, v.checklist_id, v.number, f.*,
  coalesce(t.id, CASE WHEN v.known_id IS NULL THEN c.touch_point_id END) AS touch_point_id, u.id AS shopper_id
FROM {VISITS} v JOIN feedback_checklist c ON c.id = v.checklist_id JOIN (
  SELECT r.visit_mark, min(r.row_no) AS first_row,
    {", ".join(map(_last, ("external_id", "site", "planned_on", "visited_on", "state", "comment", "score")))},
    {", ".join(map(_last, ("told_planned_on", "told_visited_on", "touch_point", "shopper_email")))}
  FROM {ROWS} r GROUP BY r.visit_mark
) f ON f.visit_mark = v.mark
LEFT JOIN feedback_touchpoint t ON lower(t.name) = lower(f.touch_point)
LEFT JOIN crm_user u ON lower(u.email) = lower(f.shopper_email)
""",
    f"DROP TABLE IF EXISTS {RECORDS}",
    # a row for each visit that is said alone, and one for each item of a visit; the last of equal ones is taken
    f"""
CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS
SELECT DISTINCT ON (r.visit_mark, i.id) r.visit_mark, i.id AS item_id, r.row_no AS first_row, r.mark::smallint AS mark,
  r.words, count(*) OVER (PARTITION BY r.visit_mark, i.id) AS row_count, NULL::bigint AS mark_id, false AS is_new,
  false AS is_changed
FROM {ROWS} r JOIN feedback_checklist c ON lower(c.name) = lower(r.checklist)
LEFT JOIN feedback_checklistitem i ON i.checklist_id = c.id AND lower(i.text) = lower(r.item)
ORDER BY r.visit_mark, i.id, r.row_no DESC
""",
)
INSERT_VISITS = f"""
WITH made AS (
  INSERT INTO feedback_mysteryvisit (external_id, checklist_id, touch_point_id, site, shopper_id, planned_on, state,
    visited_on, comment, score, version, created_at)
  SELECT s.external_id, s.checklist_id, s.touch_point_id, coalesce(s.site, ''), s.shopper_id, s.planned_on, s.state,
    s.visited_on, coalesce(s.comment, ''), s.score, 1, now()
  FROM {SAID} s WHERE s.is_new ORDER BY s.number, s.first_row
  RETURNING id
), placed AS (
  SELECT id, row_number() OVER (ORDER BY id) AS place FROM made
), asked AS (
  SELECT mark, row_number() OVER (ORDER BY number, first_row) AS place FROM {SAID} WHERE is_new
)
UPDATE {SAID} s SET known_id = placed.id FROM placed JOIN asked ON asked.place = placed.place WHERE s.mark = asked.mark
"""
VALUES = {
    "site": "coalesce(s.site, m.site)",
    "planned_on": "coalesce(s.told_planned_on, m.planned_on)",
    "visited_on": "CASE WHEN s.state = 'done' THEN coalesce(s.told_visited_on, m.visited_on, s.visited_on) END",
    "state": "s.state",
    "comment": "coalesce(s.comment, m.comment)",
    "touch_point_id": "coalesce(s.touch_point_id, m.touch_point_id)",
    "shopper_id": "coalesce(s.shopper_id, m.shopper_id)",
    "score": "coalesce(s.score, m.score)",
}
UPDATE_VISITS = f"""
WITH changed AS (
  UPDATE feedback_mysteryvisit m SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())},
    version = m.version + 1
  FROM {SAID} s WHERE m.id = s.known_id AND NOT s.is_new
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM m.{name}" for name, value in VALUES.items())}) RETURNING m.id
) UPDATE {SAID} s SET is_changed = true FROM changed WHERE s.known_id = changed.id
"""
# what was found at a visit that was not made yet is nothing
MARKED = f"""{RECORDS} r JOIN {SAID} s ON s.mark = r.visit_mark AND s.state = 'done' AND r.item_id IS NOT NULL"""
LINK_MARKS = f"""
UPDATE {RECORDS} r SET mark_id = k.id FROM {SAID} s, feedback_visitmark k
WHERE s.mark = r.visit_mark AND k.visit_id = s.known_id AND k.item_id = r.item_id
"""
# of a known mark, what the file does not have stays
UPDATE_MARKS = f"""
WITH told AS (
  SELECT k.id, CASE WHEN %(has_mark)s THEN r.mark ELSE k.mark END AS mark,
    CASE WHEN %(has_words)s THEN coalesce(r.words, '') ELSE k.comment END AS comment
  FROM {MARKED} JOIN feedback_visitmark k ON k.id = r.mark_id
), changed AS (
  UPDATE feedback_visitmark k SET mark = t.mark, comment = t.comment FROM told t
  WHERE k.id = t.id AND (k.mark, k.comment) IS DISTINCT FROM (t.mark, t.comment) RETURNING k.id
) UPDATE {RECORDS} r SET is_changed = true FROM changed WHERE r.mark_id = changed.id
"""
INSERT_MARKS = f"""
WITH made AS (
  INSERT INTO feedback_visitmark (visit_id, item_id, mark, comment)
  SELECT s.known_id, r.item_id, r.mark, coalesce(r.words, '') FROM {MARKED} WHERE r.mark_id IS NULL
  ORDER BY r.first_row RETURNING visit_id, item_id
) UPDATE {RECORDS} r SET is_new = true FROM made, {SAID} s
WHERE s.mark = r.visit_mark AND (made.visit_id, made.item_id) = (s.known_id, r.item_id)
"""
# as `score_of` reckons it, rounded half to even to two places
SCORE_VISITS = f"""
WITH anew AS (
  SELECT s.known_id AS id FROM {SAID} s JOIN {RECORDS} r ON r.visit_mark = s.mark
  WHERE s.score IS NULL AND (r.is_new OR r.is_changed) GROUP BY 1
), reckoned AS (
  SELECT k.visit_id AS id, (round(100 * (100 * sum(i.weight * k.mark)::float8 / ({BEST} * sum(i.weight)))) / 100)
    ::numeric(5, 2) AS score
  FROM feedback_visitmark k JOIN feedback_checklistitem i ON i.id = k.item_id JOIN anew a ON a.id = k.visit_id
  WHERE k.mark IS NOT NULL GROUP BY 1
)
UPDATE feedback_mysteryvisit m SET score = n.score, version = m.version + CASE WHEN s.is_new OR s.is_changed
  THEN 0 ELSE 1 END
FROM reckoned n, {SAID} s WHERE m.id = n.id AND s.known_id = n.id AND m.score IS DISTINCT FROM n.score
"""
TELL = f"""
UPDATE {RECORDS} r SET is_new = r.is_new OR s.is_new, is_changed = r.is_changed OR s.is_changed
FROM {SAID} s WHERE s.mark = r.visit_mark AND (s.is_new OR s.is_changed)
"""
WRITE = (INSERT_VISITS, UPDATE_VISITS, LINK_MARKS)
WRITE_MARKS = (INSERT_MARKS, SCORE_VISITS, TELL)
