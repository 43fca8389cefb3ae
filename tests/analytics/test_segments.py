"""The table of segments: edited as a whole, looked at before it is saved, used by the run that follows."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.models import RfmSegment
from crm.choices import Role
from crm.models import JobRun, LogEntry, User
from tests.analytics.bases import Sale, make_base, score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
PAGE = "/analytics/rfm/segments/"
FIELDS = ("position", "name", "r_low", "r_high", "f_low", "f_high", "m_low", "m_high", "tone", "advice")


@pytest.fixture
def client(client):
    client.force_login(User.objects.create_user("m@crm.example", name="Mia", role=Role.MANAGER))
    return client


def typed(rows=None, **changes) -> dict[str, str]:
    """The whole form as a browser sends it; `changes` like `name_0="best"`."""
    rows = rows if rows is not None else list(RfmSegment.objects.values(*FIELDS))
    data = {
        "form-TOTAL_FORMS": str(len(rows) + 1),
        "form-INITIAL_FORMS": str(len(rows)),
        f"form-{len(rows)}-tone": "neutral",
    }
    data |= {f"form-{place}-{name}": str(row[name]) for place, row in enumerate(rows) for name in FIELDS}
    for name, value in changes.items():
        field, _, place = name.rpartition("_")
        data[f"form-{place}-{field}"] = value
    return data


def names() -> list[str]:
    return list(RfmSegment.objects.values_list("name", flat=True))


def test_the_form_sent_as_it_came_changes_nothing(client):
    before = list(RfmSegment.objects.values())
    client.post(PAGE, typed())
    assert list(RfmSegment.objects.values()) == before
    assert not LogEntry.objects.filter(verb="change").exists()


def test_two_rows_change_places(client):
    first, second, *rest = names()
    client.post(PAGE, typed(position_0="2", position_1="1"))
    assert names() == [second, first, *rest]


def test_a_row_is_renamed_added_and_removed_in_one_go(client):
    rest = names()[1:-1]
    new = {
        "position_11": "99",
        "name_11": "whales",
        **{f"{one}_{end}_11": "5" for one in "rfm" for end in ("low", "high")},
    }
    client.post(PAGE, typed(name_0="the best", DELETE_10="on", **new))
    assert names() == ["the best", *rest, "whales"]
    assert LogEntry.objects.filter(verb="change").count() == 1


def test_a_look_counts_the_customers_and_saves_nothing(client):
    make_base([Sale(number, DAY - dt.timedelta(days=number), Decimal(number)) for number in range(20)])
    score(DAY)
    before = names()
    wide = {f"{one}_{end}_0": bound for one in "rfm" for end, bound in (("low", "1"), ("high", "5"))}
    preview = client.post(PAGE, {**typed(**wide), "preview": "1"}).context["preview"]
    assert preview[0][0::2] == ("champions", 20)
    assert sum(now for _, now, _ in preview) == sum(then for *_, then in preview) == 20
    assert names() == before


def test_saving_starts_a_run_as_of_the_same_day(client):
    make_base([Sale(1, DAY, Decimal(5))])
    score(DAY, window_days=30)
    client.post(PAGE, typed(name_0="the best"))
    asked = JobRun.objects.get().parameters
    assert (asked["as_of"], asked["parameters"]["rfm"]) == ("2026-03-31", {"window_days": 30})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"r_low_0": "5", "r_high_0": "4"}, "Recency: the upper bound is below the lower one."),
        ({"r_low_0": "6"}, "less than or equal to 5"),
        ({"name_0": "loyal"}, "Two segments are called “loyal”."),
        ({"position_0": "2"}, "Two segments have place 2."),
        ({f"DELETE_{place}": "on" for place in range(11)}, "Keep at least one segment."),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence(client, changes, sentence):
    before = names()
    response = client.post(PAGE, typed(**changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert names() == before


def test_only_who_may_change_it_sees_the_form(client):
    client.force_login(User.objects.create_user("x@crm.example", name="Max", role=Role.MARKETER))
    assert client.get(PAGE).status_code == client.post(PAGE, typed()).status_code == 403
