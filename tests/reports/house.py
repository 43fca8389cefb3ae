"""A small house with something of everything that reports group by, the same at each run."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from contacts.models import Contact
from crm.choices import Role
from crm.models import CustomField, ExchangeRate, User
from leads.models import Lead
from orders.models import Order
from pipeline.models import Deal
from tests import factories as make

COUNTRIES = ("DE", "GB", "FR", "")
SOURCES = ("fair", "Fair", "web", "")
FILTERS: dict[str, list[dict[str, Any]]] = {
    "contacts.contact": [
        {"field": "kind", "op": "any", "value": ["person"]},
        {"not": {"field": "employees", "op": "over", "value": 7}},
        {"field": "owner", "op": "any", "value": ["me", "none"]},
        {"field": "orders_count", "op": "over", "value": 1},
        {"field": "bought_product", "op": "empty"},
    ],
    "orders.order": [
        {"field": "channel", "op": "not_any", "value": ["web"]},
        {"field": "amount", "op": "over", "value": 50},
        {"field": "product", "op": "empty"},
    ],
    "pipeline.deal": [
        {"field": "amount", "op": "not_empty"},
        {"any": [{"field": "source", "op": "is", "value": "fair"}, {"field": "owner", "op": "any", "value": ["none"]}]},
    ],
    "leads.lead": [
        {"field": "state", "op": "is", "value": "all"},
        {"field": "score", "op": "between", "value": [5, 20]},
    ],
    "service.ticket": [{"field": "kind", "op": "any", "value": ["query"]}],
}
DAY = dt.date(2025, 1, 31)


def build_house(seed: int = 7) -> User:
    """A manager who sees all of it. Texts differ in case, values are missing, money is in two currencies."""
    make.make_company(time_zone="Europe/Berlin")
    ExchangeRate.objects.create(currency="USD", valid_from="2024-01-01", rate=Decimal("0.9"))
    CustomField.objects.create(model="contacts.contact", key="size", label="Size", type="number")
    CustomField.objects.create(
        model="contacts.contact", key="shelf", label="Shelf", type="choice", choices=["high", "low"]
    )
    CustomField.objects.create(model="contacts.contact", key="seen", label="Seen", type="date")
    dice = random.Random(seed)
    north = make.make_team(name="North")
    teams = [north, make.make_team(name="North by east", parent=north), None]
    manager = make.make_user(Role.MANAGER, name="Mia", team=north)
    people = [manager, make.make_user(Role.REP, name="Ben", team=teams[1]), None]
    contacts = [_contact(dice, people, teams) for _ in range(40)]
    for _ in range(60):
        _order(dice, contacts)
        _deal(dice, contacts, people)
    for _ in range(30):
        _lead(dice, people)
    for _ in range(12):
        make.make_ticket(
            dice.choice(contacts), kind=dice.choice(("query", "complaint")), priority=dice.choice(("low", "high"))
        )
    return manager


def _contact(dice: random.Random, people: list, teams: list) -> Contact:
    custom = {"size": dice.choice((1, 2.5, 12, -3)), "shelf": dice.choice(("high", "low")), "seen": "2025-02-28"}
    contact = make.make_contact(
        kind=dice.choice(("person", "organization")),
        source=dice.choice(SOURCES),
        industry=dice.choice(("Wood", "Steel & glass", "  spaced", "")),
        employees=dice.choice((None, 0, 7, 10, 19, 250)),
        revenue=dice.choice((None, Decimal("999.99"), Decimal(1000), Decimal("-5.50"))),
        owner=dice.choice(people),
        team=dice.choice(teams),
        custom={name: value for name, value in custom.items() if dice.random() < 0.7},
    )
    Contact.objects.filter(pk=contact.pk).update(main_country=dice.choice(COUNTRIES))
    return contact


def _order(dice: random.Random, contacts: list[Contact]) -> Order:
    day = DAY + dt.timedelta(days=dice.randrange(500))
    return make.make_order(
        dice.choice([*contacts, None]), currency=dice.choice(("EUR", "USD")), ordered_on=day,
        ordered_at=dt.datetime.combine(day, dt.time(23, 30), dt.UTC), channel=dice.choice(("web", "phone", "store")),
        lines=({"quantity": 1, "amount": Decimal(dice.randrange(-50, 400))},),
    )  # fmt: skip


def _deal(dice: random.Random, contacts: list[Contact], people: list) -> Deal:
    return make.make_deal(
        organization=dice.choice(contacts), owner=dice.choice(people), source=dice.choice(SOURCES),
        amount=dice.choice((None, Decimal(100), Decimal("250.25"))), currency=dice.choice(("EUR", "USD")),
        opened_on=DAY + dt.timedelta(days=dice.randrange(300)),
    )  # fmt: skip


def _lead(dice: random.Random, people: list) -> Lead:
    lead = make.make_lead(
        status=dice.choice(("new", "working", "nurturing")), source=dice.choice(SOURCES), owner=dice.choice(people),
        country=dice.choice(("DE", "Atlantis", "")), score=dice.randrange(0, 40),
    )  # fmt: skip
    at = dt.datetime(2025, 12, 31, 22, 30, tzinfo=dt.UTC) + dt.timedelta(hours=dice.randrange(0, 5_000))
    Lead.objects.filter(pk=lead.pk).update(created_at=at)
    return lead
