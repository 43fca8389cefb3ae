"""The lists of orders that reports are made of, and the ready reports."""

from typing import Any

from crm.reports.spec import AppReports, ReadyReport

PATTERN, SALES = "Pattern of buying", "Sales"
ORDERS, LINES = "orders.order", "orders.orderline"
MARGIN = ("sum:base_sold", "sum:base_returned", "sum:base_amount", "sum:base_margin")
PURCHASES = {"field": "is_purchase", "op": "is", "value": "yes"}
LAST_YEAR = {"field": "ordered_on", "op": "in_last", "value": {"count": 12, "unit": "month"}}
LAST_THREE = {"field": "ordered_on", "op": "in_last", "value": {"count": 3, "unit": "year"}}


def _where(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "where": {"all": list(conditions)}}


REPORTS = AppReports(
    lists=(
        "orders:order_list", "orders:line_list", "orders:product_list", "orders:subscription_list",
        "orders:invoice_list", "orders:registration_list",
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
            "margin-by-product", "Margin and returns by product",
            "What each product was sold for in twelve months, what came back, and what is left after its cost.",
            PATTERN, LINES, ("item",), measures=MARGIN, where=_where(LAST_YEAR), sort="-m4", limit=100,
        ),
        ReadyReport(
            "margin-by-family", "Margin and returns by product family",
            "The same by product family: where money is earned, and where much comes back.",
            PATTERN, LINES, ("family",), measures=MARGIN, where=_where(LAST_YEAR), sort="-m4",
        ),
        ReadyReport(
            "direct-and-partners", "Direct beside each partner",
            "Revenue, margin and customers of twelve months: what we sold directly, and what each channel partner did.",
            SALES, LINES, ("sold_by", "partner_contact"),
            measures=("sum:base_amount", "part:base_amount", "sum:base_margin", "distinct:contact"),
            where=_where(LAST_YEAR),
        ),
        ReadyReport(
            "direct-by-quarter", "Direct and by partners, by quarter",
            "How the share of direct revenue moves.",
            SALES, LINES, ("ordered_on:quarter",), "sold_by", ("sum:base_amount", "sum:base_margin"),
            where=_where(LAST_THREE), chart="stacked",
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
