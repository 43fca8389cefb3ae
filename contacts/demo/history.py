"""The demo's contact history: what was said around orders and returns, and what came without an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from contacts.choices import Channel, Direction
from contacts.demo.drafts import NONE
from contacts.demo.talk import Topic, say, talk
from contacts.models import Interaction
from crm.choices import Role
from crm.demo.house import Batch, Book, Fill, House, Sales, Texts, Times
from crm.demo.process import Ints
from crm.demo.writing import copy_columns, nullable

TO_PEOPLE = 0.5  # of the talk with an organization that is with one of its people, where any is known
UNMANNED = (Channel.WEB, Channel.SURVEY, Channel.DELIVERY, Channel.SOCIAL)
ALL_DAY = (Channel.WEB, Channel.SURVEY, Channel.SOCIAL)
LETTERS_A_YEAR = 0.7
MEETINGS_A_YEAR = 0.1  # with organizations


@dataclass(frozen=True)
class Around:
    """A topic around orders: how often by organizations and by persons, and how many days before (-) or after."""

    topic: str
    organizations: float
    persons: float
    days: tuple[int, int]


AROUND_PURCHASES = (
    Around("plans_by_phone", 0.11, 0.03, (-4, -1)),
    Around("plans_by_mail", 0.08, 0.02, (-7, -1)),
    Around("plans_on_site", 0.06, 0.0, (-10, -1)),
    Around("looks_at_web", 0.07, 0.20, (-3, 0)),
    Around("comes_in", 0.02, 0.10, (0, 0)),
    Around("delivery", 0.22, 0.18, (2, 6)),
    Around("asks_after", 0.05, 0.05, (3, 9)),
    Around("asks_by_chat", 0.02, 0.03, (-1, 5)),
    Around("follows_up", 0.08, 0.01, (10, 30)),
    Around("surveyed", 0.015, 0.015, (8, 21)),
    Around("mentions", 0.006, 0.008, (12, 40)),
)
AROUND_RETURNS = (
    Around("complains", 0.5, 0.5, (-3, -1)),
    Around("complains_by_phone", 0.4, 0.3, (-3, -1)),
)


@dataclass
class Touches:
    """Interactions to be: rows of the book, the day, and what they are about (a product, an order's number)."""

    topic: Topic
    contact: Ints
    day: Times  # datetime64[D]
    product: Texts
    number: Texts

    def chosen(self, rows: Any) -> Touches:
        return Touches(self.topic, self.contact[rows], self.day[rows], self.product[rows], self.number[rows])


def load(house: House) -> Fill:
    """The function that writes the history of a batch."""
    return fill


def fill(batch: Batch) -> None:
    book, sales = batch.book, batch.sales
    if book is None or sales is None:
        raise RuntimeError("The loader of the history comes after those of contacts and orders in CRM_DEMO_LOADERS.")
    rng = batch.rng("history")
    for touches in [*_around_orders(rng, book, sales), *_without_orders(rng, batch.house, book, sales)]:
        touches.contact = _to_people(rng, book, touches)
        _write(rng, batch.house, book, _possible(batch.house, book, touches))


def _around_orders(rng: np.random.Generator, book: Book, sales: Sales) -> Iterator[Touches]:
    short = _short(sales.product)
    is_firm = book.is_organization[sales.contact]
    for plans, of_return in ((AROUND_PURCHASES, False), (AROUND_RETURNS, True)):
        for plan in plans:
            often = np.where(is_firm, plan.organizations, plan.persons) * (sales.is_return == of_return)
            rows = np.flatnonzero(rng.random(len(often)) < often)
            away = rng.integers(plan.days[0], plan.days[1] + 1, len(rows)).astype("m8[D]")
            day = sales.at[rows].astype("M8[D]") + away
            yield Touches(talk().topics[plan.topic], sales.contact[rows], day, short[rows], sales.number[rows])


def _without_orders(rng: np.random.Generator, house: House, book: Book, sales: Sales) -> Iterator[Touches]:
    """First talks at the beginning, letters now and then, meetings with organizations."""
    size = len(book.id)
    is_private = ~book.is_organization & (book.organization == NONE)
    first = rng.random(size)
    wrote, called, met = first < 0.2, (first >= 0.2) & (first < 0.4), (first >= 0.4) & (first < 0.5)
    firsts = (("first_mail", wrote), ("first_talk", called & ~is_private), ("at_the_fair", met & ~is_private))
    for topic, chosen in firsts:
        rows = np.flatnonzero(chosen)
        yield _plain(rng, topic, rows, book.created_on[rows], sales)
    known = (np.datetime64(house.end) - book.created_on).astype(int)  # days
    for topic, a_year in (("letter", LETTERS_A_YEAR), ("planning", MEETINGS_A_YEAR * book.is_organization)):
        rows = np.repeat(np.arange(size), rng.poisson(a_year * known / 365.25))
        later = np.floor(rng.random(len(rows)) * (known[rows] + 1)).astype("m8[D]")
        yield _plain(rng, topic, rows, book.created_on[rows] + later, sales)


def _plain(rng: np.random.Generator, topic: str, rows: Ints, day: Times, sales: Sales) -> Touches:
    """Talk that belongs to no order: about any product that was sold."""
    names = sales.product[rng.integers(0, len(sales.product), len(rows))]
    return Touches(talk().topics[topic], rows, day, _short(names), np.full(len(rows), "", object))


def _short(names: Texts) -> Texts:
    """Product names as people say them: without the size after the comma."""
    return np.array([name.split(",")[0] for name in names], object)


def _to_people(rng: np.random.Generator, book: Book, touches: Touches) -> Ints:
    """Some of the talk with organizations is with people who work there."""
    at_work = np.flatnonzero(book.organization != NONE)
    firms = book.organization[at_work]  # rising
    begin = np.searchsorted(firms, touches.contact)
    count = np.searchsorted(firms, touches.contact, side="right") - begin
    is_person = (count > 0) & (rng.random(len(count)) < TO_PEOPLE)
    which = begin + np.floor(rng.random(len(count)) * count).astype(int)
    person = at_work[np.minimum(which, len(at_work) - 1)] if len(at_work) else touches.contact
    return np.where(is_person & (book.created_on[person] <= touches.day), person, touches.contact)


def _possible(house: House, book: Book, touches: Touches) -> Touches:
    """Without what would lie before the contact was known or after the end; office work on working days."""
    if touches.topic.channel not in ALL_DAY:
        touches.day = np.busday_offset(touches.day, 0, roll="backward")
    return touches.chosen((touches.day >= book.created_on[touches.contact]) & (touches.day <= np.datetime64(house.end)))


def _write(rng: np.random.Generator, house: House, book: Book, touches: Touches) -> None:
    topic, n = touches.topic, len(touches.contact)
    if not n:
        return
    hours = (7, 21) if topic.channel in ALL_DAY else (8, 16)  # UTC
    moment = touches.day.astype("M8[s]") + rng.integers(hours[0] * 3600, hours[1] * 3600, n).astype("m8[s]")
    subjects, texts = say(rng, topic, touches.product, touches.number, book.city[touches.contact])
    user = _who(rng, house, book, touches)
    seconds = rng.integers(*topic.seconds, n) if topic.seconds else np.zeros(n, np.int64)
    house.counts["interactions"] += copy_columns(
        Interaction,
        {
            "contact": book.id[touches.contact],
            "occurred_at": moment,
            "channel": topic.channel,
            "direction": topic.direction,
            "subject": subjects,
            "body": texts,
            "outcome": np.array(topic.outcomes, object)[rng.integers(0, len(topic.outcomes), n)],
            "duration_seconds": nullable(seconds, seconds > 0),
            "user": nullable(user, user > 0),
            "created_at": moment,
        },
        count=n,
    )


def _who(rng: np.random.Generator, house: House, book: Book, touches: Touches) -> Ints:
    """Who of the house it was: the owner, or somebody of the service or the marketing; 0: a machine."""
    n, topic = len(touches.contact), touches.topic
    if topic.channel in UNMANNED:
        return np.zeros(n, np.int64)
    is_mass_mail = topic.channel == Channel.EMAIL and topic.direction == Direction.OUTBOUND
    desk = [person.id for person in house.with_role(Role.MARKETER if is_mass_mail else Role.AGENT)]
    somebody = np.array(desk)[rng.integers(0, len(desk), n)]
    owner = book.owner[touches.contact]
    is_mine = (owner > 0) & (rng.random(n) < (0.15 if is_mass_mail else 0.7))
    return np.where(is_mine, owner, somebody)
