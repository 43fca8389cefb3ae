# mypy: disable-error-code="var-annotated"
"""Sequence selling: who has what in line by plain counting, the page, the alert, and silence where nothing tells."""

import csv
import datetime as dt
import io
import random
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from analytics.alerts.words import evidence_of
from analytics.mathematics.comparing import lift
from analytics.models import ModelRun, NextScore, SellAlert
from analytics.queries import last_run
from analytics.runs import run_steps
from analytics.sequences.page import SequencePage
from analytics.steps.alerts import settle
from contacts.models import Contact
from crm.choices import Role
from crm.intervals import wilson
from crm.models import FieldRule
from crm.onward import links_from
from orders.models import Order, OrderLine
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
FAMILIES = ("Frames", "Glass", "Care", "Hanging")
PEOPLE = 260


def sell(rows) -> None:
    """Rows (contact, day, {product: amount}); one order each."""
    orders = Order.objects.bulk_create(
        Order(
            contact=contact, ordered_at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), ordered_on=day,
            currency="EUR", amount=sum(lines.values()), base_amount=sum(lines.values()), is_purchase=True,
            number=f"N{contact.pk}-{day:%y%m%d}",
        )
        for contact, day, lines in rows
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=place, product=product, quantity=1, amount=amount)
        for order, (_, _, lines) in zip(orders, rows, strict=True)
        for place, (product, amount) in enumerate(lines.items(), start=1)
    )


def house(nexts):
    """Customers with four purchases each, 20 to 60 days apart, the last one 1 to 120 days ago."""
    make.make_company()
    rep = make.make_user(Role.REP, name="Rita", team=make.make_team())
    products = {family: make.make_product(name=f"{family} one", family=family) for family in FAMILIES}
    people = Contact.objects.bulk_create(
        Contact(name=f"Customer {n}", sort_name=f"customer {n:04}", owner=rep, team=rep.team) for n in range(PEOPLE)
    )
    chance, rows, had = random.Random(8), [], {}
    for contact in people:
        day, families = DAY - dt.timedelta(days=chance.randint(1, 120)), []
        days = [day]
        for _ in range(3):
            days.insert(0, days[0] - dt.timedelta(days=chance.randint(20, 60)))
        for one in days:
            families.append(nexts(chance, families))
            # a little of something else goes along, and stands for nothing
            lines = {products[families[-1]]: Decimal(50), products[chance.choice(FAMILIES)]: Decimal(5)}
            lines[products[families[-1]]] = Decimal(50)
            rows.append((contact, one, lines))
        had[contact.pk] = list(zip(days, families, strict=True))
    sell(rows)
    return rep, products, had


def in_a_row(chance, had):
    place = FAMILIES.index(had[-1]) if had else 9
    return FAMILIES[place + 1] if place < 2 and chance.random() < 0.7 else chance.choice(FAMILIES)


def reckon(day: dt.date = DAY):
    run_steps(actor=None, as_of=day, only=["sequence"])
    return last_run("sequence")


@pytest.fixture
def shop():
    rep, products, had = house(in_a_row)
    return rep, products, had, reckon()


def test_who_has_what_in_line_is_what_plain_counting_says(shop):
    _, products, had, run = shop
    found = run.metrics
    assert (found["purchases"], found["steps"], found["left_out"]) == (4 * PEOPLE, 3 * PEOPLE, 0)
    assert found["order"] == 1 and found["gains"]["one"]["low"] > 0
    pairs, before, after, people = Counter(), Counter(), Counter(), {}
    for key, bought in had.items():
        families = [family for _, family in bought]
        for one, two in pairwise(families):
            pairs[one, two] += 1
            before[one] += 1
            after[two] += 1
            people.setdefault((one, two), set()).add(key)
    rules = {(rule["last"], rule["item"]): rule for rule in found["rules"]}
    lifts = {pair: lift(pairs[pair], before[pair[0]], after[pair[1]], 3 * PEOPLE) for pair in pairs}
    assert {("Frames", "Glass"), ("Glass", "Care")} <= set(rules) < set(pairs)
    assert found["cells"] == sum(one != two and len(people[one, two]) >= 20 for one, two in pairs)
    for pair, rule in rules.items():
        assert (rule["count"], rule["occasions"]) == (pairs[pair], before[pair[0]])
        assert rule["customers"] == len(people[pair])
        assert rule["lift"] == pytest.approx(lifts[pair][0], abs=1e-3)
        assert 1 < rule["low"] <= lifts[pair][1] + 1e-3, "never narrower than that of steps by themselves"
        assert rule["product_id"] == products[pair[1]].pk
    in_line = dict(sorted(rules, key=lambda pair: (pairs[pair] / before[pair[0]], lifts[pair])))
    recent = {key: bought[-1][1] for key, bought in had.items() if DAY - bought[-1][0] < dt.timedelta(days=90)}
    expected = {key: in_line[last] for key, last in recent.items() if last in in_line}
    assert len(recent) < PEOPLE
    assert dict(NextScore.objects.values_list("contact_id", "item")) == expected
    assert all(score.last_on == had[score.contact_id][-1][0] for score in NextScore.objects.all())
    steps = [(key, *two) for key, bought in had.items() for two in zip(bought, [*bought[1:], None], strict=True)]
    for score in NextScore.objects.all()[:20]:
        waited = DAY - score.last_on
        old = [(one, two) for _, one, two in steps if one[1] == score.last and DAY - one[0] >= dt.timedelta(days=90)]
        left = [(one, two) for one, two in old if two is None or two[0] - one[0] > waited]
        hits = sum(bool(two) and two[1] == score.item and (two[0] - one[0]).days <= 90 for one, two in left)
        assert score.chance == pytest.approx(wilson(hits / len(left), len(left))[0] if left else 0, abs=1e-6)


def test_every_count_leads_to_exactly_its_customers_and_to_a_segment(shop):
    *_, run = shop
    manager = make.make_user(Role.MANAGER)
    client, page = make.signed_in(manager), SequencePage(run)
    assert sum(line["count"] for line in page.lines) == run.metrics["in_line"] == NextScore.objects.count()
    (segment,) = [one for one in links_from("contacts.contact", manager) if "segment" in one.url_name]
    for line in page.lines:
        shown = client.get(f"{line['url']}&part=count").json()["count"]
        assert int(shown.replace(",", "").split()[0]) == line["count"]
        assert client.get(segment.url_for(line["tree"], "Next")).status_code == 200
    card = client.get(f"{page.cards[2]['url']}&part=count").json()["count"]
    assert int(card.replace(",", "").split()[0]) == run.metrics["in_line"]
    shown = client.get("/analytics/sequence/").content.decode()
    assert "The last purchase tells more than all that the customer bought so far" in shown
    sent = client.get("/analytics/sequence/export/")
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [(row["last"], row["item"]) for row in rows] == [(rule["last"], rule["item"]) for rule in page.rules]


def test_a_rep_is_told_with_the_evidence_and_what_came_of_it_is_any_product_of_the_family(shop):
    rep, products, had, run = shop
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    alerts = list(SellAlert.objects.filter(kind="next").order_by("pk"))
    assert alerts
    for alert in alerts:
        score = NextScore.objects.get(contact=alert.contact_id)
        assert (alert.product_id, alert.chance) == (score.product_id, score.chance)
        assert DAY - had[alert.contact_id][-1][0] < dt.timedelta(days=90), "what was bought long ago is no reason"
    alert = alerts[0]
    rule = next(one for one in run.metrics["rules"] if one["item"] == alert.evidence["item"])
    said = evidence_of(alert, rep).replace("\xa0", " ")
    assert f"Of {rule['occasions']} next purchases after that, {rule['count']}" in said and rule["item"] in said
    other = make.make_product(name="Another", family=alert.evidence["item"])
    late, early = alert.made_on + dt.timedelta(days=9), alert.made_on + dt.timedelta(days=3)
    sell([(alert.contact, early, {products["Hanging"]: Decimal(9)}), (alert.contact, late, {other: Decimal(31)})])
    settle(DAY + dt.timedelta(days=20))
    alert.refresh_from_db()
    assert (alert.outcome_on, alert.outcome_amount) == (late, Decimal(31))
    tab = make.signed_in(rep).get(f"/contacts/{alerts[1].contact_id}/?tab=alerts").content.decode()
    assert ("Sequence-sell" in tab) == (not alerts[1].is_held_back)


def test_a_tenth_is_held_back_as_of_every_kind(shop):
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    held = SellAlert.objects.filter(kind="next", is_held_back=True)
    assert not SellAlert.objects.visible_to(make.make_user(Role.ADMIN)).filter(pk__in=held.values("pk")).exists()


def test_where_the_order_tells_nothing_nothing_is_in_line():
    house(lambda chance, had: chance.choice(FAMILIES))
    run = reckon()
    assert run.metrics["order"] == 0 and not NextScore.objects.exists()
    page = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/sequence/").content.decode()
    assert "does not tell what is bought next better" in page and "What is bought after what" not in page


def test_too_few_purchases_and_no_product_are_said():
    make.make_company()
    contact = make.make_contact()
    make.make_order(contact, lines=({"quantity": 1, "amount": 10},), ordered_on=DAY)
    run = reckon()
    assert run.metrics["left_out"] == 1
    assert run.metrics["sentences"] == ["There are 0 purchases after another one: at least 500 are needed."]


def test_later_orders_and_returns_change_nothing(shop):
    _, products, had, run = shop
    contacts = list(Contact.objects.filter(pk__in=had)[:40])
    sell([(one, DAY + dt.timedelta(days=5), {products["Hanging"]: Decimal(900)}) for one in contacts])
    assert reckon().metrics == run.metrics


def test_who_may_not_see_all_scores_does_not_see_the_page_and_a_hidden_field_hides_it(shop):
    assert make.signed_in(make.make_user(Role.REP)).get("/analytics/sequence/").status_code == 403
    client, listed = make.signed_in(make.make_user(Role.MANAGER)), "/contacts/?columns=name,next_item&sort=name"
    pill = ">Glass<"
    assert pill in client.get(listed).content.decode()
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.nextscore", field="item", right="hidden")
    assert client.get("/analytics/sequence/").status_code == 403
    assert pill not in client.get(listed).content.decode()
    alert = SellAlert(kind="next", evidence={"item": "Glass", "last": "Frames", "share": 0.7, "lift": 3.1})
    said = evidence_of(alert, make.make_user(Role.MANAGER))
    assert "Glass" not in said and "70" not in said and "3.1" not in said
    assert "Glass" in evidence_of(alert, make.make_user(Role.ADMIN))
    run_steps(actor=None, as_of=DAY, only=["alerts"])
    alerts = SellAlert.objects.filter(kind="next")
    assert alerts.visible_to(make.make_user(Role.ADMIN)).exists()
    assert not alerts.visible_to(make.make_user(Role.MANAGER)).exists(), "the offer is a product of what is hidden"


def test_what_has_nothing_on_offer_is_in_line_for_nobody(shop):
    _, products, _, _ = shop
    products["Glass"].archived_at = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    products["Glass"].save()
    found = reckon().metrics
    items = {rule["item"] for rule in found["rules"]}
    assert {"Glass", "Care"} <= items
    assert {"Care"} <= set(NextScore.objects.values_list("item", flat=True)) == set(found["in_line_by_item"])
    assert "Glass" not in found["in_line_by_item"]


@pytest.mark.parametrize("later", [0, 1])
def test_with_too_little_later_nothing_is_in_line_and_it_is_said(later):
    """A fifth of all steps on the latest day; or a single customer who buys after all others."""
    make.make_company()
    products = {family: make.make_product(name=f"{family} one", family=family) for family in FAMILIES}
    rows, chance = [], random.Random(3)
    for _ in range(280):
        contact, had = make.make_contact(), []
        for ago in (40, 20, 0):
            had.append(in_a_row(chance, had))
            rows.append((contact, DAY - dt.timedelta(days=ago + 400 * later), {products[had[-1]]: Decimal(50)}))
    busy = make.make_contact()
    rows += [
        (busy, DAY - dt.timedelta(days=ago), {products[FAMILIES[ago % 4]]: Decimal(50)}) for ago in range(150 * later)
    ]
    sell(rows)
    found = reckon().metrics
    (said,) = found["sentences"]
    assert said.startswith("There are not enough later purchases to try it on") and "gains" not in found
    assert not NextScore.objects.exists() and not found["rules"]
    page = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/sequence/").content.decode()
    assert "not enough later purchases" in page


def test_where_habit_tells_more_it_is_said_without_a_minus():
    gains = {"one over habit": {"mean": -0.456, "low": -0.5, "high": -0.4}}
    said = SequencePage(ModelRun(metrics={"gains": gains, "order": 0})).tells_of_habit
    assert "so far tells more" in said and said.endswith("Log loss less by 0.456 (95 %: 0.400 to 0.500).")


def test_the_page_shows_the_first_rules_and_the_file_all_that_are_kept(shop):
    *_, run = shop
    run.metrics["rules"] = run.metrics["rules"][:1] * 300
    run.metrics["rule_count"] = 300
    run.save()
    page = SequencePage(run)
    assert (len(page.rules), page.hidden_rules) == (200, 100)
    sent = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/sequence/export/")
    assert b"".join(sent.streaming_content).decode().count("\n") == 301
