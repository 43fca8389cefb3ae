"""Counting recipients by variant: kept for the whole campaign, counted afresh for who sees only some of its people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.fields import FloatField
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils import timezone

from analytics.mathematics.experiments import Sample
from campaigns.choices import MEASURES
from campaigns.models import Campaign, Recipient, Variant, VariantTally
from contacts.models import Contact
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.field_rights import hidden_fields
from crm.models import User

COUNT_SQL = f"""
INSERT INTO campaigns_varianttally (
  variant_id, n, sent, {", ".join(MEASURES)}, amount, amount_squares, buyers, first_sent_at, last_sent_at, counted_at
)
SELECT v.id, count(r.id), count(r.sent_at),
  {", ".join(f"CASE WHEN count(r.{one}) > 0 THEN count(*) FILTER (WHERE r.{one}) END" for one in MEASURES)},
  sum(r.amount), sum(r.amount::float8 ^ 2), CASE WHEN count(r.amount) > 0 THEN count(*) FILTER (WHERE r.amount > 0) END,
  min(r.sent_at), max(r.sent_at), now()
FROM campaigns_variant v LEFT JOIN campaigns_recipient r ON r.variant_id = v.id
WHERE v.campaign_id = ANY(%s) GROUP BY v.id
ON CONFLICT (variant_id) DO UPDATE SET n = excluded.n, sent = excluded.sent,
  {", ".join(f"{one} = excluded.{one}" for one in MEASURES)},
  amount = excluded.amount, amount_squares = excluded.amount_squares, buyers = excluded.buyers,
  first_sent_at = excluded.first_sent_at, last_sent_at = excluded.last_sent_at, counted_at = excluded.counted_at
"""  # noqa: S608 - names of columns, from the enumerations


@dataclass(frozen=True)
class Tally:
    """Recipients counted: `n` of them, how many did each thing (None: not measured), and their money."""

    n: int = 0
    counts: dict[str, int | None] | None = None
    amount: float | None = None
    amount_squares: float | None = None
    buyers: int | None = None

    def reached(self, measure: str) -> int | None:
        return (self.counts or {}).get(measure)

    def sample(self, measure: str) -> Sample | None:
        """The yeses of a measure among all; None where it was not measured."""
        hits = self.reached(measure)
        return None if hits is None else Sample.of_rate(hits, self.n)

    @property
    def money(self) -> Sample | None:
        if self.amount is None or self.amount_squares is None:
            return None
        return Sample(self.n, self.amount, self.amount_squares)

    def __add__(self, other: Tally) -> Tally:
        counts = {name: _sum(self.reached(name), other.reached(name)) for name in MEASURES}
        squares = _sum(self.amount_squares, other.amount_squares)
        money = _sum(self.amount, other.amount)
        return Tally(self.n + other.n, counts, money, squares, _sum(self.buyers, other.buyers))


@dataclass(frozen=True)
class Counted:
    """The variants of a campaign with their tallies: those that were reached, and the control group, if there is."""

    variants: Sequence[tuple[Variant, Tally]]
    control: tuple[Variant, Tally] | None = None

    @property
    def treated(self) -> Tally:
        """All that were reached, together."""
        return reduce(lambda one, other: one + other, [tally for _, tally in self.variants], _nothing(self.variants))


def _nothing(variants: Sequence[tuple[Variant, Tally]]) -> Tally:
    """A sum of nothing that has measured what all of these have."""
    if not variants:
        return Tally()
    shared: dict[str, int | None] = {
        name: 0 for name in MEASURES if all(tally.reached(name) is not None for _, tally in variants)
    }
    has_money = all(tally.amount is not None for _, tally in variants)
    zero = 0.0 if has_money else None
    return Tally(0, shared, zero, zero, 0 if has_money else None)


def _sum(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one + other


def count_again(campaigns: Iterable[int]) -> None:
    """Count the recipients of these campaigns; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [list(campaigns)])


def count_on(variant: int, more: Mapping[str, int]) -> None:
    """So many more (or fewer) recipients of a variant did these things, where nobody counts them all any more."""
    changes = {name: Greatest(Coalesce(F(name), 0) + count, 0) for name, count in more.items()}
    VariantTally.objects.filter(pk=variant).update(**changes, counted_at=timezone.now())


def sees_everybody(user: User | None) -> bool:
    """Whether figures over all recipients are this person's to see."""
    return user is None or scope_of(user, Contact, Verb.VIEW) == Scope.ALL


def counted(user: User | None, campaigns: Sequence[Campaign]) -> dict[int, Counted]:
    """Variants and tallies by campaign, of the people that the person may see; two queries at most."""
    variants = list(Variant.objects.filter(campaign__in=campaigns).order_by("is_control", "position", "pk"))
    tallies = _kept(variants) if sees_everybody(user) else _afresh(user, Recipient.objects.filter(variant__in=variants))
    hides_money = user is not None and "amount" in hidden_fields(user, Recipient)
    found: dict[int, Counted] = {campaign.pk: Counted(()) for campaign in campaigns}
    for variant in variants:
        tally = tallies.get(variant.pk, Tally())
        if hides_money:
            tally = replace(tally, amount=None, amount_squares=None, buyers=None)
        so_far = found[variant.campaign_id]
        if variant.is_control:
            found[variant.campaign_id] = Counted(so_far.variants, (variant, tally))
        else:
            found[variant.campaign_id] = Counted((*so_far.variants, (variant, tally)), so_far.control)
    return found


def _kept(variants: Sequence[Variant]) -> dict[int, Tally]:
    rows = VariantTally.objects.filter(variant__in=variants)
    return {
        row.pk: Tally(
            row.n,
            {name: getattr(row, name) for name in MEASURES},
            None if row.amount is None else float(row.amount),
            row.amount_squares,
            row.buyers,
        )
        for row in rows
    }


def _afresh(user: User | None, rows: QuerySet[Recipient]) -> dict[int, Tally]:
    seen = rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))
    return {keys[0]: tally for keys, tally in tallies_by(seen, F("variant")).items()}


def tallies_by(rows: QuerySet[Recipient], *groups: Combinable) -> dict[tuple[Any, ...], Tally]:
    """Recipients counted by the values of these expressions; one query."""
    asked = {f"n_{name}": Count(name) for name in MEASURES}
    asked |= {f"hits_{name}": Count("pk", filter=Q(**{name: True})) for name in MEASURES}
    money = Cast("amount", FloatField())
    named = {f"by_{at}": group for at, group in enumerate(groups)}
    grouped: Any = rows.order_by().values(**named).annotate(
        n=Count("pk"),
        n_amount=Count("amount"),
        buyers=Count("pk", filter=Q(amount__gt=0)),
        money=Sum(money),
        squares=Sum(money * money),
        **asked,
    )  # fmt: skip
    found = {}
    for row in grouped:
        has_money = row["n_amount"] > 0
        found[tuple(row[name] for name in named)] = Tally(
            row["n"],
            {name: row[f"hits_{name}"] if row[f"n_{name}"] else None for name in MEASURES},
            row["money"] if has_money else None,
            row["squares"] if has_money else None,
            row["buyers"] if has_money else None,
        )
    return found
