"""The demo's campaigns: what a maker of frames has sent in two years, and what came of it.

Who responds depends on how lately and how often they bought and on what they are, so that the learned chance has
something to find; what a campaign adds to that is drawn beside a control group, except for the one that had none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaigns.choices import CampaignState, RecipientState, Timing
from campaigns.demo.moves import make_moves
from campaigns.demo.offers import make_offers
from campaigns.demo.plays import make_plays
from campaigns.demo.winner import tell_winner
from campaigns.demo.words import CAMPAIGNS, PLANNED_FOR, PLANNED_MAIL, PLANNED_WITHOUT, SEGMENTS, Past
from campaigns.models import Campaign, Recipient, Segment, SendingRules, Variant
from campaigns.segments.actions import refresh_segment
from campaigns.tallies import count_again
from crm.choices import Role
from crm.company import current_company
from crm.demo.house import Batch, Fill, House
from crm.demo.writing import copy_columns, money, nullable

MOST = 9_000  # people in one campaign
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def load(house: House) -> Fill | None:
    """The function that writes the campaigns, with people of the first batch. None where there are some already."""
    if Campaign.objects.exists():
        return None

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch)

    return fill


def _write(batch: Batch) -> None:
    house, rng = batch.house, batch.rng("campaigns")
    owners = house.with_role(Role.MARKETER)
    people = _people(batch)
    for one in CAMPAIGNS:
        sent_on = house.end - dt.timedelta(days=one.days_ago)
        campaign = Campaign.objects.create(
            name=one.name, type=one.type, channel=one.channel, goal=one.goal, currency="EUR",
            owner_id=owners[0].id if owners else None, starts_on=sent_on, window_days=one.window_days,
            ends_on=sent_on + dt.timedelta(days=one.window_days), budget_amount=one.budget,
            contact_cost_amount=one.contact_cost, fixed_cost_amount=one.fixed_cost, margin=Decimal("0.42"),
            state=CampaignState.OVER if isinstance(one, Past) else CampaignState.PLANNED,
        )  # fmt: skip
        house.counts["campaigns"] += 1
        if isinstance(one, Past) and sent_on > house.start:
            house.counts["campaign recipients"] += _send(rng, house, campaign, one, people)
    tell_winner()
    count_again(Campaign.objects.values_list("pk", flat=True))
    SendingRules.objects.get_or_create(pk=1, defaults={"quiet_from": dt.time(21), "quiet_until": dt.time(8)})
    _segments(owners[0].id if owners else None)
    make_moves(house.end)
    make_offers(owners[0].id if owners else None, house.end)
    house.counts["people in plays"] += make_plays(owners[0].id if owners else None)


def _segments(owner: int | None) -> None:
    """Segments, counted once, and the planned campaign made ready for one of them."""
    made = {}
    for name, description, where in SEGMENTS:
        tree = {"version": 1, "where": where}
        made[name] = Segment.objects.create(name=name, description=description, filter=tree, owner_id=owner)
        refresh_segment(segment=made[name])
    for campaign in Campaign.objects.filter(state=CampaignState.PLANNED):
        for name in (PLANNED_FOR, PLANNED_WITHOUT):
            campaign.audience.create(segment=made[name], is_excluded=name == PLANNED_WITHOUT)
        if campaign.starts_on:
            half_past_nine = dt.datetime.combine(campaign.starts_on, dt.time(9, 30), tzinfo=current_company().zone)
            campaign.starts_at, campaign.timing = half_past_nine, Timing.LOCAL
            campaign.save(update_fields=["starts_at", "timing"])
        campaign.variants.create(name="A", subject="Glass that is not there", blocks=list(PLANNED_MAIL))


@dataclass(frozen=True)
class _People:
    """Customers of a batch: ids, whether an organization, and the days of their purchases by place."""

    id: NDArray[np.int64]
    is_organization: Flags
    bought: dict[int, NDArray[np.datetime64]]


def _people(batch: Batch) -> _People:
    book, sales = batch.book, batch.sales
    if book is None or sales is None:
        raise RuntimeError("The loader of campaigns comes after those of contacts and orders in CRM_DEMO_LOADERS.")
    rows = slice(0, batch.size)
    order = np.argsort(sales.contact, kind="stable")
    order = order[~sales.is_return[order]]
    who, days = sales.contact[order], sales.at[order].astype("M8[D]")
    cuts = np.flatnonzero(np.diff(who)) + 1
    firsts = who[np.concatenate([[0], cuts])] if len(who) else []
    return _People(book.id[rows], book.is_organization[rows], dict(zip(firsts, np.split(days, cuts), strict=False)))


def _send(rng: np.random.Generator, house: House, campaign: Campaign, one: Past, people: _People) -> int:
    day = np.datetime64(house.end - dt.timedelta(days=one.days_ago))
    since = np.full(len(people.id), np.inf)
    often = np.zeros(len(people.id))
    for place, days in people.bought.items():
        before = days[days < day]
        if place < len(since) and len(before):
            since[place], often[place] = (day - before.max()).astype(int), len(before)
    rows = np.flatnonzero((since >= one.quiet_from) & (since <= one.quiet_to) & (rng.random(len(since)) < one.share))
    rows = np.sort(rng.permutation(rows)[:MOST])
    if not len(rows):
        return 0
    variants, which = _variants(rng, campaign, one, len(rows))
    effect = np.array([0.0 if v.is_control else one.effects[at] for at, v in enumerate(variants)])[which]
    is_control = np.array([v.is_control for v in variants])[which]
    base = one.base * (1 + 1.6 * np.exp(-since[rows] / 120)) * (1 + 0.12 * np.minimum(often[rows], 8))
    responded = rng.random(len(rows)) < np.clip(
        (base + effect) * np.where(people.is_organization[rows], 1.25, 0.9), 0, 1
    )
    converted = responded & (rng.random(len(rows)) < one.conversion)
    cents = np.where(converted, np.rint(np.exp(rng.normal(np.log(one.basket * 100), 0.7, len(rows)))), 0).astype(
        np.int64
    )
    columns: dict[str, Any] = {
        "campaign": campaign.pk,
        "contact": people.id[rows],
        "variant": np.array([v.pk for v in variants])[which],
        "sent_at": np.full(len(rows), day).astype("M8[s]") + np.timedelta64(9 * 3600, "s"),
        "state": RecipientState.PAST.value,
        "reason": "",
        "responded": responded,
        "converted": converted,
        "amount": money(cents),
        "recorded_at": np.full(len(rows), day).astype("M8[s]") + np.timedelta64(9 * 3600, "s"),
    }
    if campaign.channel == "email":
        clicked = ~is_control & (rng.random(len(rows)) < 0.05) | (
            responded & ~is_control & (rng.random(len(rows)) < 0.8)
        )
        opened = clicked | (~is_control & (rng.random(len(rows)) < 0.3))
        columns |= {
            "opened": nullable(opened.astype(np.int64), ~is_control),
            "clicked": nullable(clicked.astype(np.int64), ~is_control),
        }
        columns = {
            name: _flags(values) if name in ("opened", "clicked") else values for name, values in columns.items()
        }
    return copy_columns(Recipient, columns, count=len(rows))


def _flags(values: list[str | None]) -> list[str | None]:
    return [None if one is None else "t" if one == "1" else "f" for one in values]


def _variants(
    rng: np.random.Generator, campaign: Campaign, one: Past, n: int
) -> tuple[list[Variant], NDArray[np.int64]]:
    """The variants, and at random who is in which: the control group first by its share, the rest in equal parts."""
    made = [
        Variant.objects.create(campaign=campaign, name=name, position=at) for at, name in enumerate(one.variants, 1)
    ]
    place = rng.integers(0, len(made), n)
    if one.control:
        made.append(Variant.objects.create(campaign=campaign, name="Control", is_control=True, position=len(made) + 1))
        place[rng.random(n) < one.control] = len(made) - 1
    return made, place
