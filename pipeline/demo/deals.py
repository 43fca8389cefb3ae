"""The demo's deals: trade customers on their way through the stages, some won, some lost, with targets and rivals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from crm.choices import Role
from crm.demo.house import Batch, Book, Fill, House
from crm.demo.writing import array, copy_columns, money, reserve_ids
from orders.models import Product
from pipeline.actions import make_ready_pipeline
from pipeline.choices import ForecastCategory, Outcome, StageKind
from pipeline.models import Deal, DealCompetitor, DealRole, Pipeline, Stage, StageChange, Target

NAME = "Trade customers"
SLIPPED = 0.12  # of the open deals
MEAN_DEALS = 1.5  # of an organization in the period
DAYS = (9, 13, 18, 11)  # in each open stage, on average
GOES_ON = (0.82, 0.84, 0.83, 0.86)  # of the deals of each open stage
TITLES = (
    "Fit-out of {n} shops", "Frames for the spring exhibition", "Three-year supply of mouldings", "Museum glass trial",
    "Hotel rooms, {n} pictures", "Frames for the school year", "Gallery refit", "Regional frame contract",
    "Archive boxes and passe-partouts", "Office pictures, {n} floors", "Canvas stretchers, first order",
    "Anti-reflection glass for the new wing", "Own-brand frame range", "Stock for the Christmas season",
    "Framing of the donors' wall", "Showroom wall, {n} samples", "Wholesale listing", "Restoration mouldings",
)  # fmt: skip
SOURCES = ("trade fair", "website", "referral", "existing customer", "cold call")
SOURCE_SHARES = (0.22, 0.26, 0.17, 0.25, 0.10)
SOURCE_LIFT = (0.0, -0.03, 0.06, 0.05, -0.09)
WON_REASONS = ("Best fit", "Service", "They know us", "Best price")
LOST_REASONS = ("Price", "Lost to a competitor", "No budget", "No decision", "Product does not fit")
NEXT_STEPS = (
    "Send samples of the oak profiles", "Walk through the proposal", "Visit the site and measure",
    "Ask who signs above 10,000", "Bring the revised prices", "Agree the delivery dates",
)  # fmt: skip
RIVALS = ("Brockmann Leisten", "Cadre & Fils", "Northern Frames", "Vetro Arte")
GROWTH = 1.06  # of the targets over what the quarter before the running one brought


@dataclass
class Path:
    """A deal's way: the days on which it came into each open stage, and how it ended (None while it is open)."""

    days: list[int]
    end: int | None
    is_won: bool


def load(house: House) -> Fill | None:
    """Make the pipeline; the function that writes a batch's deals. None where there is a pipeline already."""
    if Pipeline.objects.exists():
        return None
    pipeline = make_ready_pipeline(actor=None, key="sales")
    Pipeline.objects.filter(pk=pipeline.pk).update(name=NAME)
    stages = list(Stage.objects.filter(pipeline=pipeline).order_by("position"))
    products = list(Product.objects.exclude(unit_price=None).order_by("-unit_price", "pk").values_list("pk", flat=True))

    def fill(batch: Batch) -> None:
        if batch.book is None:
            raise RuntimeError("The loader of deals comes after that of contacts in CRM_DEMO_LOADERS.")
        _write(batch, batch.book, pipeline, stages, products[:40])
        if batch.number == 0:
            _set_targets(house)

    return fill


def draw_path(rng: np.random.Generator, opened: int, last: int, lift: float) -> Path:
    """Through the stages as far as the deal has come by the last day."""
    days, day = [opened], float(opened)
    for mean, share in zip(DAYS, GOES_ON, strict=True):
        day += max(rng.gamma(2.0, mean / 2.0), 1.0)
        goes_on = rng.random() < share + lift
        if day > last:
            return Path(days, None, False)
        if not goes_on:
            return Path(days, int(day), False)
        if len(days) < len(DAYS):
            days.append(int(day))
    return Path(days, int(day), True)


def _write(batch: Batch, book: Book, pipeline: Pipeline, stages: list[Stage], products: list[int]) -> None:
    rng, house = batch.rng("deals"), batch.house
    firms = np.flatnonzero(book.is_organization)
    chosen = np.repeat(firms, rng.poisson(MEAN_DEALS, len(firms)))
    reps = [person for person in house.colleagues if person.role == Role.REP]
    if not len(chosen) or not reps or not products:
        return
    works_at = {int(firm): row for row, firm in enumerate(book.organization.tolist()) if firm >= 0}
    teams = {person.id: house.team_ids[person.team] for person in house.colleagues}
    keys = reserve_ids(Deal, len(chosen))
    rows: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for key, firm in zip(keys.tolist(), chosen.tolist(), strict=True):
        owner = int(book.owner[firm]) or reps[int(rng.integers(0, len(reps)))].id
        row, changes = _deal(rng, house, key, stages, products, owner)
        row |= {"organization": int(book.id[firm]), "team": teams.get(owner), "pipeline": pipeline.pk}
        person = works_at.get(firm)
        row["contact"] = None if person is None else int(book.id[person])
        rows.append(row)
        steps.extend(changes)
    _copy(house, rows, steps)
    _add_parts(rng, rows)
    house.counts["deals"] += len(rows)


def _deal(
    rng: np.random.Generator, house: House, key: int, stages: list[Stage], products: list[int], owner: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    source = int(rng.choice(len(SOURCES), p=SOURCE_SHARES))
    opened = int(house.days * rng.beta(1.5, 1.0))
    path = draw_path(rng, min(opened, house.days - 1), house.days - 1, SOURCE_LIFT[source])
    amount = round(float(np.exp(rng.normal(8.5, 0.75))) / 50) * 50 + 50

    def on(day: float) -> str:
        return (house.start + dt.timedelta(days=int(day))).isoformat()

    opens = [stage for stage in stages if stage.kind == StageKind.OPEN]
    now = opens[len(path.days) - 1]
    changes = [
        {"deal": key, "from_stage": opens[i - 1].pk if i else None, "to_stage": opens[i].pk, "changed_on": on(day)}
        for i, day in enumerate(path.days)
    ]
    outcome, reason = Outcome.OPEN, ""
    if path.end is not None:
        outcome = Outcome.WON if path.is_won else Outcome.LOST
        reason = str(rng.choice(WON_REASONS if path.is_won else LOST_REASONS))
        end = next(stage for stage in stages if stage.kind == outcome.value)
        changes.append({"deal": key, "from_stage": now.pk, "to_stage": end.pk, "changed_on": on(path.end)})
        now = end
    expected = path.days[0] + 58 + int(rng.integers(-20, 30))
    if path.end is None:
        is_late = rng.random() < SLIPPED
        late = max(house.days - int(rng.integers(2, 25)), path.days[0])
        expected = late if is_late else max(expected, house.days + 3)
    categories = (ForecastCategory.PIPELINE, ForecastCategory.PIPELINE, ForecastCategory.BEST_CASE)
    category = ForecastCategory.COMMIT if len(path.days) == len(DAYS) else categories[len(path.days) - 1]
    title = str(rng.choice(TITLES)).format(n=int(rng.integers(3, 60)))
    for change in changes:
        change |= {"reason": reason if change["to_stage"] == now.pk and path.end is not None else "", "base": amount}
    row = {
        "id": key, "title": title, "stage": now.pk, "owner": owner, "product": int(rng.choice(products)),
        "amount": amount, "opened_on": on(path.days[0]), "expected_on": on(expected),
        "closed_on": None if path.end is None else on(path.end), "outcome": outcome.value, "reason": reason,
        "forecast_category": (category if path.end is None else ForecastCategory.PIPELINE).value,
        "source": SOURCES[source], "stage_since": on(path.days[-1] if path.end is None else path.end),
        "next_step": str(rng.choice(NEXT_STEPS)) if path.end is None and rng.random() < 0.7 else "",
        "ticked": [line for stage in opens[: len(path.days) - 1] for line in stage.checklist],
    }  # fmt: skip
    return row, changes


def _copy(house: House, rows: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    columns: dict[str, Any] = {name: _texts([row[name] for row in rows]) for name in rows[0]}
    made = [f"{row['opened_on']}T09:00:00+00:00" for row in rows]
    columns |= {
        "amount": money(np.array([row["amount"] * 100 for row in rows])),
        "ticked": [array(row["ticked"]) for row in rows],
        "created_at": made,
        "updated_at": made,
    }
    # what `pipeline.keeping` keeps: the demo's company counts in their currency, and a deal's title is all its words
    columns |= {"base_amount": columns["amount"]} | dict.fromkeys(("sort_name", "search_text"), _folded(rows))
    copy_columns(Deal, columns | {"currency": "EUR", "custom": "{}", "version": "1"}, count=len(rows))
    if steps:
        told: dict[str, Any] = {
            name: _texts([step[name] for step in steps])
            for name in ("deal", "from_stage", "to_stage", "changed_on", "reason")
        }
        told["base_amount"] = money(np.array([step["base"] * 100 for step in steps]))
        told["recorded_at"] = [f"{step['changed_on']}T09:00:00+00:00" for step in steps]
        copy_columns(StageChange, told | {"is_inferred": "f"}, count=len(steps))


def _folded(rows: list[dict[str, Any]]) -> list[str]:
    """The titles as the database folds them."""
    titles = sorted({row["title"] for row in rows})
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, crm_fold(title) FROM unnest(%s::text[]) AS given (title)", [titles])
        fold: dict[str, str] = dict(cursor.fetchall())
    return [fold[row["title"]] for row in rows]


def _add_parts(rng: np.random.Generator, rows: list[dict[str, Any]]) -> None:
    """Who decides, and who else offers."""
    with_people = [row for row in rows if row["contact"]]
    if with_people:
        deals, people = (_texts([row[name] for row in with_people]) for name in ("id", "contact"))
        copy_columns(DealRole, {"deal": deals, "contact": people, "role": "decision_maker"}, count=len(deals))
    rivalled = [str(row["id"]) for row in rows if rng.random() < 0.3]
    if rivalled:
        names = [str(rng.choice(RIVALS)) for _ in rivalled]
        copy_columns(DealCompetitor, {"deal": rivalled, "name": names, "note": ""}, count=len(rivalled))


def _set_targets(house: House) -> None:
    """Targets of the house, the teams and the reps for the running quarter and the one before."""
    today = house.end + dt.timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    before = (quarter - dt.timedelta(days=1)).replace(day=1)
    before = before.replace(month=(before.month - 1) // 3 * 3 + 1)
    won = Deal.objects.filter(outcome=Outcome.WON, closed_on__gte=before, closed_on__lt=quarter)
    by_owner: dict[int, float] = {}
    for owner, amount in won.values_list("owner", "amount"):
        by_owner[owner] = by_owner.get(owner, 0.0) + float(amount or 0)
    for start in (before, quarter):
        rows = [Target(user_id=key, starts_on=start, amount=_rounded(amount)) for key, amount in by_owner.items()]
        rows.append(Target(starts_on=start, amount=_rounded(sum(by_owner.values()))))
        Target.objects.bulk_create(rows)


def _texts(values: list[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


def _rounded(amount: float) -> int:
    return max(round(amount * GROWTH / 1000) * 1000, 1000)
