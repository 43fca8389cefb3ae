"""The pages of retention: their figures are the stored ones, each leads to its customers, and few queries draw them."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.models import CohortCount, RetentionRate
from analytics.runs import run_steps
from crm.choices import Role
from orders.models import Order
from tests.analytics.bases import Sale, cdnow_sales, make_base
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
JUNE = dt.date(1998, 6, 30)
PAGES = ("retention_detail", "cohort_list", "contract_detail", "worth_detail")


def text_of(response) -> str:
    plain = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(plain.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def manager(client):
    client.force_login(make_user(role=Role.MANAGER))


@pytest.fixture
def cdnow(manager):
    make_base(cdnow_sales())
    run_steps(actor=None, as_of=JUNE, only=["retention", "cohorts"])


def test_the_published_rates_stand_on_the_page_and_lead_to_their_customers(client, cdnow):
    response = client.get(reverse("analytics:retention_detail"), {"period": "quarter"})
    said = text_of(response)
    assert "as of 30 Jun 1998" in said
    assert "Q2 1998 384 169 215 44.0 % 57.4 % 47.3 % 56.0 %" in said
    assert "Q2 1997 2,357 524 1,833 22.2 % 36.3 % 29.9 % 77.8 %" in said
    row = response.context["page"].rows[0]
    for url, count in ((row.active_url, 384), (row.kept_url, 169), (row.lost_url, 215)):
        assert client.get(url).context["count"] == str(count)


def test_the_triangle_shows_the_published_cohorts_and_each_cell_leads_to_its_customers(client, cdnow):
    page = client.get(reverse("analytics:cohort_list")).context["page"]
    assert [row.size for row in page.rows] == [719, 857, 781]
    assert [cell.count for cell in page.rows[2].cells][:4] == [124, 95, 70, 65]
    assert client.get(page.rows[0].cells[0].url).context["count"] == "87"
    together = CohortCount.objects.filter(period="month", age=3)
    assert page.averages[2] == pytest.approx(sum(one.customers for one in together) / 2357)


def test_a_period_that_is_not_over_is_marked_and_stands_in_no_average(client, manager):
    days = [dt.date(2026, 1, 5), dt.date(2026, 2, 5), dt.date(2026, 3, 5)]
    make_base([Sale(number, day, Decimal(10)) for number in (1, 2, 3) for day in days[:number]])
    run_steps(actor=None, as_of=dt.date(2026, 3, 10), only=["retention", "cohorts"])
    page = client.get(reverse("analytics:retention_detail")).context["page"]
    assert [(str(row.label), row.rate.is_partial) for row in page.rows] == [
        ("Mar\N{NO-BREAK SPACE}2026", True),
        ("Feb\N{NO-BREAK SPACE}2026", False),
    ]
    assert page.averages["raw"] == pytest.approx(2 / 3)
    assert "so far" in text_of(client.get(reverse("analytics:retention_detail")))


def test_profit_is_shown_only_where_every_cost_is_known(client, manager):
    make_base([Sale(n, dt.date(2026, m, 5), Decimal(n * 100)) for n, m in ((1, 1), (3, 1), (6, 1), (1, 2), (3, 2))])
    costs = {Decimal(100): 90, Decimal(300): 180, Decimal(600): 530}
    for amount, cost in costs.items():
        Order.objects.filter(amount=amount).update(cost=cost)
    run_steps(actor=None, as_of=dt.date(2026, 2, 28), only=["retention"])
    rate = RetentionRate.objects.get(period="month", dimension="")
    found = [round(one, 4) for one in (rate.raw, rate.sales_adjusted, rate.profit_adjusted)]
    assert found == [0.6667, 0.4, 0.65]  # Buttle & Maklan's example
    assert "Profit-adjusted" in text_of(client.get(reverse("analytics:retention_detail")))
    Order.objects.filter(amount=600).update(cost=None)
    run_steps(actor=None, as_of=dt.date(2026, 2, 28), only=["retention"])
    assert RetentionRate.objects.get(period="month", dimension="").profit_adjusted is None
    assert "Profit-adjusted" not in text_of(client.get(reverse("analytics:retention_detail")))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query", [{}, {"period": "week"}, {"period": "<script>", "by": "x"}, {"by": "market", "period": "year"}]
)
def test_pages_answer_before_a_run_and_after_one_in_few_queries(
    client, manager, django_assert_max_num_queries, name, query
):
    assert client.get(reverse(f"analytics:{name}"), query).status_code == 200
    make_base(cdnow_sales()[:300])
    run_steps(actor=None, as_of=JUNE, only=["retention", "cohorts"])
    with django_assert_max_num_queries(12):
        assert client.get(reverse(f"analytics:{name}"), query).status_code == 200


def test_what_is_asked_of_the_worth_is_answered_or_refused_in_a_sentence(client, cdnow):
    address = reverse("analytics:worth_detail")
    asked = {"percent": "10", "years": "1", "discount": "0", "cost": "0", "period": "quarter"}
    said = text_of(client.get(address, asked))
    assert "Customers kept more 17 10 % of 169 customers kept now" in said
    assert "less than or equal to 100" in text_of(client.get(address, {**asked, "percent": "500"}))
    assert "No more can be kept than are lost now (215)." in said


def test_the_tables_can_be_taken_away_by_who_may_export(client, cdnow):
    for part, rows in (("rates", 17), ("cohorts", 18 + 17 + 16), ("contracts", 0)):
        response = client.get(reverse("analytics:retention_export"), {"part": part})
        lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
        assert len(lines) == rows + 1, part
    assert client.get(reverse("analytics:retention_export"), {"part": "secrets"}).status_code == 404
    client.force_login(make_user(role=Role.AGENT))
    assert client.get(reverse("analytics:retention_export")).status_code == 403
    client.force_login(make_user(role=Role.REP))
    assert client.get(reverse("analytics:retention_detail")).status_code == 403
