"""The lists of feedback that reports are made of, and the ready reports."""

from crm.reports.spec import AppReports, ReadyReport

AREA = "Service"

REPORTS = AppReports(
    lists=(
        "feedback:response_list", "feedback:invitation_list", "feedback:review_list", "feedback:suggestion_list",
        "feedback:visit_list", "feedback:touch_list",
    ),
    ready=(
        ReadyReport(
            "recommending-by-month", "Who recommends us, by month", "Promoters, passives and detractors by month.",
            AREA, "feedback.response", ("answered:month",), "group", ("count", "avg:nps"), chart="stacked",
        ),
        ReadyReport(
            "contacts-by-channel", "Touches by channel", "On which channels we and our customers meet, by quarter.",
            AREA, "contacts.interaction", ("channel",), "occurred_at:quarter", ("count",), chart="stacked",
        ),
    ),
)  # fmt: skip
