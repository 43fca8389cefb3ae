"""The board of all open deals and a move of a card, and the forecast, beside a floor page and the barest SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from analytics.models import DealForecast, ForecastSum
from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, alternate, beside, timed
from bench.rows.pages import costs, page
from bench.world import World
from crm.kept_sums.keeping import fold_all
from pipeline.actions import move_deal
from pipeline.models import Deal, DealSum, Stage, StageChange

BOARD, MONTHS, FORECAST = "/pipeline/", "/pipeline/months/", "/analytics/forecast/"
OPEN_DEALS = 100_000
# copies of the open deals, or of the closed ones with their steps, each with the number of its first one and a multiple
OPEN = "outcome = 'open' AND archived_at IS NULL"
CLOSED = "outcome <> 'open'"
BARE_FORECAST = """
SELECT product_id, owner_id, closed_on - opened_on, outcome, count(*), sum(base_amount) FROM pipeline_deal
WHERE archived_at IS NULL GROUP BY 1, 2, 3, 4
"""
BARE_MOVE = (
    "UPDATE pipeline_deal SET stage_id = %s, version = version + 1 WHERE id = %s",
    (
        "INSERT INTO pipeline_stagechange (deal_id, to_stage_id, changed_on, reason, is_inferred, recorded_at)"
        " VALUES (%s, %s, current_date, '', false, now())"
    ),
)


def move(deal: Deal, stages: list[Stage]) -> None:
    """The card into the other of two stages, as the page does it."""
    deal.refresh_from_db()
    other = stages[1] if deal.stage_id == stages[0].pk else stages[0]
    move_deal(actor=None, deal=deal, version=deal.version, stage=other)


def move_barely(deal: Deal, stages: list[Stage]) -> None:
    """A locked read, an update and an insert."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT stage_id FROM pipeline_deal WHERE id = %s FOR UPDATE", [deal.pk])
        other = stages[1] if cursor.fetchone()[0] == stages[0].pk else stages[0]
        cursor.execute(BARE_MOVE[0], [other.pk, deal.pk])
        cursor.execute(BARE_MOVE[1], [deal.pk, other.pk])


def forecast_barely() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_FORECAST)
        cursor.fetchall()


def grow(world: World, which: str, wanted: int) -> None:
    """Copies of some deals until there are so many of them, with their steps; then as a table that has been up for a
    day."""
    with world.as_owner() as connection:
        there, last = connection.execute(f"SELECT count(*), max(id) FROM pipeline_deal WHERE {which}").fetchone()  # type: ignore[misc]
        times = max(-(-wanted // max(there, 1)) - 1, 0)
        if times:
            step = connection.execute("SELECT max(id) FROM pipeline_deal").fetchone()[0]  # type: ignore[index]
            values = {"step": step, "times": times, "last": last, "most": max(wanted - there, 0)}
            connection.execute("CREATE TEMP TABLE chosen (id bigint, deal bigint)")
            connection.execute(
                f"INSERT INTO chosen SELECT d.id, d.id + n * %(step)s FROM pipeline_deal d"
                f" CROSS JOIN generate_series(1, %(times)s) n WHERE {which} AND d.id <= %(last)s LIMIT %(most)s",
                values,
            )
            for model, key in ((Deal, "id"), (StageChange, "deal_id")):
                columns = [str(one.column) for one in model._meta.concrete_fields]
                columns = [name for name in columns if name not in ("id", "external_id", key)]
                names = ", ".join(columns)
                connection.execute(
                    f"INSERT INTO {model._meta.db_table} ({key}, {names})"
                    f" SELECT c.deal, {', '.join(f'd.{name}' for name in columns)}"
                    f" FROM {model._meta.db_table} d JOIN chosen c ON c.id = d.{key}"
                )
            connection.execute("DROP TABLE chosen")
        fold_all()
        for table in (Deal, StageChange, DealSum, ForecastSum):
            connection.execute(f"VACUUM ANALYZE {table._meta.db_table}")


def _grow_all(world: World, wanted: int) -> None:
    """A tenth of them open, at most a hundred thousand."""
    grow(world, OPEN, min(OPEN_DEALS, wanted // 10))
    grow(world, CLOSED, wanted - Deal.objects.open().count())


def measure(world: World) -> Iterator[Line]:
    """A board takes six times its floor page at most, and hardly longer with ten times as many deals."""
    grow(world, OPEN, OPEN_DEALS // 10)
    Stage.objects.update(required_fields=[], checklist=[])
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    cases = {"board": page(us, BOARD), "months": page(us, MONTHS), "floor": page(floor, "/list/")}
    for case in cases.values():
        case()
    before = alternate(cases)
    grow(world, OPEN, OPEN_DEALS)
    found = alternate(cases)
    count = Deal.objects.open().count()
    for name, path, what in (("board", BOARD, "by stage"), ("months", MONTHS, "by month")):
        yield beside("board", f"{count:,} open deals, {what}", found[name], found["floor"], most=6, name="floor")
        yield beside("board", f"{what}: growth", found[name], before[name], most=1.3, name=f"at {OPEN_DEALS // 10:,}")
        yield from costs("board", what, path, 16)
    stages = list(Stage.objects.filter(kind="open").order_by("position")[:2])
    deal = Deal.objects.open().filter(stage=stages[0]).latest("pk")
    moves = {
        "us": partial(timed, partial(move, deal, stages)),
        "bare": partial(timed, partial(move_barely, deal, stages)),
    }
    found = alternate(moves)
    yield beside("board", "move of a card", found["us"], found["bare"], most=10, name="bare SQL")


def measure_forecast(world: World) -> Iterator[Line]:
    """All deals in a run, and the page of what they come to, which reads sums that are kept: a tenth of the deals, and
    all of them."""
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    cases = {"page": page(us, FORECAST), "floor": page(floor, "/list/")}
    tenth = world.grown // 10
    _grow_all(world, tenth)
    run_steps(actor=None, as_of=dt.date.fromisoformat(UNTIL), only=["forecast"], parameters={})
    for case in cases.values():
        case()
    before = alternate(cases)
    _grow_all(world, world.grown)
    as_of = dt.date.fromisoformat(UNTIL)
    runs = {
        "us": partial(timed, partial(run_steps, actor=None, as_of=as_of, only=["forecast"], parameters={})),
        "bare": partial(timed, forecast_barely),
    }
    found = alternate(runs)
    everything = Deal.objects.count()
    yield beside(
        "forecast", f"run over {everything:,} deals", found["us"], found["bare"], most=15, name="bare SQL", unit="s"
    )
    with world.as_owner() as connection:
        for model in (DealForecast, ForecastSum):
            connection.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("forecast", "page: growth", found["page"], before["page"], most=1.3, name=f"at {tenth:,} deals")
    yield beside("forecast", f"page over {everything:,} deals", found["page"], found["floor"], most=6, name="floor")
    yield from costs("forecast", "page", FORECAST, 16)
