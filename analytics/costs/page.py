"""The page of profitability: the whale curve, the tenths, and the rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.translation import gettext

from analytics.costs.curve import whale
from analytics.costs.drivers import DRIVERS
from analytics.models import CostScore, ModelRun
from analytics.queries import customers_url
from crm.models import User
from crm.templatetags.figures import full_day, number, percent, plural, short_money, whole_money

CENT = Decimal("0.01")


class CostPage:
    """The newest run as a person may see it: the figures of the run for who sees all customers, else counted."""

    def __init__(self, run: ModelRun, user: User, currency: str, *, sees_all: bool) -> None:
        self.run, self.currency, self.sees_all = run, currency, sees_all
        self.sentences = run.metrics.get("sentences", []) if sees_all else []
        if sees_all:
            self.whale: dict[str, Any] = run.metrics["whale"]
            self.served, self.cost = run.metrics["customers"], run.metrics["cost_to_serve"]
            return
        rows = CostScore.objects.visible_to(user).order_by()
        found = list(rows.values_list("profit", "contribution", "cost_to_serve"))
        known = np.array([row for row in found if None not in row], float).reshape(-1, 3)
        self.whale = whale(known[:, 0], known[:, 1], known[:, 2])
        self.served, self.cost = len(found), float(sum(row[2] for row in found))

    @property
    def has_pools(self) -> bool:
        return bool(self.run.metrics.get("pools"))

    @property
    def months(self) -> int:
        return int(self.run.parameters.get("months", 12))

    @property
    def pools(self) -> list[dict[str, Any]]:
        """The pools with their rates; how often the driver was counted only for who sees all customers."""
        rows = []
        for pool in self.run.metrics.get("pools", ()):
            rate = None if pool["rate"] is None else Decimal(pool["rate"])
            driver = DRIVERS.get(pool["driver"])
            count = pool["count"] if self.sees_all else None
            shared = None if rate is None or count is None else rate * count
            label = driver.label if driver else pool["driver"]
            way = "amount of a year, shared out" if pool["annual_amount"] is not None else "fixed rate"
            rows.append({**pool, "rate": rate, "driver": label, "way": way, "count": count, "shared": shared})
        return rows

    @property
    def cards(self) -> list[dict[str, Any]]:
        found, count = self.whale, self.whale["customers"]
        per_head = whole_money(self.cost / self.served, self.currency) if self.served else ""
        best, peak = found["peak"]
        share = f"{percent(peak / found['total'])} of the profit" if found["total"] > 0 else "the most that is earned"
        cards = [
            _card(
                "Cost to serve",
                short_money(self.cost, self.currency),
                f"{per_head} a customer, of {number(self.served)}",
                _url("-cost_to_serve", cost_to_serve_min="0"),
            ),
        ]
        if not count:
            return cards
        return [
            *cards,
            _card(
                "Profit after serving",
                short_money(found["total"], self.currency),
                f"of {short_money(found['contribution'], self.currency)} contribution, {plural(count, 'customer')}",
            ),
            _card(
                "Earn something",
                number(best),
                f"{percent(best / count)} of them; together {share}",
                _url(served_profit_min=str(CENT)),
            ),
            _card(
                "Cost more than they bring",
                number(found["losing"]),
                f"together {short_money(found['lost'], self.currency)}",
                _url("served_profit", served_profit_max=str(-CENT)),
            ),
        ]

    @property
    def deciles(self) -> list[dict[str, Any]]:
        rows, total, before = [], self.whale["total"], 0.0
        for one in self.whale["deciles"]:
            before += one["profit"]
            bounds = {"served_profit_min": f"{one['low']:.2f}", "served_profit_max": f"{one['high']:.2f}"}
            rows.append({**one, "url": _url(**bounds), "share": before / total if total > 0 else None})
        return rows

    @property
    def chart_data(self) -> dict[str, Any]:
        """The sum of the best so many, in percent of all profit; in money where all of it together is none."""
        count, total = self.whale["customers"], self.whale["total"]
        points = self.whale["points"]
        values = [profit / total * 100 if total > 0 else profit for _, profit in points]
        return {
            "periods": [f"{place / count * 100:.0f} %" if count else "" for place, _ in points],
            "series": [{"name": gettext("Profit so far"), "points": [{"value": round(one, 1)} for one in values]}],
            **({} if total > 0 else {"unit": self.currency}),
        }

    @property
    def explanation(self) -> str:
        """The (i) of the curve and of the tenths."""
        left_out = self.served - self.whale["customers"]
        also = f" {plural(left_out, 'customer')} whose cost of goods is not known left out." if left_out else ""
        return (
            "Customers stand by profit after serving, the best first; the line adds it up. Where it falls, customers "
            f"cost more than they bring. Profit = contribution of the {plural(self.months, 'month')} up to "
            f"{full_day(self.run.as_of)} (revenue less cost of goods, returns taken off; an order without known cost "
            "at the company’s margin) less cost to serve = sum of rate × count of the driver. A rate is fixed, or the "
            f"amount of a year × months ÷ 12 ÷ count over all customers. Run {self.run.pk}, "
            f"n = {plural(self.whale['customers'], 'customer')}.{also}"
        )


def _url(sort: str = "-served_profit", **filters: Any) -> str:
    return customers_url(**filters).replace("sort=-revenue", f"sort={sort}")


def _card(label: str, value: str, note: str, url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}
