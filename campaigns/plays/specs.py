"""The fields of plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import models
from django.db.models import OuterRef, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.choices import PLAY_TONES, CampaignType, EntryState, PlayEvent, PlayGoal, PlayState
from campaigns.looking_up import one_of
from campaigns.models import Play, PlayEntry
from campaigns.plays import marks
from campaigns.plays.queries import PlayFigures, read_play_figures
from campaigns.results import NO_CONTROL
from campaigns.specs import points
from crm.catalogue import FieldSpec
from crm.templatetags.figures import percent
from crm.templatetags.pieces import pill


def _play(record: models.Model) -> Play:
    return cast(Play, record)


def _figures(record: Any) -> PlayFigures:
    return cast(PlayFigures, record.figures)


def _rate(record: models.Model) -> str:
    rate = _figures(record).treated.rate
    return "" if rate is None else percent(rate, 1)


def _lift(record: models.Model) -> SafeString | str:
    figures = _figures(record)
    if not figures.came_in:
        return ""
    if not figures.control.n:
        return format_html('<span class="ink-3">{}</span>', NO_CONTROL)
    found = figures.lift
    if found is None:
        return ""
    bounds = f"95 %: {points(found.low, 2)} to {points(found.high, 2)}"
    return pill(points(found.value), "good" if found.low > 0 else "bad" if found.high < 0 else "neutral", title=bounds)


def _lift_value(record: models.Model) -> float | None:
    found = _figures(record).lift
    return None if found is None else found.value


PLAY_FIELDS = (
    FieldSpec("name", "Play", "name", sort=True, sort_by="sort_name", default=True, order=10, always=True,
        held_in="search_text"),
    FieldSpec("type", "Type", "type", kind="choice", choices=lambda: CampaignType.choices, order=20),
    FieldSpec("event", "Lets in on", "event", kind="choice", choices=lambda: PlayEvent.choices, default=True, order=21),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: PlayState.choices, default=True, order=22,
        always=True, cell=lambda record: pill(_play(record).get_state_display(), PLAY_TONES[_play(record).state])),
    FieldSpec("goal", "Goal", "goal", kind="choice", choices=lambda: PlayGoal.choices, order=23),
    FieldSpec("external_id", "External id", "external_id", order=70, held_in=""),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), order=30),
    FieldSpec("started_at", "Since", "started_at", kind="moment", sort=True, default=True, order=40),
    FieldSpec("came_in", "Came in", "id", kind="number", filter=False, default=True, order=50, along=read_play_figures,
        value=lambda record: _figures(record).came_in, help="With the control group."),
    FieldSpec("inside", "Inside", "id", kind="number", filter=False, default=True, order=51, along=read_play_figures,
        value=lambda record: _figures(record).inside, help="Of those for whom something is done."),
    FieldSpec("goal_rate", "Reached the goal", "id", kind="number", filter=False, default=True, order=52,
        along=read_play_figures, cell=_rate, value=lambda record: _figures(record).treated.rate,
        help="Of those for whom something is done, within their window."),
    FieldSpec("lift", "Lift", "id", kind="number", filter=False, default=True, order=53, along=read_play_figures,
        cell=_lift, value=_lift_value, help="Above the control group; its interval on the page of the play."),
)  # fmt: skip


def play_choices() -> Sequence[tuple[str, str]]:
    return [(str(key), name) for key, name in Play.objects.order_by("sort_name").values_list("pk", "name")]


def in_play(look_up: str, value: Any) -> Q:
    """Contacts for whom one of these plays does something now."""
    rows = PlayEntry.objects.filter(contact=OuterRef("pk"), is_control=False, state=EntryState.INSIDE)
    return one_of(rows, "play", look_up, value)


CONTACT_PLAY_FIELDS = (
    FieldSpec("in_play", "In the play", "id", kind="choice", group="Campaigns", choices=play_choices, column=False,
        order=116, condition=lambda end, value: in_play("in", value), compare=in_play,
        stored="campaigns.playentry.state", help="Something is done with them now."),
    FieldSpec("played", "Of a play", "pk", kind="mark", group="Campaigns", column=False, order=117,
        mark=marks.condition, words=marks.words, stored="campaigns.playentry.state"),
)  # fmt: skip
