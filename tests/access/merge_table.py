"""Who may do what with merges: one is reached by who reaches the contact that was kept."""

from __future__ import annotations

from contacts.models import Contact, ContactMerge
from crm.models import User
from tests.access.law import SCOPES, Address, button, form, page

SCOPES["merge"] = SCOPES["contact"]
MERGE_ADDRESSES: dict[str, Address] = {
    "contacts:contact_likely": page("contact"),
    "contacts:contact_merge": form("contact", "change", has_record=True),
    "contacts:merge_list": page("merge"),
    "contacts:merge_detail": Address("merge"),
    "contacts:merge_undo": button("merge", "delete"),
}


def make_canary_merge(owner: User, name: str) -> ContactMerge:
    """Two that were merged and taken apart again, so that both are there to be seen."""
    kept, gone = (
        Contact.objects.create(name=f"CANARY contact {one} of {name}", owner=owner, team=owner.team, sort_name=name)
        for one in ("kept", "gone")
    )
    return ContactMerge.objects.create(
        kept=kept, gone=gone, kept_name=kept.name, gone_name=gone.name, undone_at="2026-03-02T12:00Z"
    )


MERGE_MAKERS = {"merge": make_canary_merge}
