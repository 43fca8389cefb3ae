"""Reads of territories: the list with how many contacts each holds, and what rules would catch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from psycopg import sql

from contacts.models import Contact
from contacts.territories.actions import RuleInput
from contacts.territories.placing import FITS, SAVED_RULES, placed
from crm.models import Territory, User

EXAMPLES = 8


@dataclass(frozen=True)
class TerritoryLine:
    """One territory of the list; `depth` is how many stand above it, `contacts` how many are in it itself."""

    territory: Territory
    depth: int
    contacts: int


@dataclass
class Caught:
    """What typed rules would do: contacts they fit, those that would be in the territory by them, those that would
    come new; those that another territory takes first, and those that stay because they were placed by hand."""

    fitting: int = 0
    placed: int = 0
    coming: int = 0
    taken: int = 0
    by_hand: int = 0
    examples: list[Contact] = field(default_factory=list)


def territory_lines(user: User) -> list[TerritoryLine]:
    """All territories with what a line shows, each above those below it, by position and name."""
    held = Contact.objects.visible_to(user).filter(territory=OuterRef("pk")).order_by().values("territory")
    count = Subquery(held.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    rows = Territory.objects.visible_to(user).select_related("team", "parent").prefetch_related("people", "rules")
    below: dict[int | None, list[Territory]] = {}
    for row in rows.annotate(held=Coalesce(count, 0)):
        below.setdefault(row.parent_id, []).append(row)
    return _lines(below, None, 0)


def without_territory(user: User) -> int:
    """How many contacts are in none."""
    return Contact.objects.visible_to(user).filter(territory=None).count()


def what_rules_catch(
    user: User, territory: Territory | None, position: int, name: str, rules: Sequence[RuleInput]
) -> Caught:
    """Count what these rules would do, beside the rules of the other territories as they are saved."""
    own = territory.pk if territory else 0
    typed = sql.SQL(" UNION ALL ").join(_typed_rules(own, position, name, rules))
    others = sql.SQL("SELECT * FROM ({}) AS saved WHERE saved.territory_id <> {}").format(SAVED_RULES, sql.Literal(own))
    fitting = sql.SQL("EXISTS (SELECT 1 FROM ({}) AS r({}) WHERE {})").format(typed, COLUMNS, FITS)
    query = placed(sql.SQL("{} UNION ALL {}").format(others, typed), fitting)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(placed=query, own=sql.Literal(own), most=sql.Literal(EXAMPLES)))
        fitting_count, placed_count, coming, taken, by_hand, keys = cursor.fetchone()
    examples = Contact.objects.visible_to(user).filter(pk__in=keys or []).order_by("sort_name", "id")
    return Caught(fitting_count, placed_count, coming, taken, by_hand, list(examples))


COLUMNS = sql.SQL("id, territory_id, position, name, countries, postal_codes, industries, markets")
COUNTED = sql.SQL("""
SELECT count(*), count(*) FILTER (WHERE free AND mine), count(*) FILTER (WHERE free AND mine AND NOT here),
  count(*) FILTER (WHERE free AND NOT mine), count(*) FILTER (WHERE NOT free),
  (array_agg(id ORDER BY id) FILTER (WHERE free AND mine))[1:{most}]
FROM (
    SELECT p.id, NOT p.is_placed_by_hand AS free, p.territory_id = {own} AS mine,
      p.placed_now IS NOT DISTINCT FROM {own} AS here
    FROM ({placed}) AS p
) AS c
""")


def _typed_rules(own: int, position: int, name: str, rules: Sequence[RuleInput]) -> list[sql.Composed]:
    """A SELECT for each rule, in the columns of `SAVED_RULES`; their ids come after all saved ones."""
    row = sql.SQL(
        "SELECT {}::bigint, {}::bigint, {}::integer, {}::text, {}::text[], {}::text[], {}::text[], {}::text[]"
    )
    return [
        row.format(
            *map(sql.Literal, (2**62 + number, own, position, name)),
            *(sql.Literal(list(part)) for part in (rule.countries, rule.postal_codes, rule.industries, rule.markets)),
        )
        for number, rule in enumerate(rules)
    ]


def _lines(below: dict[int | None, list[Territory]], parent: int | None, depth: int) -> list[TerritoryLine]:
    found = []
    for row in below.get(parent, ()):
        found += [TerritoryLine(row, depth, row.held), *_lines(below, row.pk, depth + 1)]  # type: ignore[attr-defined]
    return found
