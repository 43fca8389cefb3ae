"""Whose a deal is, and in which group it counts: what the figures of performance and forecast are broken down by.

A deal that reps share counts with each of them by their part: of one split 60 to 40, the one has 0.6 of a deal and of
its amount, the other 0.4. What is not shared is the owner's. A share counts for the manager and the team of who has it;
the owner's part for the deal's own team. By source, product, pipeline and reason a deal counts whole in one group, by
competitor in the group of each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from crm.models import User
from pipeline.models import Deal

COLUMNS = (
    "id", "pipeline_id", "stage_id", "owner_id", "team_id", "product_id", "base_amount", "opened_on", "expected_on",
    "closed_on", "outcome", "reason", "forecast_category", "source",
)  # fmt: skip
"""What of a deal the figures are made of: columns of `d` in the expressions of measures, beside `part`."""
WHOLE = """
SELECT d.*, d.owner_id AS person_id, d.team_id AS side_id, 1.0 AS part FROM ({seen}) AS d
"""
SHARED = """
SELECT d.*, d.owner_id AS person_id, d.team_id AS side_id, 1 - coalesce(g.shared, 0) / 100.0 AS part
FROM ({seen}) AS d
LEFT JOIN (SELECT deal_id, sum(percent) AS shared FROM pipeline_dealshare GROUP BY deal_id) AS g ON g.deal_id = d.id
WHERE coalesce(g.shared, 0) < 100
UNION ALL
SELECT d.*, s.user_id, NULL, s.percent / 100.0
FROM ({seen}) AS d JOIN pipeline_dealshare AS s ON s.deal_id = d.id
"""
ONCE = "SELECT p.*, {computed} FROM ({parts}) AS p OFFSET 0"  # OFFSET keeps the planner from repeating what is computed
PERSON = "LEFT JOIN crm_user AS person ON person.id = d.person_id"
GROUPED = "SELECT {key} AS key, {name} AS name, {also} AS also, {measures} FROM ({rows}) AS d {joins} GROUP BY 1, 2, 3"
NOT_SAID = "not said"


@dataclass(frozen=True)
class Grouping:
    """By what figures are broken down: key and name as SQL over `d` and `joins`, and the filter of the list of deals
    for a group (by its key, or by its name where `value_of` says so)."""

    label: str
    key: str
    name: str
    joins: str = ""
    filter: str = ""
    value_of: str = "key"
    is_shared: bool = False
    person_field: str = ""


GROUPINGS: dict[str, Grouping] = {
    "rep": Grouping("Rep", "d.person_id", "person.name", PERSON, "counts_for", is_shared=True, person_field="user"),
    "manager": Grouping(
        "Manager",
        "person.manager_id",
        "manager.name",
        f"{PERSON} LEFT JOIN crm_user AS manager ON manager.id = person.manager_id",
        is_shared=True,
        person_field="user__manager",
    ),
    "office": Grouping(
        "Team",
        "team.id",
        "team.name",
        f"{PERSON} LEFT JOIN crm_team AS team ON team.id = coalesce(d.side_id, person.team_id, d.team_id)",
        "team",
        is_shared=True,
        person_field="user__team",
    ),
    "source": Grouping("Source", "d.source", "d.source", filter="source"),
    "product": Grouping(
        "Product", "d.product_id", "product.name",
        "LEFT JOIN orders_product AS product ON product.id = d.product_id", "product", "name",
    ),
    "competitor": Grouping(
        "Competitor", "rival.name", "rival.name",
        "LEFT JOIN pipeline_dealcompetitor AS rival ON rival.deal_id = d.id",
        "competitor",
    ),
    "pipeline": Grouping(
        "Pipeline", "d.pipeline_id", "flow.name",
        "JOIN pipeline_pipeline AS flow ON flow.id = d.pipeline_id", "pipeline",
    ),
    "reason": Grouping("Reason", "d.reason", "d.reason", filter="reason"),
}  # fmt: skip
ALL_TOGETHER = Grouping("All", "NULL::bigint", "NULL::text")


def deals_seen(user: User | None) -> QuerySet[Any]:
    """The deals that count: those the person may see, without the archived ones."""
    return Deal.objects.visible_to(user).current()


def grouped(
    deals: QuerySet[Any],
    grouping: Grouping,
    measures: Mapping[str, sql.Composable],
    joins: str = "",
    also: str = "NULL::date",
    computed: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    """A row for each group: `key`, `name` (words where there is none) and the measures, aggregates over `d` (see
    `COLUMNS`) in which `d.part` says how much of the deal counts. `joins` are those that the measures need. With `also`
    (a day, as SQL) there is a row for each group and each of its values, under that name. `computed` are further
    columns of `d`, worked out once for each part of a deal however many measures use them."""
    try:
        seen, values = deals.order_by().values(*COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        return
    rows = SHARED if grouping.is_shared else WHOLE
    parts = sql.SQL(rows).format(seen=sql.SQL(seen))
    if computed:
        more = [sql.SQL("{} AS {}").format(sql.SQL(one), sql.Identifier(name)) for name, one in computed.items()]
        parts = sql.SQL(ONCE).format(computed=sql.SQL(", ").join(more), parts=parts)
    query = sql.SQL(GROUPED).format(
        key=sql.SQL(grouping.key),
        name=sql.SQL(grouping.name),
        also=sql.SQL(also),
        measures=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(one, sql.Identifier(name)) for name, one in measures.items()
        ),
        rows=parts,
        joins=sql.SQL(f"{grouping.joins} {joins}"),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, list(values) * rows.count("{seen}"))
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            found = dict(zip(names, row, strict=True))
            yield {**found, "name": found["name"] or NOT_SAID}


def within(column: str, since: dt.date | None, until: dt.date | None) -> sql.Composable:
    """On or after `since`, on or before `until`; an open end takes deals of an unknown day along."""
    sides = [(">=", since), ("<=", until)]
    parts: list[sql.Composable] = [
        sql.SQL("{} {} {}::date").format(sql.Identifier("d", column), sql.SQL(sign), sql.Literal(day.isoformat()))
        for sign, day in sides
        if day
    ]
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("TRUE")
