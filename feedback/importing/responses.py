"""The kind `survey_responses`, a row an answer: how rows become surveys, questions, responses and answers, set-based.

Who an answer is: its external id; without one the survey, the contact, the question, the moment, and its place among
the equal ones of the file. The answers of one contact at one moment to the questions of one survey are one response.
An empty value is a question that was skipped.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing.references import make_bare_people
from contacts.importing.touches import BY_EMAIL, keep_last_of_each_id, link_contacts
from crm.access import can
from crm.choices import Verb
from crm.importing.folding import RECORDS, count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType
from feedback.choices import Dimension
from feedback.importing.sql import (
    INSERT_ANSWERS,
    INSERT_RESPONSES,
    IS_NUMBER,
    LINK_RESPONSES,
    MAKE_QUESTIONS,
    MAKE_SURVEYS,
    MAKE_TOUCH_POINTS,
    NUMBER,
    PLACE_NEW,
    QUESTION_TEXT,
    UPDATE_ANSWERS,
    UPDATE_RESPONSES,
    WIDEN_SCALES,
)
from feedback.keeping import refresh_responses_of, refresh_standings_of, refresh_surveys
from feedback.models import Survey, TouchPoint

DIMENSIONS = (
    *Dimension.choices, ("nps", "recommend"), ("nps", "recommendation"), ("nps", "likelihood to recommend"),
    ("nps", "net promoter"), ("overall", "satisfaction"), ("overall", "csat"), ("intention", "repurchase"),
    ("performance", "rating"), ("performance", "perception"), ("spend", "wallet"), ("spend", "spending"),
)  # fmt: skip
FIELDS = (
    ImportField("external_id", "External id", limits=Limits(max_length=200), synonyms=("answer id", "response id")),
    ImportField(
        "survey", "Survey", required=True, limits=Limits(max_length=200),
        synonyms=("survey name", "questionnaire", "form"), whole_file="Which survey are these answers of?",
    ),
    ImportField(
        "contact_external_id", "Customer", limits=Limits(max_length=200),
        synonyms=("customer id", "contact id", "customer", "respondent", "id"),
        help="The contact's external id; or give the e-mail address.",
    ),
    ImportField(
        "email", "E-mail", ValueType.EMAIL, limits=Limits(max_length=254), synonyms=("e-mail address", "customer email")
    ),
    ImportField(
        "question", "Question", limits=Limits(max_length=300), synonyms=("item", "attribute", "question text"),
        help="Empty: named after what it is about.",
    ),
    ImportField(
        "dimension", "What it is about", ValueType.CHOICE, limits=Limits(choices=DIMENSIONS), synonyms=("type", "kind"),
        help="Empty: other.", whole_file="What are the answers about?",
    ),
    ImportField(
        "value", "Answer", limits=Limits(max_length=5_000), synonyms=("score", "rating", "answer", "nps", "response"),
        help="A number; for other questions a text, too. Empty: the question was skipped.",
    ),
    ImportField(
        "answered_at", "When", ValueType.DATETIME,
        synonyms=("date", "time", "timestamp", "answered on", "submitted at", "submitted", "completed at"),
    ),
    ImportField(
        "comment", "Comment", limits=Limits(max_length=20_000), synonyms=("comments", "feedback", "verbatim", "reason")
    ),
    ImportField("competitor", "Competitor", limits=Limits(max_length=120), help="Whom a rating of a competitor is of."),
    ImportField("touch_point", "Touch point", limits=Limits(max_length=120), synonyms=("moment", "occasion")),
    ImportField(
        "product_external_id", "Product", limits=Limits(max_length=200), synonyms=("product id", "product", "sku"),
        help="The external id of a product that is known; others are left out.",
    ),
    ImportField(
        "agent_email", "Who served", ValueType.EMAIL, limits=Limits(max_length=254), synonyms=("agent", "employee")
    ),
)  # fmt: skip
FUTURE = "this lies in the future: a survey has been answered already"
NO_SURVEY = "there is no such survey, and you may not make one"
NO_SCORE = "how likely somebody is to recommend is a whole number from 0 to 10"
NO_RATING = "this is no number, and an answer of this kind is one"
ELSEWHERE = "an answer with this external id is of another survey, contact, question or moment: give it its own id"
UNDATED = "'-infinity'::timestamptz"
CREATE = f"""
CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS
SELECT k.*, NULL::bigint AS known_id, NULL::bigint AS response_id, k.row_no AS first_row, 1::bigint AS row_count,
  true AS is_new, false AS is_changed, false AS is_first, row_number() OVER (
    PARTITION BY survey_id, contact_id, question_id, told, external_id IS NULL ORDER BY row_no
  ) AS place
FROM (
  SELECT r.row_no, r.external_id, s.id AS survey_id, q.id AS question_id, q.dimension AS about, q.position,
    coalesce(c.id, b.contact_id) AS contact_id, r.answered_at, coalesce(r.answered_at, {UNDATED}) AS told,
    {NUMBER} AS score,
    CASE WHEN {IS_NUMBER} OR length(r.value) > 200 THEN '' ELSE coalesce(r.value, '') END AS said,
    concat_ws(E'\\n', CASE WHEN NOT {IS_NUMBER} AND length(r.value) > 200 THEN r.value END, r.comment) AS words,
    r.touch_point, r.product_external_id, r.agent_email
  FROM {ROWS} r
  JOIN feedback_survey s ON lower(s.name) = lower(r.survey)
  JOIN feedback_question q ON q.survey_id = s.id AND lower(q.text) = lower({QUESTION_TEXT})
    AND q.dimension = coalesce(r.dimension, 'other') AND lower(q.competitor) = lower(coalesce(r.competitor, ''))
  LEFT JOIN contacts_contact c ON c.external_id = r.contact_external_id
  LEFT JOIN {BY_EMAIL} b ON r.contact_external_id IS NULL AND b.address = lower(r.email)
) k
"""
BY_ID = f"""
UPDATE {RECORDS} r SET known_id = a.id, response_id = a.response_id, is_new = false
FROM feedback_answer a WHERE a.external_id = r.external_id
"""
SAYS_ELSE = f"""
WITH gone AS (
  DELETE FROM {RECORDS} r USING feedback_answer a JOIN feedback_response f ON f.id = a.response_id
  WHERE a.id = r.known_id AND (f.survey_id, f.contact_id, a.question_id, f.answered_at)
    IS DISTINCT FROM (r.survey_id, r.contact_id, r.question_id, r.answered_at)
  RETURNING r.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'external_id', %s FROM gone
"""
BY_PLACE = f"""
UPDATE {RECORDS} r SET known_id = k.id, response_id = k.response_id, is_new = false FROM (
  SELECT a.id, a.response_id, f.survey_id, f.contact_id, a.question_id, coalesce(f.answered_at, {UNDATED}) AS told,
    row_number() OVER (PARTITION BY f.survey_id, f.contact_id, a.question_id, f.answered_at ORDER BY f.place) AS place
  FROM feedback_answer a JOIN feedback_response f ON f.id = a.response_id
  WHERE a.external_id IS NULL AND f.survey_id IN (SELECT survey_id FROM {RECORDS})
    AND f.contact_id IN (SELECT contact_id FROM {RECORDS} WHERE external_id IS NULL)
) k WHERE r.external_id IS NULL AND r.place = k.place AND r.told = k.told
  AND (r.survey_id, r.contact_id, r.question_id) = (k.survey_id, k.contact_id, k.question_id)
"""


def merge_responses(merge: Merge) -> None:
    """Rows into answers; surveys, questions, contacts and colleagues that nobody knows are made bare."""
    _refuse(merge)
    link_contacts(merge, Verb.VIEW)
    if can(merge.actor, Verb.ADD, Survey):
        merge.made("surveys", merge.run(MAKE_SURVEYS, {"owner": merge.actor.pk if merge.actor else None}))
    else:
        known = "EXISTS (SELECT 1 FROM feedback_survey s WHERE lower(s.name) = lower(r.survey))"
        merge.reject("survey", NO_SURVEY, f"NOT {known}")
    merge.run(MAKE_QUESTIONS)
    merge.run(WIDEN_SCALES)
    merge.report(0.2, "Finding known answers")
    merge.run(f"DROP TABLE IF EXISTS {RECORDS}")
    merge.run(CREATE)
    merge.run(f"ANALYZE {RECORDS} (survey_id, contact_id, question_id, told, external_id)")
    keep_last_of_each_id(merge)
    if "external_id" in merge.given:
        merge.run(BY_ID)
        merge.run(SAYS_ELSE, [ELSEWHERE])
    merge.run(BY_PLACE)
    merge.report(0.4, "Writing responses")
    _name_what_is_asked_about(merge)
    merge.run(PLACE_NEW)
    merge.run(LINK_RESPONSES)
    merge.run(INSERT_RESPONSES)
    merge.run(LINK_RESPONSES)
    merge.report(0.7, "Writing answers")
    merge.run(UPDATE_ANSWERS)
    if merge.given & {"touch_point", "product_external_id", "agent_email"}:
        merge.run(UPDATE_RESPONSES)
    merge.run(INSERT_ANSWERS)
    refresh_responses_of(sql.SQL(f"SELECT response_id FROM {RECORDS} WHERE (is_new OR is_changed) AND NOT is_first"))
    touched = f"SELECT contact_id FROM {RECORDS} WHERE (is_new OR is_changed) AND about = '{Dimension.NPS}'"
    refresh_standings_of(sql.SQL(touched))
    refresh_surveys()
    count_records(merge)


def _refuse(merge: Merge) -> None:
    """Rows that are no answers, whoever they are of."""
    merge.reject("answered_at", FUTURE, "r.answered_at > now()")
    no_score = f"CASE WHEN {IS_NUMBER} THEN {NUMBER} NOT BETWEEN 0 AND 10 OR {NUMBER} <> trunc({NUMBER}) ELSE true END"
    merge.reject("value", NO_SCORE, f"r.dimension = 'nps' AND r.value IS NOT NULL AND {no_score}")
    asks_number = f"r.dimension IS NOT NULL AND r.dimension <> '{Dimension.OTHER}'"
    merge.reject("value", NO_RATING, f"{asks_number} AND r.value IS NOT NULL AND NOT {IS_NUMBER}")


def _name_what_is_asked_about(merge: Merge) -> None:
    """Touch points and colleagues that rows name are made where the actor may."""
    if "touch_point" in merge.given and can(merge.actor, Verb.ADD, TouchPoint):
        merge.made("touch points", merge.run(MAKE_TOUCH_POINTS))
    if "agent_email" in merge.given:
        make_bare_people(merge, RECORDS, "agent_email")


SURVEY_RESPONSES = ImportKind(
    name="survey_responses",
    label="Answers of surveys",
    row="an answer to a question of a survey",
    model="feedback.response",
    fields=FIELDS,
    merge=merge_responses,
    list_url="feedback:response_list",
    tables=("feedback_response", "feedback_answer", "contacts_contact", "contacts_contactpoint"),
)
