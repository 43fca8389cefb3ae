"""Who may do what with saved reports; a report's file is an export of its list."""

from __future__ import annotations

from typing import Any

from crm.models import SavedReport, User
from tests.access.law import EVERYBODY, SCOPES, Address, button, form, page

SCOPES["saved report"] = SCOPES["saved view"]
SCOPES["ready report"] = {"view": EVERYBODY}
OF_CONTACTS = {"subject": "contacts.contact"}

REPORT_ADDRESSES: dict[str, Address] = {
    "reports:report_list": page("saved report"),
    "reports:build": page("saved report"),
    "reports:file": Address("contact", {"GET": "export"}, has_record=False, data=OF_CONTACTS),
    "reports:report_create": form("saved report", "add"),
    "reports:ready": Address("ready report"),
    "reports:saved": Address("saved report"),
    "reports:report_update": form("saved report", "change", has_record=True),
    "reports:report_keep": button("saved report", "change"),
    "reports:report_delete": button("saved report", "delete"),
}


def make_report(owner: User, name: str) -> SavedReport:
    return SavedReport.objects.create(
        name=f"CANARY report {name}", owner=owner, team=owner.team, definition={**OF_CONTACTS, "row1": "kind"}
    )


def make_ready(owner: User, name: str) -> Any:
    from tests.access.world import Secret  # noqa: PLC0415 - it reads this module

    return Secret("customers-by-country")


REPORT_MAKERS = {"saved report": make_report, "ready report": make_ready}
