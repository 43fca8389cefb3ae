"""Initiatives: what they are judged by equals the published or plainly counted figure, with its interval."""

import datetime as dt
from itertools import product

import numpy as np
import pytest
from scipy import stats

from analytics.initiatives import actions
from analytics.initiatives.choices import Verdict
from analytics.initiatives.figures import Measured, before, bounds_in_words, change, series, within
from analytics.initiatives.states import is_late, late, missed, over_budget, standings
from analytics.models import ClvScore, Initiative, Milestone, RetentionRate, ScoreHistory
from analytics.runs import run_steps
from contacts.models import Contact
from crm.company import company_today
from feedback.models import Response
from tests import factories as make
from tests.analytics.bases import cdnow_sales, make_base

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(db):
    return make.make_company()


def planned(**fields) -> Initiative:
    values = {
        "name": "Welcome calls", "starts_on": dt.date(1997, 7, 10), "ends_on": dt.date(1998, 1, 31),
        "measure": "retention", "target_value": 45, "target_on": dt.date(1998, 4, 10), "budget_amount": 1_000, **fields,
    }  # fmt: skip
    return actions.create_initiative(actor=None, fields=values)


def reckon(as_of: dt.date, *steps: str):
    *_, run = run_steps(actor=None, as_of=as_of, only=[*steps, "initiatives"])
    return run


def kept(initiative: Initiative) -> tuple[Measured | None, Measured | None, str]:
    initiative.refresh_from_db()
    return Measured.read(initiative.baseline), Measured.read(initiative.outcome), initiative.verdict


def wilson(hits, count):
    found = stats.binomtest(hits, count).proportion_ci(method="wilson")
    return pytest.approx(100 * found.low), pytest.approx(100 * found.high)


def test_retention_before_and_after_is_that_of_the_published_sample():
    make_base(cdnow_sales())
    initiative = planned()
    actions.start_initiative(actor=None, initiative=initiative, on=dt.date(1997, 7, 10))
    reckon(dt.date(1997, 7, 9), "retention")
    assert kept(initiative) == (None, None, ""), "as of a day before the start nothing is kept"
    reckon(dt.date(1997, 12, 31), "retention")
    baseline, outcome, verdict = kept(initiative)
    # 2,357 bought in the first quarter of 1997, 524 of them in the second: the last that was over before the start
    assert (baseline.since, baseline.until) == ("1997-04-01", "1997-06-30")
    assert (baseline.n, baseline.hits, round(baseline.value, 2)) == (2357, 524, 22.23)
    assert (baseline.low, baseline.high) == wilson(524, 2357)
    assert (outcome, verdict) == (None, "")
    reckon(dt.date(1998, 6, 30), "retention")
    baseline, outcome, verdict = kept(initiative)
    # of the quarters from the start to the target day, the last: 196 of 404
    assert (outcome.since, outcome.n, outcome.hits, round(outcome.value, 2)) == ("1998-01-01", 404, 196, 48.51)
    assert (verdict, baseline.hits) == (Verdict.REACHED, 524)
    (standing,) = standings([initiative], None)
    assert (standing.outcome, standing.is_since_start) == (outcome, True)
    difference, low, _ = change(outcome, baseline)
    assert difference == pytest.approx(100 * (196 / 404 - 524 / 2357)) and (low or 0) > 0 and standing.moved[2]
    assert standing.certainty == "The target lies within the 95 % interval: it may be reached or missed by chance."


def test_what_is_kept_stays_whatever_is_counted_later():
    make_base(cdnow_sales())
    initiative = planned(target_value=50)
    actions.start_initiative(actor=None, initiative=initiative, on=dt.date(1997, 7, 10))
    reckon(dt.date(1998, 6, 30), "retention")
    first = kept(initiative)
    assert first[2] == Verdict.MISSED
    RetentionRate.objects.filter(period="quarter").update(retained=1)
    run = reckon(dt.date(1998, 6, 30))
    assert kept(initiative) == first
    assert {one["hits"] for one in run.metrics["series"]["retention/quarter/"]} == {1}


def test_an_interval_of_a_difference_of_shares_is_the_published_one():
    """Newcombe, Statistics in Medicine 17 (1998), table II: 56/70 less 48/80."""
    now = Measured("2026-01-01", "2026-03-31", 80.0, 70, hits=56)
    then = Measured("2025-01-01", "2025-03-31", 60.0, 80, hits=48)
    difference, low, high = change(now, then)
    assert (round(difference, 2), round(low, 2), round(high, 2)) == (20.0, 5.24, 33.39)


def test_net_promoter_score_equals_plain_counting():
    contact, survey = make.make_contact(), make.make_survey()
    answers = {dt.date(2026, 2, 10): [10, 9, 9, 8, 3, 2, 0], dt.date(2026, 5, 4): [10] * 6 + [7, 5]}
    for day, scores in answers.items():
        moment = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
        for score in scores:
            Response.objects.create(survey=survey, contact=contact, nps=score, answered_at=moment)
    days = {"starts_on": dt.date(2026, 4, 1), "ends_on": dt.date(2026, 5, 1), "target_on": dt.date(2026, 6, 30)}
    initiative = planned(measure="nps", target_value=80, **days)
    actions.start_initiative(actor=None, initiative=initiative, on=dt.date(2026, 4, 1))
    reckon(dt.date(2026, 7, 1), "satisfaction")
    baseline, outcome, verdict = kept(initiative)
    for found, scores in zip((baseline, outcome), answers.values(), strict=True):
        signs = np.array([1 if score >= 9 else -1 if score <= 6 else 0 for score in scores])
        half = 100 * stats.norm.ppf(0.975) * signs.std() / np.sqrt(len(signs))
        assert (found.value, found.n) == (pytest.approx(100 * signs.mean()), len(scores))
        assert found.low == pytest.approx(100 * signs.mean() - half)
        assert found.high == pytest.approx(min(100 * signs.mean() + half, 100))
    assert verdict == Verdict.MISSED
    (standing,) = standings([initiative], None)
    assert standing.cases(outcome) == "of 8\N{NO-BREAK SPACE}answers (few)"


def test_win_rate_equals_plain_counting_and_leaves_out_the_running_quarter():
    for outcome, day in [("Won", "02-03"), ("Lost", "02-20"), ("Lost", "03-31"), ("Won", "05-05"), ("Won", "06-30"),
                         ("Lost", "04-01"), ("Won", "07-01")]:  # fmt: skip
        make.make_deal(opened_on=dt.date(2026, 1, 5), closed=(outcome, dt.date.fromisoformat(f"2026-{day}")))
    make.make_deal(opened_on=dt.date(2026, 1, 5))
    found = series("win_rate", "quarter", "", dt.date(2026, 7, 15))
    assert [(one.since, one.until, one.hits, one.n) for one in found] == [
        ("2026-01-01", "2026-03-31", 1, 3), ("2026-04-01", "2026-06-30", 2, 3),
    ]  # fmt: skip
    assert found[1].value == pytest.approx(200 / 3) and (found[1].low, found[1].high) == wilson(2, 3)
    assert len(series("win_rate", "month", "", dt.date(2026, 7, 15))) == 5


def test_mean_lifetime_value_is_that_of_the_scores_with_students_interval():
    people = [make.make_contact() for _ in range(6)]
    then, now = [10.0, 20.0, 30.0, 44.0], [15.0, 25.0, 35.5, 60.0, 80.0]
    for day, values in ((dt.date(2026, 3, 31), then), (dt.date(2026, 4, 30), [])):
        for contact, value in zip(people, [*values, *[None] * 6], strict=False):
            ScoreHistory.objects.create(
                month_end=day, contact=contact, run_id=1, recency_days=1, frequency=1, monetary=1, r=1, f=1, m=1,
                segment="loyal" if contact in people[:2] else "lost", usage_level="new", clv=value,
            )  # fmt: skip
    for contact, value in zip(people, now, strict=False):
        ClvScore.objects.create(
            contact=contact, run_id=2, as_of=dt.date(2026, 5, 20), x=1, t_x=1, age=9, days_quiet=3,
            last_purchase_on=dt.date(2026, 5, 1), p_alive=0.5,
            expected_purchases=1, clv=value,
        )  # fmt: skip
    found = series("clv", "quarter", "", dt.date(2026, 6, 1))
    assert [one.until for one in found] == ["2026-03-31", "2026-05-20"]
    for one, values in zip(found, (then, now), strict=True):
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert (one.n, one.value) == (len(values), pytest.approx(np.mean(values)))
        assert (one.low, one.high) == (pytest.approx(low), pytest.approx(high))
    (of_loyal, *_) = series("clv", "quarter", "loyal", dt.date(2026, 6, 1))
    assert (of_loyal.n, of_loyal.value) == (2, 15.0)


def test_the_figure_before_and_the_one_within_lie_wholly_there():
    months = [Measured(f"2026-{n:02}-01", f"2026-{n:02}-28", float(n), 9) for n in range(1, 8)]
    assert before(months, dt.date(2026, 3, 28)).value == 2
    assert before(months, dt.date(2026, 3, 29)).value == 3
    assert before(months, dt.date(2026, 1, 28)) is None
    assert within(months, dt.date(2026, 3, 1), dt.date(2026, 5, 28)).value == 5
    assert within(months, dt.date(2026, 3, 1), dt.date(2026, 5, 27)).value == 4
    assert within(months, dt.date(2026, 3, 2), dt.date(2026, 4, 27)) is None


def test_late_is_the_same_as_a_condition_and_as_a_question():
    today = company_today()
    gone, ahead = today - dt.timedelta(days=5), today + dt.timedelta(days=5)
    number = 0
    for starts, ends, started, ended, due, done in product(
        (gone, today, ahead),
        (gone, today, ahead),
        (None, gone),
        (None, gone, today),
        (gone, today, ahead),
        (None, gone),
    ):
        if ends < starts or (started is None and ended is not None):
            continue
        number += 1
        one = Initiative.objects.create(
            name=f"Calls {number}", starts_on=starts, ends_on=ends, started_on=started, ended_on=ended,
            measure="nps", target_value=4, target_on=ahead, booked_amount=number % 3, budget_amount=1,
        )  # fmt: skip
        Milestone.objects.create(initiative=one, name="First", planned_on=due, done_on=done)
    asked = set(Initiative.objects.filter(late(today)).values_list("pk", flat=True))
    rows = list(Initiative.objects.all())
    assert {one.initiative.pk for one in standings(rows, None) if one.is_late} == asked
    assert 0 < len(asked) < number
    dear = set(Initiative.objects.filter(over_budget()).values_list("pk", flat=True))
    assert dear == {one.pk for one in rows if one.is_over_budget} != set()
    planned_late = Initiative(starts_on=gone, ends_on=ahead)
    assert is_late(planned_late, 0, today) and not is_late(planned_late, 0, gone)


def test_without_a_figure_by_the_target_day_there_is_no_outcome():
    today = company_today()
    initiative = planned(
        starts_on=today - dt.timedelta(days=20), ends_on=today, target_on=today - dt.timedelta(days=1), name="Too short"
    )
    actions.start_initiative(actor=None, initiative=initiative, on=today - dt.timedelta(days=20))
    reckon(today)
    assert kept(initiative) == (None, None, "")
    (standing,) = standings([initiative], None)
    assert standing.result == ("No outcome", "warn")
    assert list(Initiative.objects.filter(missed(today))) == [initiative]
    assert Contact.objects.count() == 0 and standing.certainty == "" and standing.moved is None


def test_bounds_say_their_unit_once():
    assert bounds_in_words("retention", 49.84, 65.2) == "49.8 to 65.2\N{NO-BREAK SPACE}%"
