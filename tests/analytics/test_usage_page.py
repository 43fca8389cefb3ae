"""The levels of usage: edited on a page, used by the run that follows; and the months on the record page."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.models import RfmScore, UsageLevel
from analytics.runs import run_steps
from crm.choices import Role
from crm.models import JobRun, LogEntry
from tests.analytics.bases import Sale, make_base, score
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
PAGE = "/analytics/rfm/usage/"


@pytest.fixture
def client(client):
    client.force_login(make_user(Role.MANAGER))
    return client


def typed(**changes) -> dict[str, str]:
    """The form as a browser sends it."""
    levels = UsageLevel.objects.all()
    shares = {f"{one.level}_share": str(one.share) for one in levels if one.share is not None}
    return {**shares, **{f"{one.level}_message": one.message for one in levels}, **changes}


def ten_rhythms() -> None:
    """Customer k bought k times within a year, first of all a year ago."""
    make_base([Sale(k, DAY - dt.timedelta(days=300 - 2 * time), Decimal(5)) for k in range(1, 11) for time in range(k)])


def test_the_form_sent_as_it_came_changes_nothing(client):
    before = list(UsageLevel.objects.values())
    client.post(PAGE, typed())
    assert list(UsageLevel.objects.values()) == before
    assert not LogEntry.objects.filter(verb="change").exists()


def test_other_shares_make_other_heavy_users_with_the_next_run(client):
    ten_rhythms()
    score(DAY)
    assert RfmScore.objects.filter(usage_level="heavy").count() == 2
    client.post(PAGE, typed(heavy_share="40", moderate_share="20", heavy_message="Thank them twice."))
    assert JobRun.objects.get(kind="analysis").parameters["only"] == ["rfm"]
    score(DAY)
    counts = {
        level: RfmScore.objects.filter(usage_level=level).count() for level in ("heavy", "moderate", "infrequent")
    }
    assert counts == {"heavy": 4, "moderate": 2, "infrequent": 4}
    assert UsageLevel.objects.get(level="heavy").message == "Thank them twice."
    assert LogEntry.objects.get(verb="change").summary == "Changed the levels of usage: Heavy user, Moderate user"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"heavy_share": "60", "moderate_share": "40"}, "must leave some for the infrequent"),
        ({"heavy_share": "0"}, "greater than or equal to 1"),
        ({"moderate_share": "many"}, "whole number"),
        ({"new_message": ""}, "required"),
    ],
)
def test_shares_that_cannot_be_are_refused_in_a_sentence(client, changes, sentence):
    before = list(UsageLevel.objects.values())
    answer = client.post(PAGE, typed(**changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert list(UsageLevel.objects.values()) == before


def test_the_record_page_shows_the_scores_as_each_month_ended(client):
    contacts = make_base([Sale(1, dt.date(2026, 1, 20), Decimal(5)), Sale(2, dt.date(2026, 3, 5), Decimal(9))])
    run_steps(actor=None, as_of=DAY, only=["rfm", "history"])

    def page_of(number: int) -> str:
        page = client.get(contacts[number].get_absolute_url()).content.decode()
        return page.replace("\N{NO-BREAK SPACE}", " ")

    page = page_of(1)
    assert [page.count(f">{month} 2026</th>") for month in ("Jan", "Feb", "Mar")] == [1, 1, 1]
    assert "Dec 2025" not in page
    assert ">Feb 2026</th>" not in page_of(2)
