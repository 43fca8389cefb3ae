"""The lists of campaigns that reports are made of, and the ready reports."""

from crm.choices import Role
from crm.reports.spec import AppReports, ReadyReport

AREA = "Campaigns"

REPORTS = AppReports(
    lists=("campaigns:campaign_list", "campaigns:offer_list", "campaigns:play_list"),
    ready=(
        ReadyReport(
            "campaigns-by-type", "Campaigns by type and channel", "What kinds of campaigns run on which channels.",
            AREA, "campaigns.campaign", ("type",), "channel", ("count",), chart="stacked",
            roles=(Role.MARKETER, Role.MANAGER),
        ),
        ReadyReport(
            "campaign-budgets", "Budgets of campaigns", "What was planned to be spent, quarter by quarter.",
            AREA, "campaigns.campaign", ("starts_on:quarter",), "type", ("sum:budget_amount", "count"), chart="stacked",
            roles=(Role.MARKETER, Role.MANAGER),
        ),
        ReadyReport(
            "responses-by-segment", "Responses by segment", "How many of those we wrote to answered, by segment.",
            AREA, "contacts.contact", ("segment",), measures=("count", "share", "sum:revenue"),
            where={"version": 1, "where": {"all": [{"field": "responses", "op": "at_least", "value": 1}]}},
            roles=(Role.MARKETER, Role.MANAGER),
        ),
    ),
)  # fmt: skip
