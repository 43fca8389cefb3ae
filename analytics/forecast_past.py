"""What was forecast on earlier days, and how far off it was: back-tests, nightly snapshots, errors over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from analytics.models import ForecastSnapshot
from crm.templatetags.figures import full_day, number, percent

if TYPE_CHECKING:
    from analytics.forecast_page import Span
    from analytics.models import ModelRun

METHODS = {"learned": "Learned", "naive": "As last time", "weighted": "Weighted"}
REPS = {"commit": "Commit", "best_case": "Best case", "pipeline": "Pipeline"}
ALL = METHODS | REPS
WORDS = {
    "learned": "Chances by age, product, owner and stage, learned from the three months before, and deals to come.",
    "naive": "What the three months before brought.",
    "weighted": "Amount times probability of the stage. It ignores when, and deals to come.",
    "commit": "What the reps commit to.",
    "best_case": "With what may come.",
    "pipeline": "All that the reps do not leave out.",
}
MOST_DAYS = 40


def methods(run: ModelRun) -> list[dict[str, Any]]:
    """Each method: its words, what it says of the three months ahead, how far off it was at how many earlier cut-offs
    or nights; the recommended one marked."""
    found, nights = run.metrics, run.metrics.get("over_time", {}).get("errors", {})
    rows = []
    for name, label in METHODS.items():
        one = found["methods"][name]
        rows.append({
            "name": label, "amount": one["next_quarter"], "error": one["backtest_error"],
            "from": f"{len(one['backtest'])} earlier quarters", "is_best": found["recommended"] == name,
        })  # fmt: skip
    for name, label in REPS.items():
        one = nights.get(name, {})
        rows.append({
            "name": label, "amount": found["rep"].get(name), "error": one.get("error"),
            "from": f"{number(one['nights'])} nights" if one else "", "is_best": False,
        })  # fmt: skip
    for row, name in zip(rows, ALL, strict=True):
        row |= {"words": WORDS[name], "in_nights": nights.get(name, {}).get("error")}
    return rows


def recommendation(run: ModelRun) -> str:
    """Which method to go by, and why, in a sentence."""
    found, best = run.metrics, run.metrics["recommended"]
    if not best:
        return "No method can be recommended yet: too few deals were closed, or in too short a time, to try them."
    errors = {
        name: one["backtest_error"] for name, one in found["methods"].items() if one["backtest_error"] is not None
    }
    others = ", ".join(
        f"{METHODS[name].lower()} {percent(error, 1)}"
        for name, error in sorted(errors.items(), key=lambda pair: pair[1])
        if name != best
    )
    count = len(found["methods"][best]["backtest"])
    tried = f"{number(count)} earlier quarters" if count != 1 else "one earlier quarter"
    return (
        f"Go by “{METHODS[best]}”: at {tried} it had the smallest error, {percent(errors[best], 1)} "
        f"of what came ({others})."
    )


def weighted_is(run: ModelRun) -> str:
    """How many times what open deals then brought the weighted pipeline said, in a sentence; empty where untried."""
    times = [test["weighted"] / test["from_open"] for test in run.metrics.get("tests", ()) if test["from_open"]]
    if not times:
        return ""
    least, most = number(min(times), 1), number(max(times), 1)
    days = f"On {number(len(times))} earlier days" if len(times) > 1 else "On one earlier day"
    found = least if least == most else f"{least} to {most}"
    return f"{days} it came to {found} times what the deals open then brought in the next three months."


def tests_of(run: ModelRun) -> list[dict[str, Any]]:
    """Each earlier cut-off with what came, what was open then, and what every method would have said."""
    rows = []
    for test in run.metrics.get("tests", ()):
        said = [
            {
                "amount": test[name],
                "off": (test[name] - test["actual"]) / test["actual"] if test["actual"] else None,
            }
            for name in METHODS
        ]
        rows.append({**test, "cutoff": dt.date.fromisoformat(test["cutoff"]), "said": said})
    return rows


def thoughts_of(span: Span) -> list[dict[str, Any]]:
    """What each method said of a month or quarter on the nights before and in it, the first night first; of more than
    forty nights, that many spread evenly with the last one."""
    kept = ForecastSnapshot.objects.filter(span=span.period.kind, starts_on=span.period.start)
    days: dict[dt.date, dict[str, float]] = {}
    for day, method, amount in kept.order_by("taken_on").values_list("taken_on", "method", "amount"):
        days.setdefault(day, {})[method] = float(amount)
    nights = list(days.items())
    step = -(-len(nights) // MOST_DAYS) or 1
    chosen = nights[::-1][::step][::-1]
    return [{"day": day, "said": [said.get(name) for name in ALL]} for day, said in chosen]


def thoughts_chart(rows: Sequence[Mapping[str, Any]], came: float | None) -> dict[str, Any]:
    """The same for the chart of lines; `came` as a line of its own once the span is over."""
    series = _series(rows, ALL.values())
    if came is not None:
        series.append({"name": gettext("Came"), "points": [{"value": round(came)} for _ in rows]})
    return {"periods": [_day(row["day"]) for row in rows], "series": series, "unit": ""}


def over_time(run: ModelRun) -> list[dict[str, Any]]:
    """By week: what the three months from a night brought, and how far off each method was that night (share of what
    came; above 0 it said too much)."""
    rows = []
    for point in run.metrics.get("over_time", {}).get("points", ()):
        came = point["came"]
        off = [
            (point["said"][name] - came) / came if came and point["said"].get(name) is not None else None
            for name in ALL
        ]
        rows.append({"day": dt.date.fromisoformat(point["day"]), "came": came, "said": off})
    return rows


def over_time_chart(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = [{**row, "said": [None if one is None else 100 * one for one in row["said"]]} for row in rows]
    return {"periods": [_day(row["day"]) for row in rows], "series": _series(shown, ALL.values())}


def single_deals(run: ModelRun) -> str:
    """Whether single deals can be told apart, in words; empty where nobody could say."""
    found = run.metrics.get("single_deals")
    if not found:
        return ""
    areas = " and ".join(f"{area:.4f} ({kind})" for kind, area in found["auc"].items())
    forward = found.get("forward")
    best = forward if forward is not None else max(found["auc"].values())
    verdict = (
        "near 0.5 is chance: who sells what to whom hardly says which deal will be won, so nobody should be told that "
        "a single deal is “78 % likely”"
        if best < 0.6
        else "0.5 is chance, 1 is certainty"
    )
    ahead = "" if forward is None else (
        f" Asked only of deals opened later than all that it learned from, as a score on the page would be, it has "
        f"{forward:.4f} ({number(found['n_forward'])} deals)."
    )  # fmt: skip
    return (
        f"Can single deals be told apart? By rep, product, customer and month of opening, known before it closes, a "
        f"model ranks a won deal above a lost one with an AUC of {areas}, out of fold over the newest "
        f"{number(found['n'])} closed deals.{ahead} {verdict[0].upper()}{verdict[1:]}."
    )


def _series(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "points": [None if row["said"][place] is None else {"value": round(row["said"][place], 1)} for row in rows],
        }
        for place, name in enumerate(names)
        if any(row["said"][place] is not None for row in rows)
    ]


def _day(day: dt.date) -> str:
    return full_day(day)
