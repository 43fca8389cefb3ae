"""Activity-based costing: the cost to serve by plain counting, on the page, in lists, in the file, and hidden."""

import datetime as dt
import html
import random
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics.costs.curve import whale
from analytics.exporting import COLUMNS, score_rows
from analytics.models import CostPool, CostScore
from analytics.runs import run_steps
from analytics.steps.costs import months_before
from campaigns.models import Campaign, Recipient, Variant
from contacts.models import Contact, Interaction
from crm.choices import Role
from crm.models import FieldRule, JobRun, LogEntry
from orders.models import Order, OrderLine
from service.models import Queue, Ticket
from tests.factories import make_company, make_contact, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY, PAGE, POOLS = dt.date(2026, 3, 31), "/analytics/profitability/", "/analytics/profitability/pools/"
AFTER = dt.date(2025, 3, 31)
RATES = {
    "orders": Decimal("4"), "lines": Decimal("0.8"), "returns": Decimal("9"), "calls": None, "visits": Decimal("90"),
    "mails": Decimal("2.5"), "tickets": Decimal("12"), "campaigns": Decimal("0.6"),
}  # fmt: skip
YEAR_OF_CALLS = Decimal("1000")


def make_pools() -> None:
    for place, (driver, rate) in enumerate(RATES.items(), start=1):
        annual = YEAR_OF_CALLS if rate is None else None
        CostPool.objects.create(position=place, name=f"Pool {driver}", driver=driver, rate=rate, annual_amount=annual)


def reckon(**parameters):
    (run,) = run_steps(actor=None, as_of=DAY, only=["costs"], parameters={"costs": parameters})
    return run


def random_base(owner=None, customers: int = 40) -> pd.DataFrame:
    """Acts of all kinds, some outside of the window; a row an act: contact, driver, day, money kept of an order."""
    make_company(currency="EUR")
    chance = random.Random(5)
    acts: list[tuple[int, str, dt.date, float]] = []
    queue = Queue.objects.create(name="All")
    campaign = Campaign.objects.create(name="Spring", starts_on=DAY - dt.timedelta(days=60))
    told = Variant.objects.create(campaign=campaign, name="A")
    control = Variant.objects.create(campaign=campaign, name="Control", is_control=True)
    for number in range(customers):
        contact = make_contact(name=f"Customer {number}", owner=owner)
        variant = chance.choice((told, control))
        Recipient.objects.create(campaign=campaign, contact=contact, variant=variant, state="past")
        if variant is told:
            acts.append((contact.pk, "campaigns", DAY - dt.timedelta(days=60), 0))
        for _ in range(chance.randint(0, 14)):
            day = DAY - dt.timedelta(days=chance.choice((-1, 0, 1, 30, 200, 364, 365, 366, 500)))
            at = dt.datetime.combine(day, dt.time(11), tzinfo=dt.UTC)
            kind = chance.choice(("order", "return", "phone", "meeting", "email", "in", "ticket"))
            if kind in ("order", "return"):
                amount = Decimal(chance.randint(5, 400)) * (1 if kind == "order" else -1)
                order = Order.objects.create(
                    contact=contact, ordered_at=at, ordered_on=day, currency="EUR", amount=amount, base_amount=amount,
                    cost=amount * Decimal("0.6"), is_purchase=kind == "order",
                )  # fmt: skip
                for place in range(lines := chance.randint(1, 3)):
                    quantity = 1 if kind == "order" else -1
                    OrderLine.objects.create(order=order, position=place, quantity=quantity, amount=amount / lines)
                if kind == "order":
                    acts.append((contact.pk, "orders", day, float(amount) * 0.4))
                else:
                    acts.append((contact.pk, "money", day, float(amount) * 0.4))
                acts += [(contact.pk, "lines" if kind == "order" else "returns", day, 0.0)] * lines
            elif kind == "ticket":
                Ticket.objects.create(contact=contact, subject="Help", queue=queue, opened_at=at)
                acts.append((contact.pk, "tickets", day, 0.0))
            else:
                channel, direction = ("email", "in") if kind == "in" else (kind, "out")
                Interaction.objects.create(
                    contact=contact, occurred_at=at, channel=channel, direction=direction, subject="Touch"
                )
                driver = {"phone": "calls", "meeting": "visits", "email": "mails", "in": ""}[kind]
                acts.append((contact.pk, driver, day, 0.0))
    return pd.DataFrame(acts, columns=["contact", "driver", "day", "kept"])


def counted(acts: pd.DataFrame) -> pd.DataFrame:
    """By contact: cost and contribution, with pandas."""
    inside = acts[(acts.day > AFTER) & (acts.day <= DAY) & (acts.driver != "")]
    counts = inside.pivot_table(index="contact", columns="driver", values="day", aggfunc="count", fill_value=0)
    rates = {name: float(rate) if rate is not None else 1000 / counts["calls"].sum() for name, rate in RATES.items()}
    cost = sum(counts[name] * rate for name, rate in rates.items() if name in counts)
    return pd.DataFrame({"cost": cost, "contribution": inside.groupby("contact").kept.sum()})


def test_costs_and_profit_are_those_of_plain_counting_and_a_second_run_says_the_same():
    acts = random_base()
    make_pools()
    run = reckon()
    expected = counted(acts)
    found = {row.contact_id: row for row in CostScore.objects.all()}
    assert set(found) == set(expected.index) and run.metrics["customers"] == len(found)
    for contact, row in expected.iterrows():
        assert float(found[contact].cost_to_serve) == pytest.approx(row.cost, abs=0.006)
        assert float(found[contact].contribution) == pytest.approx(row.contribution, abs=0.006)
        kept, cost = found[contact].contribution, found[contact].cost_to_serve
        assert kept is not None and found[contact].profit == kept - cost
    inside = acts[(acts.day > AFTER) & (acts.day <= DAY)]
    for driver in RATES:
        assert run.metrics[f"Pool {driver}"] == int((inside.driver == driver).sum())
    assert run.metrics["whale"]["total"] == pytest.approx(float(sum(row.profit or 0 for row in found.values())))
    before = list(CostScore.objects.order_by("pk").values("pk", "counts", "cost_to_serve", "profit"))
    assert {**reckon().metrics, "seconds": 0} == {**run.metrics, "seconds": 0}
    assert list(CostScore.objects.order_by("pk").values("pk", "counts", "cost_to_serve", "profit")) == before


def test_the_curve_and_its_tenths_are_those_of_pandas():
    rng = np.random.default_rng(2)
    profit = np.round(rng.normal(20, 60, 333))
    contribution = profit + 50
    found = whale(profit, contribution, np.full(333, 50.0))
    frame = pd.DataFrame({"profit": profit})
    tenth = 1 + 10 * (frame.profit.rank(method="min", ascending=False) - 1) // 333
    sums = frame.groupby(tenth).profit.agg(["count", "sum", "min", "max"])
    assert [[one[name] for name in ("customers", "profit", "low", "high")] for one in found["deciles"]] == [
        list(row) for row in sums.itertuples(index=False)
    ]
    assert found["points"][-1] == [333, profit.sum()] and found["points"][0] == [0, 0]
    assert found["peak"][1] >= max(value for _, value in found["points"])
    assert found["losing"] == int((profit < 0).sum()) and found["peak"][0] == int((profit > 0).sum())
    assert whale(np.empty(0), np.empty(0), np.empty(0))["deciles"] == []


def test_without_pools_nothing_is_reckoned_and_the_page_says_so():
    random_base(customers=5)
    run = reckon()
    assert run.metrics["customers"] == 0 and not CostScore.objects.exists()
    page = signed_in(make_user(Role.MANAGER)).get(PAGE).content.decode()
    assert "No rates are set" in page and POOLS in page
    assert POOLS not in signed_in(make_user(Role.MARKETER)).get(PAGE).content.decode()


def test_where_no_cost_of_goods_is_known_the_profit_stays_empty():
    random_base(customers=12)
    Order.objects.update(cost=None)
    make_pools()
    run = reckon()
    bought = Order.objects.filter(ordered_on__gt=AFTER, ordered_on__lte=DAY).values("contact")
    rows = CostScore.objects.filter(contact__in=bought)
    assert rows.exists() and not rows.exclude(profit=None).exists()
    assert run.metrics["unknown"] == rows.count()
    assert not CostScore.objects.exclude(contact__in=bought).filter(profit=None).exists()


def test_each_number_of_the_page_is_that_of_the_list_behind_it_and_a_rep_sees_own_ones_only():
    rep, other = make_user(Role.REP), make_user(Role.REP)
    random_base(owner=rep)
    contacts = list(Contact.objects.order_by("pk"))
    Contact.objects.filter(pk__in=[one.pk for one in contacts[:15]]).update(owner=other)
    make_pools()
    reckon()
    for person, seen in (
        (rep, CostScore.objects.filter(contact__owner=rep)),
        (make_user(Role.MANAGER), CostScore.objects),
    ):
        client = signed_in(person)
        page = html.unescape(client.get(PAGE).content.decode())
        links = re.findall(r'<a href="(/contacts/\?[^"]+)" aria-label="(\d+) customers of tenth', page)
        assert len(links) >= 8 and sum(int(count) for _, count in links) == seen.count()
        for url, count in links:
            assert client.get(f"{url}&part=count").json()["count"].split()[0] == count, url
    assert "Counted</th>" not in html.unescape(signed_in(rep).get(PAGE).content.decode())


def test_a_hidden_field_is_on_no_page_and_the_record_tells_counts_times_rates():
    random_base()
    make_pools()
    reckon()
    score = CostScore.objects.filter(counts__has_key="visits").order_by("pk").first()
    client = signed_in(make_user(Role.MANAGER))
    record = html.unescape(client.get(score.contact.get_absolute_url()).content.decode())
    count = score.counts["visits"]
    assert f"Pool visits: {count} meeting" in record and "90.00" in record
    FieldRule.objects.create(role="manager", model="analytics.costscore", field="cost_to_serve", right="hidden")
    assert client.get(PAGE).status_code == 403
    assert "Pool visits" not in client.get(score.contact.get_absolute_url()).content.decode()


def test_the_file_of_scores_has_the_column():
    random_base()
    make_pools()
    reckon()
    columns = ("contact_id", "as_of", "cost_to_serve")
    assert "cost_to_serve" in COLUMNS
    rows = {row[0]: row for row in score_rows(make_user(Role.ADMIN), columns, None)}
    assert {key: Decimal(str(row[2])) for key, row in rows.items()} == dict(
        CostScore.objects.values_list("contact_id", "cost_to_serve")
    )


def test_rates_are_proposed_saved_and_reckoned_with():
    client = signed_in(make_user(Role.MANAGER))
    page = client.get(POOLS).content.decode()
    assert "proposals to begin with" in page and not CostPool.objects.exists()
    typed = dict(re.findall(r'name="(form-[^"]+)" value="([^"]*)"', page))
    typed |= {f"form-{n}-driver": name for n, name in enumerate(RATES)}
    blank = {key: value for key, value in typed.items() if not re.match(r"form-[89]-", key)}
    blank |= {"form-0-rate": "", "form-0-annual_amount": "5000"}
    answer = client.post(POOLS, blank)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert CostPool.objects.count() == len(RATES)
    assert CostPool.objects.get(driver="orders").annual_amount == 5000
    assert JobRun.objects.get(kind="analysis").parameters["only"] == ["costs"]
    assert LogEntry.objects.filter(verb="change", summary__startswith="Changed the pools of costs").count() == 1
    both = client.post(POOLS, {**blank, "form-0-rate": "3"})
    assert both.status_code == 422 and "not both" in both.content.decode()
    assert signed_in(make_user(Role.REP)).get(POOLS).status_code == 403


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-03-31", 12, "2025-03-31"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
    ],
)
def test_months_back_end_with_a_shorter_month(day, months, before):
    assert months_before(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(before)
