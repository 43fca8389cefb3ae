"""Last March as it stood: what later data cannot change, what is written once, and who moved where."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.models import ScoreHistory, SegmentMove
from analytics.runs import run_steps
from analytics.steps.history import month_ends
from contacts.models import Contact
from orders.models import Order
from tests.analytics.bases import Sale, cdnow_sales, counted_scores, make_base, stored_scores

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
MARCH = dt.date(2026, 3, 31)


def keep(as_of, **parameters):
    (run,) = run_steps(actor=None, as_of=as_of, only=["history"], parameters={"history": parameters})
    return run


def kept(month_end) -> dict[str, tuple]:
    columns = ("frequency", "monetary", "r", "f", "m", "segment", "usage_level")
    rows = ScoreHistory.objects.filter(month_end=month_end).values_list("contact__external_id", *columns)
    return {row[0]: row[1:] for row in rows}


def without_day(scores: dict[str, tuple]) -> dict[str, tuple]:
    return {name: values[1:] for name, values in scores.items()}


def test_the_months_up_to_a_day_are_those_that_are_over():
    assert month_ends(dt.date(2026, 3, 30), 2) == [dt.date(2026, 1, 31), dt.date(2026, 2, 28)]
    assert month_ends(MARCH, 2) == [dt.date(2026, 2, 28), MARCH]


def test_every_month_of_the_cdnow_sample_holds_the_scores_of_its_last_day():
    sales = cdnow_sales()[:1500]
    make_base(sales)
    run = keep(dt.date(1998, 7, 15), months=4)
    assert list(run.metrics["months"]) == ["1998-03-31", "1998-04-30", "1998-05-31", "1998-06-30"]
    for day in (dt.date(1998, 3, 31), dt.date(1998, 6, 30)):
        assert kept(day) == without_day(counted_scores(sales, day))


def test_what_is_entered_later_changes_neither_a_run_as_of_march_nor_march_as_it_stood():
    base = [Sale(number, MARCH - dt.timedelta(days=11 * number), Decimal(10 + number)) for number in range(1, 15)]
    contacts = make_base(base)
    first = [run.metrics for run in run_steps(actor=None, as_of=MARCH)]
    scores, history = stored_scores(), kept(MARCH)
    for days in (1, 40, 365):
        day = MARCH + dt.timedelta(days=days)
        Order.objects.create(
            contact=contacts[1], ordered_at=dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC), ordered_on=day,
            currency="EUR", amount=900, base_amount=900, is_purchase=True,
        )  # fmt: skip
    again = run_steps(actor=None, as_of=MARCH)
    assert stored_scores() == scores
    assert kept(MARCH) == history
    for before, run in zip(first, again, strict=True):
        if run.step != "history":
            assert run.metrics == before


def test_a_month_is_written_once_unless_asked_for_anew():
    make_base([Sale(1, dt.date(2026, 3, 3), Decimal(5))])
    keep(MARCH, months=1)
    contact = Contact.objects.get()
    Order.objects.create(
        contact=contact, ordered_at=dt.datetime(2026, 3, 9, tzinfo=dt.UTC), ordered_on=dt.date(2026, 3, 9),
        currency="EUR", amount=7, base_amount=7, is_purchase=True,
    )  # fmt: skip
    assert keep(MARCH, months=1).metrics["sentences"][0].startswith("Nothing new to keep")
    assert kept(MARCH)["C1"][:2] == (1, Decimal(5))
    keep(MARCH, months=1, rewrite="yes")
    assert kept(MARCH)["C1"][:2] == (2, Decimal(12))


def test_the_movements_of_a_month_are_those_of_each_customer():
    make_base(cdnow_sales()[:2500])
    run_steps(actor=None, as_of=dt.date(1997, 9, 30), only=["history"], parameters={"history": {"months": 4}})
    before, after = kept(dt.date(1997, 8, 31)), kept(dt.date(1997, 9, 30))
    counted: dict[tuple[str, str], int] = {}
    for name, values in after.items():
        pair = (before[name][5] if name in before else "", values[5])
        counted[pair] = counted.get(pair, 0) + 1
    moves = SegmentMove.objects.filter(month_end=dt.date(1997, 9, 30))
    assert {(move.before, move.after): move.customers for move in moves} == counted
    assert len(counted) > 20
    assert not SegmentMove.objects.filter(month_end=dt.date(1997, 6, 30)).exists()
