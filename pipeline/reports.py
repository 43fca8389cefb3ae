"""The lists of the pipeline that reports are made of, and the ready reports."""

from typing import Any

from crm.reports.spec import AppReports, ReadyReport

AREA = "Sales performance"
DEALS = "pipeline.deal"
LAST_YEAR = {"count": 12, "unit": "month"}


def _outcome(name: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    outcome = {"field": "outcome", "op": "any", "value": [name]}
    return {"version": 1, "where": {"all": [outcome, *conditions]}}


REPORTS = AppReports(
    lists=("pipeline:deal_list", "pipeline:quote_list"),
    ready=(
        ReadyReport(
            "won-by-owner", "Won deals by owner", "What each colleague won in the last twelve months.",
            AREA, DEALS, ("owner",), measures=("sum:base_amount", "count", "avg:base_amount", "part:base_amount"),
            where=_outcome("won", {"field": "closed_on", "op": "in_last", "value": LAST_YEAR}), sort="-m1",
        ),
        ReadyReport(
            "won-by-month", "Won deals by month", "What was won month by month, by pipeline.",
            AREA, DEALS, ("closed_on:month",), "pipeline", ("sum:base_amount", "count"), chart="stacked",
            where=_outcome("won", {"field": "closed_on", "op": "in_last", "value": LAST_YEAR}),
        ),
        ReadyReport(
            "open-by-stage", "Open deals by stage", "How many deals stand at each stage, and what they are worth.",
            AREA, DEALS, ("pipeline", "stage"), measures=("count", "sum:base_amount", "median:base_amount"),
            where=_outcome("open"), chart="bar",
        ),
        ReadyReport(
            "lost-deals", "Why deals are lost", "The reasons for which deals were lost, and their worth.",
            AREA, DEALS, ("reason",), measures=("count", "sum:base_amount", "share"), where=_outcome("lost"),
        ),
        ReadyReport(
            "deals-by-source", "Deals by source", "Where deals come from, and how they end.",
            AREA, DEALS, ("source",), "outcome", ("count", "sum:base_amount"), chart="stacked",
        ),
    ),
)  # fmt: skip
