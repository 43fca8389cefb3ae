"""How many of many may be written to: exact where they are few, estimated where asking each would hold up a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from contacts.choices import YES, ConsentChannel
from contacts.permission.rule import MARKETING, answer_for, permitted
from crm.filtering.lots import MOST_ASKED, drawn_by_lot
from crm.templatetags.figures import about

LOTS = 2_000


@dataclass(frozen=True)
class Permitted:
    """How many may be written to; to two digits where it is an estimate."""

    count: int
    is_estimate: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether it is known that none may be written to: of those drawn by lot none may does not say so of all."""
        return not self.count and not self.is_estimate

    def __str__(self) -> str:
        return about(self.count, self.is_estimate)


def permitted_among(people: QuerySet[Any], total: int) -> Permitted:
    """How many of `total` contacts may be written to by e-mail for marketing today.

    Of more than `MOST_ASKED` about `LOTS` are asked: the answer is at most 2.2 % of all from the truth, 19 times of 20.
    Asking 600,000 takes 8 s and more.
    """
    people = people.order_by()
    if total <= MOST_ASKED:
        return Permitted(permitted(people).count())
    drawn = drawn_by_lot(people, total // LOTS).alias(permission=answer_for(ConsentChannel.EMAIL, MARKETING))
    told = drawn.aggregate(asked=Count("pk"), may=Count("pk", filter=Q(permission__in=YES)))
    return Permitted(round(total * told["may"] / max(told["asked"], 1)), is_estimate=True)
