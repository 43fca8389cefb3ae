"""The actions of the portfolio with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.models import StrategyRule
from analytics.portfolio import actions

PORTFOLIO_MODULES = (actions,)
PORTFOLIO_NOT_ALONE = {"hold_strategies", "hold_pools"}


def _save(actor: Any) -> Callable[[], Any]:
    row: dict[str, str | None] = {"name": "Everybody", "strategy": "start", "advice": "Call them."}
    bounds: dict[str, str | None] = {
        "rung": "",
        "value": None,
        "revenue": None,
        "chance": None,
        "quiet": None,
        "cost": None,
        "potential": None,
    }
    row |= {f"{name}_{end}": empty for name, empty in bounds.items() for end in ("from", "to")}
    StrategyRule.objects.create(position=999, name="Nobody", strategy="end")
    return lambda: actions.save_strategies(actor=actor, rows=[row])


PORTFOLIO_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {"save_strategies": _save}
