"""The profile of the best customers: leaves by plain counting, each leads to exactly its customers, and what cannot be
told is said."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter

import pytest

from analytics.mathematics.profiling import Question
from analytics.models import ProfileScore
from analytics.profile.drawing import draw
from analytics.profile.page import ProfilePage
from analytics.profile.words import rule_in_words
from analytics.queries import last_run
from analytics.runs import run_steps
from crm.choices import Role
from crm.intervals import share_interval
from crm.jobs import SilentProgress
from crm.models import CustomField, FieldRule
from crm.onward import links_from
from tests.factories import make_company, make_contact, make_order, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 31)


def grow(day: dt.date = DAY):
    run_steps(actor=None, as_of=day, only=["profile"], parameters={}, progress=SilentProgress())
    return last_run("profile")


def customers(count: int, is_shop, is_good) -> dict[int, tuple[str, bool]]:
    """Customers of one order each, by number; what each is, and whether it is good."""
    make_company()
    facts = {}
    for number in range(count):
        trade, good = "shop" if is_shop(number) else ("school", "museum")[number % 2], is_good(number)
        contact = make_contact(industry=trade, source=("fair", "web")[number // 7 % 2])
        line = {"quantity": 1, "amount": 900 + number if good else 10}
        make_order(contact, lines=(line,), ordered_on=DAY - dt.timedelta(days=30))
        facts[contact.pk] = (trade, good)
    return facts


@pytest.fixture
def house():
    """240 customers, 60 of them shops; the best tenth are 22 shops and 2 museums."""
    facts = customers(240, lambda n: n % 4 == 0, lambda n: (n % 4 == 0 and n < 88) or n in (101, 103))
    return facts, grow()


def test_leaves_hold_the_customers_that_plain_counting_finds(house):
    facts, run = house
    leaves = run.metrics["leaves"]
    shops = [leaf for leaf in leaves if leaf["rule"].startswith("Industry: shop")]
    counted = Counter(facts.values())
    assert sum(leaf["count"] for leaf in shops) == counted["shop", True] + counted["shop", False] == 60
    assert sum(leaf["best"] for leaf in shops) == counted["shop", True] == 22
    assert all((leaf["low"], leaf["high"]) == share_interval(leaf["best"], leaf["count"]) for leaf in leaves)
    assert sum(leaf["count"] for leaf in leaves) == 240
    assert sum(leaf["best"] for leaf in leaves) == run.metrics["n_best"] == 24
    assert run.metrics["auc_low"] > 0.7 and run.metrics["log_loss"] < run.metrics["baseline_log_loss"]
    stored = {row.contact_id for row in ProfileScore.objects.filter(rule__startswith="Industry: shop")}
    assert stored == {pk for pk, (trade, _) in facts.items() if trade == "shop"}
    assert not run.metrics["sentences"]


def test_every_leaf_leads_to_exactly_its_customers_and_to_a_segment(house):
    facts, run = house
    client = signed_in(make_user(Role.MANAGER))
    page = ProfilePage(run, "EUR")
    for leaf in page.leaves:
        shown = client.get(f"{leaf['url']}&part=count").json()["count"]
        assert int(shown.replace(",", "").split()[0]) == leaf["count"]
    answer = client.get("/analytics/profile/").content.decode()
    assert answer.count("<rect") == 1 + 2 * (len(page.leaves) - 1) and "Industry: shop?" in answer
    (link,) = [one for one in links_from("contacts.contact", make_user(Role.MANAGER)) if "segment" in one.url_name]
    assert client.get(link.url_for(page.leaves[0]["tree"], "Best")).status_code == 200
    sent = client.get("/analytics/profile/export/")
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [(row["rule"], int(row["customers"])) for row in rows] == [
        (leaf["rule"], leaf["count"]) for leaf in page.leaves
    ]
    assert len(facts) == 240


def test_where_nothing_tells_them_apart_the_page_says_so():
    customers(240, lambda n: n % 3 == 0, lambda n: n % 11 == 5)
    run = grow()
    assert "tree" not in run.metrics and not ProfileScore.objects.exists()
    page = signed_in(make_user(Role.MANAGER)).get("/analytics/profile/").content.decode()
    assert "does not tell the best from the others" in page and "<rect" not in page


def test_too_few_customers_are_said_to_be_too_few():
    customers(5, lambda n: True, lambda n: n == 0)
    assert grow().metrics["sentences"] == ["There are 5 customers: at least 200 are needed. There is no tree now."]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("contacts.contact", "industry"),
        ("contacts.contact", "custom__trade"),
        ("contacts.contact", "organization"),
        ("contacts.address", "country"),
    ],
)
def test_who_may_not_see_all_or_a_fact_that_is_asked_does_not_see_it(house, model, field):
    CustomField.objects.create(model="contacts.contact", key="trade", label="Trade", type="text")
    assert signed_in(make_user(Role.REP)).get("/analytics/profile/").status_code == 403
    client, listed = signed_in(make_user(Role.MANAGER)), "/contacts/?columns=name,profile"
    assert client.get("/analytics/profile/").status_code == 200
    assert "Industry: shop" in client.get(listed).content.decode()
    FieldRule.objects.create(role=Role.MANAGER, model=model, field=field, right="hidden")
    assert client.get("/analytics/profile/").status_code == 403
    assert client.get("/analytics/profile/export/").status_code == 403
    assert "Industry: shop" not in client.get(listed).content.decode()


def test_before_the_first_run_the_page_says_so():
    assert "There is no profile yet" in signed_in(make_user(Role.MANAGER)).get("/analytics/profile/").content.decode()


def test_rules_say_each_bound_once():
    both = "Employees up to 50 or not known; Employees over 10 or not known"
    size, labels = Question("size", over=50.5), {"size": "Employees", "trade": "Industry"}
    lower = Question("size", over=10.5, unknown_is_yes=True)
    trade = Question("trade", is_in="shop")
    assert rule_in_words(((size, False), (lower, True)), labels) == both
    assert rule_in_words(((size, False), (lower, False)), labels) == "Employees up to 10"
    assert rule_in_words(((Question("trade", is_in="school"), False), (trade, True)), labels) == "Industry: shop"
    assert rule_in_words(((trade, False),), labels) == "Industry: not shop"


def test_boxes_of_a_drawing_do_not_touch():
    def leaf(share: float) -> dict:
        return {"rule": f"Rule {share}", "count": 10, "best": int(10 * share), "share": share}

    def fork(yes: dict, no: dict) -> dict:
        return {"question": "Is it a shop?", "yes": yes, "no": no, "count": 20, "best": 2, "share": 0.1}

    drawing = draw(fork(fork(leaf(0.9), leaf(0.2)), fork(leaf(0.1), fork(leaf(0.3), leaf(0.0)))))
    boxes = drawing.boxes
    assert len(boxes) == 9 and len(drawing.lines) == 8
    for place, one in enumerate(boxes):
        assert 0 <= one.y <= drawing.height - 58 and one.x + 212 <= drawing.width
        assert all(one.x != other.x or abs(one.y - other.y) >= 58 for other in boxes[:place])
    assert max(boxes, key=lambda box: box.level).rule == "Rule 0.9"
