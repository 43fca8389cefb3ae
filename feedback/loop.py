"""How the loop is closed: of those who were unhappy, who was followed up, how soon they were answered and helped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import number, percent
from feedback.choices import NpsGroup
from feedback.models import Response

PERIODS = ((30, "30 days"), (90, "90 days"), (365, "A year"))
LOOP_SQL = """
SELECT grouping(t.owner_id) = 0, t.owner_id, count(*), count(t.id), count(t.first_reply_at), count(t.solved_at),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.first_reply_at - r.told_at)::float8 / 3600),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.solved_at - r.told_at)::float8 / 3600),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM t.solved_at - r.told_at)::float8 / 3600)
FROM feedback_response r LEFT JOIN service_ticket t ON t.id = r.follow_up_id
WHERE r.id IN ({chosen}) GROUP BY GROUPING SETS ((), (t.owner_id)) ORDER BY 3 DESC
"""


@dataclass(frozen=True)
class LoopLine:
    """Of some unhappy customers: how many were followed up, answered, helped; hours from what they said (half of
    them, nine of ten), None where there are none."""

    name: str
    unhappy: int
    followed: int
    answered: int
    closed: int
    answer_hours: float | None
    close_hours: float | None
    slowest_hours: float | None

    @property
    def share_closed(self) -> float:
        return self.closed / self.unhappy if self.unhappy else 0.0


@dataclass(frozen=True)
class Loop:
    """All of them, and by who is in charge."""

    whole: LoopLine | None = None
    owners: Sequence[LoopLine] = ()


def closed_loop(user: User | None, *, days: int) -> Loop:
    """Of the detractors of the last days whom the person may see, and of all who were followed up."""
    since = timezone.now() - dt.timedelta(days=days)
    rows = Response.objects.visible_to(user).filter(answered_at__gte=since, contact__isnull=False)
    unhappy = rows.filter(nps_group=NpsGroup.DETRACTOR) | rows.filter(follow_up__isnull=False)
    try:
        chosen, given = unhappy.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Loop()
    with connection.cursor() as cursor:
        cursor.execute(LOOP_SQL.replace("{chosen}", chosen), given)
        found = cursor.fetchall()
    names = dict(User.objects.filter(pk__in=[row[1] for row in found if row[1]]).values_list("pk", "name"))
    whole, owners = None, []
    for by_owner, owner, *figures in found:
        if not by_owner:
            whole = LoopLine("All", *figures) if figures[0] else None
        elif figures[1]:
            owners.append(LoopLine(names.get(owner, "Nobody"), *figures))
    return Loop(whole, owners)


def cards_of(loop: Loop, hours: Any) -> list[dict[str, Any]]:
    """The figures on top; `hours` says a number of hours in words."""
    whole = loop.whole
    if whole is None:
        return []
    return [
        {"label": "Unhappy", "value": number(whole.unhappy), "note": "detractors, and who was followed up"},
        {
            "label": "Followed up", "value": number(whole.followed),
            "note": in_words("of %(count)s", count=number(whole.unhappy)),
        },
        {
            "label": "Answered", "value": hours(whole.answer_hours),
            "note": in_words("half of the %(count)s answered", count=number(whole.answered)),
        },
        {
            "label": "Closed", "value": number(whole.closed),
            "note": in_words("%(share)s of all", share=percent(whole.share_closed)),
        },
        {
            "label": "Time to close", "value": hours(whole.close_hours),
            "note": in_words("half of them; nine of ten %(hours)s", hours=hours(whole.slowest_hours)),
        },
    ]  # fmt: skip
