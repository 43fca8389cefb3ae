"""The page of the scores: its figures, the lists behind them, who sees what, and "Score now"."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.models import RfmScore
from contacts.models import Contact
from crm.choices import Role
from crm.models import JobRun, Team, User
from tests.analytics.bases import Sale, cdnow_sales, make_base, score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
PAGE = "/analytics/rfm/"


def person(role: str, team: Team | None = None) -> User:
    return User.objects.create_user(
        f"{role}@crm.example", "a long pass phrase", name=role.title(), role=role, team=team
    )


def text_of(response) -> str:
    """What stands on the page, blanks and tags taken away."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(plain.split())


@pytest.fixture
def base():
    days = [DAY - dt.timedelta(days=3 * number) for number in range(30)]
    sales = [Sale(number, day, Decimal(10 + number)) for number, day in enumerate(days, start=1)]
    sales += [Sale(number, DAY - dt.timedelta(days=90), Decimal(4)) for number in range(1, 30, 3)]
    return make_base(sales)


@pytest.fixture
def manager(client) -> User:
    user = person(Role.MANAGER)
    client.force_login(user)
    return user


def test_the_published_figures_stand_on_the_page(client, manager):
    make_base(cdnow_sales())
    score(dt.date(1998, 6, 30))
    said = text_of(client.get(PAGE))
    assert "as of 30 Jun 1998" in said
    for figure in ("2,357", "6,919", "244,091.94", "1,205", "champions 381", "lost 457", "cannot lose 15"):
        assert figure in said, figure
    assert re.search(r"5 471 after .*? 388 .*? 471 above", said)
    assert re.search(r"1 482 up to .*? 1,205 1 481 up to", said)


def test_every_link_leads_to_as_many_customers_as_its_figure(client, manager, base):
    Contact.objects.filter(pk=base[5].pk).update(archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    score(DAY)
    page = client.get(PAGE).context["page"]
    counts = {row.url: row.tally.customers for row in page.segment_rows if row.url}
    counts |= {count.url: count.customers for row in page.score_rows for count in row["counts"]}
    counts |= {
        cell.url: sum(one.customers for one in page.cells if (one.r, one.f) == (cell.r, cell.f))
        for row in page.heat_rows("total")
        for cell in row["cells"]
        if cell.url
    }
    counts[page.cards[0]["url"]] = page.total.customers
    assert len(counts) > 25
    for url, count in counts.items():
        response = client.get(url)
        assert (response.status_code, response.context["count"]) == (200, str(count)), url


def test_a_rep_sees_the_figures_of_the_customers_of_the_own_team(client, base):
    team = Team.objects.create(name="North")
    mine = [base[number].pk for number in (1, 2, 4)]
    Contact.objects.filter(pk__in=mine).update(team=team)
    score(DAY)
    client.force_login(person(Role.REP, team))
    response = client.get(PAGE)
    page = response.context["page"]
    assert page.total.customers == 3
    assert Decimal(str(page.total.revenue)) == sum(
        RfmScore.objects.filter(contact__in=mine).values_list("monetary", flat=True)
    )
    assert "Only the customers that you may see" in text_of(response)
    assert sum(row.tally.customers for row in page.segment_rows) == 3


def test_a_rep_may_neither_score_nor_take_the_figures_of_others(client, base):
    score(DAY)
    client.force_login(person(Role.REP))
    assert client.post(reverse("analytics:rfm_run"), {"as_of": "2026-03-31"}).status_code == 403
    exported = client.get(reverse("analytics:rfm_export"), {"part": "customers"})
    assert len(b"".join(exported.streaming_content).splitlines()) == 1
    client.force_login(person(Role.AGENT))
    assert client.get(reverse("analytics:rfm_export")).status_code == 403


def test_score_now_starts_a_job_that_the_page_follows(client, manager, base):
    response = client.post(reverse("analytics:rfm_run"), {"as_of": "2026-03-31", "window_days": "365"}, follow=True)
    job = JobRun.objects.get()
    assert job.parameters["parameters"] == {"rfm": {"window_days": 365}}
    assert f'hx-get="{job.get_absolute_url()}"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"as_of": "2999-01-01"}, "This day lies in the future"),
        ({"as_of": "yesterday"}, "Enter a valid date"),
        ({"as_of": "2026-03-31", "window_days": "0"}, "greater than or equal to 1"),
        ({"as_of": "2026-03-31", "window_days": "1e9"}, "Enter a whole number"),
    ],
)
def test_a_wrong_wish_is_refused_and_what_was_typed_stays(client, manager, typed, sentence):
    response = client.post(reverse("analytics:rfm_run"), typed)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert f'value="{typed["as_of"]}"' in response.content.decode()
    assert JobRun.objects.count() == 0


def test_before_the_first_run_the_page_offers_to_score(client, manager):
    response = client.get(PAGE)
    assert "Score your customers" in text_of(response)


def test_a_base_without_customers_is_explained(client, manager):
    score(DAY)
    assert "No customer has a purchase up to 31 Mar 2026, so nobody has a score." in text_of(client.get(PAGE))


@pytest.mark.parametrize("measure", ["total", "mean", "customers", "<script>"])
def test_the_map_shows_what_is_asked(client, manager, base, measure):
    score(DAY)
    assert client.get(PAGE, {"measure": measure}).status_code == 200


def test_the_tables_can_be_taken_away(client, manager, base):
    score(DAY)
    for part, rows in (("map", 25), ("segments", 11), ("scores", 5), ("customers", 30)):
        response = client.get(reverse("analytics:rfm_export"), {"part": part})
        lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
        assert len(lines) == rows + 1, part
    assert client.get(reverse("analytics:rfm_export"), {"part": "secrets"}).status_code == 404


def test_the_page_asks_as_much_for_many_customers_as_for_few(client, manager, django_assert_max_num_queries, base):
    score(DAY)
    with django_assert_max_num_queries(14):
        client.get(PAGE)


def test_the_overview_names_the_runs(client, manager, base):
    run = score(DAY)
    assert f"run {run.pk}" in text_of(client.get("/analytics/"))
