"""Activity-based costing: what each customer cost to serve in the last months, and what was left; two statements.

rate of a pool = its fixed rate, or annual amount x months / 12 / count of its driver over all customers. Cost to serve
= sum over the pools of rate x the customer's count of the driver. Contribution = sum over the orders of the window,
returns included, of revenue less cost of goods in the company's currency; where the cost of an order is not known, at
the company's margin (`order_money`: known where half of the revenue has a cost), else the contribution stays empty.
Profit = contribution less cost to serve. Everybody with an act or an order in the window has a row (Kaplan and Cooper
1998, Cost and Effect, chapter 10; the whale curve is theirs). Without a pool nobody has one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from psycopg import sql

from analytics.costs.curve import whale
from analytics.costs.drivers import DRIVERS
from analytics.models import CostPool, CostScore
from analytics.statements import analyze_table, day, drop_tables, execute, read_columns, rows_of
from analytics.steps import StepResult, whole_number
from analytics.steps.order_money import cost_in_base, read_money
from analytics.swapping import hold, rebuild
from crm.company import end_of_day
from crm.jobs import Progress

TABLE = CostScore._meta.db_table
BASE = f"{TABLE}_base"
MONTHS, MOST_MONTHS, YEAR = 12, 120, 12
PARTS = 5
NOTHING_SET = (
    "There are no pools of costs, so nothing is reckoned: no customer has a cost to serve. Set the rates of your house "
    "on the page of the rates."
)
NO_COSTS = "has no known cost of goods, so what is left of it after serving is not known"

BASE_SQL = sql.SQL(
    "CREATE UNLOGGED TABLE {base} AS SELECT contact_id, {columns} FROM ({acts}) AS a GROUP BY contact_id"
)
ACTS_SQL = sql.SQL(
    "SELECT contact_id, {driver}::text AS driver, count(*) AS n FROM ({rows}) AS r "
    "WHERE contact_id IS NOT NULL GROUP BY contact_id"
)
FILL_SQL = sql.SQL("""
WITH money AS (
  SELECT contact_id, CASE WHEN bool_and(kept IS NOT NULL) THEN round(sum(kept), 2) END AS contribution
  FROM (
    SELECT contact_id, coalesce(base_amount - {cost}, base_amount * {margin}::numeric) AS kept FROM orders_order
    WHERE contact_id IS NOT NULL AND ordered_on > {after} AND ordered_on <= {as_of}
  ) AS o GROUP BY contact_id
), served AS (
  SELECT contact_id, {counts} AS counts, round({sum}, 2) AS cost_to_serve,
    CASE WHEN m.contact_id IS NULL THEN 0 ELSE m.contribution END AS contribution
  FROM {base} AS b FULL JOIN money AS m USING (contact_id)
)
SELECT {run_id}::bigint AS run_id, {as_of} AS as_of, contact_id, counts, cost_to_serve, contribution,
  contribution - cost_to_serve AS profit
FROM served
""")
CURVE_SQL = sql.SQL(
    "SELECT profit::float8, contribution::float8, cost_to_serve::float8 FROM {} WHERE profit IS NOT NULL"
)
CURVE_COLUMNS = (("profit", "f8"), ("contribution", "f8"), ("cost", "f8"))


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`months`: so many up to the end of as-of are looked at; 12 unless said otherwise."""
    return {"months": whole_number(given.get("months"), name="months", most=MOST_MONTHS) or MONTHS}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the drivers, share the pools out, and put the costs in the place of the last ones."""
    hold(TABLE)
    months, pools = int(parameters["months"]), list(CostPool.objects.order_by("position"))
    after = months_before(as_of, months)
    progress.report(0, PARTS, "Counting what was done for each customer")
    drop_tables(BASE)
    _count(after, as_of, pools)
    totals = _totals()
    told = pools_told(pools, totals, months)
    part = iter(range(1, PARTS))
    rows = rebuild(
        TABLE,
        _fill(after, as_of, run_id, told, is_empty=not pools),
        lambda message: progress.report(next(part), PARTS, message),
    )
    drop_tables(BASE)
    metrics = _metrics(rows, told)
    progress.report(PARTS, PARTS, "Done")
    return StepResult(rows, dict(parameters), metrics, data_from=after + dt.timedelta(days=1), data_to=as_of)


def months_before(as_of: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last one of a shorter month."""
    place = as_of.year * 12 + as_of.month - 1 - months
    year, month = max(place // 12, 1), place % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(as_of.day, last))


def pools_told(pools: Sequence[CostPool], totals: Mapping[str, int], months: int) -> list[dict[str, Any]]:
    """Each pool with the count of its driver and its rate; `rate` is None where an annual amount meets no act."""
    told = []
    for pool in pools:
        count = totals.get(pool.driver, 0)
        rate = pool.rate
        if pool.annual_amount is not None:
            rate = pool.annual_amount * months / YEAR / count if count else None
        told.append(
            {
                "name": pool.name,
                "driver": pool.driver,
                "count": count,
                "rate": None if rate is None else str(round(rate, 8)),
                "annual_amount": None if pool.annual_amount is None else str(pool.annual_amount),
            }
        )
    return told


def _count(after: dt.date, as_of: dt.date, pools: Sequence[CostPool]) -> None:
    """The acts of the drivers that have a pool, a row a customer, in a table for the rest of the transaction."""
    wanted = {pool.driver for pool in pools}
    used = [driver for driver in DRIVERS.values() if driver.name in wanted]
    values = {
        "after": day(after),
        "as_of": day(as_of),
        "begins": sql.Literal(end_of_day(after)),
        "ends": sql.Literal(end_of_day(as_of)),
    }
    acts = [ACTS_SQL.format(driver=sql.Literal(one.name), rows=sql.SQL(one.query).format(**values)) for one in used]
    nobody = sql.SQL("SELECT NULL::bigint AS contact_id, ''::text AS driver, 0 AS n WHERE false")
    columns = [
        sql.SQL("coalesce(sum(n) FILTER (WHERE driver = {}), 0)::bigint AS {}").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in DRIVERS
    ]
    execute(
        BASE_SQL.format(
            base=sql.Identifier(BASE),
            columns=sql.SQL(", ").join(columns),
            acts=sql.SQL(" UNION ALL ").join([*acts, nobody]),
        )
    )
    analyze_table(BASE)


def _totals() -> dict[str, int]:
    sums = sql.SQL(", ").join(sql.SQL("coalesce(sum({}), 0)").format(sql.Identifier(name)) for name in DRIVERS)
    (found,) = rows_of(sql.SQL("SELECT {} FROM {}").format(sums, sql.Identifier(BASE)))
    return {name: int(count) for name, count in zip(DRIVERS, found, strict=True)}


def _fill(
    after: dt.date, as_of: dt.date, run_id: int, told: Sequence[Mapping[str, Any]], *, is_empty: bool
) -> sql.Composable:
    margin = read_money(as_of).margin
    shares = [
        sql.SQL("coalesce({}, 0) * {}::numeric").format(sql.Identifier(one["driver"]), sql.Literal(one["rate"]))
        for one in told
        if one["rate"] is not None
    ]
    counts = [sql.SQL("{}, nullif({}, 0)").format(sql.Literal(name), sql.Identifier(name)) for name in DRIVERS]
    query = FILL_SQL.format(
        base=sql.Identifier(BASE),
        cost=cost_in_base(),
        margin=sql.Literal(None if margin is None else str(Decimal(margin))),
        after=day(after),
        as_of=day(as_of),
        run_id=sql.Literal(run_id),
        counts=sql.SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(sql.SQL(", ").join(counts)),
        sum=sql.SQL(" + ").join(shares) if shares else sql.SQL("0::numeric"),
    )
    return sql.SQL("{} WHERE false").format(query) if is_empty else query


def _metrics(rows: int, told: list[dict[str, Any]]) -> dict[str, Any]:
    """The count of each pool's driver by the pool's name, and what the page shows of all customers together."""
    found = read_columns(CURVE_SQL.format(sql.Identifier(TABLE)), CURVE_COLUMNS)
    unknown = rows - len(found["profit"])
    (total,) = rows_of(sql.SQL("SELECT coalesce(sum(cost_to_serve), 0) FROM {}").format(sql.Identifier(TABLE)))[0]
    said = [] if told else [NOTHING_SET]
    said += [
        f"Nobody bears the pool “{one['name']}”: nothing was counted that drives it."
        for one in told
        if one["rate"] is None
    ]
    if unknown:
        said.append(f"{unknown:,} customers bought something that {NO_COSTS}.")
    return {
        **{one["name"]: one["count"] for one in told},
        "customers": rows,
        "cost_to_serve": float(total),
        "unknown": unknown,
        "pools": told,
        "whale": whale(found["profit"], found["contribution"], found["cost"]),
        "sentences": said,
    }
