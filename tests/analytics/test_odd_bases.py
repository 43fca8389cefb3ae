"""Odd bases: every step of a whole run says a sentence or runs, no page breaks, and the last good figures stay."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.models import ChurnScore, ClvScore, CohortCount, ModelRun, RetentionRate, RfmScore, ScoreHistory
from analytics.registry import STEPS
from analytics.runs import StepsFailed, run_steps
from crm.choices import Role
from tests.analytics.bases import Sale, make_base
from tests.factories import make_contact, make_subscription, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
PAGES = [
    "/analytics/",
    "/analytics/rfm/",
    "/analytics/retention/",
    "/analytics/retention/?period=year&by=product",
    "/analytics/retention/contracts/",
    "/analytics/retention/worth/?percent=5&years=1&discount=10&cost=0",
    "/analytics/retention/export/?part=rates&by=segment",
    "/analytics/retention/export/?part=worth",
    "/analytics/cohorts/",
    "/analytics/runs/",
    "/analytics/clv/",
    "/analytics/churn/",
]
ONE = Decimal(10)


def back(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


BASES = {
    "no orders": [],
    "one customer": [Sale(1, back(400), ONE), Sale(1, back(40), ONE)],
    "all alike": [Sale(n, back(days), ONE) for n in range(60) for days in (300, 150, 20)],
    "all returns": [Sale(n, back(n), -ONE, is_purchase=False) for n in range(60)],
    "negative totals": [
        one for n in range(60) for one in (Sale(n, back(n + 5), ONE), Sale(n, back(n), -3 * ONE, is_purchase=False))
    ],
    "one has half": [Sale(0, back(3 * n), ONE) for n in range(120)] + [Sale(n, back(n), ONE) for n in range(1, 121)],
    "in the future": [Sale(n, DAY + dt.timedelta(days=1 + n), ONE) for n in range(60)],
    "no rate": [Sale(n, back(days), None) for n in range(60) for days in (200 + n, n)],
    "few came back": [Sale(n, back(days), ONE) for n in range(60) for days in ((80, 9) if n < 12 else (9,))],
}


NOBODY = {
    "rfm": "so nobody has a score",
    "clv": "there is nothing to forecast",
    "churn": "there is nothing to learn from",
    "history": "so there is nothing to keep",
    "retention": "there is nobody to keep",
    "cohorts": "there is no cohort",
}
EXPECTED: dict[str, dict[str, str]] = {
    "no orders": NOBODY,
    "all returns": NOBODY,
    "in the future": NOBODY,
    "one customer": {
        "rfm": "Only one customer has a purchase",
        "clv": "one history says nothing about others",
        "churn": "The only customer of 2 Oct 2025 left: there is nothing to tell apart.",
        "retention": "every rate is 0 or 100 %",
    },
    "all alike": {
        "rfm": "All customers brought the same money",
        "clv": "All customers have the same history",
        "churn": "All 60 customers of 2 Oct 2025 stayed: there is nothing to tell apart.",
    },
    "negative totals": {
        "rfm": "60 customers brought back more than was bought",
        "clv": "Returns take off 300 % of what was bought",
        "retention": "Returns and free items outweigh the sales of Feb 2026",
    },
    "one has half": {
        "rfm": "One customer makes 50 % of all purchases",
        "clv": "One customer makes 50 % of all purchases",
    },
    "no rate": {
        "rfm": "120 orders are in a currency without an exchange rate",
        "clv": "without an exchange rate",
        "retention": "in a currency without an exchange rate",
    },
    "few came back": {
        "clv": "Only 12 have bought on more than one day; a forecast needs at least 20 customers who have.",
    },
}


def run_all() -> dict[str, list[str]]:
    """What each step of a whole run says: the sentences of its figures, or why it failed."""
    try:
        run_steps(actor=None, as_of=DAY)
    except StepsFailed as error:
        assert "nobody foresaw" not in str(error)
    newest = {run.step: run for run in ModelRun.objects.order_by("pk")}
    return {
        step: [newest[step].error] if newest[step].error else newest[step].metrics.get("sentences", [])
        for step in STEPS
    }


def read_pages(client) -> None:
    client.force_login(make_user(Role.MANAGER))
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.streaming:
            assert list(answer.streaming_content)


@pytest.mark.parametrize("name", BASES)
def test_an_odd_base_breaks_no_step_and_no_page(client, name):
    make_base(BASES[name])
    said = {step: " ".join(sentences).replace("\N{NO-BREAK SPACE}", " ") for step, sentences in run_all().items()}
    for step, words in EXPECTED[name].items():
        assert words in said[step], (step, said[step])
    read_pages(client)


@pytest.mark.parametrize("name", ["no orders", "in the future", "all returns"])
def test_bases_without_a_purchase_leave_no_figure(name):
    make_base(BASES[name])
    run_all()
    assert [model.objects.count() for model in (RfmScore, ClvScore, ChurnScore, CohortCount, ScoreHistory)] == [0] * 5
    assert not RetentionRate.objects.filter(active_at_start__gt=0).exists()


def test_no_page_breaks_before_the_first_run(client):
    read_pages(client)


def test_labels_of_one_class_are_said_and_the_last_scores_stay(client):
    contracts = [
        make_subscription(
            make_contact(), plan="AB"[n % 2], started_on=back(300 + n), ended_on=back(9) if n % 3 == 0 else None
        )
        for n in range(90)
    ]
    run_all()
    good = list(ChurnScore.objects.order_by("contact_id").values())
    assert len(good) == 90
    for contract in contracts:
        contract.ended_on = None
        contract.save(update_fields=["ended_on"])
    said = " ".join(run_all()["churn"])
    assert said == (
        "“Ended subscriptions” holds only “no”: to learn who leaves, there must be both who left and who stayed."
    )
    assert list(ChurnScore.objects.order_by("contact_id").values()) == good
    read_pages(client)
    page = " ".join(client.get("/analytics/churn/").content.decode().split())
    assert "to learn who leaves, there must be both" in page
    assert "so these are the figures as of 31 Mar 2026" in page
