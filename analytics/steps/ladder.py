"""The rung of each contact on the ladder of loyalty: the highest that it has reached; one statement over all contacts.

suspect: nothing is known but the name (a compiled list, no reply). prospect: a lead, a deal, a list of people who
answered, or a reply: anything that came from them, a click or an answered survey too, the opening of a mail not.
customer: purchases on one day; client: on two or more. supporter: a customer who is a member of the loyalty programme
or whose last answer made them a promoter. advocate: a customer who referred somebody who has bought, since then where
the relation has a day. What is later than as-of does not count. Merged and erased contacts have no rung, archived ones
do. Purchases as for the scores of recency and frequency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.choices import Rung
from analytics.models import LadderScore
from analytics.statements import rows_of
from analytics.steps import StepResult
from analytics.swapping import rebuild
from contacts.choices import Channel, Direction, ListKind, RelationKind
from crm.jobs import Progress
from crm.templatetags.figures import number
from feedback.choices import NpsGroup

if TYPE_CHECKING:
    from analytics.models import ModelRun

TABLE = LadderScore._meta.db_table
FILL = """
WITH bought AS (
  SELECT contact_id AS id, min(ordered_on) AS first_on, max(ordered_on) AS last_on,
    count(DISTINCT ordered_on) AS purchase_days
  FROM orders_order WHERE is_purchase AND contact_id IS NOT NULL AND ordered_on <= {as_of}::date GROUP BY contact_id
), referred AS (
  SELECT r.contact_id AS id, count(DISTINCT r.other_id) AS people, min(greatest(b.first_on, r.since)) AS first_on
  FROM contacts_relationship r JOIN bought b ON b.id = r.other_id
  WHERE r.kind = {referrer} AND r.contact_id <> r.other_id
    AND coalesce(r.since <= least(b.first_on, {as_of}::date), true) GROUP BY r.contact_id
), answered AS (
  SELECT DISTINCT ON (contact_id) contact_id AS id, nps_group, told_at::date AS told_on
  FROM feedback_response WHERE contact_id IS NOT NULL AND nps IS NOT NULL AND told_at < {as_of}::date + 1
  ORDER BY contact_id, told_at DESC, id DESC
), reply AS (
  SELECT id, min(day) AS first_on FROM (
    SELECT contact_id AS id, occurred_at::date AS day FROM contacts_interaction
      WHERE direction = {inbound} AND channel <> {opened} AND occurred_at < {as_of}::date + 1
    UNION ALL SELECT contact_id, told_at::date FROM feedback_response
      WHERE contact_id IS NOT NULL AND told_at < {as_of}::date + 1) each GROUP BY id
), lead AS (
  SELECT id, min(day) AS first_on FROM (
    SELECT contact_id AS id, created_at::date AS day FROM leads_lead
      WHERE contact_id IS NOT NULL AND created_at < {as_of}::date + 1
    UNION ALL SELECT contact_id, coalesce(opened_on, created_at::date) FROM pipeline_deal
      WHERE contact_id IS NOT NULL AND coalesce(opened_on, created_at::date) <= {as_of}::date) each GROUP BY id
), listed AS (
  SELECT e.contact_id AS id, bool_or(l.kind = {response}) AS responded
  FROM contacts_listedcontact e JOIN contacts_acquiredlist l ON l.id = e.acquired_list_id
  WHERE coalesce(l.received_on <= {as_of}::date, true) GROUP BY e.contact_id
), base AS (
  SELECT c.id, b.first_on AS bought_on, b.last_on, b.purchase_days, r.people, r.first_on AS referred_on,
    m.joined_on, a.told_on, lead.first_on AS lead_on, reply.first_on AS reply_on, c.list_kind,
    coalesce(listed.responded, false) OR c.list_kind = {response} AS responded, listed.id IS NOT NULL AS is_listed
  FROM contacts_contact c
  LEFT JOIN bought b ON b.id = c.id LEFT JOIN referred r ON r.id = c.id
  LEFT JOIN orders_loyaltymember m ON m.contact_id = c.id AND m.joined_on <= {as_of}::date
  LEFT JOIN answered a ON a.id = c.id AND a.nps_group = {promoter}
  LEFT JOIN lead ON lead.id = c.id LEFT JOIN reply ON reply.id = c.id LEFT JOIN listed ON listed.id = c.id
  WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
    AND (b.id IS NOT NULL OR coalesce(c.created_on <= {as_of}::date, true))
), judged AS (
  SELECT base.*, CASE
    WHEN purchase_days IS NULL THEN CASE
      WHEN lead_on IS NOT NULL THEN 'lead' WHEN reply_on IS NOT NULL THEN 'reply'
      WHEN responded THEN 'response list'
      WHEN is_listed OR list_kind = {compiled} THEN 'compiled' ELSE 'nothing' END
    WHEN people IS NOT NULL THEN 'referral'
    WHEN joined_on IS NOT NULL THEN 'member' WHEN told_on IS NOT NULL THEN 'promoter'
    ELSE 'purchase' END AS evidence FROM base
)
SELECT {run_id}::bigint AS run_id, {as_of}::date AS as_of, id AS contact_id, evidence,
  CASE evidence WHEN 'referral' THEN 'advocate' WHEN 'member' THEN 'supporter' WHEN 'promoter' THEN 'supporter'
    WHEN 'purchase' THEN CASE WHEN purchase_days > 1 THEN 'client' ELSE 'customer' END
    WHEN 'nothing' THEN 'suspect' WHEN 'compiled' THEN 'suspect' ELSE 'prospect' END AS rung,
  CASE evidence WHEN 'referral' THEN referred_on WHEN 'member' THEN joined_on WHEN 'promoter' THEN told_on
    WHEN 'purchase' THEN last_on WHEN 'lead' THEN lead_on WHEN 'reply' THEN reply_on END AS evidence_on,
  CASE evidence WHEN 'referral' THEN people WHEN 'purchase' THEN purchase_days ELSE 1 END AS "count"
FROM judged
"""
COUNTS = sql.SQL("SELECT rung, count(*) FROM {} GROUP BY rung").format(sql.Identifier(TABLE))
PARTS = 3


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Put every contact on its rung as of the end of `as_of`. The metrics are the contacts by rung, nothing else."""
    done = 0

    def advance(message: str) -> None:
        nonlocal done
        done += 1
        progress.report(done, PARTS, message)

    rows = rebuild(TABLE, ladder_query(as_of, run_id), advance)
    counts = dict(rows_of(COUNTS))
    return StepResult(rows, {}, {rung: counts.get(rung, 0) for rung in Rung.values}, data_to=as_of)


def ladder_query(as_of: dt.date, run_id: int) -> sql.Composed:
    """The query of the rungs, as the table has them."""
    values: dict[str, Any] = {
        "as_of": as_of, "run_id": run_id, "referrer": RelationKind.REFERRER.value, "inbound": Direction.INBOUND.value,
        "opened": Channel.OPEN.value, "promoter": NpsGroup.PROMOTER.value, "response": ListKind.RESPONSE.value,
        "compiled": ListKind.COMPILED.value,
    }  # fmt: skip
    return sql.SQL(FILL).format(**{name: sql.Literal(value) for name, value in values.items()})


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each rung."""
    return [f"{label}: {number(run.metrics.get(rung, 0))}" for rung, label in Rung.choices]
