"""Bases of customers and orders for the tests of the analysis, and the scores by plain counting."""

import csv
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path

from analytics.models import ModelRun, RfmScore, RfmSegment, UsageLevel
from analytics.runs import run_steps
from contacts.models import Contact
from orders.models import Order

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_sample_transactions.csv"
LEVELS = import_module("analytics.migrations.0002_shipped_rows").LEVELS
DEFAULTS = import_module("analytics.migrations.0002_shipped_rows").SEGMENTS


@dataclass(frozen=True)
class Sale:
    """An order of a customer (by number); `amount` None is a currency without a rate."""

    customer: int
    day: dt.date
    amount: Decimal | None
    is_purchase: bool = True


def make_segments() -> None:
    """The default table; a test that flushes the database takes the rows of the migration with it."""
    if not RfmSegment.objects.exists():
        for position, (name, r, f, m, tone, advice) in enumerate(DEFAULTS, start=1):
            bounds = zip(("r", "f", "m"), (r, f, m), strict=True)
            fields = {
                f"{one}_{end}": bound for one, pair in bounds for end, bound in zip(("low", "high"), pair, strict=True)
            }
            RfmSegment.objects.create(position=position, name=name, tone=tone, advice=advice, **fields)
    if not UsageLevel.objects.exists():
        for position, (level, share, tone, message) in enumerate(LEVELS, start=1):
            UsageLevel.objects.create(level=level, position=position, share=share, tone=tone, message=message)


def make_base(sales: list[Sale], **fields: object) -> dict[int, Contact]:
    """The contacts and orders of a base; contacts by number."""
    numbers = sorted({sale.customer for sale in sales})
    made = Contact.objects.bulk_create(
        Contact(external_id=f"C{number}", name=f"Customer {number}", sort_name=f"customer {number:05d}", **fields)
        for number in numbers
    )
    contacts = dict(zip(numbers, made, strict=True))
    Order.objects.bulk_create(
        Order(
            contact=contacts[sale.customer],
            ordered_at=dt.datetime.combine(sale.day, dt.time(12), tzinfo=dt.UTC),
            ordered_on=sale.day,
            currency="EUR",
            amount=sale.amount or 0,
            base_amount=sale.amount,
            is_purchase=sale.is_purchase,
        )
        for sale in sales
    )
    return contacts


def cdnow_sales() -> list[Sale]:
    """The 6,919 orders of the CDNOW sample, each line an order of its own."""
    with CDNOW.open(newline="") as file:
        return [
            Sale(int(row["customer_id"]), dt.date.fromisoformat(row["date"]), Decimal(row["amount"]))
            for row in csv.DictReader(file)
        ]


def score(as_of: dt.date, **parameters: object) -> ModelRun:
    """Run the step, as the command does."""
    (run,) = run_steps(actor=None, as_of=as_of, only=["rfm"], parameters={"rfm": parameters})
    return run


def stored_scores() -> dict[str, tuple]:
    """By external id: last purchase, frequency, money, r, f, m, segment, usage level."""
    columns = ("last_purchase_on", "frequency", "monetary", "r", "f", "m", "segment", "usage_level")
    return {row[0]: row[1:] for row in RfmScore.objects.values_list("contact__external_id", *columns)}


def counted_scores(sales: list[Sale], as_of: dt.date, window_days: int | None = None) -> dict[str, tuple]:
    """The same by brute force: for each customer, count those who are strictly worse."""
    first = as_of - dt.timedelta(days=window_days) if window_days else dt.date.min
    inside = [sale for sale in sales if first < sale.day <= as_of]
    values = {}
    for number in {sale.customer for sale in inside if sale.is_purchase}:
        own = [sale for sale in inside if sale.customer == number]
        bought = [sale.day for sale in own if sale.is_purchase]
        values[number] = (max(bought), len(bought), sum((sale.amount or Decimal(0) for sale in own), Decimal(0)))
    levels = _usage_levels(sales, as_of, list(values))
    return {
        f"C{number}": (*value, *_ranks(value, values), _segment(_ranks(value, values)), levels[number])
        for number, value in values.items()
    }


def _usage_levels(sales: list[Sale], as_of: dt.date, numbers: list[int]) -> dict[int, str]:
    """Whatever the window: by the purchases of the last 365 days, new under 90 days of tenure."""
    days = {
        n: [sale.day for sale in sales if sale.customer == n and sale.is_purchase and sale.day <= as_of]
        for n in numbers
    }
    bought = {number: sum((as_of - day).days < 365 for day in own) for number, own in days.items()}
    levels = {}
    for number in numbers:
        below = 100 * sum(other < bought[number] for other in bought.values()) / len(numbers)
        level = "heavy" if below >= 80 else "moderate" if below >= 50 else "infrequent"
        levels[number] = "new" if (as_of - min(days[number])).days < 90 else level
    return levels


def _ranks(value: tuple, values: dict[int, tuple]) -> tuple[int, ...]:
    return tuple(
        1 + 5 * sum(other[place] < value[place] for other in values.values()) // len(values) for place in range(3)
    )


def _segment(ranks: tuple[int, ...]) -> str:
    for name, *bounds, _, _ in DEFAULTS:
        if all(low <= rank <= high for rank, (low, high) in zip(ranks, bounds, strict=True)):
            return name
    return ""
