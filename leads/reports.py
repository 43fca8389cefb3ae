"""The lists of leads that reports are made of, and the ready reports."""

from crm.reports.spec import AppReports, ReadyReport

AREA = "List of enquirers"
LEADS = "leads.lead"
BOTH = {"field": "state", "op": "is", "value": "all"}

REPORTS = AppReports(
    lists=("leads:lead_list",),
    ready=(
        ReadyReport(
            "enquirers-by-month", "Enquirers by month", "How many people asked each month, and what became of them.",
            AREA, LEADS, ("created_at:month",), "status", ("count",), chart="stacked",
        ),
        ReadyReport(
            "enquirers-by-source", "Enquirers by source", "Which sources bring enquirers, and who became a customer.",
            AREA, LEADS, ("source",), "converted", ("count", "share"), chart="stacked",
        ),
        ReadyReport(
            "enquirers-by-owner", "Enquirers by owner", "Who works on how many enquirers, by their status.",
            AREA, LEADS, ("owner",), "status", ("count",), chart="stacked",
        ),
        ReadyReport(
            "lost-enquirers", "Why enquirers are lost", "The reasons for which enquirers were given up, by source.",
            AREA, LEADS, ("lost_reason",), "source", ("count",), chart="stacked",
            where={"version": 1, "where": {"all": [{"field": "lost_reason", "op": "not_empty"}, BOTH]}},
        ),
    ),
)  # fmt: skip
