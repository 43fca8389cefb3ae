"""Things that people make for themselves and share with a team or a role: saved views, reports, dashboards, macros."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q
from django.db.models.expressions import RawSQL

from crm.access import ModelT, VisibleQuerySet, scope_of
from crm.choices import Scope, Verb

if TYPE_CHECKING:
    from crm.models.people import User

TEAMS_ABOVE = """
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM crm_team WHERE id = %s
    UNION SELECT t.id, t.parent_id FROM crm_team AS t JOIN above ON t.id = above.parent_id
) SELECT id FROM above
"""


class SharedQuerySet(VisibleQuerySet[ModelT]):
    """Rows that are also seen, and no more than seen, by those with whom they are shared."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        found = super().visible_to(user, verb)
        if user is None or verb != Verb.VIEW or scope_of(user, self.model, verb) == Scope.NONE:
            return found
        return found | self.filter(self.shared_with(user))

    def shared_with(self, user: User) -> Q:
        """The condition of the rows that are shared with a person."""
        raise NotImplementedError


def of_team_or_above(user: User) -> Q:
    """What belongs to the team of a person, or to one that their team is part of; nothing for who has no team."""
    if user.team_id is None:
        return Q(pk__in=())
    return Q(team__in=RawSQL(TEAMS_ABOVE, [user.team_id]))  # noqa: S611 - a number
