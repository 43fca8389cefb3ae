"""What feedback puts on a contact's page: the tab of what they answered."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest
from django.urls import reverse

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.catalogue import RecordPanel
from crm.models import User
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from feedback.models import Response

NEWEST = 50
COLUMNS = ("told_at", "nps", "comment", "survey", "followed")
PHONE = {"nps": "cell-end", "comment": "cell-secondary", "survey": "cell-secondary-end"}


def answers_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest responses of the contact as a table, and where all of them are."""
    request, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = Response.objects.visible_to(request.user).filter(contact=contact).select_related("survey", "follow_up")
    found = list(rows.order_by("-told_at", "-pk")[: NEWEST + 1])
    return {
        "table": small_table("feedback.response", COLUMNS, PHONE, request, found[:NEWEST]),
        "all_url": f"{reverse('feedback:response_list')}?contact={contact.pk}",
        "has_more": len(found) > NEWEST,
    }


def counted_answers(user: User) -> VisibleQuerySet[Response]:
    """The responses of a contact that the person may see."""
    return Response.objects.visible_to(user).filter(contact=OuterRef("pk"))


def count_answers(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the contact; a contact without any has no such tab."""
    count: int = record.answers_count  # type: ignore[attr-defined]
    return count or None


CONTACT_PANELS = (
    RecordPanel(
        "answers",
        "Answers",
        "feedback/_answers.html",
        answers_tab,
        place="tab",
        order=18,
        count=count_answers,
        counted=counted_answers,
    ),
)
