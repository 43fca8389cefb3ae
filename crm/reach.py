"""What one person reaches beyond their own records: teams, territories, shared records. One query for each request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.db import connection
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from crm.choices import ShareRight, Verb

if TYPE_CHECKING:
    from crm.models import User

# Ids are put into the statements of lists as they are: a sub-query there would keep PostgreSQL from using the indexes.
REACH_SQL = """
WITH RECURSIVE teams AS (
    SELECT id FROM crm_team WHERE id = %(team)s
    UNION
    SELECT t.id FROM crm_team t JOIN teams above ON t.parent_id = above.id
), territories AS (
    SELECT id FROM crm_territory WHERE team_id IN (SELECT id FROM teams)
    UNION
    SELECT territory_id FROM crm_territory_people WHERE user_id = %(user)s
    UNION
    SELECT t.id FROM crm_territory t JOIN territories above ON t.parent_id = above.id
)
SELECT 'team', '', id FROM teams
UNION ALL SELECT 'territory', '', id FROM territories
UNION ALL SELECT s.right, s.model, s.object_id FROM crm_share s
    WHERE s.user_id = %(user)s AND (s.ends_at IS NULL OR s.ends_at > now())
"""
RIGHTS_FOR: dict[str, tuple[str, ...]] = {
    Verb.VIEW: (ShareRight.VIEW, ShareRight.CHANGE),
    Verb.CHANGE: (ShareRight.CHANGE,),
}


@dataclass(frozen=True)
class Reach:
    """Ids of teams and territories (with those below them), and of the records shared with the person; in order, so
    that the same reach makes the same statements."""

    teams: list[int]
    territories: list[int]
    shares: Sequence[tuple[str, str, int]]

    def shared(self, label: str, verb: str) -> list[int]:
        """Ids of the records of a model that were shared so that this verb may be done on them."""
        rights = RIGHTS_FOR.get(verb, ())
        return [key for right, model, key in self.shares if model == label and right in rights]


def with_reach(people: QuerySet[User]) -> QuerySet[User]:
    """People with what they reach read along, so that a page does not ask for it."""
    rows = REACH_SQL.replace("%(team)s", '"crm_user"."team_id"').replace("%(user)s", '"crm_user"."id"')
    whole = f"(SELECT jsonb_agg(jsonb_build_array(kind, model, key)) FROM ({rows}) AS reach (kind, model, key))"  # noqa: S608 - our own text
    return people.annotate(reach_rows=RawSQL(whole, [], output_field=JSONField()))  # noqa: S611 - nothing of strangers


def reach_of(user: User) -> Reach:
    """Read once for each user object; a share that ends, ends at the next request."""
    cached = getattr(user, "_reach", None)
    if cached is None:
        rows = [tuple(row) for row in user.reach_rows or ()] if hasattr(user, "reach_rows") else _read(user)
        cached = Reach(
            teams=sorted(key for kind, _, key in rows if kind == "team"),
            territories=sorted(key for kind, _, key in rows if kind == "territory"),
            shares=sorted(row for row in rows if row[0] not in ("team", "territory")),
        )
        user._reach = cached  # type: ignore[attr-defined]
    return cast(Reach, cached)


def _read(user: User) -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(REACH_SQL, {"user": user.pk, "team": user.team_id})
        return cursor.fetchall()
