"""Results of campaigns as a file that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.expressions import Combinable

from campaigns.models import Campaign, Recipient
from contacts.keeping import CONTACT_IDS
from crm.access import can
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.company import end_of_day
from crm.exporting.streams import stream_rows

if TYPE_CHECKING:
    from crm.models import User

EXPRESSIONS: dict[str, str | Combinable] = {
    "campaign": "campaign__name",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "variant": "variant__name",
    "sent_at": "sent_at",
    "opened": "opened",
    "clicked": "clicked",
    "responded": "responded",
    "converted": "converted",
    "amount": "amount",
    "external_id": "external_id",
}


def result_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Who was in which campaign and what they did; of those sent by the end of `as_of`. Mails of plays are none."""
    if not can(user, Verb.EXPORT, Campaign):
        return iter(())
    rows = Recipient.objects.visible_to(user, Verb.EXPORT).filter(campaign__play=None).order_by("campaign_id", "pk")
    if as_of is not None:
        rows = rows.filter(Q(sent_at=None) | Q(sent_at__lt=end_of_day(as_of)))
    return stream_rows(rows, EXPRESSIONS, columns)


EXPORTS = (
    ExportKind(
        "campaign_results", "Results of campaigns", "campaigns.campaign", tuple(EXPRESSIONS), result_rows,
        stored=("campaigns.recipient", "contacts.contact"),
    ),
)  # fmt: skip
