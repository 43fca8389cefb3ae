"""Retention actions: the draw, who stayed beside those kept out by plain counting, what is claimed, the warning."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from analytics.mathematics.comparing import newcombe
from analytics.runs import run_steps
from campaigns.choices import KIND_OF_WAY, RetentionKind, RetentionWay
from campaigns.models import RetainedCustomer, RetentionAction, Segment
from campaigns.retaining import actions
from campaigns.retaining.figures import Effect, Group, balance_of, effect_of, warnings_of
from campaigns.segments.actions import create_segment, delete_segment
from campaigns.segments.meaning import people_in
from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.company import company_today
from crm.models import Company, FieldRule
from feedback.models import Response, Survey
from orders.models import Order
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
START = DAY - dt.timedelta(days=200)


def segment_of(name: str = "Retailers", industry: str = "retail") -> Segment:
    tree = {"version": 1, "where": {"field": "industry", "op": "is", "value": industry}}
    return create_segment(actor=None, fields={"name": name}, tree=tree)


def planned(**fields) -> RetentionAction:
    values = {"name": "Visits", "way": "delight", **fields}
    values.setdefault("segment", None)
    values["segment"] = values["segment"] or segment_of()
    return actions.create_retention_action(actor=None, fields=values)


def customers(count: int, **fields) -> list[Contact]:
    return Contact.objects.bulk_create(
        Contact(name=f"Customer {n}", sort_name=f"customer {n:04}", **{"industry": "retail", **fields})
        for n in range(count)
    )


def started(action: RetentionAction, people, control) -> RetentionAction:
    """As it stood since START, with the control that is said."""
    RetainedCustomer.objects.bulk_create(
        RetainedCustomer(action=action, contact=one, is_control=one.pk in control) for one in people
    )
    RetentionAction.objects.filter(pk=action.pk).update(started_on=START)
    action.refresh_from_db()
    return action


def buy(contact: Contact, day: dt.date, *, is_purchase: bool = True) -> Order:
    return Order(
        contact=contact, ordered_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), ordered_on=day,
        currency="EUR", amount=10, base_amount=10, is_purchase=is_purchase,
    )  # fmt: skip


def reckon(day: dt.date = DAY):
    (run,) = run_steps(actor=None, as_of=day, only=["retaining"])
    return run


def answer(survey: Survey, contact: Contact, score: int, day: dt.date) -> None:
    moment = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
    Response.objects.create(survey=survey, contact=contact, nps=score, answered_at=moment)


@pytest.fixture
def house():
    make.make_company()
    return make.make_user(Role.MANAGER)


def test_the_start_writes_the_segment_down_and_keeps_some_out_by_a_draw_that_stands(house):
    people, others = customers(400), customers(30, industry="museum")
    action = planned(control_share=Decimal("0.25"))
    assert action.kind == RetentionKind.POSITIVE
    actions.start_retention_action(actor=house, action=action)
    action.refresh_from_db()
    rows = dict(action.customers.values_list("contact_id", "is_control"))
    assert set(rows) == {one.pk for one in people} == set(people_in(action.segment, house).values_list("pk", flat=True))
    assert not set(rows) & {one.pk for one in others}
    assert 70 <= sum(rows.values()) <= 130, "about a quarter of 400"
    assert action.is_running and action.started_on is not None
    with pytest.raises(ValidationError, match="started already"):
        actions.start_retention_action(actor=house, action=action)
    with pytest.raises(ValidationError, match="stand fast"):
        actions.change_retention_action(actor=house, action=action, version=2, fields={"control_share": Decimal("0")})
    with pytest.raises(ValidationError, match="End it instead"):
        actions.delete_retention_action(actor=house, action=action)
    actions.end_retention_action(actor=house, action=action)
    action.refresh_from_db()
    assert not action.is_running


def test_an_empty_segment_starts_nothing(house):
    action = planned()
    with pytest.raises(ValidationError, match="Nobody is in the segment"):
        actions.start_retention_action(actor=house, action=action)
    actions.delete_retention_action(actor=house, action=action)
    assert not RetentionAction.objects.exists()


def test_who_stayed_is_what_plain_counting_says(house):
    people, chance, orders = customers(600), random.Random(4), []
    control = {one.pk for one in people[:150]}
    action = started(planned(horizon_days=90, cost_amount=300, cost_each=2), people, control)
    counted = {True: [0, 0], False: [0, 0]}
    for one in people:
        before, after = chance.random() < 0.7, chance.random() < (0.35 if one.pk in control else 0.6)
        if before:
            orders.append(buy(one, START - dt.timedelta(days=chance.choice((1, 45, 90)))))
        if after:
            orders.append(buy(one, START + dt.timedelta(days=chance.choice((0, 45, 89)))))
        # just outside, and returns: they count for nothing
        orders += [buy(one, START - dt.timedelta(days=91)), buy(one, START + dt.timedelta(days=90))]
        orders.append(buy(one, START + dt.timedelta(days=5), is_purchase=False))
        counted[one.pk in control][0] += before
        counted[one.pk in control][1] += before and after
    Order.objects.bulk_create(orders)
    effect = effect_of(action, reckon())
    for group, is_control in ((effect.treated, False), (effect.control, True)):
        assert [group.active, group.retained] == counted[is_control]
    assert (effect.treated.count, effect.control.count, effect.is_over) == (450, 150, True)
    (base, kept), (other, stayed) = counted[False], counted[True]
    low, high = newcombe(kept, base, stayed, other)
    assert effect.interval == (low, high) and effect.is_proven
    assert effect.cost == 300 + 2 * 450
    assert effect.cost_of_one == pytest.approx(
        (1200 / base / (kept / base - stayed / other), 1200 / base / high, 1200 / base / low)
    )
    half_way = effect_of(action, reckon(START + dt.timedelta(days=60)))
    assert not half_way.is_over and half_way.treated.retained < kept
    assert half_way.interval[0] > 0, "it would be told every night anew"
    assert (half_way.is_proven, half_way.kept, half_way.cost_of_one, half_way.tone) == (False, None, None, "neutral")
    assert "told when its days are over" in half_way.says
    page = make.signed_in(house).get(action.get_absolute_url()).content.decode()
    assert "so far" in page and "costs is told when its days are over" in page


def test_the_days_are_over_after_the_last_of_them(house):
    action = started(planned(horizon_days=30), customers(4), set())
    RetentionAction.objects.filter(pk=action.pk).update(started_on=company_today() - dt.timedelta(days=29))
    action.refresh_from_db()
    assert action.last_on == company_today()
    run = reckon(company_today())
    assert not effect_of(action, run).is_over
    run.created_at += dt.timedelta(days=1)
    assert effect_of(action, run).is_over


def test_without_a_control_nothing_is_claimed(house):
    people = customers(50)
    action = started(planned(control_share=0, cost_each=1), people, set())
    Order.objects.bulk_create([buy(one, START + dt.timedelta(days=offset)) for one in people for offset in (-3, 3)])
    effect = effect_of(action, reckon())
    assert (effect.treated.rate, effect.difference, effect.cost_of_one, effect.is_proven) == (1.0, None, None, False)
    assert "no effect is told" in effect.says
    page = make.signed_in(house).get(action.get_absolute_url()).content.decode()
    assert "no effect is told" in page and "is not proven" in page
    assert effect_of(started(planned(name="Later", segment=action.segment), [], set()), None) is None


def test_satisfaction_is_the_last_answer_of_each_after_the_start(house):
    people = customers(9)
    action = started(planned(), people, {one.pk for one in people[6:]})
    survey = Survey.objects.create(name="How are we?")
    scores = (10, 9, 9, 8, 2, 10, 3, 4, 9)
    for one, score in zip(people, scores, strict=True):
        answer(survey, one, score, START + dt.timedelta(days=10))
    answer(survey, make.make_contact(), 0, START + dt.timedelta(days=10))
    effect = effect_of(action, reckon())
    assert (effect.treated.answers, effect.treated.score, effect.treated.extremes) == (6, 3, 5)
    assert effect.treated.nps == 50 and effect.control.nps == pytest.approx(-100 / 3)
    p, d, n = 5 / 8, 2 / 8, 8  # with one more of each
    assert effect.treated.half == pytest.approx(196 * ((p + d - (p - d) ** 2) / n) ** 0.5, rel=1e-4)


def test_answers_are_of_the_days_of_the_company(house):
    Company.objects.update(time_zone="Pacific/Auckland")
    people = customers(3)
    action = started(planned(), people, set())
    survey = Survey.objects.create(name="How are we?")
    # noon of UTC is the next day there: of the day of the start, and of the last day, the first half of each counts
    for one, day, hour in ((people[0], 0, 9), (people[1], 0, 13), (people[2], action.horizon_days - 1, 13)):
        moment = dt.datetime.combine(START + dt.timedelta(days=day), dt.time(hour), tzinfo=dt.UTC)
        Response.objects.create(survey=survey, contact=one, nps=10, answered_at=moment)
    assert effect_of(action, reckon()).treated.answers == 1


def test_the_balance_counts_each_customer_once_by_what_holds_them(house):
    people = customers(30)
    visits = started(planned(), people[:10], {people[0].pk})
    terms = started(planned(name="Two years", way="term", segment=visits.segment), people[5:25], set())
    over = started(planned(name="Exit fee", way="fee", segment=visits.segment), people[25:], set())
    RetentionAction.objects.filter(pk=over.pk).update(ended_on=DAY - dt.timedelta(days=1))
    balance = balance_of(reckon())
    assert {kind: group.count for kind, group in balance.items()} == {"positive": 4, "both": 5, "negative": 15}
    (said,) = warnings_of(balance, [])
    said = said.replace("\xa0", " ")
    assert said.startswith("15 customers are held by a penalty alone, and 9 have a reason to stay")
    client = make.signed_in(house)
    assert "Penalties carry the retention" in client.get("/retention-actions/").content.decode()
    for query, count in (
        ("held_by=reward", 4),
        ("held_by=both", 5),
        ("held_by=penalty", 15),
        (f"retention_action={terms.pk}", 20),
    ):
        shown = client.get(f"/contacts/?{query}&part=count").json()["count"]
        assert int(shown.split()[0]) == count, query


def test_penalties_are_warned_of_where_they_keep_more_or_make_less_glad():
    balance = {"positive": Group(900, answers=300, score=150, extremes=210), "both": Group(), "negative": Group(40)}
    assert warnings_of(balance, []) == []
    sad = balance | {"negative": Group(400, answers=200, score=-60, extremes=140)}
    (said,) = warnings_of(sad, [])
    assert said.startswith("Those held by a penalty alone have an NPS of")
    assert warnings_of(sad, [], shows_nps=False) == []


def test_few_like_answers_are_not_sure_and_warn_of_nothing():
    one, other = Group(50, answers=1, score=1, extremes=1), Group(40, answers=1, score=-1, extremes=1)
    assert one.half > 90
    assert warnings_of({"positive": one, "both": Group(), "negative": other}, []) == []
    glad, sad = Group(50, answers=29, score=29, extremes=29), Group(40, answers=60, score=-60, extremes=60)
    assert 0 < sad.half < glad.half
    assert warnings_of({"positive": glad, "both": Group(), "negative": sad}, []) == []


def effect(way: str, treated: tuple[int, int], control: tuple[int, int], *, is_over: bool = True):
    one, other = (Group(active, active, retained) for active, retained in (treated, control))
    action = RetentionAction(way=way, kind=KIND_OF_WAY[RetentionWay(way)])
    return action, Effect(one, other, until=DAY, is_over=is_over, cost=0)


def test_penalties_that_kept_more_are_warned_of_by_the_interval_of_the_sum():
    balance = {kind: Group() for kind in ("positive", "negative", "both")}
    penalties = [effect("term", (1000, 700), (1000, 500)), effect("fee", (400, 240), (400, 200))]
    rewards = [effect("delight", (1000, 520), (1000, 500)), effect("value", (100, 40), (100, 50))]
    (said,) = warnings_of(balance, penalties + rewards)
    ends = []
    for low in (True, False):
        squares = 0.0
        for whole, one, other in ((1000, 700, 500), (400, 240, 200)):
            bounds = newcombe(one, whole, other, whole)
            squares += (one - other - whole * bounds[0 if low else 1]) ** 2
        ends.append(240 + (-1 if low else 1) * squares**0.5)
    assert f"penalties kept 240 ({ends[0]:.0f} to {ends[1]:.0f}) customers, rewards 10 (" in said
    assert warnings_of(balance, penalties) == [], "no reward was compared"
    running = [effect("term", (1000, 700), (1000, 500), is_over=False)]
    assert warnings_of(balance, running + rewards) == []
    assert warnings_of(balance, [effect("term", (1000, 530), (1000, 500)), *rewards]) == []


def test_reps_see_the_actions_and_no_figures_of_the_whole_base(house):
    action = started(planned(), customers(12), set())
    reckon()
    rep = make.signed_in(make.make_user(Role.REP, team=make.make_team()))
    page = rep.get("/retention-actions/").content.decode()
    assert "Visits" in page and "Customers</th>" not in page
    assert rep.post(f"/retention-actions/{action.pk}/end/").status_code == 403


def test_who_may_not_see_what_customers_answer_sees_no_nps(house):
    action = started(planned(), customers(12), set())
    reckon()
    client = make.signed_in(house)
    for path in ("/retention-actions/", action.get_absolute_url()):
        assert "no answer in a year" in client.get(path).content.decode()
    FieldRule.objects.create(role=Role.MANAGER, model="feedback.response", field="nps", right=FieldRight.HIDDEN)
    client = make.signed_in(house)
    for path in ("/retention-actions/", action.get_absolute_url()):
        page = client.get(path).content.decode()
        assert "Customers</th>" in page and "no answer in a year" not in page
        assert ">NPS</th>" not in page and ">Satisfaction</th>" not in page


def test_a_segment_that_an_action_is_for_stays(house):
    action = planned(name="Visits to shops")
    with pytest.raises(ValidationError, match="Visits to shops"):
        delete_segment(actor=house, segment=action.segment)
    client = make.signed_in(house)
    said = client.post(f"/segments/{action.segment.pk}/remove/", follow=True)
    assert said.status_code == 200 and "Visits to shops" in said.content.decode()
    assert Segment.objects.filter(pk=action.segment.pk).exists()
