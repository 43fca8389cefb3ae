"""What the API shows of plays, their steps, and the people in them."""

from __future__ import annotations

from typing import Any

from campaigns.models import Play
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource, not_searched


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(play: Play) -> int:
    return play.version


PLAYS = Resource(
    name="plays",
    label="campaigns.play",
    noun="play",
    default_sort="name",
    extras=(
        _own("description", "What it is for"),
        _own("event_days", "The days that the event speaks of"),
        _own("event_segment_id", "The segment, where the event is to come into it"),
        _own("product_id", "Only orders of this product let in"),
        _own("family", "Only orders of this product group let in"),
        _own("audience_id", "Only people of this segment come in"),
        _own("goal_family", "The product group of the order that is the goal"),
        _own("goal_segment_id", "The segment that is the goal"),
        _own("window_days", "So many days after somebody came in, what they do counts"),
        _own("rest_days", "They come in again so many days after they left; null: never"),
        _own("control_share", "Kept out as control, 0 to 0.9"),
        _own("purpose", "What its mails are for"),
        _own("sender_name", "In whose name they leave"),
        _own("language", "In which its mails are written"),
        _own("approved_at", "When a second person approved it"),
        _own("ended_at", "When it was ended"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
)
ENTRIES = Resource(
    name="entries",
    label="campaigns.playentry",
    noun="entry",
    default_sort="-entered_at",
    extras=(
        FieldSpec("entered_at", "When they came in", "entered_at", sort=True),
        _own("contact_id", "The contact, by id"),
        _own("state", "inside, reached, done, left or ended"),
        _own("reason", "Why they left"),
        _own("is_control", "Whether nothing is done for them"),
        _own("round", "How often they came in"),
        _own("event_at", "When the event was"),
        _own("step_id", "The step that comes next; null: none"),
        _own("next_at", "When it comes"),
        _own("ended_at", "When they left"),
        _own("goal_at", "When they reached the goal; null: not"),
        _own("amount", "What they spent within the window", stored="campaigns.playentry.amount"),
    ),
    search=not_searched,
)
