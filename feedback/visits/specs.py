"""The fields of visits and checklists that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, full_day, number
from crm.templatetags.pieces import pill
from feedback.models import Checklist
from feedback.specs import touch_points
from feedback.visits.choices import STATE_TONES, VisitState


def state_pill(visit: Any) -> SafeString:
    return pill(visit.get_state_display(), STATE_TONES[visit.state])


def checklists() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Checklist.objects.values_list("pk", "name")]


def _place(record: Any) -> SafeString | str:
    return conditional_escape(record.touch_point.name) if record.touch_point else ""


VISIT_FIELDS = (
    FieldSpec("checklist", "Checklist", "checklist", kind="choice", choices=checklists, select=("checklist",),
        default=True, order=10, always=True, cell=lambda one: conditional_escape(one.checklist.name),
        value=lambda one: one.checklist.name),
    FieldSpec("site", "Where", "site", default=True, order=20),
    FieldSpec("touch_point", "Touch point", "touch_point", kind="choice", choices=touch_points, default=True, order=21,
        select=("touch_point",), cell=_place, value=_place),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: VisitState.choices, default=True, order=30,
        always=True, cell=state_pill),
    FieldSpec("score", "Score", "score", kind="number", sort=True, default=True, order=40,
        cell=lambda one: NOTHING if one.score is None else number(one.score, 0), help="0 to 100, by the weights."),
    FieldSpec("shopper", "Shopper", "shopper", kind="person", select=("shopper",), default=True, order=50,
        also=("shopper_email",)),
    FieldSpec("planned_on", "Planned for", "planned_on", kind="date", sort=True, default=True, order=60,
        cell=lambda one: full_day(one.planned_on)),
    FieldSpec("visited_on", "Visited", "visited_on", kind="date", sort=True, default=True, order=61,
        cell=lambda one: full_day(one.visited_on) if one.visited_on else NOTHING),
    FieldSpec("comment", "Comment", "comment", order=70),
)  # fmt: skip
CHECKLIST_FIELDS = (
    FieldSpec("name", "Checklist", "name", sort=True, default=True, order=10, always=True),
    FieldSpec("touch_point", "Touch point", "touch_point", kind="choice", choices=touch_points, default=True, order=20,
        select=("touch_point",), cell=_place, value=_place),
    FieldSpec("is_used", "Used", "is_used", kind="flag", default=True, order=30),
)  # fmt: skip
