"""The board of all open deals and a move of a card, and the forecast, beside a floor page and the barest SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, alternate, beside, timed
from bench.rows.pages import costs, page
from bench.world import World
from pipeline.actions import move_deal
from pipeline.models import Deal, Stage

BOARD = "/pipeline/"
OPEN_DEALS = 100_000
# as many open deals as a board is held to: copies of those that are there, each in its stage
GROW = """
INSERT INTO pipeline_deal (title, pipeline_id, stage_id, organization_id, owner_id, team_id, product_id, amount,
  currency, base_amount, opened_on, expected_on, outcome, reason, forecast_category, stage_since, ticked, custom,
  version, created_at, updated_at, sort_name, search_text)
SELECT d.title, d.pipeline_id, d.stage_id, d.organization_id, d.owner_id, d.team_id, d.product_id, d.amount, d.currency,
  d.base_amount, d.opened_on, d.expected_on, 'open', '', d.forecast_category, d.stage_since, d.ticked, d.custom, 1,
  d.created_at, d.updated_at, d.sort_name, d.search_text
FROM (SELECT * FROM pipeline_deal WHERE outcome = 'open' AND archived_at IS NULL) d
CROSS JOIN generate_series(1, greatest(%s / nullif((SELECT count(*) FROM pipeline_deal WHERE outcome = 'open'), 0), 1))
"""
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


def measure(world: World) -> Iterator[Line]:
    """A board takes six times its floor page at most."""
    with connection.cursor() as cursor:
        cursor.execute(GROW, [OPEN_DEALS])
        cursor.execute("ANALYZE pipeline_deal")
    Stage.objects.update(required_fields=[], checklist=[])
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    cases = {"board": page(us, BOARD), "floor": page(floor, "/list/")}
    for case in cases.values():
        case()
    found = alternate(cases)
    count = Deal.objects.open().count()
    yield beside("board", f"{count:,} open deals", found["board"], found["floor"], most=6, name="floor")
    yield from costs("board", "board", BOARD, 16)
    stages = list(Stage.objects.filter(kind="open").order_by("position")[:2])
    deal = Deal.objects.open().filter(stage=stages[0]).latest("pk")
    moves = {
        "us": partial(timed, partial(move, deal, stages)),
        "bare": partial(timed, partial(move_barely, deal, stages)),
    }
    found = alternate(moves)
    yield beside("board", "move of a card", found["us"], found["bare"], most=10, name="bare SQL")
    as_of = dt.date.fromisoformat(UNTIL)
    runs = {
        "us": partial(timed, partial(run_steps, actor=None, as_of=as_of, only=["forecast"], parameters={})),
        "bare": partial(timed, forecast_barely),
    }
    found = alternate(runs)
    everything = Deal.objects.count()
    yield beside("forecast", f"{everything:,} deals", found["us"], found["bare"], most=15, name="bare SQL", unit="s")
