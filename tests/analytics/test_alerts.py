"""Selling alerts: who is told of, on what evidence; answers; what is held back; what they bring."""

import datetime as dt
from decimal import Decimal
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from analytics.alerts import actions
from analytics.alerts.measuring import compare
from analytics.alerts.queries import waiting_of
from analytics.alerts.words import evidence_of
from analytics.mathematics.comparing import lift, usual_wait
from analytics.models import ClvScore, ModelRun, SellAlert
from analytics.runs import run_steps
from analytics.steps.alerts import HORIZON_DAYS, MOST_OF_PRODUCT, settle
from contacts.models import Contact
from crm.choices import Role
from crm.company import company_today
from crm.intervals import wilson
from crm.models import FieldRule, LogEntry, Task
from tests import factories as make
from tests.past.alert_actions import make_alert

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
R, ALPHA = 0.25, 4.0


def bought(contact: Contact, *products, ago: int = 60, quantity: int = 1, times: int = 1) -> None:
    """Orders of these, `ago` days before the day, each some days before the last."""
    for time in range(times):
        day = DAY - dt.timedelta(days=ago + 10 * time)
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        lines = tuple(
            {"product": one, "quantity": quantity, "amount": one.unit_price * quantity, "unit_cost": one.unit_cost}
            for one in products
        )
        make.make_order(contact, lines=lines, ordered_at=moment, ordered_on=day)


def product(name: str, family: str, price: int, cost: int):
    return make.make_product(name=name, family=family, unit_price=Decimal(price), unit_cost=Decimal(cost))


@pytest.fixture
def shop():
    """Forty have frame and glass, ten the frame alone, thirty oil. Of twelve who took the frame twice, six went on to a
    dearer one before; six from oil to another oil that costs the same and leaves more."""
    make.make_company()
    rep = make.make_user(Role.REP, name="Rita", team=make.make_team())
    frame, glass = product("Frame", "Frames", 20, 10), product("Glass", "Glass", 10, 5)
    oak = product("Oak frame", "Frames", 30, 15)
    oil, wax = product("Oil", "Care", 8, 7), product("Wax", "Care", 8, 4)
    people = [make.make_contact(owner=rep, team=rep.team) for _ in range(80)]
    for contact in people[:40]:
        bought(contact, frame, glass)
    for contact in people[40:50]:
        bought(contact, frame, times=2)
    for contact in people[50:]:
        bought(contact, oil, times=2, quantity=3)
    for contact in people[:6]:
        bought(contact, oak, ago=20)
    for contact in people[50:56]:
        bought(contact, wax, ago=20)
    return SimpleNamespace(rep=rep, frame=frame, glass=glass, oak=oak, oil=oil, wax=wax, people=people)


def made(kind: str):
    return list(SellAlert.objects.filter(kind=kind).order_by("-expected_value", "pk"))


def test_who_has_one_thing_and_not_the_other_is_told_of_with_the_evidence(shop):
    (run,) = run_steps(actor=None, as_of=DAY, only=["alerts"])
    cross = made("cross")
    lone = {contact.pk for contact in shop.people[40:50]}
    assert len(cross) == MOST_OF_PRODUCT, "what is worth most waits first, so many for each person and product"
    assert {alert.contact_id for alert in cross} <= lone
    assert {(alert.product, alert.instead_of) for alert in cross} == {(shop.glass, shop.frame)}
    value, low, high = lift(40, 50, 40, 80)
    facts = cross[0].evidence
    assert (facts["both"], facts["buyers"], facts["customers"]) == (40, 50, 80)
    assert (facts["lift"], facts["low"], facts["high"]) == (round(value, 2), round(low, 2), round(high, 2))
    assert cross[0].chance == pytest.approx(wilson(0.8, 50)[0])
    assert cross[0].expected_value == Decimal(str(round(wilson(0.8, 50)[0] * 10, 2)))
    said = evidence_of(cross[0], shop.rep)
    assert "Of 50 customers who have it, 40 (80 %) have Glass, too: 1.6 times as many" in said.replace("\xa0", " ")
    (up, *more) = made("up")
    assert {alert.contact_id for alert in (up, *more)} <= lone and up.product == shop.oak
    assert (up.evidence["moved"], up.evidence["buyers"], up.evidence["ratio"]) == (6, 50, 1.5)
    assert up.expected_value == Decimal(str(round(wilson(6 / 50, 50)[0] * 10, 2)))
    switch = made("switch")[0]
    assert (switch.product, switch.instead_of) == (shop.wax, shop.oil)
    assert switch.contact_id in {contact.pk for contact in shop.people[56:]}
    # the margin of a piece rises from 1 to 4, six pieces a year
    assert switch.expected_value == Decimal(str(round(wilson(6 / 30, 30)[0] * 3 * 6, 2)))
    assert run.metrics["made"] == {"cross": MOST_OF_PRODUCT, "up": MOST_OF_PRODUCT, "switch": MOST_OF_PRODUCT}
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    assert SellAlert.objects.count() == 3 * MOST_OF_PRODUCT, "nothing is told twice"


def test_costs_are_not_told_to_whom_they_are_hidden_from(shop):
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    switch = made("switch")[0]
    assert "leaves us 50 % of its price instead of 13 %" in evidence_of(switch, shop.rep).replace("\xa0", " ")
    FieldRule.objects.create(role=Role.REP, model="orders.product", field="unit_cost", right="hidden")
    hidden_from = type(shop.rep).objects.get(pk=shop.rep.pk)
    assert "leaves us more" in evidence_of(switch, hidden_from) and "%" not in evidence_of(switch, hidden_from)


def test_drift_is_beyond_nine_in_ten_of_the_own_waits():
    make.make_company()
    rep = make.make_user(Role.REP)
    limit = usual_wait(R, ALPHA, 4, 20.0) * 7
    ModelRun.objects.create(step="clv", as_of=DAY, parameters={"r": R, "alpha": ALPHA}, row_count=4)
    quiet = {"in time": limit - 1, "late": limit + 1, "very late": 3 * limit - 1, "gone": 3 * limit + 1}
    for name, days in quiet.items():
        ClvScore.objects.create(
            contact=make.make_contact(name=name, owner=rep), run_id=1, as_of=DAY, x=4, t_x=20.0, age=20.0 + days / 7,
            last_purchase_on=DAY - dt.timedelta(days=int(days)), days_quiet=int(days) if "late" not in name else
            int(days) + 1, p_alive=Decimal("0.4"), expected_value=Decimal(100),
        )  # fmt: skip
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    told = {alert.contact.name: alert for alert in SellAlert.objects.select_related("contact")}
    assert set(told) == {"late", "very late"}
    alert = told["late"]
    years = (20.0 + quiet["late"] / 7) * 7 / 365
    assert float(alert.expected_value) == pytest.approx(0.6 * 100 * 5 / years, abs=0.01)
    assert f"within {round(limit)} d." in evidence_of(alert, rep).replace("\xa0", " ")


def sold_at(contact: Contact, *, ago: int, margins: tuple[float, ...], amount: int = 100) -> None:
    """An order for each margin, the last one so many days before the day."""
    for place, margin in enumerate(margins):
        day = DAY - dt.timedelta(days=ago + 7 * place)
        line = {"quantity": 1, "amount": Decimal(amount), "unit_cost": Decimal(str(round(amount * (1 - margin), 2)))}
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        make.make_order(contact, lines=(line,), ordered_at=moment, ordered_on=day)


def test_a_falling_margin_is_told_where_it_is_no_accident_with_what_a_year_of_it_costs():
    make.make_company()
    rep = make.make_user(Role.REP)
    before, now = (0.40, 0.42, 0.38, 0.41, 0.39), (0.30, 0.33, 0.29, 0.31, 0.27)
    wild = (0.9, 0.1, 0.5, 0.1, 0.4), (0.6, 0.1, 0.5, 0.1, 0.2)
    cases = {"falls": (before, now), "stays": (before, before), "wild": wild, "few": (before, now[:4])}
    people = {name: make.make_contact(name=name, owner=rep) for name in cases}
    for name, (was, later) in cases.items():
        sold_at(people[name], ago=200, margins=was)
        sold_at(people[name], ago=10, margins=later)
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    (alert,) = made("margin")
    assert alert.contact == people["falls"]
    # orders of one amount: the margin of a half year is the mean of its orders', its variance that of a mean
    error = (np.var(before, ddof=1) / 5 + np.var(now, ddof=1) / 5) ** 0.5
    fall = float(np.mean(before) - np.mean(now))
    sure = NormalDist().cdf(fall / error)
    assert (alert.evidence["now"], alert.evidence["was"]) == (0.3, 0.4)
    assert alert.evidence["low"] == pytest.approx(fall - 1.96 * error, abs=1e-4)
    assert alert.evidence["high"] == pytest.approx(fall + 1.96 * error, abs=1e-4)
    assert alert.chance == pytest.approx(sure)
    assert float(alert.expected_value) == pytest.approx(sure * fall * 500 * 365 / 180, abs=0.01)
    assert "30 % is left after costs, of the year before 40 %" in evidence_of(alert, rep).replace("\xa0", " ")
    SellAlert.objects.update(is_held_back=False)  # one in ten is drawn as the control, which nobody sees
    alert.refresh_from_db()
    task = actions.accept_alert(actor=rep, alert=alert)
    assert task.title == "Talk with falls about prices: the margin falls"
    assert SellAlert.objects.visible_to(rep).exists()
    FieldRule.objects.create(role=Role.REP, model="orders.product", field="unit_cost", right="hidden")
    hidden_from = type(rep).objects.get(pk=rep.pk)
    assert not SellAlert.objects.visible_to(hidden_from).exists(), "its worth alone would say what a sale leaves"


def test_a_margin_is_back_by_an_order_at_the_margin_of_before_and_not_by_any():
    make.make_company()
    contact = make.make_contact(owner=make.make_user(Role.REP))
    alert = make_alert(contact=contact, kind="margin", product=None, evidence={"was": 0.4}, made_on=DAY)
    for later, margin, found in ((5, 0.3, None), (9, 0.45, DAY + dt.timedelta(days=9))):
        sold_at(contact, ago=-later, margins=(margin,))
        settle(DAY + dt.timedelta(days=later))
        alert.refresh_from_db()
        assert (alert.outcome_on, alert.state) == (found, "new" if found is None else "ended")
    assert alert.outcome_amount == 100


def test_one_in_ten_is_held_back_and_nobody_sees_it():
    make.make_company()
    admin = make.make_user(Role.ADMIN)
    hidden, shown = make_alert(is_held_back=True), make_alert()
    client = make.signed_in(admin)
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.get(shown.get_absolute_url()).status_code == 200
    assert client.post(reverse("analytics:alert_accept", args=[hidden.pk])).status_code == 404
    assert str(hidden.contact) not in client.get(reverse("analytics:alert_list")).content.decode()
    secret = make.make_token(admin, "alerts:read")
    listed = client.get("/api/v1/alerts", headers={"Authorization": f"Bearer {secret}"})
    assert listed.status_code == 200, listed.content
    assert [one["id"] for one in listed.json()["items"]] == [shown.pk]


def test_about_a_tenth_is_drawn(shop):
    """Of eighty alerts of eighty people none, or more than twenty, are drawn but once in four thousand."""
    reps = [make.make_user(Role.REP) for _ in range(80)]
    for rep in reps:
        bought(make.make_contact(owner=rep), shop.oil, times=2, quantity=9)
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    rows = SellAlert.objects.filter(contact__owner__in=reps, kind="switch")
    assert rows.count() == 80
    assert 1 <= rows.filter(is_held_back=True).count() <= 20


def test_what_was_offered_and_is_bought_ends_the_alert_and_counts(shop):
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    alert, other, *_ = made("cross")
    later = DAY + dt.timedelta(days=12)
    moment = dt.datetime.combine(later, dt.time(12), tzinfo=dt.UTC)
    line = {"product": shop.glass, "quantity": 2, "amount": Decimal(20)}
    make.make_order(alert.contact, lines=(line,), ordered_at=moment, ordered_on=later)
    run_steps(actor=None, as_of=later, only=["alerts"])
    alert.refresh_from_db()
    assert (alert.state, alert.outcome_on, alert.outcome_amount) == ("ended", later, Decimal(20))
    run_steps(actor=None, as_of=DAY + dt.timedelta(days=HORIZON_DAYS), only=["alerts"])
    other.refresh_from_db()
    assert (other.state, other.outcome_on) == ("ended", None), "its days are over"
    (run,) = run_steps(actor=None, as_of=DAY, only=["alerts"])
    assert "forwards only" in run.metrics["sentences"][0]


def test_the_effect_is_that_of_the_shown_beside_the_held_back():
    make.make_company()
    day = company_today() - dt.timedelta(days=HORIZON_DAYS)
    for number in range(20):
        hit = number < 8
        make_alert(made_on=day, outcome_on=day if hit else None, outcome_amount=50 if hit else None)
    for number in range(5):
        make_alert(made_on=day, is_held_back=True, outcome_on=day if number < 1 else None, outcome_amount=30)
    make_alert(made_on=company_today())
    (row,) = [one for one in compare(company_today()) if one.kind == "up"]
    assert (row.shown.count, row.shown.share, row.held_back.share) == (20, 0.4, 0.2)
    assert row.difference == pytest.approx(0.2)
    assert row.money == pytest.approx(20 - 30)
    page = make.signed_in(make.make_user(Role.MANAGER)).get(reverse("analytics:alert_effect"))
    assert "40.0" in page.content.decode()
    assert make.signed_in(make.make_user(Role.REP)).get(reverse("analytics:alert_effect")).status_code == 403


class TestAnswers:
    def test_taken_up_it_is_a_call_in_the_own_tasks(self):
        rep = make.make_user(Role.REP)
        alert = make_alert(contact=make.make_contact(name="Ada", owner=rep), product=make.make_product(name="Glass"))
        client = make.signed_in(rep)
        answer = client.post(reverse("analytics:alert_accept", args=[alert.pk]), {"next": "/"})
        assert answer["Location"] == "/"
        client.post(reverse("analytics:alert_accept", args=[alert.pk]))
        (task,) = Task.objects.all()
        assert (task.title, task.owner, task.due_on) == ("Call Ada and offer Glass", rep, company_today())
        alert.refresh_from_db()
        assert (alert.state, alert.answered_by) == ("accepted", rep)
        assert LogEntry.objects.filter(verb="accept", contact_id=alert.contact_id).count() == 1

    def test_put_off_it_waits_for_its_day(self):
        rep = make.make_user(Role.REP)
        alert = make_alert(contact=make.make_contact(owner=rep))
        today = company_today()
        with pytest.raises(ValidationError, match="lies ahead"):
            actions.snooze_alert(actor=rep, alert=alert, until=today)
        actions.snooze_alert(actor=rep, alert=alert, until=today + dt.timedelta(days=7))
        assert waiting_of(rep, 9) == []
        assert SellAlert.objects.waiting(today + dt.timedelta(days=7)).count() == 1

    def test_dismissed_it_is_not_told_again(self, shop):
        run_steps(actor=None, as_of=DAY, only=["alerts"])
        alert = next(one for one in made("cross") if not one.is_held_back)  # those nobody could answer do not count
        actions.dismiss_alert(actor=shop.rep, alert=alert, reason="has it")
        run_steps(actor=None, as_of=DAY + dt.timedelta(days=1), only=["alerts"])
        fresh = SellAlert.objects.filter(kind="cross", made_on__gt=DAY)
        assert [one.contact_id == alert.contact_id for one in fresh] == [False], "the next best takes its place"
        assert fresh.get().expected_value < alert.expected_value, "what was dismissed counts for less"

    def test_the_home_page_offers_it_with_one_click(self, shop):
        run_steps(actor=None, as_of=DAY, only=["alerts"])
        SellAlert.objects.update(is_held_back=False)
        page = make.signed_in(shop.rep).get("/").content.decode()
        assert "Worth a call" in page and page.count("Take it up") == 6
        alert = made("switch")[0]
        part = make.signed_in(shop.rep).post(
            reverse("analytics:alert_dismiss", args=[alert.pk]), {"reason": "no need"}, headers={"HX-Request": "true"}
        )
        assert part.status_code == 200 and "Dismissed" in part.content.decode()
