"""Mystery visits as a file that import reads back, a row an item of a visit.

A planned visit has a row for each item of its checklist, without a mark: the sheet that its shopper fills in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, F, FilteredRelation, Q, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, DenseRank

from crm.choices import Verb
from crm.company import end_of_day
from crm.exporting.streams import stream_rows
from feedback.models import MysteryVisit
from feedback.visits.choices import Mark, VisitState

if TYPE_CHECKING:
    from crm.models import User

# equal visits have one shopper, so that a person exports all of them or none
EQUAL = ("external_id", "checklist_id", "site", "planned_on", "shopper_id")
NUMBER = Window(DenseRank(), partition_by=[F(name) for name in EQUAL], order_by=F("pk").asc())
EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "checklist": "checklist__name",
    "site": "site",
    "shopper_email": "shopper__email",
    "planned_on": "planned_on",
    "visited_on": "visited_on",
    "state": Case(*(When(state=one, then=Value(one.label.lower())) for one in VisitState), output_field=CharField()),
    "item": Coalesce("marks__item__text", "sheet__text"),
    "weight": Coalesce("marks__item__weight", "sheet__weight"),
    "mark": Case(*(When(marks__mark=one, then=Value(one.label.lower())) for one in Mark), output_field=CharField()),
    "words": "marks__comment",
    "comment": "comment",
    "score": "score",
    "touch_point": "touch_point__name",
    "number": Case(When(external_id=None, then=NUMBER)),
}
VISIT_COLUMNS = tuple(EXPRESSIONS)


def visit_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """The visits that there were by the end of `as_of`, each item by item."""
    rows = MysteryVisit.objects.visible_to(user, Verb.EXPORT)
    if as_of is not None:
        rows = rows.filter(created_at__lt=end_of_day(as_of))
    asked = Q(state=VisitState.PLANNED, checklist__items__is_asked=True)
    sheet = rows.annotate(sheet=FilteredRelation("checklist__items", condition=asked))
    place = Coalesce(F("marks__item__position"), F("sheet__position"))
    return stream_rows(sheet.order_by("pk", place, "marks__pk", "sheet__pk"), EXPRESSIONS, columns)
