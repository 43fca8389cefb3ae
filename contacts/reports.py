"""The lists of contacts that reports are made of, and the ready reports."""

from crm.reports.spec import AppReports, ReadyReport

CUSTOMERS = "List of customers"
LABEL = "contacts.contact"

REPORTS = AppReports(
    lists=("contacts:contact_list", "contacts:acquired_list_list"),
    ready=(
        ReadyReport(
            "customers-by-country", "Contacts by country", "Where the people and organizations are that we know.",
            CUSTOMERS, LABEL, ("country",), "kind", ("count", "share"), chart="stacked",
        ),
        ReadyReport(
            "customers-by-source", "Where contacts came from", "Which sources bring contacts, and in which quarter.",
            CUSTOMERS, LABEL, ("source",), "created_on:quarter", ("count",), chart="stacked",
        ),
        ReadyReport(
            "customers-by-owner", "Contacts by owner", "How many contacts each colleague looks after.",
            CUSTOMERS, LABEL, ("owner",), "kind", ("count",), chart="stacked",
        ),
    ),
)  # fmt: skip
