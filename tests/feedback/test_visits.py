"""Mystery shopping: checklists with weights, visits with marks, and what they score."""

from __future__ import annotations

import datetime as dt
import statistics

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from crm.choices import Role
from crm.company import company_today
from feedback.models import Checklist, ChecklistItem, MysteryVisit, TouchPoint
from feedback.scoring import Mean
from feedback.visits.actions import (
    ItemInput,
    MarkInput,
    change_checklist,
    create_checklist,
    drop_visit,
    mark_visit,
    plan_visit,
)
from feedback.visits.queries import visit_figures
from feedback.visits.scoring import score_of
from tests.api.calls import Caller
from tests.factories import make_company, make_token, make_user, signed_in

DAY = dt.date(2026, 3, 2)
MARKS = st.lists(st.tuples(st.integers(1, 10), st.sampled_from([None, 0, 1, 2])), max_size=20)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MARKS)
def test_a_score_is_the_share_of_the_marks_as_if_each_weight_were_so_many_items(marks):
    single = [mark for weight, mark in marks for _ in range(weight) if mark is not None]
    assert score_of(marks) == (pytest.approx(100 * statistics.fmean(single) / 2) if single else None)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_a_mean_has_the_interval_of_student(values):
    found = Mean.of(values)
    low, high = stats.t.interval(0.95, len(values) - 1, statistics.fmean(values), max(stats.sem(values), 1e-300))
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.half_width == pytest.approx((high - low) / 2, abs=1e-6)
    assert (Mean.of([5.0]).half_width, Mean.of([]).mean) == (None, None)


def made(*items: ItemInput, place: str = "Shop", name: str = "Shop floor") -> Checklist:
    point, _ = TouchPoint.objects.get_or_create(name=place)
    given_items = items or (ItemInput("Greets within a minute", 3), ItemInput("Asks what it is for"))
    return create_checklist(actor=None, fields={"name": name, "touch_point": point}, items=given_items)


def visited(checklist: Checklist, *marks: int | None, on: dt.date = DAY, site: str = "Leeds") -> MysteryVisit:
    visit = plan_visit(actor=None, fields={"checklist": checklist, "planned_on": on, "site": site})
    items = ChecklistItem.objects.filter(checklist=checklist, is_asked=True)
    said = {item.pk: MarkInput(mark) for item, mark in zip(items, marks, strict=True)}
    return mark_visit(actor=None, visit=visit, version=1, visited_on=on, marks=said)


@pytest.mark.django_db
def test_marks_make_the_score_and_what_is_nonsense_is_refused():
    make_company()
    checklist = made()
    assert visited(checklist, 2, 0).score == 75
    assert visited(checklist, None, 1).score == 50
    for marks, on, sentence in (((None, None), DAY, "Mark at least one"), ((2, 2), dt.date(2099, 1, 1), "to come")):
        with pytest.raises(ValidationError, match=sentence):
            visited(checklist, *marks, on=on)
    done = visited(checklist, 2, 2)
    with pytest.raises(ValidationError, match="It is done"):
        drop_visit(actor=None, visit=done)
    # other words are another item: what was marked keeps its mark
    change_checklist(
        actor=None, checklist=checklist, version=1, fields={}, items=[
            ItemInput("Greets at once", 5, checklist.items.get(weight=3).pk), ItemInput("Asks what it is for", 2)
        ]
    )  # fmt: skip
    asked = {(one.text, one.weight, one.is_asked) for one in checklist.items.all()}
    assert asked == {
        ("Greets within a minute", 3, False), ("Greets at once", 5, True), ("Asks what it is for", 2, True)
    }  # fmt: skip
    assert done.marks.get(item__weight=3).item.text == "Greets within a minute"


@pytest.mark.django_db
def test_scores_by_touch_point_and_place_are_those_of_plain_counting_and_lead_to_their_visits():
    make_company()
    shop, phone = made(), made(ItemInput("Rings three times at most"), place="Phone", name="Calls")
    today = company_today()
    scores: dict[str, list[float]] = {"Shop": [], "Phone": []}
    for number, marks in enumerate([(2, 0), (2, 2), (0, 1), (1, None)]):
        visit = visited(shop, *marks, on=today - dt.timedelta(days=number), site="Leeds" if number % 2 else "York")
        scores["Shop"].append(float(visit.score))
    for mark in (0, 2):
        scores["Phone"].append(float(visited(phone, mark, on=today, site="").score))
    visited(shop, 0, 0, on=today - dt.timedelta(days=400))
    found = visit_figures(None, since=today - dt.timedelta(days=365))
    for line in found.touch_points:
        wanted = Mean.of(scores.pop(line.name))
        assert (line.score.n, line.score.mean) == (wanted.n, pytest.approx(wanted.mean))
        assert line.score.half_width == pytest.approx(wanted.half_width)
    assert not scores
    assert {(line.name, line.score.n) for line in found.sites} == {("Leeds", 2), ("York", 2), ("No place said", 2)}
    assert (found.whole.n, found.items[0].score.n > 0) == (6, True)
    manager = signed_in(make_user(Role.MANAGER))
    page = manager.get(reverse("feedback:visit_figures")).content.decode()
    assert "What is met least" in page
    for one in found.touch_points:
        assert manager.get(one.url).context["count"] == str(one.score.n)
    for item in found.items:
        assert int(manager.get(item.url).context["count"]) >= item.score.n
    assert manager.get(found.whole_url).context["count"] == "6"


@pytest.mark.django_db
def test_a_shopper_marks_the_own_visit_and_sees_no_other():
    make_company()
    shopper = make_user(Role.REP)
    checklist = made()
    visit = plan_visit(actor=None, fields={"checklist": checklist, "planned_on": DAY, "shopper": shopper})
    other = plan_visit(actor=None, fields={"checklist": checklist, "planned_on": DAY})
    browser, page = signed_in(shopper), reverse("feedback:visit_mark", args=[visit.pk])
    first, second = checklist.items.all()
    sent = {"version": 1, "visited_on": "2026-03-03", "comment": "Friendly.", f"mark_{first.pk}": "2",
            f"words_{first.pk}": "At the door", f"mark_{second.pk}": "1"}  # fmt: skip
    bad = browser.post(page, {**sent, f"mark_{second.pk}": "7"})
    assert (bad.status_code, "At the door" in bad.content.decode()) == (422, True)
    assert browser.post(page, sent).status_code == 302
    said = browser.get(visit.get_absolute_url()).content.decode()
    assert "88 of 100" in said
    assert "At the door" in said
    assert browser.get(page).context["form"][f"mark_{first.pk}"].value() == "2"
    assert browser.get(other.get_absolute_url()).status_code == 404
    assert browser.get(reverse("feedback:visit_list")).context["count"] == "1"
    told = Caller(make_token(shopper, "surveys:read")).get("/surveys/visits", {"state": "done"}).json()["items"]
    assert [(one["site"], float(one["score"])) for one in told] == [("", 87.5)]
