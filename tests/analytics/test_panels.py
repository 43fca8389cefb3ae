"""What a customer is worth, in words on the record page, and the segments on the home page."""

import datetime as dt
from copy import copy
from decimal import Decimal

import pytest

from analytics.models import ModelRun, RfmScore
from analytics.panels import glance, score_lines, share_below, worth
from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from tests.analytics.bases import Sale, make_base, score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)


@pytest.fixture
def request_of_manager(rf):
    request = rf.get("/")
    request.user = User.objects.create_user("m@crm.example", name="Mia", role=Role.MANAGER)
    return request


def hundred() -> dict[int, Contact]:
    """A hundred customers; customer k bought k days before the day, for k euros; the first ten bought twice."""
    sales = [Sale(k, DAY - dt.timedelta(days=k), Decimal(k)) for k in range(100)]
    return make_base(sales + [Sale(k, DAY - dt.timedelta(days=200), Decimal(0)) for k in range(10)])


def test_shares_below_are_never_more_than_the_true_share():
    contacts = hundred()
    run = score(DAY)
    for number in range(100):
        value = RfmScore.objects.get(contact=contacts[number])
        assert share_below(run, "m", value.monetary) == number
        assert share_below(run, "r", value.last_purchase_on) == 99 - number
        assert share_below(run, "f", value.frequency) == (90 if number < 10 else 0)


def test_each_score_is_said_in_words():
    contacts = hundred()
    run = score(DAY)
    lines = [
        f"{line['fact']}, {line['compared']}".replace("\N{NO-BREAK SPACE}", " ")
        for line in score_lines(RfmScore.objects.get(contact=contacts[5]), run)
    ]
    assert lines == [
        "Last bought 26 Mar 2026, 5 days before, later than 94 % of the customers",
        "Bought 2 times, more often than 90 % of the customers",
        "€ 5.00 net revenue, more than 5 % of the customers",
    ]


def test_the_lowest_are_not_flattered():
    contacts = hundred()
    run = score(DAY)
    compared = [line["compared"] for line in score_lines(RfmScore.objects.get(contact=contacts[0]), run)]
    assert compared[2] == "among the lowest of all customers"


def test_who_never_bought_has_a_reason_instead_of_scores(client, request_of_manager):
    hundred()
    stranger = Contact.objects.create(name="Nobody yet", sort_name="nobody yet")
    assert worth(copy(request_of_manager), stranger) is None  # a request reads the last runs once
    score(DAY)
    assert worth(request_of_manager, stranger)["score"] is None
    client.force_login(request_of_manager.user)
    said = client.get(stranger.get_absolute_url()).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "No score: no purchase up to 31 Mar 2026." in " ".join(said.split())


def test_the_record_page_shows_the_scores_and_their_run(client, request_of_manager):
    contacts = hundred()
    run = score(DAY)
    client.force_login(request_of_manager.user)
    page = client.get(contacts[5].get_absolute_url()).content.decode()
    assert f"#run-{run.pk}" in page
    assert "more often than 90" in page


def test_the_home_page_has_the_segments_with_the_most_money(request_of_manager):
    assert glance(request_of_manager) is None
    hundred()
    score(DAY)
    rows = glance(request_of_manager)["rows"]
    assert rows == sorted(rows, key=lambda row: -row.tally.revenue)
    assert ModelRun.objects.count() == 1


def test_the_list_shows_sorts_and_filters_by_the_scores(client, request_of_manager):
    hundred()
    score(DAY)
    client.force_login(request_of_manager.user)
    page = client.get("/contacts/", {"columns": "name,segment,rfm,revenue,recency,purchases", "sort": "-revenue"})
    first = page.context["table"].rows[0]
    assert "Customer 99" in first.cells[0].html
    assert client.get("/contacts/", {"purchases_min": 2}).context["count"] == "10"
    assert client.get("/contacts/", {"revenue_min": 90, "recency_max": 95}).context["count"] == "6"
