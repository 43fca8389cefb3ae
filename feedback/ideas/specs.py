"""The fields of suggestions that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.templatetags.figures import full_day, relative_time
from crm.templatetags.pieces import pill
from feedback.ideas.choices import STATE_TONES, IdeaState
from feedback.specs import touch_points


def state_pill(suggestion: Any) -> SafeString:
    return pill(suggestion.get_state_display(), STATE_TONES[suggestion.state])


SUGGESTION_FIELDS = (
    FieldSpec("title", "Suggestion", "title", default=True, order=10, always=True, held_in="search_text"),
    FieldSpec("text", "Why, and how", "text", order=11, held_in="search_text"),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: IdeaState.choices, default=True, order=20,
        always=True, cell=state_pill),
    FieldSpec("votes", "Asked for by", "votes", kind="number", sort=True, default=True, order=30, always=True,
        help="How many customers ask for it."),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=40),
    FieldSpec("touch_point", "Touch point", "touch_point", kind="choice", choices=touch_points, order=50, default=True,
        select=("touch_point",), cell=lambda one: one.touch_point.name if one.touch_point else "",
        value=lambda one: one.touch_point.name if one.touch_point else ""),
    FieldSpec("product", "Product", "product__name", select=("product",), order=51,
        stored="feedback.suggestion.product"),
    FieldSpec("planned_on", "Planned for", "planned_on", kind="date", sort=True, order=60,
        cell=lambda one: full_day(one.planned_on) if one.planned_on else ""),
    FieldSpec("answer", "What customers are told", "answer", order=61),
    FieldSpec("state_at", "In this state since", "state_at", kind="moment", sort=True, order=70,
        cell=lambda one: relative_time(one.state_at)),
    FieldSpec("created_at", "Written down", "created_at", kind="moment", sort=True, default=True, order=71, always=True,
        cell=lambda one: relative_time(one.created_at)),
)  # fmt: skip
