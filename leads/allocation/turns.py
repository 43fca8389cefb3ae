"""Whose turn it is among the people of a rule; `turns` is a table of (rule, user, last_at, order)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max, Model

from crm.models import User
from leads.allocation.choosing import Seat


def set_people(turns: type[Model], rule: Model, people: Sequence[User]) -> bool:
    """Make these the rule's people; a new one waits in front of nobody: they come after those who are there. Whether
    they are others than before."""
    rows: Any = turns._default_manager.filter(rule=rule)
    wanted = {user.pk for user in people}
    there = set(rows.values_list("user_id", flat=True))
    rows.exclude(user__in=wanted).delete()
    last = rows.aggregate(most=Max("order"))["most"] or 0
    fresh = [user for user in people if user.pk not in there]
    make: Any = turns
    turns._default_manager.bulk_create(
        [make(rule=rule, user=user, order=last + place) for place, user in enumerate(fresh, start=1)]
    )
    return wanted != there


def keep_turns(turns: type[Model], rule: Model, seats: Iterable[Seat], at: dt.datetime) -> None:
    """Whoever got something stands behind all others, in the order of their last turn."""
    rows: Any = turns._default_manager.filter(rule=rule)
    got = {seat.user_id: seat.order for seat in seats}
    highest = rows.aggregate(most=Max("order"))["most"] or 0
    for place, user_id in enumerate(sorted(got, key=lambda key: got[key]), start=1):
        rows.filter(user=user_id).update(last_at=at, order=highest + place)


def pass_turns(dealt: Sequence[tuple[int, Seat, str]], seats: dict[int, Seat]) -> None:
    """Within a run: whoever got something stands behind all others, in the order in which they got their last one."""
    last = max((seat.order for seat in seats.values()), default=0)
    for place, (_, seat, _) in enumerate(dealt, start=1):
        seat.order = last + place
