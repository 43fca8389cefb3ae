"""Who may make one of two contacts, and of which two."""

from __future__ import annotations

from contacts.merging.keys import apps_with_keys
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.models import User


def refusal(actor: User | None, kept: Contact, gone: Contact) -> str:
    """Why these two must not become one, in a sentence; empty where they may."""
    if kept.pk == gone.pk:
        return "A contact cannot be merged with itself: choose the other one."
    if kept.kind != gone.kind:
        return "A person and an organization cannot become one."
    for one in (kept, gone):
        if one.merged_into_id is not None:
            return f"{one} was merged into another contact already."
    if not may_merge(actor, kept, gone):
        return "Merging needs the right to change both and to remove the one that goes."
    said = (refuses(kept.pk, gone.pk) for app in apps_with_keys() for refuses in app.refuses)
    return next((sentence for sentence in said if sentence), "")


def may_merge(actor: User | None, kept: Contact, gone: Contact) -> bool:
    """Change on both, delete on the one that goes."""
    return can(actor, Verb.CHANGE, kept) and can(actor, Verb.CHANGE, gone) and can(actor, Verb.DELETE, gone)
