"""The page of lifetime value, its files, the panel and the columns: figures, links to customers, who sees what."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest

from analytics.models import ClvScore
from crm.choices import Role
from crm.models import JobRun, Team
from tests.analytics.bases import Sale, cdnow_sales, make_base
from tests.analytics.clv_bases import DAY, drawn_sales, forecast
from tests.analytics.test_pages import person, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
PAGE = "/analytics/clv/"


@pytest.fixture
def manager(client):
    user = person(Role.MANAGER)
    client.force_login(user)
    return user


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_published_figures_stand_on_the_page(client, manager):
    make_base(cdnow_sales())
    forecast(dt.date(1998, 6, 30))
    said = text_of(client.get(PAGE))
    assert "as of 30 Jun 1998" in said
    for figure in ("2,357", "1,653 expected, 1,882 made", "−4.1 %", "4,339", "4,161", "−9,582.4", "1,411 0.237 0.225"):
        assert figure in said, figure
    assert "revenue" in said


def test_every_number_links_to_just_those_customers(client, manager):
    make_base(drawn_sales(150, 60))
    forecast()
    page = client.get(PAGE).context["page"]
    links = {cell["url"]: cell["customers"] for row in page.heat_rows for cell in row["cells"] if cell["url"]}
    links |= {row["url"]: row["customers"] for row in page.bar_rows if row["customers"]}
    assert sum(links.values()) == 300
    for url, customers in links.items():
        response = client.get(url)
        assert (response.status_code, response.context["count"]) == (200, str(customers)), url


def test_page_costs_few_queries_and_no_more_for_more_customers(client, manager, django_assert_max_num_queries):
    make_base(drawn_sales(120, 60))
    forecast()
    with django_assert_max_num_queries(16):
        client.get(PAGE)


def test_every_table_can_be_taken_away(client, manager):
    make_base(drawn_sales(300, 80))
    forecast()
    sizes = {}
    for part in ("customers", "map", "worth", "weeks", "classes", "models", "cohorts"):
        rows = rows_of(client.get(f"{PAGE}export/", {"part": part}))
        sizes[part] = len(rows) - 1
        assert {len(row) for row in rows} == {len(rows[0])}
    assert sizes["customers"] == 300
    assert (sizes["models"], sizes["weeks"]) == (11, 80)
    assert client.get(f"{PAGE}export/", {"part": "nothing"}).status_code == 404


def test_a_rep_sees_figures_of_own_customers_only(client):
    team = Team.objects.create(name="North")
    rep = person(Role.REP, team)
    make_base(drawn_sales(120, 60))
    own = make_base(
        [Sale(7_000, DAY - dt.timedelta(days=9 * back), Decimal(70)) for back in range(4)], owner=rep, team=team
    )
    forecast()
    client.force_login(rep)
    response = client.get(PAGE)
    page = response.context["page"]
    assert page.narrowed
    assert page.customers == 1
    assert [score.contact for score in page.top] == [own[7_000]]
    assert sum(bar.customers for bar in page.bars) == 1
    assert "interval" not in page.cards[0]["note"]
    assert "Customer 1 " not in text_of(response)


def test_forecast_now_starts_a_job_with_what_was_asked(client, manager):
    answer = client.post(f"{PAGE}run/", {"as_of": "2026-03-31", "months": 6, "discount_rate": 12, "margin": 40})
    assert answer.status_code == 302
    asked = JobRun.objects.get().parameters
    assert (asked["as_of"], asked["only"]) == ("2026-03-31", ["clv"])
    assert asked["parameters"]["clv"] == {"months": 6, "discount_rate": 0.12, "margin": 0.4}


def test_a_day_to_come_is_refused_and_what_was_typed_stays(client, manager):
    answer = client.post(f"{PAGE}run/", {"as_of": "2999-01-01", "months": 7, "discount_rate": 10})
    assert answer.status_code == 422
    assert "lies in the future" in text_of(answer)
    assert 'value="7"' in answer.content.decode()
    assert not JobRun.objects.exists()


def test_empty_page_offers_to_start(client, manager):
    said = text_of(client.get(PAGE))
    assert "Forecast your customers" in said


def test_page_without_a_fit_says_why_and_shows_the_customers(client, manager):
    make_base([Sale(one, DAY - dt.timedelta(days=one), Decimal(10)) for one in range(30)])
    forecast()
    said = text_of(client.get(PAGE))
    assert "a forecast needs at least 20 customers" in said
    assert "Customers 30" in said


def test_page_with_few_who_came_back_shows_what_they_did(client, manager):
    contacts = make_base(
        [Sale(one, DAY - dt.timedelta(days=one), Decimal(10)) for one in range(30)]
        + [Sale(one, DAY - dt.timedelta(days=60 + one), Decimal(20)) for one in range(6)]
    )
    forecast()
    said = text_of(client.get(PAGE))
    assert "Came back 20 % of the customers; 95 % interval 10 % to 37 %" in said
    assert "Days between purchases 60.0" in said
    assert "Still there" not in said
    record = text_of(client.get(contacts[3].get_absolute_url()))
    assert "No forecast: too few customers came back to learn from." in record


def test_record_page_says_what_a_customer_is_worth_and_why(client, manager):
    contacts = make_base(drawn_sales(300, 80))
    forecast()
    score = ClvScore.objects.filter(x__gte=2, clv__gt=1).order_by("-clv").first()
    contact = next(one for one in contacts.values() if one.pk == score.pk)
    said = text_of(client.get(contact.get_absolute_url()))
    assert re.search(r"Worth € [\d,.]+ \(€ [\d,]+ to € [\d,]+\) in the next 12 months of revenue", said)
    assert re.search(r"there with \d+ %", said)
    assert "until then a purchase every" in said
    assert "The next one is expected around" in said
    assert "Revenue to date" in said


def test_list_sorts_and_filters_by_the_forecast(client, manager):
    make_base(drawn_sales(60, 60))
    forecast()
    best = ClvScore.objects.select_related("contact").order_by("-clv").first()
    answer = client.get(
        "/contacts/", {"sort": "-clv", "clv_min": str(best.clv), "columns": "clv,p_alive,next_purchase"}
    )
    assert best.contact.name in text_of(answer)
    assert answer.context["count"] == "1"
