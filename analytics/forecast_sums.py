"""What the chances of open deals come to by group, kept true as deals move, close and change hands during the day.

A run of the forecast replaces the chances, and counts anew (`crm.kept_sums.keeping.recount`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from analytics.models.forecast import MONTHS_AHEAD, ForecastSum
from crm.kept_sums.spec import KeptSums, Part
from crm.models import User
from pipeline.choices import Outcome
from pipeline.credit import ALL_TOGETHER, GROUPINGS, NOT_SAID, Grouping
from pipeline.sums import DEAL, OPEN, SHARE, SHARER, WHOSE, sees_all, sums_of

CHANCE = "LEFT JOIN analytics_dealforecast AS f ON f.deal_id = d.id"
ROWS = f"{DEAL} {CHANCE}"
SHARED_ROWS = f"{DEAL} JOIN {SHARE} ON s.deal_id = d.id {CHANCE}"
MONTHS = {"stage_id": "d.stage_id", "day": "date_trunc('month', d.expected_on::timestamp)"}


def _chances(part: str) -> dict[str, str]:
    """The sums of a part of a deal; with a chance the amounts are floats, made decimals of six places one by one."""
    worth = f"{part} * coalesce(d.base_amount, 0)"
    return {
        "rated": f"coalesce({worth} * f.rate::numeric, 0)",
        "unrated": f"CASE WHEN f.deal_id IS NULL THEN {worth} ELSE 0 END",
        **{
            f"month_{ahead}": f"coalesce({part} * (f.worth * f.month_{ahead})::numeric, 0)"
            for ahead in range(1, MONTHS_AHEAD + 1)
        },
    }


WHOLE, GIVEN, LESS = _chances("1"), _chances("s.percent / 100.0"), _chances("-s.percent / 100.0")
CHANCES = KeptSums(
    model="analytics.ForecastSum",
    tables=("pipeline_deal", "pipeline_dealshare"),
    groups=("stage_id", "product_id", "owner_id", "team_id", "person_id", "day"),
    sums=("rated", "unrated", *(f"month_{ahead}" for ahead in range(1, MONTHS_AHEAD + 1))),
    parts=(
        Part("months", ROWS, MONTHS | {"product_id": "d.product_id"}, WHOLE, OPEN),
        Part("months_of", ROWS, MONTHS | WHOSE, WHOLE, OPEN),
        Part("months_of", SHARED_ROWS, MONTHS | WHOSE, LESS, OPEN),
        Part("shared", SHARED_ROWS, MONTHS | WHOSE | SHARER, GIVEN, OPEN),
    ),
    parents={"pipeline_dealshare": "deal_id"},
)

BY_PERSON = ("months_of", "shared")
AMOUNTS = ("deals", "worth", "commit", "best_case", "expected")
# as `pipeline.credit` has the parts of deals; the pipeline and the probability are those of the stage
PARTS = """
SELECT CASE x.kind WHEN 'shared' THEN x.person_id ELSE x.owner_id END AS person_id,
       CASE x.kind WHEN 'shared' THEN NULL ELSE x.team_id END AS side_id, x.team_id, x.product_id, x.day,
       g.pipeline_id, g.probability, {amounts}
FROM ({rows}) AS x JOIN pipeline_stage AS g ON g.id = x.stage_id
"""
GROUPED = "SELECT {key} AS key, {name} AS name, d.day AS also, {sums} FROM ({parts}) AS d {joins} GROUP BY 1, 2, 3"
OPEN_SUMS = {
    "count": "sum(d.deals)",
    "amount": "sum(d.worth)",
    "weighted": "sum(CASE WHEN d.probability IS NULL THEN d.rated + {rate}::numeric * d.unrated"
    " ELSE d.worth * d.probability / 100.0 END)",
    "commit": "sum(d.commit)",
    "best_case": "sum(d.best_case)",
    "pipeline": "sum(d.expected)",
    "slipped": "sum(d.deals) FILTER (WHERE d.day < {running})",
    "slipped_amount": "sum(d.worth) FILTER (WHERE d.day < {running})",
    **{f"month_{ahead}": f"sum(d.month_{ahead})" for ahead in range(1, MONTHS_AHEAD + 1)},
}
WON_SUMS = {
    "won": "sum(d.worth)",
    "before": "sum(d.worth) FILTER (WHERE d.day >= {since} AND d.day + interval '1 month' <= {cutoff})",
}


def kinds_for(user: User | None, grouping: Grouping) -> tuple[str, ...]:
    """The kinds of sums by which these groups of the deals that a person may see can be told; none where none can."""
    if grouping.is_shared:
        return BY_PERSON
    if sees_all(user) and grouping in (GROUPINGS["product"], GROUPINGS["pipeline"], ALL_TOGETHER):
        return ("months",)
    return BY_PERSON if grouping in (GROUPINGS["pipeline"], ALL_TOGETHER) else ()


def summed(
    user: User | None,
    kinds: tuple[str, ...],
    grouping: Grouping,
    outcome: Outcome,
    since: dt.date | None,
    words: dict[str, sql.Composable],
) -> list[dict[str, Any]]:
    """A row for each group and month (`also`), from `since` on: the measures of open or of won deals."""
    is_open = outcome == Outcome.OPEN
    kept = sums_of(user, *kinds).filter(outcome=outcome)
    chances = ForecastSum.objects.visible_to(user).filter(kind__in=kinds).order_by() if is_open else None
    try:
        rows, values = _columns_of(kept.filter(day__gte=since) if since else kept, AMOUNTS)
        if chances is not None:
            more, others = _columns_of(chances, ())
            rows, values = f"{rows} UNION ALL {more}", [*values, *others]
    except EmptyResultSet:
        return []
    sums = {
        name: sql.SQL("({})::float8 AS {}").format(sql.SQL(one).format(**words), sql.Identifier(name))
        for name, one in (OPEN_SUMS if is_open else WON_SUMS).items()
    }
    amounts = sql.SQL(", ").join(sql.Identifier("x", name) for name in (*AMOUNTS, *CHANCES.sums))
    query = sql.SQL(GROUPED).format(
        key=sql.SQL(grouping.key),
        name=sql.SQL(grouping.name),
        sums=sql.SQL(", ").join(sums.values()),
        parts=sql.SQL(PARTS).format(rows=sql.SQL(rows), amounts=amounts),
        joins=sql.SQL(grouping.joins),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = ("key", "name", "also", *sums)
        return [dict(zip(names, row, strict=True)) | {"name": row[1] or NOT_SAID} for row in cursor.fetchall()]


def _columns_of(rows: QuerySet[Any], amounts: tuple[str, ...]) -> tuple[str, list[Any]]:
    """What a table of sums has of the columns of both, the others 0; as SQL with its values."""
    mine = amounts or CHANCES.sums
    query, values = rows.values("kind", *CHANCES.groups, *mine).query.sql_with_params()
    named = {name: name if name in mine else f"0::numeric AS {name}" for name in (*AMOUNTS, *CHANCES.sums)}
    columns = ", ".join(("kind", *CHANCES.groups, *named.values()))
    return f"SELECT {columns} FROM ({query}) AS r", list(values)  # noqa: S608 - names that stand in the code
