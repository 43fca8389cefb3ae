"""A made-up world in which each family is bought by a rule that is known, so that the true chances are known, too."""

import datetime as dt
import random
from decimal import Decimal

from contacts.models import Contact
from crm.choices import Role
from orders.models import Order, OrderLine
from tests import factories as make

DAY = dt.date(2026, 6, 30)
HORIZON, PEOPLE = 90, 1500
LOVERS, OTHERS = 0.6, 0.15
CLOCK = "Clocks"
"""Bought in every quarter by who bought lamps in the quarter before (60 %), and by others (15 %)."""
LAMP, LOT = "Lamps", "Cards"
"""Lamps are bought by lot (half of all, every quarter), cards by lot (one in four)."""
QUARTERS = 6


def sell(rows) -> None:
    """Rows (contact, day, product), an order each."""
    orders = Order.objects.bulk_create(
        Order(
            contact=contact, ordered_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), ordered_on=day,
            currency="EUR", amount=Decimal(20), base_amount=Decimal(20), is_purchase=True, number=f"F{place}",
        )
        for place, (contact, day, _) in enumerate(rows)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=1, product=product, quantity=1, amount=20)
        for order, (_, _, product) in zip(orders, rows, strict=True)
    )


def world(*, only_lot: bool = False, people: int = PEOPLE):
    """(rep, products by family, {contact: true chance of a clock in the quarter after DAY}).

    Quarter 0 is the oldest; the last ends on DAY. With `only_lot` clocks are bought by lot, too.
    """
    make.make_company()
    rep = make.make_user(Role.REP, name="Rita", team=make.make_team())
    products = {family: make.make_product(name=f"{family} one", family=family) for family in (CLOCK, LAMP, LOT)}
    contacts = Contact.objects.bulk_create(
        Contact(name=f"Customer {n}", sort_name=f"customer {n:04}", owner=rep, team=rep.team) for n in range(people)
    )
    draw, rows, truth = random.Random(80), [], {}
    for contact in contacts:
        had_lamp = False
        for quarter in range(QUARTERS):
            start = DAY - dt.timedelta(days=HORIZON * (QUARTERS - quarter) - 1)
            chance = LOVERS if had_lamp and not only_lot else OTHERS
            bought = {CLOCK: draw.random() < chance, LAMP: draw.random() < 0.5, LOT: draw.random() < 0.25}
            rows += [
                (contact, start + dt.timedelta(days=draw.randrange(HORIZON)), products[family])
                for family, is_bought in bought.items()
                if is_bought
            ]
            had_lamp = bought[LAMP]
        truth[contact.pk] = LOVERS if had_lamp and not only_lot else OTHERS
    sell(rows)
    return rep, products, truth
