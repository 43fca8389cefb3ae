"""The demo's customers who ended: found as each night finds them, most of the older ones asked and settled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
from django.db import connection
from django.utils import timezone

from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from service.defectors.choices import AttemptWay, DefectionReason, DefectionState
from service.defectors.finding import WITHIN_DAYS, find_defectors
from service.models import Defection, WinBackAttempt

NIGHTS = 6  # of the last months, one every 45 days
MOST = 240
REASONS = {
    DefectionReason.PRICE: ("Frames from the builder's market cost half.", "Two price rises in a year were too much."),
    DefectionReason.PRODUCT: ("The corners of the last batch were open.", "They want aluminium, we only do wood."),
    DefectionReason.SERVICE: (
        "Nobody rang back after the complaint in spring.", "Every time they had to explain it to another person.",
    ),
    DefectionReason.DELIVERY: ("Three weeks is too long for their exhibitions.",),
    DefectionReason.COMPETITOR: ("A rival delivers the next day.", "Their new owner brought another supplier along."),
    DefectionReason.NO_NEED: ("The hotel is furnished; nothing more to frame for years.",),
    DefectionReason.CLOSED: ("The shop closed in January.",),
}  # fmt: skip
WEIGHTS = (0.26, 0.16, 0.13, 0.12, 0.15, 0.1, 0.08)
OFFERS = (
    ("Ten per cent off the next three orders", 60), ("Express delivery at no cost for half a year", 45),
    ("A box of corner samples, and a visit", 35), ("A new frame for the one with the open corner", 40), ("", 0),
)  # fmt: skip
WON = {DefectionReason.SERVICE: 0.5, DefectionReason.DELIVERY: 0.45, DefectionReason.PRODUCT: 0.35,
       DefectionReason.PRICE: 0.25, DefectionReason.COMPETITOR: 0.15}  # fmt: skip


def load(house: House) -> Fill | None:
    """The function that works on the first batch's customers; None where there are such already."""
    if Defection.objects.exists():
        return None

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch)

    return fill


def _write(batch: Batch) -> None:
    house, rng = batch.house, batch.rng("defectors")
    for night in reversed(range(NIGHTS)):
        find_defectors(house.end - dt.timedelta(days=night * WITHIN_DAYS))
    found = list(Defection.objects.filter(result_on=None).order_by("ended_on", "pk"))
    kept, rest = found[-MOST:], found[:-MOST]
    Defection.objects.filter(pk__in=[one.pk for one in rest]).delete()
    callers = [one.id for role in (Role.AGENT, Role.REP) for one in house.with_role(role)]
    attempts: list[WinBackAttempt] = []
    for place, one in enumerate(kept):
        one.created_at = timezone.now() - dt.timedelta(days=float(WITHIN_DAYS * NIGHTS * (1 - place / len(kept))))
        if callers and rng.random() < 0.85 - 0.75 * place / len(kept):
            attempts += _worked_on(rng, one, callers, house.end)
    names = ["created_at", "state", "reason", "words", "tried_at", "result_on"]
    Defection.objects.bulk_update(kept, names, batch_size=500)
    WinBackAttempt.objects.bulk_create(attempts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE service_defection")
    house.counts["defectors"] += len(kept)


def _worked_on(rng: np.random.Generator, one: Defection, callers: list[int], end: dt.date) -> list[WinBackAttempt]:
    """Asked, offered something, and most of them settled."""
    reason = list(REASONS)[int(rng.choice(len(WEIGHTS), p=WEIGHTS))]
    one.reason, one.words = reason, str(rng.choice(REASONS[reason]))
    one.state, one.tried_at = DefectionState.TRIED, one.created_at + dt.timedelta(days=float(rng.uniform(0.3, 6)))
    one.tried_at = min(one.tried_at, timezone.now())
    offer, cost = OFFERS[int(rng.integers(len(OFFERS)))]
    caller = one.owner_id if one.owner_id in callers else int(rng.choice(callers))
    if rng.random() < 0.75:
        won = rng.random() < WON.get(reason, 0.05)
        one.state = DefectionState.WON if won else DefectionState.LOST
        one.result_on = min(one.tried_at.date() + dt.timedelta(days=int(rng.integers(1, 20))), end)
    return [
        WinBackAttempt(
            defection=one, way=str(rng.choice(AttemptWay.values)), offer=offer, cost_amount=Decimal(cost),
            words=one.words, at=one.tried_at, actor_id=caller,
        )
    ]  # fmt: skip
