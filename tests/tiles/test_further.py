"""The tiles for dashboards that people put together: their figures, and the rows behind each count."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.choices import RiskBand
from analytics.models import ChurnScore, ModelRun
from analytics.runs import run_steps
from analytics.tiles import run_before
from contacts.permission.actions import record_consent
from crm.choices import Role
from crm.company import company_today
from crm.dashboards.drawing.charts import DRAWINGS, draw_chart
from crm.dashboards.queries import all_tiles, ready_tiles, tiles_for
from crm.models import FieldRule, User
from crm.tiles.comparing import beside, days_before, days_of
from crm.tiles.spec import Cell, Figure, Question, TileContent
from leads.models import Lead
from service.models import Ticket
from tests import factories as make
from tests.analytics.bases import Sale, make_base, make_segments
from tests.tiles.behind import rows_behind

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER, team=make.make_team())


def read(user: User, name: str, period: str = "month") -> TileContent:
    found = ready_tiles(user)[name].read(user, Question(period))
    assert found is not None, name
    return found


def words(content: TileContent) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value.replace("\xa0", " "), one.change.replace("\xa0", " ")) for one in content.figures}


def check_counts(user: User, content: TileContent) -> int:
    """Every count of the table that leads somewhere leads to as many rows; how many there were."""
    client, counts = make.signed_in(user), 0
    for row in content.rows:
        for cell in row:
            if cell.url and isinstance(cell.value, int):
                assert rows_behind(client, cell.url) == cell.value, cell
                counts += 1
    return counts


def test_further_tiles_are_for_own_dashboards_and_each_chart_can_be_drawn_on_paper(manager):
    further = {name for name, tile in all_tiles().items() if tile.is_further}
    assert further == {"cohorts", "rfm", "sales", "lead_sources", "tickets_by_queue", "permission"}
    assert not further & set(tiles_for(manager)) and further <= set(ready_tiles(manager))
    client = make.signed_in(manager)
    for name in further:
        assert client.get(f"/dashboards/tile/?tile={name}").status_code == 200
    rep = ready_tiles(make.make_user(Role.REP))
    assert "cohorts" not in rep and {"sales", "permission", "lead_sources"} <= set(rep)


def test_sales_by_rep_stand_beside_those_of_as_many_days_before(manager):
    today = company_today()
    ann, bob = (make.make_user(Role.REP, name=name, team=manager.team) for name in ("Ann", "Bob"))
    for owner, amount, end, days in (
        (ann, 300, "Won", 3), (ann, 100, "Lost", 4), (bob, 200, "Won", 5), (bob, 250, "Won", 40), (ann, 50, "Lost", 45),
    ):  # fmt: skip
        closed, opened = today - dt.timedelta(days=days), today - dt.timedelta(days=days + 10)
        make.make_deal(owner=owner, team=owner.team, amount=Decimal(amount), opened_on=opened, closed=(end, closed))
    content = read(manager, "sales")
    assert words(content)["Won"] == ("€ 500", "+100 %") and words(content)["Win rate"] == ("67 %", "+33 %")
    assert [(row[0].text, row[1].value, row[2].text) for row in content.rows] == [("Ann", 300, "1"), ("Bob", 200, "1")]
    assert content.data["values"] == [300.0, 200.0]
    own = read(ann, "sales")
    assert {row[0].text for row in own.rows} <= {"Ann", "Bob"}
    FieldRule.objects.create(role="manager", model="pipeline.deal", field="amount", right="hidden")
    assert "sales" not in ready_tiles(User.objects.get(pk=manager.pk))


def test_new_leads_by_source_count_what_their_lists_show(manager):
    for source, days in (("Fair", 1), ("Fair", 2), ("Web", 3), ("Fair", 40)):
        lead = make.make_lead(source=source)
        Lead.objects.filter(pk=lead.pk).update(created_at=NOW() - dt.timedelta(days=days))
    content = read(manager, "lead_sources")
    assert words(content)["New leads"] == ("3", "+200 %")
    assert [(row[0].text, row[1].value) for row in content.rows] == [("Fair", 2), ("Web", 1)]
    assert check_counts(manager, content) == 2


def test_tickets_by_queue_count_what_their_lists_show(manager):
    for days in (1, 2, 40):
        ticket = make.make_ticket()
        Ticket.objects.filter(pk=ticket.pk).update(opened_at=NOW() - dt.timedelta(days=days))
    content = read(manager, "tickets_by_queue")
    assert words(content)["Opened"] == ("2", "+100 %")
    assert sum(row[1].value for row in content.rows) == 2 and check_counts(manager, content) >= 2
    FieldRule.objects.create(role="manager", model="service.ticket", field="queue", right="hidden")
    assert "tickets_by_queue" not in ready_tiles(User.objects.get(pk=manager.pk))


def test_growth_of_permission_counts_who_said_yes(manager):
    for _ in range(3):
        contact = make.make_contact()
        record_consent(actor=manager, contact=contact, channel="email", purpose="marketing", level=2)
    content = read(manager, "permission")
    assert words(content)["Said yes"][0] == "3" and words(content)["Net"][0] == "+3"
    assert content.rows[0][1].value == 3 and check_counts(manager, content) >= 2


def test_cohorts_and_segments_show_the_figures_of_their_pages(manager):
    make_segments()
    days = (dt.date(2026, 2, 10), dt.date(2026, 3, 10))
    base = [Sale(number, days[0], Decimal(10 * number)) for number in range(1, 9)]
    make_base([*base, *(Sale(number, days[1], Decimal(50)) for number in (1, 2, 8))])
    run_steps(actor=None, as_of=dt.date(2026, 3, 31), only=["rfm", "history", "retention", "cohorts"])
    cohorts = read(manager, "cohorts")
    february = next(row for row in cohorts.rows if "Feb" in row[0].text)
    assert (february[1].value, round(february[2].value, 3)) == (8, 0.375)
    assert check_counts(manager, cohorts) >= 1
    rfm = read(manager, "rfm")
    assert sum(row[1].value for row in rfm.rows) == 8 and check_counts(manager, rfm) >= 1
    for content in (cohorts, rfm):
        assert content.chart in DRAWINGS and draw_chart(content.chart, content.data).startswith(b"<svg")
        assert "run" in content.explanation.lower() and content.note.startswith("as of")


def run_of(day: dt.date, high: int, left: float, horizon: int = 90) -> ModelRun:
    bands = {band: {"customers": 0, "value_at_risk": 0.0} for band in RiskBand.values}
    bands[RiskBand.HIGH] = {"customers": high, "value_at_risk": 10.0 * high}
    figures = {"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8, "baseline_auc": 0.6, "brier": 0.2, "way": "orders"}
    metrics = {**figures, "base_rate": left, "bands": bands, "margin_share": 0.4, "n_train": 9, "n_test": 9}
    return ModelRun.objects.create(
        step="churn", as_of=day, metrics=metrics, parameters={"horizon_days": horizon}, row_count=high
    )


def test_churn_stands_beside_the_run_of_a_period_before_for_who_sees_all(manager):
    earlier = run_of(dt.date(2026, 3, 30), high=1, left=0.4)
    run = run_of(dt.date(2026, 6, 30), high=2, left=0.3)
    for contact in (make.make_contact(), make.make_contact()):
        ChurnScore.objects.create(
            contact=contact, probability=0.9, band=RiskBand.HIGH, value_at_risk=20, run_id=run.pk, as_of=run.as_of
        )
    assert run_before(run, "quarter") == earlier and run_before(run, "year") is None
    compared = words(read(manager, "churn", "quarter"))
    assert compared["High risk"] == ("2", "+100 %") and compared["Left before"] == ("30.0 %", "−25 %")
    assert compared["Value at risk"][1] == "+300 %"
    tones = {one.label: one.change_tone for one in read(manager, "churn", "quarter").figures}
    assert tones["High risk"] == "bad" and tones["Left before"] == "good"
    assert words(read(manager, "churn", "year"))["High risk"][1] == ""
    rep = make.make_user(Role.REP, team=make.make_team())
    assert words(read(rep, "churn", "quarter"))["High risk"][1] == ""
    ModelRun.objects.filter(pk=earlier.pk).update(parameters={"horizon_days": 30})
    assert words(read(manager, "churn", "quarter"))["High risk"][1] == ""


def test_days_of_a_period_and_those_before_follow_each_other():
    first, last = days_of("month")
    assert (last - first).days == 29 and last == company_today()
    assert days_before("month") == (first - dt.timedelta(days=30), first - dt.timedelta(days=1))
    figure = Figure("Won", "1")
    assert beside(figure, 1, 0) == beside(figure, None, 1) == figure
    assert (beside(figure, 100.1, 100).change, beside(figure, 90, 100, more_is="bad").change_tone) == (
        "as before",
        "good",
    )
    assert Cell("1").url == ""
