"""The people of a segment of three levels written down as the recipients of a campaign, beside a bare INSERT ... SELECT
of the same rows; the same with the best of three offers for each; and how long it takes to say how many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection, transaction

from bench.measuring import Line, Timing, alternate, at_most, beside, middle, timed
from bench.world import MANAGER, World
from campaigns.choices import CampaignState
from campaigns.models import Campaign, CampaignOffer, CampaignSegment, Offer, Segment, Variant
from campaigns.segments.meaning import people_in
from campaigns.segments.queries import standing_of
from campaigns.sending.audience import freeze
from crm.models import User
from orders.models import Product

LEVELS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "People, and firms that buy",
        {"any": [
            {"field": "kind", "op": "any", "value": ["person"]},
            {"field": "orders_last", "op": "in_last", "value": {"count": 24, "unit": "month"}},
        ]},
    ),
    (
        "Without those just served",
        {"all": [{"not": {"field": "orders_last", "op": "in_last", "value": {"count": 6, "unit": "month"}}}]},
    ),
    (
        "Not heavy users, or worth a mail all the same",
        {"any": [
            {"field": "usage", "op": "not_any", "value": ["heavy"]},
            {"field": "orders_last", "op": "more_than_ago", "value": {"count": 8, "unit": "month"}},
        ]},
    ),
)  # fmt: skip
"""Each asks for the one before it, too."""
MOST_SECONDS_OF_A_SIZE = 1.0
COLUMNS = "campaign_id, contact_id, variant_id, state, reason, recorded_at, time_zone"
KEEP_SQL = f"CREATE TEMP TABLE kept AS SELECT {COLUMNS} FROM campaigns_recipient WHERE campaign_id = %s"
BARE_SQL = f"INSERT INTO campaigns_recipient ({COLUMNS}) SELECT {COLUMNS} FROM kept ORDER BY contact_id"
SAYS: list[dict[str, str]] = [{"kind": "text", "text": "Dear {{first_name|customer}}, see https://example.com/oak."}]
OFFERS: list[dict[str, str]] = [{"kind": "text", "text": "We have {{offer|new frames}} for you: {{offer_code|}}"}]


def measure(world: World) -> Iterator[Line]:
    """The size of the segment; its people written down, beside the bare statement; with offers."""
    user = User.objects.get(email=MANAGER)
    segment = make_segments()[-1]
    people = people_in(segment, user).order_by()
    seconds = middle(partial(standing_of, segment, user), 3)
    yield at_most("audience", f"size of a segment of {people.count():,}", seconds, MOST_SECONDS_OF_A_SIZE, "s")
    plain, offering = campaign_for(segment, "Bench", SAYS), campaign_for(segment, "Bench of offers", OFFERS)
    give_offers(offering)
    count = freeze(plain, user)
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SQL, [plain.pk])
        cursor.execute("ANALYZE kept")
        cursor.execute("DELETE FROM campaigns_recipient WHERE campaign_id = %s", [plain.pk])
    cases: dict[str, Callable[[], float]] = {
        "us": undone(world, partial(freeze, plain, user)),
        "bare": undone(world, bare),
    }
    found = alternate(cases, rounds=3)
    limit, name = found["bare"], "bare INSERT ... SELECT"
    yield beside("audience", f"{count:,} written down", found["us"], limit, most=3, name=name, unit="s")
    with_offers = Timing((undone(world, partial(freeze, offering, user))(),))
    yield Line(
        "audience", "the same, the best of three offers for each", f"{with_offers.median:,.2f} s",
        f"{limit.median:,.2f} s {name}", with_offers.median / limit.median,
    )  # fmt: skip


def make_segments() -> list[Segment]:
    """The three levels."""
    found: list[Segment] = []
    for name, where in LEVELS:
        below = [{"field": "in_segment", "op": "any", "value": [str(found[-1].pk)]}] if found else []
        tree = {"version": 1, "where": {"all": [*below, where]}}
        found.append(Segment.objects.update_or_create(name=name, defaults={"filter": tree})[0])
    return found


def campaign_for(segment: Segment, name: str, blocks: list[dict[str, str]]) -> Campaign:
    """One of two variants with a tenth kept out, as it stands when it starts."""
    campaign = Campaign.objects.create(
        name=name, control_share="0.1", seed=20260630, state=CampaignState.PLANNED, currency="EUR"
    )
    CampaignSegment.objects.create(campaign=campaign, segment=segment)
    for place, letter in enumerate("AB", start=1):
        Variant.objects.create(campaign=campaign, name=letter, position=place, subject="Frames", blocks=blocks)
    return campaign


def give_offers(campaign: Campaign) -> None:
    """Three offers of three products, one of them for a segment."""
    segment = Segment.objects.get(name=LEVELS[0][0])
    for at, product in enumerate(Product.objects.order_by("pk")[:3]):
        offer = Offer.objects.create(
            name=f"Bench {at}", product=product, benefit_value=10, margin_amount=10 + at, expected_rate="0.02",
            segment=segment if at == 0 else None,
        )  # fmt: skip
        CampaignOffer.objects.create(campaign=campaign, offer=offer)


def bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_SQL)


def undone(world: World, work: Callable[[], object]) -> Callable[[], float]:
    """Times the work and takes it back, so that each round finds the table as it was."""

    def case() -> float:
        with world.as_owner() as owner:
            owner.execute("VACUUM campaigns_recipient, campaigns_givenoffer")
        with transaction.atomic():
            seconds = timed(work)
            transaction.set_rollback(True)
        return seconds

    return case
