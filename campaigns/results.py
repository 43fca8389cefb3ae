"""What came of a campaign: rates, lift over the control group with its interval, incremental money, return.

Lift = rate (or mean money) of those who were reached less that of the control group. Incremental money = lift of the
money a person x people reached. ROI = (incremental money x margin - cost) / cost. Without a control group there is no
lift, no incremental money and no return: what people would have done anyway is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.mathematics.experiments import Difference, difference
from campaigns.choices import MEASURES, Reached
from campaigns.models import Campaign
from campaigns.tallies import Counted, Tally

NO_CONTROL = "no control group"
SMALL = 30


@dataclass(frozen=True)
class Costs:
    """What a campaign cost and what is left of what it sells; None where that is not known."""

    contact: float | None = None
    fixed: float | None = None
    margin: float | None = None

    @classmethod
    def of(cls, campaign: Campaign) -> Costs:
        return cls(_number(campaign.contact_cost_amount), _number(campaign.fixed_cost_amount), _number(campaign.margin))

    def of_people(self, n: int, share: float) -> float | None:
        """The cost of reaching n people, with their `share` of the fixed costs."""
        if self.contact is None and self.fixed is None:
            return None
        return n * (self.contact or 0) + share * (self.fixed or 0)


@dataclass(frozen=True)
class Result:
    """The figures of one variant (or of all that were reached together): see the module."""

    name: str
    tally: Tally
    is_control: bool = False
    share: float = 1.0
    costs: Costs = Costs()
    lifts: dict[str, Difference] | None = None
    money_lift: Difference | None = None

    def rate(self, measure: str) -> float | None:
        hits = self.tally.reached(measure)
        return hits / self.tally.n if hits is not None and self.tally.n else None

    def lift(self, measure: str) -> Difference | None:
        return (self.lifts or {}).get(measure)

    @property
    def amount_per_contact(self) -> float | None:
        return self.tally.amount / self.tally.n if self.tally.amount is not None and self.tally.n else None

    @property
    def incremental_amount(self) -> float | None:
        return None if self.money_lift is None else self.money_lift.value * self.tally.n

    @property
    def incremental_bounds(self) -> tuple[float, float] | None:
        found = self.money_lift
        return None if found is None else (found.low * self.tally.n, found.high * self.tally.n)

    @property
    def incremental_margin(self) -> float | None:
        money = self.incremental_amount
        return None if money is None else money * (1 if self.costs.margin is None else self.costs.margin)

    @property
    def cost(self) -> float | None:
        return None if self.is_control else self.costs.of_people(self.tally.n, self.share)

    @property
    def roi(self) -> float | None:
        margin, cost = self.incremental_margin, self.cost
        return (margin - cost) / cost if margin is not None and cost else None

    @property
    def extra_customers(self) -> float | None:
        """Conversions that would not have come without it."""
        found = self.lift(Reached.CONVERTED)
        return None if found is None else found.value * self.tally.n

    @property
    def cost_per_acquisition(self) -> float | None:
        """The cost of each conversion that would not have come without it; none where none did."""
        extra, cost = self.extra_customers, self.cost
        return cost / extra if cost is not None and extra is not None and extra > 0 else None

    @property
    def is_small(self) -> bool:
        return self.tally.n < SMALL


@dataclass(frozen=True)
class Outcome:
    """All figures of a campaign: by variant, all reached together, and the control group (None: there is none)."""

    variants: Sequence[Result]
    together: Result
    control: Result | None

    @property
    def has_anybody(self) -> bool:
        return self.together.tally.n > 0 or (self.control is not None and self.control.tally.n > 0)

    @property
    def measured(self) -> list[str]:
        """The measures that any part of it has, in the order of the funnel."""
        parts = [*self.variants, *([self.control] if self.control else [])]
        return [name for name in MEASURES if any(part.tally.reached(name) is not None for part in parts)]

    @property
    def has_money(self) -> bool:
        return any(one.tally.amount is not None for one in self.variants)


def outcome_of(counted: Counted, costs: Costs) -> Outcome:
    """The figures of a campaign from its tallies."""
    control = counted.control[1] if counted.control and counted.control[1].n else None
    together = counted.treated
    variants = [
        compared(variant.name, tally, control, costs, tally.n / together.n if together.n else 0.0)
        for variant, tally in counted.variants
    ]
    kept_out = (
        Result(counted.control[0].name, control, is_control=True, costs=costs)
        if counted.control is not None and control is not None
        else None
    )
    return Outcome(variants, compared("all reached", together, control, costs), kept_out)


def compared(name: str, tally: Tally, control: Tally | None, costs: Costs, share: float = 1.0) -> Result:
    """The figures of people who were reached, beside those who were kept out."""
    if control is None:
        return Result(name, tally, share=share, costs=costs)
    lifts = {}
    for measure in (Reached.RESPONDED, Reached.CONVERTED):
        ours, theirs = tally.sample(measure), control.sample(measure)
        found = difference(ours, theirs) if ours is not None and theirs is not None else None
        if found is not None:
            lifts[measure.value] = found
    money, other = tally.money, control.money
    money_lift = difference(money, other) if money is not None and other is not None else None
    return Result(name, tally, share=share, costs=costs, lifts=lifts, money_lift=money_lift)


def as_metrics(outcome: Outcome) -> dict[str, Any]:
    """The figures as the analysis and the API give them out; see the contract of `analyze --json`."""
    parts = [*outcome.variants, *([outcome.control] if outcome.control else [])]
    return {
        "variants": {part.name: _figures(part) for part in parts},
        "treated": _figures(outcome.together),
        "control": outcome.control.name if outcome.control else None,
        "note": "" if outcome.control else NO_CONTROL,
    }


def _figures(part: Result) -> dict[str, Any]:
    responded, converted, money = part.lift(Reached.RESPONDED), part.lift(Reached.CONVERTED), part.money_lift
    return {
        "n": part.tally.n,
        **{f"{name}_rate": _rounded(part.rate(name)) for name in MEASURES},
        "amount_per_contact": _rounded(part.amount_per_contact),
        **_difference("lift", responded),
        **_difference("converted_lift", converted),
        **_difference("amount_lift", money),
        "incremental_amount": _rounded(part.incremental_amount, 4),
        "cost": _rounded(part.cost, 4),
        "roi": _rounded(part.roi),
        "cost_per_acquisition": _rounded(part.cost_per_acquisition, 4),
    }


def _difference(name: str, found: Difference | None) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys((name, *(f"{name}_{part}" for part in ("low", "high", "p", "relative"))))
    return {
        name: _rounded(found.value, 8),
        f"{name}_low": _rounded(found.low, 8),
        f"{name}_high": _rounded(found.high, 8),
        f"{name}_p": float(f"{found.p:.6g}"),
        f"{name}_relative": _rounded(found.relative),
    }


def _rounded(value: float | None, digits: int = 6) -> float | None:
    return None if value is None else round(float(value), digits)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
