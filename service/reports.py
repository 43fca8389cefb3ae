"""The lists of service that reports are made of, and the ready reports."""

from crm.reports.spec import AppReports, ReadyReport

AREA = "Service"
TICKETS = "service.ticket"

REPORTS = AppReports(
    lists=("service:ticket_list", "service:compensation_list", "service:defection_list"),
    ready=(
        ReadyReport(
            "tickets-by-month", "Tickets by month", "How many queries, complaints and suggestions come in each month.",
            AREA, TICKETS, ("opened_at:month",), "kind", ("count",), chart="stacked",
        ),
        ReadyReport(
            "tickets-by-queue", "Tickets by queue", "How much each queue has, and how it stands.",
            AREA, TICKETS, ("queue",), "state", ("count",), chart="stacked",
        ),
        ReadyReport(
            "complaints-by-product", "Complaints by product", "Which products customers complain about.",
            AREA, TICKETS, ("product",), measures=("count", "share", "avg:reopenings"),
            where={"version": 1, "where": {"all": [{"field": "kind", "op": "any", "value": ["complaint"]}]}},
        ),
        ReadyReport(
            "compensation-given", "Compensation", "What was given to make good, and what it cost.",
            AREA, "service.compensation", ("remedy", "ticket_kind"), measures=("count", "sum:cost_amount"),
            chart="none",
        ),
        ReadyReport(
            "why-customers-end", "Why customers end", "The reasons of those who ended, and their worth.",
            AREA, "service.defection", ("reason",), "state", ("count", "sum:worth_amount"), chart="stacked",
        ),
    ),
)  # fmt: skip
