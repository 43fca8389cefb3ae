"""The demo's initiatives: one that reached its outcome, one that did not, two that run, one that is planned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from analytics.initiatives.choices import CostKind, Measure, Span
from analytics.models import Initiative, InitiativeCost, Milestone
from crm.choices import Role
from crm.demo.house import Batch, Fill, House


@dataclass(frozen=True)
class Told:
    """An initiative; days are counted from the last day of the demo, milestones are (name, planned, done), costs (what,
    kind, day, amount)."""

    name: str
    role: str
    description: str
    measure: str
    target: str
    budget: int
    starts: int
    ends: int
    target_on: int
    started: int | None
    ended: int | None
    notes: tuple[str, ...]
    milestones: tuple[tuple[str, int, int | None], ...]
    costs: tuple[tuple[str, str, int, int], ...] = ()


NAMES = ("situation", "objectives", "strategy", "tactics", "action", "control", "men", "money", "minutes")
TOLD = (
    Told(
        "Welcome calls in the first weeks", Role.MARKETER,
        "Who buys for the first time is called within ten days, and asked what hangs where.",
        Measure.RETENTION, "55", 9_000, -335, -215, -58, -331, -208,
        (
            "Half of those who buy in a quarter do not buy in the next; most of them bought once.",
            "55 of 100 customers of a quarter buy again in the next one.",
            "Be there in the weeks in which a customer decides whether we were a one-off.",
            "A call, a sheet on how to hang heavy frames, and an offer of glass at the second order.",
            "Inside sales calls every morning from a list; marketing writes the sheet.",
            "Retention by quarter; every month the share of first buyers who were reached.",
            "Two of inside sales, one of marketing.", "Calls from the budget of sales, print from that of marketing.",
            "Six hours a week for four months.",
        ),
        (
            ("Sheet on hanging is printed", -310, -312), ("List of first buyers every morning", -300, -296),
            ("Half of the first buyers reached", -260, -255), ("Handed over to inside sales", -215, -208),
        ),
        (
            ("Printing of the sheet", CostKind.MEDIA, -309, 1_450),
            ("Training of the callers", CostKind.TRAINING, -298, 900),
            ("Hours of inside sales, first half", CostKind.PEOPLE, -270, 2_900),
            ("Hours of inside sales, second half", CostKind.PEOPLE, -210, 3_050),
        ),
    ),
    Told(
        "Coaching by won and lost deals", Role.MANAGER,
        "Every month each rep goes through two won and two lost deals with a colleague.",
        Measure.WIN_RATE, "62", 6_000, -430, -300, -58, -430, -305,
        (
            "The win rate differs by half between reps who sell the same.",
            "62 of 100 deals that are closed are won.",
            "Learn from each other rather than from a trainer.",
            "Pairs that change every month, the reasons of wins and losses as the guide.",
            "Office managers make the pairs; a report of reasons every quarter.",
            "Win rate by quarter, and by rep.",
            "All reps; the office managers lead.", "A trainer for the first two days, nothing else.",
            "Two hours a month and rep.",
        ),
        (
            ("First two days with a trainer", -425, -425), ("All reps had their first round", -390, -385),
            ("Report of reasons", -340, -338),
        ),
        (
            ("Trainer for two days", CostKind.AGENCY, -424, 3_200),
            ("Travel of the offices", CostKind.OTHER, -423, 1_180),
        ),
    ),
    Told(
        "One desk for all complaints", Role.MANAGER,
        "Complaints came to five addresses. Now one desk answers all of them, with the right to make good at once.",
        Measure.NPS, "40", 22_000, -245, -25, 40, -243, None,
        (
            "Complaints waited four days; who complained scarcely recommends us.",
            "An NPS of 40 at the end of the year.",
            "Make good at once, by whoever hears it first.",
            "One queue, promises by kind of complaint, compensation up to 50 without asking.",
            "Service moves into one room; the addresses are led into one mailbox.",
            "NPS by quarter; complaints that come again.",
            "Four agents and one lead.", "Software and training from the budget of service.",
            "A quarter of the year until all addresses are moved.",
        ),
        (
            ("One mailbox takes all addresses", -215, -214), ("Promises are agreed with sales", -180, -160),
            ("All agents may make good", -120, -118), ("Old addresses are switched off", -40, None),
        ),
        (
            ("Set-up of the mailbox and the queue", CostKind.SOFTWARE, -214, 6_800),
            ("Training of the desk", CostKind.TRAINING, -170, 4_200),
            ("Lead of the desk, half a year", CostKind.PEOPLE, -60, 9_500),
            ("Second training: what was not used", CostKind.TRAINING, -30, 2_750),
        ),
    ),
    Told(
        "Care plan offered with every large order", Role.MARKETER,
        "Who orders ten frames or more is offered the yearly care plan with the delivery.",
        Measure.RETENTION, "60", 14_000, -150, 60, 125, -150, None,
        (
            "Customers with a care plan buy again more often; few are asked whether they want one.",
            "60 of 100 customers of a quarter buy again in the next one.",
            "A reason to stay that is worth its price.",
            "A card in the parcel, a call two weeks later, the first quarter free.",
            "Logistics packs the card; reps call; marketing measures.",
            "Retention by quarter; care plans sold with large orders.",
            "One of marketing, the reps of two offices.", "Mostly the free quarter; see the costs.",
            "An hour a week and rep.",
        ),
        (
            ("Card is in every large parcel", -130, -131), ("All reps have called ten customers", -90, -84),
            ("First quarter is looked at", -20, -18), ("Decision for all offices", 45, None),
        ),
        (
            ("Cards and envelopes", CostKind.MEDIA, -128, 1_900),
            ("Free quarters, first half", CostKind.OTHER, -45, 4_100),
        ),
    ),
    Told(
        "Own advisers for those who buy most", Role.MANAGER,
        "The hundred customers with the highest value get an adviser of their own, with a visit every half-year.",
        Measure.CLV, "260", 30_000, 21, 200, 220, None, None,
        (
            "The largest customers are looked after like all others.",
            "A mean lifetime value of 260.",
            "Time where the value is.",
            "One adviser for twenty-five customers, two visits a year, a plan for each.",
            "Managers choose the advisers in the first weeks.",
            "Lifetime value at the end of each month.",
            "Four advisers out of the reps.", "Travel and a day of training.", "A day a week and adviser.",
        ),
        (
            ("Advisers are chosen", 28, None), ("Every customer has a plan", 90, None),
            ("First visits are done", 150, None),
        ),
    ),
)  # fmt: skip


def load(house: House) -> Fill:
    return fill


def fill(batch: Batch) -> None:
    """Once, with the first batch, where there are none; the analysis keeps their figures."""
    if batch.number or Initiative.objects.exists():
        return
    for told in TOLD:
        _write(batch.house, told)
    batch.house.counts["initiatives"] = len(TOLD)


def _write(house: House, told: Told) -> None:
    def day(count: int) -> dt.date:
        return house.end + dt.timedelta(days=count)

    def day_if(count: int | None) -> dt.date | None:
        return None if count is None else day(count)

    owners = house.with_role(told.role)
    initiative = Initiative.objects.create(
        name=told.name, description=told.description, owner_id=owners[0].id if owners else None,
        starts_on=day(told.starts), ends_on=day(told.ends), started_on=day_if(told.started),
        ended_on=day_if(told.ended),
        agreed_ends_on=day(told.ends) if told.started is not None else None,
        agreed_budget_amount=told.budget if told.started is not None else None,
        budget_amount=told.budget, booked_amount=sum(amount for *_, amount in told.costs), measure=told.measure,
        span=Span.QUARTER, target_value=Decimal(told.target), target_on=day(told.target_on),
        **dict(zip(NAMES, told.notes, strict=True)),
    )  # fmt: skip
    Milestone.objects.bulk_create(
        Milestone(initiative=initiative, name=name, planned_on=day(planned), done_on=day_if(done))
        for name, planned, done in told.milestones
    )
    InitiativeCost.objects.bulk_create(
        InitiativeCost(initiative=initiative, what=what, kind=kind, booked_on=day(booked), amount=amount)
        for what, kind, booked, amount in told.costs
    )
