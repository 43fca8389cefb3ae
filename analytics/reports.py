"""The lists of the analysis that reports are made of, and the ready reports over scores."""

from crm.reports.spec import AppReports, ReadyReport

CUSTOMERS, PATTERN = "List of customers", "Pattern of buying"
LABEL = "contacts.contact"

REPORTS = AppReports(
    lists=("analytics:alert_list",),
    ready=(
        ReadyReport(
            "customers-by-segment", "Customers by segment", "How many customers each segment has, and what they bring.",
            CUSTOMERS, LABEL, ("segment",), measures=("count", "share", "sum:revenue", "avg:clv"), sort="-m1",
            where={"version": 1, "where": {"all": [{"field": "segment", "op": "not_empty"}]}},
        ),
        ReadyReport(
            "risk-by-segment", "Risk by segment", "In which segments customers may leave, and the value at risk.",
            CUSTOMERS, LABEL, ("segment",), "risk", ("count", "sum:at_risk"), chart="stacked",
            where={"version": 1, "where": {"all": [{"field": "risk", "op": "not_empty"}]}},
        ),
        ReadyReport(
            "purchases-a-customer", "How often customers buy", "How many customers bought once, twice, more often.",
            PATTERN, LABEL, ("purchases:1",), measures=("count", "share", "sum:revenue"), chart="bar",
            where={"version": 1, "where": {"all": [{"field": "purchases", "op": "not_empty"}]}},
        ),
        ReadyReport(
            "usage-by-country", "Heavy and light users by country", "Where those live who buy much, some, or seldom.",
            PATTERN, LABEL, ("country",), "usage", ("count", "sum:revenue"), chart="stacked",
            where={"version": 1, "where": {"all": [{"field": "usage", "op": "not_empty"}]}},
        ),
    ),
)  # fmt: skip
