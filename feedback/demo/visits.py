"""Mystery visits to the touch points, and what is planned at these."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import numpy as np

from crm.choices import Role
from crm.demo.house import House
from feedback.models import Checklist, ChecklistItem, MysteryVisit, TouchPoint, VisitMark
from feedback.visits.choices import VisitState
from feedback.visits.scoring import score_of

SITES = ("Leeds", "York", "Manchester", "Newcastle")
DONE, AHEAD = 9, 2
FOUND = {0: "Had to be asked for it.", 1: "Half of it.", 2: ""}
# touch point: promise, contacts a month, satisfaction, complaints in 100 contacts, cost of a ticket
PLANS: dict[str, tuple[str, int | None, int, float, float]] = {
    "Website": ("Every size, price and stock within a minute.", 70, 75, 4, 4),
    "Advice on the phone": ("Somebody who knows frames answers within thirty seconds.", 120, 80, 6, 4),
    "Order and invoice": ("One mail that says everything, and a right invoice.", 320, 78, 4, 4),
    "Delivery": ("On the promised day, in one piece.", 110, 82, 4, 3),
    "Help after the purchase": ("Put right within a week, without asking twice.", 60, 75, 8, 4),
    "Our call after the purchase": ("Everybody who bought is asked how it hangs.", 90, 80, 2, 4),
}


def plan(rng: np.random.Generator, house: House) -> None:
    """What is planned, and the visits that looked."""
    for point in TouchPoint.objects.filter(name__in=PLANS):
        point.promise, point.planned_volume, point.planned_satisfaction, complaints, cost = PLANS[point.name]
        point.planned_complaints, point.planned_cost = complaints, cost
        point.save()
    shoppers = [one.id for one in house.with_role(Role.MARKETER)] or [None]  # type: ignore[list-item]
    for checklist in _checklists():
        items = list(checklist.items.all())
        for number in range(DONE + AHEAD):
            shopper = shoppers[number % len(shoppers)]
            _visit(rng, house, checklist, items, number, shopper)


def _checklists() -> list[Checklist]:
    points = {point.name: point for point in TouchPoint.objects.all()}
    found: list[Checklist] = []
    for line in files("feedback.demo").joinpath("visits.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        first, *more = (part.strip() for part in line.lstrip("= ").split("|"))
        if line.startswith("="):
            found.append(Checklist.objects.create(name=first, touch_point=points.get(more[0]), intro=more[1]))
            continue
        place = found[-1].items.count() + 1
        ChecklistItem.objects.create(checklist=found[-1], text=more[0], weight=int(first), position=place)
    return found


def _visit(
    rng: np.random.Generator, house: House, checklist: Checklist, items: list[ChecklistItem], number: int,
    shopper: int | None,
) -> None:  # fmt: skip
    is_ahead = number >= DONE
    days = 6 + 9 * (number - DONE) if is_ahead else -10 * (DONE - number)
    day = house.end + dt.timedelta(days=days)
    visit = MysteryVisit(
        checklist=checklist, touch_point_id=checklist.touch_point_id, site=SITES[number % len(SITES)],
        shopper_id=shopper, planned_on=day,
    )  # fmt: skip
    if is_ahead:
        visit.save()
        return
    found = [int(rng.choice([0, 1, 2], p=[0.14, 0.2, 0.66])) if rng.random() < 0.95 else None for _ in items]
    score = score_of([(item.weight, mark) for item, mark in zip(items, found, strict=True)])
    visit.state, visit.visited_on = VisitState.DONE, day
    visit.score = None if score is None else round(score, 2)
    visit.save()
    VisitMark.objects.bulk_create(
        VisitMark(visit=visit, item=item, mark=mark, comment=FOUND[mark] if mark is not None else "")
        for item, mark in zip(items, found, strict=True)
    )
