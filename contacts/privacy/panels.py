"""The tab of a contact's page about their data, for who has the right to them."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts.models import Contact, ContactLook, Hold, PrivacyRequest
from contacts.privacy.people import person_of
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import company_today
from crm.models import LogEntry, OutgoingMail
from crm.requests import SignedInRequest

MOST_ENTRIES = 50
FORMS = (
    ("html", "To read and print", "file-earmark-text"),
    ("json", "For machines (JSON)", "download"),
    ("zip", "Both, with their files", "files"),
)
OUT = ("hand out data", "export", "ask for data")


def privacy(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """What was asked about the person's data, who took them out, and how often they were written to."""
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    person = person_of(contact)
    entries = LogEntry.objects.filter(contact_id__in=person.ids).select_related("actor")
    holds = Hold.objects.filter(contact__in=person.ids).select_related("actor")
    return {
        "contact": contact,
        "forms": FORMS,
        "requests": PrivacyRequest.objects.filter(contact__in=person.ids).select_related("actor")[:MOST_ENTRIES],
        "taken_out": entries.filter(verb__in=OUT)[:MOST_ENTRIES],
        "changes": entries.exclude(verb__in=OUT).count(),
        "mails": OutgoingMail.objects.filter(contact_id__in=person.ids).count(),
        "holds": [(one, one.stands_on(company_today())) for one in holds[:MOST_ENTRIES]],
        "may_see_looks": can(user, Verb.VIEW, ContactLook),
        "may_hold": can(user, Verb.RUN, PrivacyRequest),
        "may_erase": can(user, Verb.RUN, PrivacyRequest) and not contact.is_organization,
    }


def for_whom(request: HttpRequest, record: models.Model) -> Any:
    """The tab is there for who has the right, without a number."""
    return "" if can(cast(SignedInRequest, request).user, Verb.EXPORT, PrivacyRequest) else None


PRIVACY_PANELS = (
    RecordPanel("privacy", "Privacy", "contacts/privacy/_panel.html", privacy, place="tab", order=950, count=for_whom),
)
