"""What the page "what it is worth" shows: the base it rests on, the answer, and every assumption in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from analytics.economics import PERIODS_A_YEAR, Base, Wish, Worth, worth_of
from analytics.models import ModelRun, RetentionRate
from crm.templatetags.figures import full_day, money, number, percent, plain_number, plural, whole_money

CAREFUL_AND_HOPEFUL = (
    "Careful: each brings what a lost customer had brought. Hopeful: each brings what a kept customer brings. "
    "The truth mostly lies nearer to the careful one: who leaves has as a rule bought less."
)
STEPS = (1, 2, 5, 10, 15, 20)


@dataclass(frozen=True)
class Line:
    """The worth of keeping so many percent more."""

    percent: int
    careful: Worth
    hopeful: Worth


class WorthPage:
    """The last full period of a run in which anybody was kept; `base` is None where there is none."""

    def __init__(self, run: ModelRun, rates: Sequence[RetentionRate], kind: str, currency: str) -> None:
        self.run, self.kind, self.currency = run, kind, currency
        full = [rate for rate in rates if not rate.is_partial and rate.retained and rate.sales > 0]
        self.rate = full[-1] if full else None

    @property
    def base(self) -> Base | None:
        if self.rate is None:
            return None
        rate = self.rate
        margin = float(rate.profit / rate.sales) if rate.profit is not None else None
        return Base(
            kind=self.kind,
            active=rate.active_at_start,
            kept=rate.retained,
            sales=float(rate.sales),
            sales_kept=float(rate.sales_kept),
            sales_now=float(rate.sales_now),
            margin=margin,
        )

    @property
    def what(self) -> str:
        return "profit" if self.base and self.base.margin is not None else "revenue"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The own figures that everything rests on."""
        base, rate = self.base, self.rate
        if base is None or rate is None:
            return []
        margin = percent(base.margin, 1) if base.margin is not None else "not known: revenue is shown instead"
        return [
            (f"Customers active at the start ({rate.before})", number(base.active)),
            (f"of them bought again ({rate.name})", f"{number(base.kept)} ({percent(base.rate, 1)})"),
            ("One who bought again brings, a " + self.kind, money(base.kept_brings, self.currency)),
            ("One who did not had brought", money(base.lost_brought, self.currency)),
            ("Margin (sales less cost of goods)", margin),
        ]

    @property
    def explanation(self) -> str:
        """The (i) of the chart."""
        return (
            "Customers more = percent × those who bought again, no more than were lost. Each line adds up, period by "
            f"period, customers more × retention^t × what one brings × margin ÷ (1 + discount)^t, less the cost. "
            f"{CAREFUL_AND_HOPEFUL} As of {full_day(self.run.as_of)}, run {self.run.pk}, "
            f"n = {plural(self.base.active if self.base else 0, 'customer')} active at the start."
        )

    def answer(self, wish: Wish) -> dict[str, Any] | None:
        """The worth of the wish, with the optimistic and the cautious value of a customer, and a table by percent."""
        base = self.base
        if base is None:
            return None
        careful, hopeful = self._both(base, wish)
        lines = [Line(step, *self._both(base, Wish(step, wish.years, wish.discount, wish.cost))) for step in STEPS]
        return {
            "more": number(hopeful.more, 1),
            "is_capped": hopeful.is_capped,
            "careful": careful,
            "hopeful": hopeful,
            "cards": [
                {
                    "label": "Customers kept more",
                    "value": number(hopeful.more),
                    "note": f"{plain_number(wish.percent)} % of {plural(base.kept, 'customer')} kept now",
                },
                self._card("Careful: worth like those who left", careful),
                self._card("Hopeful: worth like those who stay", hopeful),
            ],
            "lines": lines,
            "assumptions": self._assumptions(base, wish),
            "chart": {
                "periods": [f"{line.percent} %" for line in lines],
                "unit": "money",
                "series": [
                    {
                        "name": gettext("Careful"),
                        "points": [{"value": round(line.careful.profit, 2)} for line in lines],
                    },
                    {
                        "name": gettext("Hopeful"),
                        "points": [{"value": round(line.hopeful.profit, 2)} for line in lines],
                    },
                ],
            },
        }

    def _both(self, base: Base, wish: Wish) -> tuple[Worth, Worth]:
        """Careful and hopeful."""
        return worth_of(base, wish, brings=base.lost_brought), worth_of(base, wish, brings=base.kept_brings)

    def _card(self, label: str, worth: Any) -> dict[str, Any]:
        note = f"from {whole_money(worth.sales, self.currency)} of sales"
        return {"label": label, "value": whole_money(worth.profit, self.currency), "note": note}

    def _assumptions(self, base: Base, wish: Wish) -> list[str]:
        count = max(1, round(wish.years * PERIODS_A_YEAR[self.kind]))
        margin = (
            "they are sales, not profit" if base.margin is None else f"{percent(base.margin, 1)} of sales is profit"
        )
        cost = (
            "nothing is spent on it" if not wish.cost else f"each costs {money(wish.cost, self.currency)} to keep, once"
        )
        name, rate = self.rate.name if self.rate else "", percent(base.rate, 1)
        return [
            f"The figures of {name}, as of {full_day(self.run.as_of)}, are taken to go on.",
            f"Who is kept more stays at the rate of all others, {rate} a {self.kind}, for {plural(count, self.kind)}.",
            CAREFUL_AND_HOPEFUL,
            f"Money of later {self.kind}s is discounted by {percent(wish.discount, 1)} a year; {margin}; {cost}.",
            f"No more can be kept than are lost now ({number(base.lost)}).",
        ]
