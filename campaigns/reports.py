"""The lists of campaigns that reports are made of, and the ready reports."""

from typing import Any

from crm.choices import Role
from crm.reports.spec import AppReports, ReadyReport

AREA = "Campaigns"
RECIPIENTS = "campaigns.recipient"
RESPONSE = ("count", "yes:responded", "yes:converted", "sum:amount")
# without who was left out
DRAWN: dict[str, Any] = {"version": 1, "where": {"all": [{"field": "variant", "op": "not_empty"}]}}

REPORTS = AppReports(
    lists=("campaigns:campaign_list", "campaigns:recipient_list", "campaigns:offer_list", "campaigns:play_list"),
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
            "response-by-variant", "Response by campaign and variant",
            "Who of each variant, and of the control group, responded and ordered, and what they spent.",
            AREA, RECIPIENTS, ("campaign", "variant"), measures=RESPONSE, where=DRAWN, limit=100,
            roles=(Role.MARKETER, Role.MANAGER),
        ),
        ReadyReport(
            "response-by-value", "Response by value class",
            "Whether the best customers answer more: by the tenth of value in which each stands today.",
            AREA, RECIPIENTS, ("value_tenth:1",), measures=RESPONSE,
            where={"version": 1, "where": {"all": [*DRAWN["where"]["all"],
                   {"field": "is_control", "op": "is", "value": "no"}]}},
            chart="bar", roles=(Role.MARKETER, Role.MANAGER),
        ),
        ReadyReport(
            "responses-by-segment", "Responses by segment", "How many of those we wrote to answered, by segment.",
            AREA, "contacts.contact", ("segment",), measures=("count", "share", "sum:revenue"),
            where={"version": 1, "where": {"all": [{"field": "responses", "op": "at_least", "value": 1}]}},
            roles=(Role.MARKETER, Role.MANAGER),
        ),
    ),
)  # fmt: skip
