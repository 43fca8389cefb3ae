"""The best offer for each person: the one of the highest expected margin (chance x margin) of those open to them.

Set-based statements choose, write everybody down, and give each their code. An offer is not open to who does not
meet its rule, is too unlikely to respond, has taken it as often as it allows, or was given it within its rest time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Case, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from campaigns.choices import NO_OFFER, RecipientState
from campaigns.models import Offer
from campaigns.offers.terms import Terms, mean_propensity
from campaigns.segments.meaning import meant_by
from crm.filtering.trees.nodes import TreeProblem
from crm.languages.refusing import refused
from crm.models import User
from orders.models import OrderLine

HELD_STATES = [
    str(one)
    for one in (RecipientState.WAITING, RecipientState.HANDED, RecipientState.SENT, RecipientState.UNCERTAIN)
]  # fmt: skip
WHY_NOT: dict[str, str] = {
    "rule": "not in its segment",
    "unlikely": "too unlikely to respond",
    "taken": "taken as often as it allows",
    "rest": "offered not long ago",
}
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# twelve of the random bytes of a UUID, five bits of each; bytes 6, 7 and 8 hold what is not random, or are left
BYTES = (0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14)
CODE = " || ".join(f"substr('{LETTERS}', 1 + (get_byte(b, {at}) & 31), 1)" for at in BYTES)
RANKED_SQL = """
WITH people AS MATERIALIZED ({people}),
had AS (
  SELECT g.offer_id, r.contact_id, count(x.order_id) AS taken,
    max(g.given_at) FILTER (WHERE r.state = ANY(%s)) AS last_at
  FROM campaigns_givenoffer g JOIN campaigns_recipient r ON r.id = g.recipient_id
  LEFT JOIN campaigns_redemption x ON x.given_id = g.id AND x.verdict = 'accepted'
  WHERE g.offer_id = ANY(%s) AND r.contact_id IN (SELECT id FROM people)
  GROUP BY g.offer_id, r.contact_id
),
ranked AS (
  SELECT p.id, o.offer_id, o.margin, o.had_bought, least(1, o.rate * p.times) AS chance,
    CASE WHEN NOT o.fits THEN 'rule' WHEN coalesce(p.propensity_now, 0) < o.least THEN 'unlikely'
      WHEN h.taken >= o.most THEN 'taken' WHEN h.last_at > now() - o.rest THEN 'rest' ELSE '' END AS why
  FROM people p CROSS JOIN LATERAL (VALUES {offers})
    AS o (offer_id, fits, had_bought, margin, rate, least, most, rest)
  LEFT JOIN had h ON h.offer_id = o.offer_id AND h.contact_id = p.id
),
best AS (
  SELECT DISTINCT ON (id) id, offer_id, margin, had_bought, chance FROM ranked WHERE why = ''
  ORDER BY id, chance * margin DESC, offer_id
)
"""
OFFER_ROW = """(%s::bigint, p.fits_{at}, p.bought_{at}, %s::numeric,
  CASE WHEN p.bought_{at} THEN %s::float8 ELSE %s::float8 END, %s::float8, %s::int, make_interval(days => %s))"""
CHOSEN = "campaigns_chosen"
OF_CHOSEN = "SELECT id, answer FROM campaigns_chosen"
CHOOSE_SQL = """
CREATE TEMP TABLE {chosen} ON COMMIT DROP AS
{ranked}
SELECT p.id, CASE WHEN p.answer = ANY(%s) AND %s AND b.id IS NULL THEN %s ELSE p.answer END AS answer,
  b.offer_id, b.margin, b.had_bought, b.chance
FROM people p LEFT JOIN best b ON b.id = p.id
"""
# the planner takes what is written down here for one row, and would look through all that was chosen for each
WITHOUT_LOOPS_SQL = "SET LOCAL enable_nestloop = off"
GIVE_SQL = """
WITH frozen AS ({frozen} RETURNING id, contact_id, variant_id, state),
coded AS (
  SELECT f.id, b.offer_id, b.margin, b.had_bought, b.chance, uuid_send(gen_random_uuid()) AS b
  FROM frozen f JOIN {chosen} b ON b.id = f.contact_id
  WHERE f.state = 'waiting' AND f.variant_id = ANY(%s) AND b.offer_id IS NOT NULL
),
given AS (
  INSERT INTO campaigns_givenoffer (recipient_id, offer_id, code, chance, margin_amount, had_bought, given_at)
  SELECT id, offer_id, {code}, chance, margin, had_bought, now() FROM coded ORDER BY id
  ON CONFLICT (code) DO NOTHING RETURNING 1
)
SELECT count(*) FROM frozen
"""
WEIGHED_SQL = """{ranked}
SELECT r.offer_id, r.chance, r.margin, r.had_bought, r.why, p.times FROM ranked r JOIN people p ON p.id = r.id
ORDER BY r.why <> '', r.chance * r.margin DESC, r.offer_id
"""
COUNT_SQL = """{ranked}
SELECT b.offer_id, count(*), sum(b.chance * b.margin) FROM people p LEFT JOIN best b ON b.id = p.id
WHERE p.answer = ANY(%s) GROUP BY b.offer_id
"""


@dataclass(frozen=True)
class Weighed:
    """An offer as it stands to one person: `chance` x `margin` is what it is expected to bring; `why` it is not open to
    them, empty where it is. `times`: how much likelier than the average they respond."""

    offer: Offer
    chance: float
    margin: float
    had_bought: bool
    why: str
    times: float

    @property
    def expected(self) -> float:
        return self.chance * self.margin


@dataclass(frozen=True)
class Statement:
    """The beginning of each statement here (`people`, `ranked`, `best`), with its values."""

    sql: str
    values: list[Any]


def statement(
    people: QuerySet[Any], terms: Sequence[Terms], user: User | None, *columns: str, around: str = "{people}"
) -> Statement:
    """People with these columns, and each offer held against each of them; `around` is a statement about `{people}`
    that keeps their columns. Raises ValidationError with a sentence."""
    mean, flags = mean_propensity(), {}
    for at, one in enumerate(terms):
        flags[f"fits_{at}"] = _yes(_rule(one.offer, user))
        flags[f"bought_{at}"] = _bought(one.offer)
    times = Coalesce(F("propensity__probability") / mean, 1.0) if mean else Value(1.0)
    asked = people.annotate(
        times=ExpressionWrapper(times, output_field=FloatField()), propensity_now=F("propensity__probability"), **flags
    )
    names = ("id", *columns, "times", "propensity_now", *flags)
    text, parameters = told_of(asked.order_by().values(*names))
    values: list[Any] = [*parameters, HELD_STATES, [one.offer.pk for one in terms]]
    for one in terms:
        offer = one.offer
        values += [offer.pk, one.margin, one.known, one.fresh, offer.least_chance or 0]
        values += [offer.limit_per_customer, offer.rest_days]
    rows = ", ".join(OFFER_ROW.format(at=at) for at in range(len(terms)))
    return Statement(RANKED_SQL.format(people=around.format(people=text), offers=rows), values)


def told_of(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """The statement of these rows and its values, also where the planner of queries knows that there is none, such as
    for a segment that asks for nobody."""
    sql, values = rows.query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
    return sql, values


def _rule(offer: Offer, user: User | None) -> Q | None:
    if offer.segment is None:
        return None
    try:
        return meant_by(offer.segment, user)
    except TreeProblem as problem:
        raise refused(
            "Offer “%(offer)s”, segment “%(segment)s”: %(problem)s",
            offer=offer,
            segment=offer.segment,
            problem=str(problem),
        ) from problem


def _yes(rule: Q | None) -> Any:
    return Value(True) if rule is None else Case(When(rule, then=Value(True)), default=Value(False))


def _bought(offer: Offer) -> Any:
    """Whether somebody has bought of it before."""
    lines = OrderLine.objects.filter(order__contact=OuterRef("pk"), order__is_purchase=True)
    if offer.product_id:
        return Exists(lines.filter(product=offer.product_id))
    return Exists(lines.filter(product__family=offer.family)) if offer.family else Value(False)


def give(
    start: Statement, *, yes: Sequence[str], is_needed: bool, using: Sequence[int], frozen: str, values: Sequence[Any]
) -> int:
    """Write everybody down by the statement `frozen` (of `OF_CHOSEN`) with its values, and give the recipients of the
    variants `using` their best offer; how many were written down. Where an offer `is_needed`, who has none is left out
    before the draw. In the caller's transaction."""
    choose = CHOOSE_SQL.format(chosen=CHOSEN, ranked=start.sql)
    with connection.cursor() as cursor:
        cursor.execute(choose, [*start.values, list(yes), is_needed, NO_OFFER])
        cursor.execute(f"ANALYZE {CHOSEN}")
        cursor.execute(WITHOUT_LOOPS_SQL)
        cursor.execute(GIVE_SQL.format(chosen=CHOSEN, frozen=frozen, code=CODE), [*values, list(using)])
        count = int(cursor.fetchone()[0])
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(f"DROP TABLE {CHOSEN}")
    return count


def weighed(start: Statement, terms: Sequence[Terms]) -> list[Weighed]:
    """The offers held against one person, the best first, those that are not open to them last."""
    offers = {one.offer.pk: one.offer for one in terms}
    with connection.cursor() as cursor:
        cursor.execute(WEIGHED_SQL.format(ranked=start.sql), start.values)
        return [
            Weighed(offers[key], chance, float(margin), had_bought, WHY_NOT.get(why, ""), times)
            for key, chance, margin, had_bought, why, times in cursor.fetchall()
        ]


def counted(start: Statement, yes: Sequence[str]) -> dict[int | None, tuple[int, float]]:
    """Of the people with one of these answers, how many each offer is the best for (None: for whom none is open), and
    what that is expected to bring."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL.format(ranked=start.sql), [*start.values, list(yes)])
        return {key: (n, float(amount or 0)) for key, n, amount in cursor.fetchall()}
