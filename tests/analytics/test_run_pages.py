"""The page of runs, and runs that go wrong: what failed is said, the last good figures stay, two take turns."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from psycopg import sql

from analytics.queries import last_run
from analytics.runs import StepsFailed, run_steps
from analytics.steps import order_rows
from crm.choices import Role
from crm.models import JobRun
from orders.models import Order
from tests.analytics.bases import Sale, make_base, score
from tests.factories import make_user

DAY = dt.date(2026, 3, 31)


@pytest.fixture
def manager(client, db):
    client.force_login(make_user(role=Role.MANAGER))


@pytest.mark.usefixtures("segments")
def test_the_page_names_every_step_its_run_and_what_changed(client, manager):
    contacts = make_base([Sale(1, DAY, Decimal(5)), Sale(2, DAY, Decimal(7))])
    score(DAY)
    Order.objects.create(
        contact=contacts[1], ordered_at=dt.datetime(2026, 3, 9, tzinfo=dt.UTC), ordered_on=dt.date(2026, 3, 9),
        currency="EUR", amount=3, base_amount=3, is_purchase=True,
    )  # fmt: skip
    score(DAY, window_days=365)
    said = client.get(reverse("analytics:run_list")).content.decode()
    assert "Window days 365, before –" in said
    assert "Purchases 3, before 2 (+50.0" in said
    assert "has not run yet" in said
    page = client.get(reverse("analytics:run_step"), {"step": "rfm", "figure": "purchases"}).context["page"]
    assert [point["value"] for point in page.chart_data["series"][0]["points"]] == [2, 3]
    assert client.get(reverse("analytics:run_step"), {"step": "magic"}).status_code == 404


def test_a_run_is_started_from_the_page_and_a_wrong_wish_is_refused(client, manager):
    client.post(reverse("analytics:run_start"), {"as_of": "2026-03-31", "only": ["rfm", "cohorts"]})
    assert JobRun.objects.get().parameters == {"as_of": "2026-03-31", "only": ["rfm", "cohorts"]}
    for typed in ({"as_of": "2999-01-01"}, {"as_of": "x"}, {"as_of": "2026-03-31", "only": ["magic"]}):
        assert client.post(reverse("analytics:run_start"), typed).status_code == 422
    assert JobRun.objects.count() == 1


@pytest.mark.usefixtures("segments")
def test_a_failed_step_is_said_on_its_pages_while_the_others_go_on(client, manager, monkeypatch):
    make_base([Sale(1, DAY, Decimal(5)), Sale(1, dt.date(2026, 2, 3), Decimal(5))])
    run_steps(actor=None, as_of=DAY)
    good = last_run("retention")
    monkeypatch.setattr(order_rows, "MAIN_SQL", sql.SQL("SELECT 1, 1/0"))
    with pytest.raises(StepsFailed) as failure:
        run_steps(actor=None, as_of=DAY)
    assert list(failure.value.failed) == ["retention"]
    assert "cohorts" in [run.step for run in failure.value.runs]
    assert last_run("retention") == good
    assert "division by zero" in client.get(reverse("analytics:run_list")).content.decode()
    page = client.get(reverse("analytics:retention_detail")).content.decode()
    assert "failed, so these are the figures as of 31\N{NO-BREAK SPACE}Mar\N{NO-BREAK SPACE}2026" in page
    with pytest.raises(CommandError, match="retention: It stopped"):
        call_command("analyze", "--as-of", "2026-03-31", "--json")


@pytest.mark.usefixtures("segments")
def test_a_step_that_rests_on_a_failed_one_is_left_out(db, monkeypatch):
    make_base([Sale(1, DAY, Decimal(5))])
    monkeypatch.setattr("analytics.steps.rfm.CELLS_SQL", sql.SQL("SELECT 1/0 FROM {table}"))
    with pytest.raises(StepsFailed) as failure:
        run_steps(actor=None, as_of=DAY, only=["rfm", "history"])
    assert failure.value.failed["history"] == "Left out, since rfm failed."


@pytest.mark.parametrize(
    "sales",
    [
        [],
        [Sale(1, DAY, Decimal(5))],
        [Sale(number, DAY, Decimal(5)) for number in range(5)],
        [Sale(1, DAY, Decimal(-5), is_purchase=False), Sale(2, DAY, Decimal(-1), is_purchase=False)],
        [Sale(number, DAY - dt.timedelta(days=40), Decimal(1 - 10 * number)) for number in range(4)],
        [*(Sale(1, DAY - dt.timedelta(days=day), Decimal(90)) for day in range(40)), Sale(2, DAY, Decimal(1))],
        [Sale(1, DAY + dt.timedelta(days=9), Decimal(5)), Sale(2, DAY + dt.timedelta(days=400), Decimal(5))],
        [Sale(number, DAY - dt.timedelta(days=40 * number), None) for number in range(4)],
    ],
    ids=["none", "one", "alike", "returns", "negative", "one with most", "future", "no rate"],
)
@pytest.mark.usefixtures("segments")
def test_odd_bases_run_through_and_every_page_says_what_there_is(client, manager, sales):
    make_base(sales)
    own = ["rfm", "history", "retention", "cohorts"]
    runs = run_steps(actor=None, as_of=DAY, only=own)
    assert [run.step for run in runs] == own
    for name in (
        "overview",
        "rfm_detail",
        "retention_detail",
        "cohort_list",
        "contract_detail",
        "worth_detail",
        "run_list",
    ):
        assert client.get(reverse(f"analytics:{name}")).status_code == 200
    if all(sale.day > DAY or not sale.is_purchase for sale in sales):
        assert all("No customer has a purchase" in run.metrics["sentences"][0] for run in (runs[0], runs[2], runs[3]))


def test_one_customer_with_most_of_the_sales_is_named_as_a_weakness(db):
    february = dt.date(2026, 2, 9)
    make_base([Sale(1, february, Decimal(900)), Sale(2, february, Decimal(5)), Sale(1, DAY, Decimal(5))])
    (run,) = run_steps(actor=None, as_of=DAY, only=["retention"])
    assert any("of the sales of" in text and "hang on that customer" in text for text in run.metrics["sentences"])


@pytest.mark.usefixtures("segments")
def test_a_failed_job_shows_on_the_pages_of_its_steps_alone(client, manager):
    make_base([Sale(1, DAY, Decimal(5))])
    owner = make_user(role=Role.ADMIN)
    for only in (["churn"], ["rfm", "clv"]):
        JobRun.objects.create(actor=owner, kind="analysis", title="Figures", state="failed", parameters={"only": only})
    shown = {step: client.get(reverse(f"analytics:{step}_detail")).context["job"] for step in ("rfm", "clv", "churn")}
    assert {step: job.parameters["only"] for step, job in shown.items()} == {
        "rfm": ["rfm", "clv"], "clv": ["rfm", "clv"], "churn": ["churn"],
    }  # fmt: skip
    whole = JobRun.objects.create(actor=owner, kind="analysis", title="All", state="failed", parameters={"only": []})
    for step in shown:
        assert client.get(reverse(f"analytics:{step}_detail")).context["job"] == whole
