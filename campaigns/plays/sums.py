"""What is kept of the people of plays: how many stand where, reached the goal, and spent what.

The triggers append what each statement changes, so that the page of a play with a million people adds up some rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Sum

from campaigns.choices import EntryState
from campaigns.models import Play, PlaySum
from crm.kept_sums.spec import KeptSums, Part

PLAYS = KeptSums(
    model="campaigns.PlaySum",
    tables=("campaigns_playentry",),
    groups=("play_id", "is_control", "state", "reason", "step_id"),
    sums=("people", "reached", "amount", "squares"),
    parts=(
        Part(
            "play",
            "{campaigns_playentry} AS e",
            {name: f"e.{name}" for name in ("play_id", "is_control", "state", "reason", "step_id")},
            {
                "people": "1",
                "reached": "(e.goal_at IS NOT NULL)::int",
                "amount": "e.amount",
                "squares": "e.amount * e.amount",
            },
            "true",
        ),
    ),
)


def kept_arms(plays: Sequence[Play]) -> Iterable[tuple[int, bool, int, int, float, float, int]]:
    """Play, side, people, who reached the goal, money, its squares, and who is inside, of all people."""
    found: dict[tuple[int, bool], list[float]] = {}
    rows = PlaySum.objects.filter(play__in=plays).order_by().values_list("play", "is_control", "state")
    sums = (Sum(name) for name in ("people", "reached", "amount", "squares"))
    for play, is_control, state, people, reached, amount, squares in rows.annotate(*sums):
        arm = found.setdefault((play, is_control), [0, 0, 0, 0, 0])
        more = (people, reached, amount, squares, people if state == EntryState.INSIDE else 0)
        found[play, is_control] = [one + float(other) for one, other in zip(arm, more, strict=True)]
    for (play, is_control), (people, reached, amount, squares, inside) in found.items():
        if people:
            yield play, is_control, int(people), int(reached), amount, squares, int(inside)


def kept_waiting(play: Play) -> dict[int, int]:
    """Who waits for which step."""
    rows = PlaySum.objects.filter(play=play, state=EntryState.INSIDE, step__isnull=False).order_by()
    return {step: int(n) for step, n in rows.values_list("step").annotate(Sum("people"))}


def kept_exits(play: Play) -> Sequence[tuple[str, str, int]]:
    """State, reason, how many of those who are not inside any more, without the control group; the commonest first."""
    rows = PlaySum.objects.filter(play=play, is_control=False).exclude(state=EntryState.INSIDE).order_by()
    counted = rows.values_list("state", "reason").annotate(Sum("people"))
    found = [(state, reason, int(n)) for state, reason, n in counted if n]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))
