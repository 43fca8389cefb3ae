"""Answers, a row an answer, and mystery visits, a row an item of a visit, as files that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf

from contacts.choices import PointKind
from contacts.keeping import CONTACT_IDS
from contacts.models import ContactPoint
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.company import end_of_day
from crm.exporting.streams import in_company_time, stream_rows
from crm.field_rights import hidden_fields
from feedback.choices import Dimension
from feedback.models import Answer, Response
from feedback.visits.exporting import VISIT_COLUMNS, visit_rows
from orders.keeping import PRODUCT_IDS

if TYPE_CHECKING:
    from crm.models import User

ADDRESSES = ContactPoint.objects.filter(contact=OuterRef("response__contact"), kind=PointKind.EMAIL)
EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "survey": "response__survey__name",
    "contact_external_id": CONTACT_IDS.told("response__contact__"),
    "email": Subquery(ADDRESSES.order_by("-is_primary", "pk").values("value")[:1]),
    "question": "question__text",
    "dimension": "question__dimension",
    "competitor": "question__competitor",
    "value": Coalesce(NullIf("choice", Value("")), Cast("value", TextField()), output_field=TextField()),
    "answered_at": "response__answered_at",
    "comment": "comment",
    "touch_point": "response__touch_point__name",
    "product_external_id": PRODUCT_IDS.told("response__product__"),
    "agent_email": "response__agent__email",
    "via": "response__via",
}


def answer_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Answers told by the end of `as_of`, response by response."""
    rows = Answer.objects.visible_to(user, Verb.EXPORT).order_by("response_id", "question__position", "pk")
    if user is not None and "nps" in hidden_fields(user, Response):
        rows = rows.exclude(question__dimension=Dimension.NPS)
    if as_of is not None:
        rows = rows.filter(response__told_at__lt=end_of_day(as_of))
    streamed = stream_rows(rows, EXPRESSIONS, columns)
    written = in_company_time(streamed, columns, "answered_at")
    place = list(columns).index("value") if "value" in columns else None
    return written if place is None else _plain(written, place)


def _plain(rows: Iterator[list[Any]], place: int) -> Iterator[list[Any]]:
    """Values without the noughts that a column of four decimals has: `9.0000` is 9."""
    for row in rows:
        text = row[place]
        if text and text.endswith("0") and "." in text and text.replace(".", "").lstrip("-").isdecimal():
            row[place] = text.rstrip("0").rstrip(".")
        yield row


EXPORTS = (
    ExportKind(
        "survey_responses", "Answers of surveys", "feedback.response", tuple(EXPRESSIONS), answer_rows,
        stored=("feedback.answer",),
    ),
    ExportKind("mystery_visits", "Mystery visits", "feedback.mysteryvisit", VISIT_COLUMNS, visit_rows),
)  # fmt: skip
