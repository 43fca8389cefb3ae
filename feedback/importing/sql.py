"""The statements by which rows become surveys, questions, responses and answers."""

from __future__ import annotations

from crm.importing.folding import RECORDS
from crm.importing.staging import ROWS
from feedback.choices import Dimension
from feedback.tagging import tags_of

IS_NUMBER = "coalesce(r.value ~ '^[+-]?[0-9]{1,11}([.,][0-9]{1,4})?$', false)"
NUMBER = f"CASE WHEN {IS_NUMBER} THEN replace(r.value, ',', '.')::numeric(16,4) END"
LABELS = " ".join(f"WHEN '{one.value}' THEN '{one.label.replace(chr(39), chr(39) * 2)}'" for one in Dimension)
QUESTION_TEXT = f"coalesce(r.question, CASE coalesce(r.dimension, 'other') {LABELS} END)"
"""A question without words is called after what it is about."""

MAKE_SURVEYS = f"""
INSERT INTO feedback_survey (name, kind, state, owner_id, version, created_at, updated_at, sort_name, search_text,
  title, intro, thanks, language, translations, trigger, wait_days, fatigue_days, link_days, mail_subject, mail_text,
  follows_up)
SELECT DISTINCT ON (lower(r.survey)) r.survey, 'own', 'closed', %(owner)s::bigint, 1, now(), now(),
  left(crm_fold(r.survey), 300), crm_fold(r.survey), '', '', '', 'en', '{{}}'::jsonb, '', 1, 60, 30, '', '', true
FROM {ROWS} r WHERE NOT EXISTS (SELECT 1 FROM feedback_survey s WHERE lower(s.name) = lower(r.survey))
ORDER BY lower(r.survey), r.row_no
"""
MAKE_QUESTIONS = f"""
INSERT INTO feedback_question (survey_id, position, text, kind, dimension, competitor, low, high, choices,
  is_asked, low_label, high_label, is_required)
SELECT survey_id, known + row_number() OVER (PARTITION BY survey_id ORDER BY first), text,
  CASE WHEN dimension = 'nps' THEN 'nps' WHEN dimension = 'spend' THEN 'number'
    WHEN dimension = 'other' AND has_words THEN 'text' ELSE 'rating' END,
  dimension, competitor, CASE WHEN dimension = 'nps' THEN 0 ELSE 1 END, CASE WHEN dimension = 'nps' THEN 10 ELSE 5 END,
  '{{}}', false, '', '', false
FROM (
  SELECT s.id AS survey_id, coalesce(min(t.positions), 0) AS known, min(r.row_no) AS first,
    (array_agg({QUESTION_TEXT} ORDER BY r.row_no))[1] AS text, coalesce(r.dimension, 'other') AS dimension,
    (array_agg(coalesce(r.competitor, '') ORDER BY r.row_no))[1] AS competitor,
    bool_or(r.value IS NOT NULL AND NOT {IS_NUMBER}) AS has_words
  FROM {ROWS} r JOIN feedback_survey s ON lower(s.name) = lower(r.survey)
  LEFT JOIN (SELECT survey_id, max(position) AS positions FROM feedback_question GROUP BY 1) t ON t.survey_id = s.id
  GROUP BY s.id, lower({QUESTION_TEXT}), coalesce(r.dimension, 'other'), lower(coalesce(r.competitor, ''))
) n
WHERE NOT EXISTS (
  SELECT 1 FROM feedback_question q WHERE q.survey_id = n.survey_id AND lower(q.text) = lower(n.text)
    AND q.dimension = n.dimension AND lower(q.competitor) = lower(n.competitor)
)
"""
WIDEN_SCALES = f"""
UPDATE feedback_question q SET low = least(q.low, f.low), high = greatest(q.high, f.high) FROM (
  SELECT q.id, CASE WHEN min(v.score) < 1 THEN 0 ELSE 1 END AS low, CASE WHEN max(v.score) <= 5 THEN 5
    WHEN max(v.score) <= 7 THEN 7 WHEN max(v.score) <= 10 THEN 10 ELSE 100 END AS high
  FROM (
    SELECT r.survey, lower({QUESTION_TEXT}) AS text, coalesce(r.dimension, 'other') AS dimension,
      lower(coalesce(r.competitor, '')) AS competitor, {NUMBER} AS score FROM {ROWS} r
  ) v
  JOIN feedback_survey s ON lower(s.name) = lower(v.survey)
  JOIN feedback_question q ON q.survey_id = s.id AND lower(q.text) = v.text AND q.dimension = v.dimension
    AND lower(q.competitor) = v.competitor
  WHERE v.score IS NOT NULL AND q.kind = 'rating' AND s.state = 'closed' GROUP BY q.id
) f WHERE f.id = q.id AND (q.low, q.high) IS DISTINCT FROM (least(q.low, f.low), greatest(q.high, f.high))
"""
"""The scale of an imported question is the usual one that holds all its answers: to 5, 7, 10 or 100."""

MAKE_TOUCH_POINTS = f"""
INSERT INTO feedback_touchpoint (name, stage, channel, direction, words, promise, position)
SELECT DISTINCT ON (lower(r.touch_point)) r.touch_point, 'during', '', '', '', '',
  (SELECT coalesce(max(position), 0) + 1 FROM feedback_touchpoint)
FROM {RECORDS} r WHERE r.touch_point IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM feedback_touchpoint t WHERE lower(t.name) = lower(r.touch_point))
ORDER BY lower(r.touch_point), r.first_row
"""
PLACE_NEW = f"""
UPDATE {RECORDS} r SET place = n.place FROM (
  SELECT r.first_row, coalesce(k.most, 0) + row_number() OVER (
    PARTITION BY r.survey_id, r.contact_id, r.question_id, r.told ORDER BY r.first_row) AS place
  FROM {RECORDS} r LEFT JOIN (
    SELECT f.survey_id, f.contact_id, a.question_id, coalesce(f.answered_at, '-infinity'::timestamptz) AS told,
      max(f.place) AS most
    FROM feedback_answer a JOIN feedback_response f ON f.id = a.response_id
    WHERE f.survey_id IN (SELECT survey_id FROM {RECORDS})
      AND f.contact_id IN (SELECT contact_id FROM {RECORDS} WHERE is_new)
    GROUP BY 1, 2, 3, 4
  ) k ON k.survey_id = r.survey_id AND k.contact_id = r.contact_id AND k.question_id = r.question_id
    AND k.told = r.told
  WHERE r.is_new
) n WHERE n.first_row = r.first_row AND n.place <> r.place
"""
"""A new answer goes behind those to the same question that are there."""

LINK_RESPONSES = f"""
UPDATE {RECORDS} r SET response_id = f.id FROM feedback_response f
WHERE r.is_new AND r.response_id IS NULL AND f.survey_id = r.survey_id AND f.contact_id = r.contact_id
  AND coalesce(f.answered_at, '-infinity'::timestamptz) = r.told AND f.place = r.place
"""
INSERT_RESPONSES = f"""
WITH made AS (
  SELECT r.survey_id, r.contact_id, r.told, r.place, min(r.answered_at) AS answered_at, min(r.first_row) AS first_row,
    (array_agg(r.score ORDER BY r.position, r.question_id)
      FILTER (WHERE r.about = 'nps' AND r.score IS NOT NULL))[1] AS nps,
    coalesce(string_agg(nullif(r.words, ''), E'\\n' ORDER BY r.position, r.question_id), '') AS comment,
    max(lower(r.touch_point)) AS touch_point, max(r.product_external_id) AS product, max(lower(r.agent_email)) AS agent
  FROM {RECORDS} r WHERE r.is_new AND r.response_id IS NULL GROUP BY 1, 2, 3, 4
), written AS (
  INSERT INTO feedback_response (survey_id, contact_id, answered_at, place, via, touch_point_id, product_id, agent_id,
    nps, comment, search_text, created_at, language, sender_digest, tags)
  SELECT m.survey_id, m.contact_id, m.answered_at, m.place, 'file', t.id, p.id, u.id, m.nps, m.comment,
    m.folded, now(), '', '', {tags_of("m.folded")}
  FROM (SELECT *, CASE WHEN comment = '' THEN '' ELSE crm_fold(comment) END AS folded FROM made) m
  LEFT JOIN feedback_touchpoint t ON lower(t.name) = m.touch_point
  LEFT JOIN orders_product p ON p.external_id = m.product LEFT JOIN crm_user u ON lower(u.email) = m.agent
  ORDER BY m.first_row
  RETURNING id, survey_id, contact_id, answered_at, place
)
UPDATE {RECORDS} r SET response_id = w.id, is_first = true FROM written w
WHERE r.is_new AND r.response_id IS NULL AND (w.survey_id, w.contact_id, w.place) = (r.survey_id, r.contact_id, r.place)
  AND coalesce(w.answered_at, '-infinity'::timestamptz) = r.told
"""
INSERT_ANSWERS = f"""
INSERT INTO feedback_answer (response_id, question_id, value, choice, comment, external_id)
SELECT r.response_id, r.question_id, r.score, r.said, r.words, r.external_id FROM {RECORDS} r WHERE r.is_new
ORDER BY r.first_row
"""
UPDATE_ANSWERS = f"""
WITH changed AS (
  UPDATE feedback_answer a SET value = r.score, choice = r.said, comment = r.words FROM {RECORDS} r
  WHERE a.id = r.known_id AND (a.value, a.choice, a.comment) IS DISTINCT FROM (r.score, r.said, r.words)
  RETURNING a.id
) UPDATE {RECORDS} r SET is_changed = true FROM changed WHERE r.known_id = changed.id
"""
UPDATE_RESPONSES = f"""
WITH said AS (
  SELECT r.response_id, max(t.id) AS touch_point, max(p.id) AS product, max(u.id) AS agent FROM {RECORDS} r
  LEFT JOIN feedback_touchpoint t ON lower(t.name) = lower(r.touch_point)
  LEFT JOIN orders_product p ON p.external_id = r.product_external_id
  LEFT JOIN crm_user u ON lower(u.email) = lower(r.agent_email)
  WHERE NOT r.is_first GROUP BY r.response_id
), changed AS (
  UPDATE feedback_response f SET touch_point_id = coalesce(s.touch_point, f.touch_point_id),
    product_id = coalesce(s.product, f.product_id), agent_id = coalesce(s.agent, f.agent_id)
  FROM said s WHERE f.id = s.response_id AND (f.touch_point_id, f.product_id, f.agent_id) IS DISTINCT FROM
    (coalesce(s.touch_point, f.touch_point_id), coalesce(s.product, f.product_id), coalesce(s.agent, f.agent_id))
  RETURNING f.id
) UPDATE {RECORDS} r SET is_changed = true FROM changed WHERE r.response_id = changed.id AND NOT r.is_new
"""
