"""What it is worth to keep p % more customers: arithmetic on the company's own figures, its assumptions in words."""

from __future__ import annotations

from dataclasses import dataclass

PERIODS_A_YEAR = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}


@dataclass(frozen=True)
class Base:
    """The last full period: customers active at its start, kept, and money; `margin` is profit by sales, if known."""

    kind: str
    active: int
    kept: int
    sales: float
    sales_kept: float
    sales_now: float
    margin: float | None

    @property
    def rate(self) -> float:
        return self.kept / self.active

    @property
    def lost(self) -> int:
        return self.active - self.kept

    @property
    def kept_brings(self) -> float:
        """Sales of a period of one kept customer."""
        return self.sales_now / self.kept if self.kept else 0.0

    @property
    def lost_brought(self) -> float:
        """Sales of the period before of one lost customer."""
        return (self.sales - self.sales_kept) / self.lost if self.lost else 0.0


@dataclass(frozen=True)
class Wish:
    """Keep `percent` more of those kept now; look `years` ahead, discount by the year, pay `cost` for each one more."""

    percent: float = 5.0
    years: float = 1.0
    discount: float = 0.10
    cost: float = 0.0


@dataclass(frozen=True)
class Worth:
    """What comes of it: customers more, their sales and profit, by what each of them is taken to bring."""

    more: float
    is_capped: bool
    sales: float
    profit: float


def worth_of(base: Base, wish: Wish, *, brings: float) -> Worth:
    """The customers more stay at the rate of all others and bring `brings` in each period they stay.

    In period t = 0, 1, ... of the horizon more x rate^t of them are there; their money is discounted by
    (1 + discount)^(t / periods a year). No more can be kept than are lost today.
    """
    wanted = base.kept * wish.percent / 100
    more = min(wanted, float(base.lost))
    per_year = PERIODS_A_YEAR[base.kind]
    count = max(1, round(wish.years * per_year))
    stay = sum(base.rate**t / (1 + wish.discount) ** (t / per_year) for t in range(count))
    sales = more * brings * stay
    margin = 1.0 if base.margin is None else base.margin
    return Worth(more, wanted > base.lost, sales, sales * margin - more * wish.cost)
