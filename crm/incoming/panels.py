"""The mails that hang on a record, on its page."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.catalogue import RecordPanel
from crm.models import IncomingMail
from crm.requests import SignedInRequest

MOST = 5


def mails_on(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The newest mails that hang on the record, as far as the person may see them."""
    rows = IncomingMail.objects.visible_to(cast(SignedInRequest, request).user)
    rows = rows.filter(record_model=record._meta.label_lower, record_id=record.pk).defer("text", "visible_text")
    mails = list(rows.order_by("-pk")[:MOST])
    return {"mails": mails} if mails else None


MAILS = RecordPanel("mails", "Mails", "crm/incoming/_record_mails.html", mails_on, order=60)
