"""The lists of orders that reports are made of, and the ready reports."""

from typing import Any

from crm.reports.spec import AppReports, ReadyReport

PATTERN, SALES = "Pattern of buying", "Sales"
ORDERS = "orders.order"
PURCHASES = {"field": "is_purchase", "op": "is", "value": "yes"}
LAST_YEAR = {"field": "ordered_on", "op": "in_last", "value": {"count": 12, "unit": "month"}}
LAST_THREE = {"field": "ordered_on", "op": "in_last", "value": {"count": 3, "unit": "year"}}


def _where(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "where": {"all": list(conditions)}}


REPORTS = AppReports(
    lists=(
        "orders:order_list", "orders:product_list", "orders:subscription_list", "orders:invoice_list",
        "orders:registration_list",
    ),
    ready=(
        ReadyReport(
            "orders-by-month", "Orders by month", "How much was ordered, how often, and how large a usual order is.",
            PATTERN, ORDERS, ("ordered_on:month",),
            measures=("sum:base_amount", "count", "median:base_amount", "distinct:contact"),
            where=_where(LAST_THREE, PURCHASES), chart="line",
        ),
        ReadyReport(
            "orders-by-channel", "Orders by channel", "Through which channels customers buy, year by year.",
            PATTERN, ORDERS, ("channel",), "ordered_on:year", ("sum:base_amount", "count"), chart="stacked",
        ),
        ReadyReport(
            "best-customers", "Best customers of twelve months", "Who bought most in the last twelve months.",
            "List of customers", ORDERS, ("contact",),
            measures=("sum:base_amount", "count", "part:base_amount"), where=_where(LAST_YEAR), sort="-m1", limit=25,
        ),
        ReadyReport(
            "open-invoices", "Open invoices by due month", "What customers owe, by the month in which it is due.",
            SALES, "orders.invoice", ("due_on:month",), measures=("sum:base_open_amount", "count"),
            where=_where({"field": "open_amount", "op": "over", "value": 0}), chart="bar",
        ),
        ReadyReport(
            "subscriptions-by-plan", "Subscriptions by plan", "What each plan brings a month, and how many have it.",
            SALES, "orders.subscription", ("plan",), measures=("count", "sum:monthly_amount"),
            where=_where({"field": "state", "op": "any", "value": ["running"]}),
        ),
    ),
)  # fmt: skip
