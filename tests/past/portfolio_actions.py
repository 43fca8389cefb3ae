"""The actions of the portfolio with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.models import StrategyRule
from analytics.portfolio import actions
from analytics.significance import actions as significance
from tests.factories import make_contact

PORTFOLIO_MODULES = (actions, significance)
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


def _mark(actor: Any) -> Callable[[], Any]:
    contact = make_contact()
    return lambda: significance.mark_significant(actor=actor, contact=contact, kind="benchmark", reason="Others ask.")


def _unmark(actor: Any) -> Callable[[], Any]:
    mark = significance.mark_significant(actor=None, contact=make_contact(), kind="benchmark", reason="Others ask.")
    return lambda: significance.unmark_significant(actor=actor, mark=mark)


PORTFOLIO_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "save_strategies": _save,
    "mark_significant": _mark,
    "unmark_significant": _unmark,
}
