"""A house that quotes: a rep with a manager, and a product of 10.00."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from crm.choices import Role
from crm.models import Team, User
from orders.models import Product
from pipeline.quotes.actions import LineInput
from tests import factories as make


@dataclass
class House:
    rep: User
    boss: User
    other: User
    team: Team
    frame: Product

    def line(self, discount: str = "0", quantity: str = "3", price: str = "10", **more: object) -> LineInput:
        return LineInput(
            self.frame,
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            discount=Decimal(discount),
            tax_rate=Decimal(19),
            **more,
        )


@pytest.fixture
def house(db) -> House:
    make.make_company()
    team = make.make_team()
    boss = make.make_user(Role.MANAGER, name="Bea Boss", team=team)
    rep = make.make_user(Role.REP, name="Rosa Rep", team=team, manager=boss)
    other = make.make_user(Role.MANAGER, name="Otto Other")
    return House(rep, boss, other, team, make.make_product(name="Frame oak", unit_price=Decimal(10)))


@pytest.fixture
def quote_of(house: House) -> Callable[..., object]:
    def made(*lines: LineInput, **fields: object) -> object:
        contact = fields.pop("contact", None) or make.make_contact(owner=house.rep, team=house.team)
        return make.make_quote(contact, lines=lines or (house.line(),), owner=house.rep, **fields)

    return made
