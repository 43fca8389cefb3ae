"""The tab of a contact's relations, with the tree of organizations."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts.models import Contact
from contacts.relations.queries import relations_of, tree_of
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import company_today
from crm.requests import SignedInRequest


def relations(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    return {
        "contact": contact,
        "relations": relations_of(user, contact, company_today()),
        "tree": tree_of(user, contact) if contact.is_organization else [],
        "may_change": can(user, Verb.CHANGE, contact),
    }


RELATION_PANELS = (
    RecordPanel("relations", "Relations", "contacts/relations/_tab.html", relations, place="tab", order=45),
)
