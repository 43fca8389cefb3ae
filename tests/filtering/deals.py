"""A few dozen deals with gaps in everything, random trees about them, and how a walk in Python reads them."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crm.models import User
from pipeline.models import Deal, Stage
from tests import factories as make
from tests.filtering.brute import TODAY
from tests.filtering.sample import chosen, empty, joined, of

TITLES, SOURCES = ("Wooden frames", "Åse’s hall", "Glass"), ("fair", "Web", "")


def fill_deals(owner: User, number: int = 36) -> None:
    """Deals of two owners and none in four open stages, some won and some lost."""
    dice, other = random.Random(7), make.make_user()
    pipeline = make.make_pipeline("First", "Second", "Third", "Fourth")
    stages = list(Stage.objects.filter(pipeline=pipeline, kind="open"))
    works = make.make_contact(name="Woodworks", kind="organization")
    for place in range(number):
        closed = (dice.choice(("Won", "Lost")), TODAY) if dice.random() < 0.25 else None
        deal = make.make_deal(
            dice.choice(stages),
            closed=closed,
            title=f"{dice.choice(TITLES)} {place:02}",
            amount=dice.choice((None, Decimal(5), Decimal(250))),
            expected_on=dice.choice((None, TODAY, TODAY - dt.timedelta(days=40))),
            organization=dice.choice((works, None)),
            source=dice.choice(SOURCES),
        )
        Deal.objects.filter(pk=deal.pk).update(owner=dice.choice((owner, other, None)))


def deal_trees(owner: User) -> st.SearchStrategy[dict[str, Any]]:
    """Nodes of random trees about deals in their JSON form."""
    days = st.one_of(
        st.tuples(st.just("in_last"), st.builds(lambda n: {"count": n, "unit": "day"}, st.sampled_from((1, 30, 90)))),
        st.tuples(st.sampled_from(("this", "previous")), st.sampled_from(("month", "quarter"))),
        st.tuples(st.sampled_from(("from", "until")), st.just("2026-03-05")),
    )
    numbers = st.tuples(st.sampled_from(("over", "at_least", "at_most", "under", "is")), st.sampled_from((0, 5, 250)))
    texts = st.tuples(
        st.sampled_from(("contains", "is", "starts", "not_contains", "not_is")),
        st.sampled_from(("wood", "FAIR", "åse", "a", "%")),
    )
    return joined(
        st.one_of(
            of(("title",), texts),
            of(("source", "organization"), texts, empty),
            of(("amount",), numbers, empty),
            of(("expected_on",), days, empty),
            of(("owner",), chosen(str(owner.pk)), empty),
            of(("outcome",), chosen("open", "won", "lost")),
        )
    )


DEAL_VALUES: dict[str, Any] = {
    "title": lambda one, node: [one.title],
    "source": lambda one, node: [one.source],
    "organization": lambda one, node: [one.organization.name if one.organization else None],
    "amount": lambda one, node: [one.amount],
    "expected_on": lambda one, node: [one.expected_on],
    "owner": lambda one, node: [str(one.owner_id) if one.owner_id else None],
    "outcome": lambda one, node: [one.outcome],
}
