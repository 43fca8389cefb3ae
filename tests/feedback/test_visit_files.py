"""Mystery visits from files: who a visit is, what is made of it, what is refused, and back out as it came."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from crm.choices import Role, Scope
from crm.models import AccessRule, User
from feedback.models import Checklist, MysteryVisit, TouchPoint, VisitMark
from feedback.visits.actions import ItemInput, MarkInput, create_checklist, mark_visit, plan_visit
from tests.factories import make_company, make_user, signed_in
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
HEAD = "external_id,checklist,site,shopper_email,planned_on,visited_on,state,item,weight,mark,words,comment,touch_point"
VISITS = f"""{HEAD}
v1,Shop floor,Leeds,tom@example.org,2026-03-01,2026-03-02,done,Greets,3,met,,Friendly,Shop
v1,Shop floor,Leeds,tom@example.org,2026-03-01,2026-03-02,done,Asks what for,1,not met,Nobody asked,Friendly,Shop
v1,Shop floor,Leeds,tom@example.org,2026-03-01,2026-03-02,done,Offers a bag,2,,,Friendly,Shop
,shop FLOOR,York,,2026-03-05,,,greets,,partly,,,
,Shop floor,Hull,,2026-04-05,,planned,,,,,,
,Shop floor,Bath,,2026-04-06,,called off,,,,,,
"""
REFUSED = f"""{HEAD}
,Shop floor,Leeds,,,,done,Greets,,met,,,
,Shop floor,Leeds,,2026-03-02,,done,,,met,,,
,Shop floor,Leeds,,2026-03-02,,planned,Greets,,met,,,
,Shop floor,Leeds,,2036-03-02,,done,Greets,,met,,,
,Shop floor,Leeds,,2026-03-02,,done,Smiles,,met,,,
,Shop floor,Leeds,,2026-03-02,,done,Greets,,,,,
,Nowhere,Leeds,,2026-03-02,,planned,,,,,,
,,Leeds,,2026-03-02,,planned,,,,,,
,Shop floor,Leeds,,2026-03-02,,done,Greets,,often,,,
"""
REASONS = (
    "for which day", "needs its item", "only a visit that was made", "still to come", "no such item", "at least one",
    "does not say what is looked at", "often",
)  # fmt: skip


@pytest.fixture(autouse=True)
def company(db):
    return make_company()


@pytest.fixture
def bring(tmp_path):
    return lambda text, **options: brought_in("mystery_visits", written(tmp_path, text), **options)


def exported() -> str:
    out = io.StringIO()
    call_command("export_data", "mystery_visits", stdout=out)
    return out.getvalue()


def everything():
    visits = [
        (one.external_id, str(one.checklist), one.site, one.state, one.planned_on, one.visited_on, one.score,
         one.comment, str(one.touch_point), getattr(one.shopper, "email", None),
         sorted((str(mark.item), mark.mark, mark.comment) for mark in one.marks.all()))
        for one in MysteryVisit.objects.order_by("pk")
    ]  # fmt: skip
    return visits, sorted((c.name, i.text, i.weight) for c in Checklist.objects.all() for i in c.items.all())


def test_rows_become_visits_with_checklist_touch_point_shopper_and_score(bring):
    result = bring(VISITS)
    assert counts(result) == (6, 0, 0, 0)
    assert result.counts.related == {"checklists": 1, "touch points": 1, "users": 1}
    checklist = Checklist.objects.get()
    assert [(one.text, one.weight, one.position) for one in checklist.items.all()] == [
        ("Greets", 3, 1), ("Asks what for", 1, 2), ("Offers a bag", 2, 3)
    ]  # fmt: skip
    assert checklist.touch_point == TouchPoint.objects.get(name="Shop")
    one = MysteryVisit.objects.get(external_id="v1")
    assert (one.score, one.comment, one.visited_on) == (75, "Friendly", dt.date(2026, 3, 2))  # 6 of 8
    assert one.shopper == User.objects.get(email="tom@example.org")
    assert VisitMark.objects.get(visit=one, item__text="Offers a bag").mark is None
    york = MysteryVisit.objects.get(site="York")
    assert (york.state, york.score, york.visited_on, york.touch_point) == (
        "done", 50, dt.date(2026, 3, 5), checklist.touch_point
    )  # fmt: skip
    assert sorted(MysteryVisit.objects.exclude(state="done").values_list("site", "state")) == [
        ("Bath", "dropped"), ("Hull", "planned")
    ]  # fmt: skip


def test_the_same_file_changes_nothing_and_a_mended_one_is_taken(bring):
    bring(VISITS)
    before = everything()
    assert counts(bring(VISITS)) == (0, 0, 6, 0)
    assert everything() == before
    mended = VISITS.replace("not met,Nobody asked", "partly,Late").replace("2026-04-05,,planned", "2026-04-05,,")
    assert counts(bring(mended)) == (0, 1, 5, 0)
    one = MysteryVisit.objects.get(external_id="v1")
    assert one.score == Decimal("87.5")
    assert one.version == 2
    # the visit that was planned is made; what was made is called off no more
    made = f"{HEAD}\n,Shop floor,Hull,,2026-04-05,2026-04-07,,Greets,,met,,,\n"
    assert counts(bring(made)) == (1, 0, 0, 0)
    assert MysteryVisit.objects.get(site="Hull").score == 100
    result = bring(f"{HEAD}\n,Shop floor,Hull,,2026-04-05,,called off,,,,,,\n")
    assert counts(result) == (0, 0, 0, 1)
    assert "it is done" in result.rejected_path.read_text()


def test_what_a_file_does_not_have_stays_as_it_is(bring):
    bring(VISITS)
    before = everything()
    head, line = (
        "external_id,checklist,planned_on,visited_on,item,mark,words",
        "v1,Shop floor,{},{},Asks what for,{},{}",
    )
    full = {"planned_on": "2026-03-01", "visited_on": "2026-03-02", "mark": "not met", "words": "Nobody asked"}
    for left_out in ({"planned_on"}, {"visited_on"}, {"mark"}, {"words"}, {"planned_on", "words"}):
        names = [name for name in head.split(",") if name not in left_out]
        row = dict(zip(head.split(","), line.format(*full.values()).split(","), strict=True))
        text = f"{','.join(names)}\n{','.join(row[name] for name in names)}\n"
        assert counts(bring(text)) == (0, 0, 1, 0), left_out
        assert everything() == before


def test_rows_that_are_no_visits_are_refused_each_with_its_reason(bring):
    bring(VISITS)
    before = everything()
    result = bring(REFUSED)
    assert counts(result) == (0, 0, 0, 9)
    told = result.rejected_path.read_text()
    assert [words for words in REASONS if words not in told] == []
    assert everything() == before


def test_a_dry_run_of_the_command_says_what_would_be_and_writes_nothing(tmp_path):
    out = io.StringIO()
    call_command("import_data", "mystery_visits", str(written(tmp_path, VISITS)), "--dry-run", stdout=out)
    assert "6" in out.getvalue()
    assert not MysteryVisit.objects.exists() and not Checklist.objects.exists()


def test_the_empty_file_names_its_columns_and_only_who_may_import_such_gets_it():
    page = reverse("crm:import_templates")
    manager, agent = signed_in(make_user(Role.MANAGER)), signed_in(make_user(Role.AGENT))
    assert "Mystery visits" in manager.get(page).content.decode()
    file = manager.get(page, {"kind": "mystery_visits"})
    named = file.content.decode("utf-8-sig").strip().split(",")
    assert (named[0], set(HEAD.split(",")) - set(named)) == ("checklist", set())
    assert agent.get(page, {"kind": "mystery_visits"}).status_code in (403, 404)
    assert manager.get(page, {"kind": "nonsense"}).status_code == 404


def test_equal_visits_of_a_day_are_told_apart_by_their_number(bring):
    def said(*numbers):
        rows = "".join(f"Till,Leeds,2026-03-02,Greets,met,{number},Visit {number}\n" for number in numbers)
        return counts(bring(f"checklist,site,visited_on,item,mark,number,comment\n{rows}"))

    assert said("2", "", "2") == (2, 1, 0, 0)
    assert list(MysteryVisit.objects.order_by("pk").values_list("comment", flat=True)) == ["Visit", "Visit 2"]
    assert said("", "2") == (0, 0, 2, 0)
    assert said("4") == (0, 0, 0, 1)
    assert said("3") == (1, 0, 0, 0)


def test_scores_of_a_file_are_those_of_the_page(bring):
    """Every way to mark three items with these weights."""
    weights = {"A": 1, "B": 3, "C": 4}
    checklist = create_checklist(
        actor=None, fields={"name": "Three"}, items=[ItemInput(*one) for one in weights.items()]
    )
    items = {one.text: one for one in checklist.items.all()}
    words = {0: "not met", 1: "partly", 2: "met", None: ""}
    lines, expected = [], {}
    for number, found in enumerate(itertools.product((None, 0, 1, 2), repeat=3)):
        if not any(mark is not None for mark in found):
            continue
        marks = dict(zip(weights, found, strict=True))
        visit = plan_visit(actor=None, fields={"checklist": checklist, "planned_on": dt.date(2026, 3, 2)})
        said = {items[text].pk: MarkInput(mark) for text, mark in marks.items()}
        expected[str(number)] = mark_visit(
            actor=None, visit=visit, version=1, visited_on=dt.date(2026, 3, 2), marks=said
        ).score
        lines += [f"{number},Three,2026-03-02,{text},{words[mark]}\n" for text, mark in marks.items()]
    bring("external_id,checklist,visited_on,item,mark\n" + "".join(lines))
    rows = MysteryVisit.objects.exclude(external_id=None)
    assert dict(rows.values_list("external_id", "score")) == expected


def test_exported_visits_come_back_as_they_are_here_and_in_an_empty_house(bring):
    bring(VISITS)
    checklist = Checklist.objects.get()
    shopper = make_user(Role.MARKETER)
    for _ in range(2):  # equal ones without an id, and a score that an item's weight of today does not give
        plan_visit(actor=None, fields={"checklist": checklist, "planned_on": dt.date(2026, 6, 1), "shopper": shopper})
    checklist.items.filter(text="Greets").update(weight=5)
    text = exported()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["item"], row["mark"], row["words"]) for row in rows[:3]] == [
        ("Greets", "met", ""), ("Asks what for", "not met", "Nobody asked"), ("Offers a bag", "", "")
    ]  # fmt: skip
    sheet = [(row["item"], row["number"], row["mark"]) for row in rows if row["planned_on"] == "2026-06-01"]
    assert sheet == [(item, number, "") for number in "12" for item in ("Greets", "Asks what for", "Offers a bag")]
    before = everything()
    assert counts(bring(text)) == (0, 0, len(rows), 0)
    assert everything() == before
    for model in (VisitMark, MysteryVisit, Checklist, TouchPoint):
        model.objects.all().delete()
    assert counts(bring(text)) == (len(rows), 0, 0, 0)
    assert everything() == before
    assert exported() == text


def test_who_may_make_no_checklist_brings_own_visits_by_known_ones(bring):
    rep, other = make_user(Role.REP), make_user(Role.REP)
    AccessRule.objects.create(role=Role.REP, model="feedback.mysteryvisit", verb="import", scope=Scope.OWN)
    head = "external_id,checklist,shopper_email,visited_on,item,mark"
    line = "Shop floor,{},2026-03-02,Greets,met\n"
    result = bring(f"{head}\na,{line.format(rep.email)}", actor=rep)
    assert counts(result) == (0, 0, 0, 1)
    assert "you may not make one" in result.rejected_path.read_text()
    bring(VISITS)
    assert counts(bring(f"{head}\na,{line.format(rep.email)}b,{line.format(other.email)}", actor=rep)) == (1, 0, 0, 1)
    assert counts(bring(f"{head}\nv1,{line.format('tom@example.org')}", actor=rep)) == (0, 0, 0, 1)
