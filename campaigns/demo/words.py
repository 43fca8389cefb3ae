"""What the demo's campaigns are called, whom they were for, and how they went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Planned:
    """A campaign: its plan. `days_ago` below 0 lies ahead."""

    name: str
    type: str
    channel: str
    goal: str
    days_ago: int
    window_days: int = 14
    budget: Decimal | None = None
    contact_cost: Decimal | None = None
    fixed_cost: Decimal | None = None


@dataclass(frozen=True)
class Past(Planned):
    """One that went out: to a `share` of those whose last purchase was so many days before; `control` of them were
    kept out. `base` is who responds anyway, `effects` what each variant adds."""

    variants: tuple[str, ...] = ()
    effects: tuple[float, ...] = ()
    control: float = 0.0
    base: float = 0.03
    conversion: float = 0.35
    basket: float = 180.0
    share: float = 0.6
    quiet_from: int = 0
    quiet_to: int = 730


CAMPAIGNS: tuple[Planned, ...] = (
    Past(
        "Corner samples by post",
        "trial",
        "post",
        "Workshops that order from two families try a third.",
        days_ago=420,
        window_days=30,
        budget=Decimal(6000),
        contact_cost=Decimal("2.40"),
        fixed_cost=Decimal(1800),
        variants=("Sample box",),
        effects=(0.055,),
        control=0.25,
        base=0.035,
        conversion=0.4,
        basket=240.0,
        share=0.35,
        quiet_to=540,
    ),
    Past(
        "Spring mouldings",
        "cross_sell",
        "email",
        "Show the new oak and linen profiles to who frames already.",
        days_ago=245,
        budget=Decimal(1500),
        contact_cost=Decimal("0.04"),
        fixed_cost=Decimal(900),
        variants=("New profiles", "Before and after"),
        effects=(0.016, 0.034),
        control=0.25,
        basket=165.0,
        quiet_to=365,
    ),
    Past(
        "We miss your walls",
        "win_back",
        "email",
        "Customers who have been quiet for half a year come back.",
        days_ago=160,
        window_days=21,
        budget=Decimal(1200),
        contact_cost=Decimal("0.04"),
        fixed_cost=Decimal(450),
        variants=("Ten per cent", "A letter from the workshop"),
        effects=(0.009, 0.004),
        control=0.25,
        base=0.012,
        conversion=0.3,
        basket=140.0,
        share=0.8,
        quiet_from=180,
        quiet_to=1000,
    ),
    Past(
        "Thank you for ten years",
        "loyalty",
        "email",
        "A word of thanks to everybody, and nothing to buy.",
        days_ago=100,
        budget=Decimal(400),
        contact_cost=Decimal("0.04"),
        variants=("Letter",),
        effects=(0.01,),
        base=0.035,
        conversion=0.25,
        basket=150.0,
        share=0.9,
        quiet_to=2000,
    ),
    Past(
        "Hanging season",
        "up_sell",
        "email",
        "Hanging systems for who buys large frames.",
        days_ago=38,
        budget=Decimal(1800),
        contact_cost=Decimal("0.04"),
        fixed_cost=Decimal(1100),
        variants=("Gallery rail", "Whole wall", "Film"),
        effects=(0.021, 0.014, 0.019),
        control=0.25,
        base=0.034,
        conversion=0.36,
        basket=210.0,
        share=0.65,
        quiet_to=365,
    ),
    Planned(
        "Museum glass for galleries",
        "up_sell",
        "email",
        "Galleries and museums move to glass without reflections.",
        days_ago=-12,
        budget=Decimal(2200),
        contact_cost=Decimal("0.04"),
        fixed_cost=Decimal(1200),
    ),
)

SIX_MONTHS, NINETY_DAYS = {"count": 6, "unit": "month"}, {"count": 90, "unit": "day"}
GALLERIES: dict[str, Any] = {
    "any": [{"field": "industry", "op": "contains", "value": word} for word in ("gallery", "museum")]
}
SEGMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Galleries and museums", "Everybody who hangs pictures for others to see.", GALLERIES),
    (
        "Quiet for half a year",
        "Customers whose last order lies further back.",
        {"field": "orders_last", "op": "more_than_ago", "value": SIX_MONTHS},
    ),
    (
        "Bought in the last 90 days",
        "Who has just been served: leave them out of what they have.",
        {"field": "orders_last", "op": "in_last", "value": NINETY_DAYS},
    ),
)
PLANNED_FOR, PLANNED_WITHOUT = "Galleries and museums", "Quiet for half a year"
PLANNED_MAIL: tuple[dict[str, str], ...] = (
    {"kind": "heading", "text": "See the picture, not the lamp"},
    {
        "kind": "text",
        "text": "Dear {{first_name|friends of good glass}},\n\nour museum glass takes nine tenths of the reflections "
        "away and keeps the blue of the print. We cut it to size in Hanover and send it framed or loose.",
    },
    {
        "kind": "text",
        "text": "For you until {{offer_until|the end of the season}}: {{offer|a sample pane}}, "
        "{{offer_benefit|at no charge}}. Tell us {{offer_code|“sample”}} with your order.",
    },
    {"kind": "button", "text": "Order a sample pane", "url": "https://www.larkmoor.example/museum-glass"},
    {"kind": "line"},
    {"kind": "text", "text": "Yours, {{owner|the workshop}}"},
)
