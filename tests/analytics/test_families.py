# mypy: disable-error-code="var-annotated, func-returns-value"
"""Chances by family: a world whose chances are known, figures reckoned by hand, and silence where nothing tells."""

import csv
import datetime as dt
import io
import math
from collections import defaultdict

import numpy as np
import pytest
from django.utils import timezone
from psycopg import sql
from scipy.stats import rankdata

from analytics.families.specs import awaited, likely
from analytics.families.words import in_words
from analytics.mathematics.families import features_of
from analytics.models import FamilyScore
from analytics.queries import last_run
from analytics.runs import run_steps
from analytics.statements import rows_of
from analytics.steps.family_rows import EVERYBODY, ranges, read_known
from contacts.models import Contact
from crm.choices import Role
from crm.models import FieldRule
from crm.templatetags.figures import percent, plural
from orders.models import Order, OrderLine, Product
from tests import factories as make
from tests.analytics.family_worlds import CLOCK, DAY, HORIZON, LAMP, LOT, LOVERS, OTHERS, sell, world

pytestmark = pytest.mark.django_db


def reckon(day: dt.date = DAY):
    run_steps(actor=None, as_of=day, only=["families"])
    return last_run("families")


def area(outcome, chance) -> float:
    """AUC as the share of pairs in the right order, by ranks."""
    ranks, ones = rankdata(chance), int(outcome.sum())
    return (ranks[outcome == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(outcome) - ones))


def bought_within(first: dt.date, last: dt.date) -> dict[str, set[int]]:
    """Who bought each family from a day to another one, counted row by row."""
    found = defaultdict(set)
    lines = OrderLine.objects.filter(order__ordered_on__gte=first, order__ordered_on__lte=last)
    for contact, family in lines.values_list("order__contact_id", "product__family"):
        found[family].add(contact)
    return found


def test_known_chances_are_found_and_only_what_can_be_foretold_is_shown():
    _, _, truth = world()
    found = reckon().metrics
    lines = {line["family"]: line for line in found["families"]}
    assert [name for name, line in lines.items() if line["is_shown"]] == [CLOCK]
    assert "No better than how many buy it in all" in lines[LAMP]["why"] and lines[LOT]["why"]
    scores = {row.contact_id: row for row in FamilyScore.objects.exclude(chance=None)}
    assert set(scores) == set(
        Order.objects.filter(ordered_on__gt=DAY - dt.timedelta(365)).values_list("contact", flat=True)
    )
    given = {true: [row.chance for key, row in scores.items() if truth[key] == true] for true in (LOVERS, OTHERS)}
    assert np.mean(given[LOVERS]) > 0.45 and np.mean(given[OTHERS]) < 0.25, "days since are no step: both are drawn in"
    assert abs(np.mean([row.chance for row in scores.values()]) - np.mean([truth[key] for key in scores])) < 0.03
    outcome = np.array([truth[key] == LOVERS for key in scores]).astype(int)
    assert area(outcome, np.array([row.chance for row in scores.values()])) > 0.9, "it knows who has the high chance"
    # the best anybody could do on the later days, by the true chances
    start = DAY - dt.timedelta(days=2 * HORIZON - 1)
    lamps = bought_within(start, DAY - dt.timedelta(days=HORIZON))[LAMP]
    clocks = bought_within(DAY - dt.timedelta(days=HORIZON - 1), DAY)[CLOCK]
    people = sorted(truth)
    best = area(
        np.array([key in clocks for key in people]).astype(int), np.array([float(key in lamps) for key in people])
    )
    assert abs(lines[CLOCK]["auc"] - best) < 0.04
    assert lines[CLOCK]["over_own"]["low"] > 0 and found["shown"] == 1


def test_figures_of_the_later_days_are_those_reckoned_by_hand(monkeypatch):
    world(people=700)
    kept = []
    from analytics.steps import families  # noqa: PLC0415

    whole = families._pooled
    monkeypatch.setattr(families, "_pooled", lambda trials: kept.extend(trials) or whole(trials))
    found = reckon().metrics
    outcome = np.concatenate([one.outcome for one in kept])
    chance = np.concatenate([one.model for one in kept])
    # what happened is counted from the rows, family by family
    clocks = bought_within(DAY - dt.timedelta(days=HORIZON - 1), DAY)
    assert (
        found["bought"]
        == int(outcome.sum())
        == sum(len(clocks[family] & bought_before()) for family in (CLOCK, LAMP, LOT))
    )
    assert found["pairs"] == 3 * len(bought_before())
    assert found["auc"] == pytest.approx(area(outcome, chance), abs=1e-6)
    assert found["brier"] == pytest.approx(float(np.mean((chance - outcome) ** 2)), abs=1e-6)
    order = np.argsort(chance, kind="stable")
    for row, part in zip(found["calibration_table"], np.array_split(order, 10), strict=True):
        assert row["n"] == len(part)
        assert row["predicted"] == pytest.approx(chance[part].mean())
        assert row["actual"] == pytest.approx(outcome[part].mean())
    top = np.argsort(-chance, kind="stable")[: len(chance) // 10]
    assert found["top_decile_lift"] == pytest.approx(outcome[top].mean() / outcome.mean(), abs=1e-4)
    for one, line in zip(kept, found["families"], strict=True):
        losses = [-math.log(p if y else 1 - p) for p, y in zip(one.model, one.outcome, strict=True)]
        plain = [-math.log(one.rate if y else 1 - one.rate) for y in one.outcome]
        assert line["over_rate"]["mean"] == pytest.approx(np.mean(plain) - np.mean(losses), abs=1e-6)


def bought_before() -> set[int]:
    """Who bought anything in the year before the later days."""
    last = DAY - dt.timedelta(days=HORIZON)
    return set().union(*bought_within(last - dt.timedelta(days=364), last).values())


def test_facts_are_those_of_plain_counting_and_nothing_later_enters():
    _, products, _ = world(people=60)
    late = DAY - dt.timedelta(days=HORIZON)
    names = [CLOCK, LAMP, LOT]
    known = read_known(late, HORIZON, names, EVERYBODY)
    facts = features_of(known, 0, names).numbers
    had = defaultdict(lambda: defaultdict(set))
    for contact, family, day in OrderLine.objects.values_list("order__contact", "product__family", "order__ordered_on"):
        had[contact][family].add(day)
    for row, contact in enumerate(known.contacts.tolist()):
        clocks = sorted(day for day in had[contact][CLOCK] if day <= late)
        anything = sorted({day for days in had[contact].values() for day in days if day <= late})
        year = [day for day in anything if day > late - dt.timedelta(days=365)]
        lamps = [(late - day).days for day in had[contact][LAMP] if day <= late]
        assert facts["own_days"][row] == len(clocks)
        assert (
            np.isnan(facts["own_recency"][row]) if not clocks else facts["own_recency"][row] == (late - clocks[-1]).days
        )
        assert facts["recency"][row] == (late - anything[-1]).days and facts["purchases_365"][row] == len(year)
        assert facts[f"since:{LAMP}"][row] == min([365, *lamps])
        assert known.after[row, 0] == any(late < day <= DAY for day in had[contact][CLOCK])
    again = read_known(late, 0, names, EVERYBODY)
    sell([(Contact.objects.first(), late + dt.timedelta(days=3), products[CLOCK])])
    after = read_known(late, 0, names, EVERYBODY)
    for name in ("contacts", "last", "days", "family_last", "family_days", "family_days_365", "after"):
        assert (getattr(again, name) == getattr(after, name)).all(), name


def test_where_all_is_lot_nothing_is_shown_and_each_family_says_why():
    world(only_lot=True, people=500)
    found = reckon().metrics
    assert found["shown"] == 0 and all(line["why"] for line in found["families"])
    assert "For no family do the facts tell more" in found["sentences"][0]
    assert not FamilyScore.objects.exclude(chance=None).exists()
    page = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/families/").content.decode()
    assert page.count("not shown") == 3 and "which may be chance" in page


def test_with_too_few_customers_it_is_said_and_nobody_has_a_chance():
    make.make_company()
    found = reckon()
    assert "at least 100 of each" in found.metrics["sentences"][0] and not FamilyScore.objects.exists()
    page = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/families/")
    assert page.status_code == 200 and "Nobody has a chance now" in page.content.decode()


def test_page_lists_panel_file_and_rights():
    rep, _, _ = world(people=700)
    reckon()
    client = make.signed_in(make.make_user(Role.MANAGER))
    page = client.get("/analytics/families/").content.decode()
    assert "Do the chances come true?" in page and CLOCK in page
    likeliest = FamilyScore.objects.exclude(chance=None).order_by("-chance", "pk").first()
    record = client.get(f"/contacts/{likeliest.pk}/").content.decode()
    assert "Likely to buy" in record and "bought Lamps" in record
    level = [row.pk for row in FamilyScore.objects.all() if any(one["chance"] >= 0.3 for one in row.chances)]
    assert set(Contact.objects.filter(likely("in", [f"{CLOCK}:30"])).values_list("pk", flat=True)) == set(level)
    end = (DAY + dt.timedelta(90)).isoformat()
    scores = FamilyScore.objects.all()
    soon = [row.pk for row in scores if any(one["family"] == LAMP and one["on"] <= end for one in row.expected)]
    assert set(Contact.objects.filter(awaited("in", [f"{LAMP}:90"])).values_list("pk", flat=True)) == set(soon)
    listed = client.get(f"/contacts/?columns=name,buys,buys_chance,buys_likely&buys_likely={CLOCK}:30")
    assert listed.status_code == 200 and f">{CLOCK}<" in listed.content.decode()
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get("/analytics/families/export/")).decode("utf-8-sig"))))
    assert {row["family"] for row in rows} == {CLOCK, LAMP, LOT}
    assert make.signed_in(rep).get("/analytics/families/").status_code == 403
    FieldRule.objects.create(role=Role.MANAGER, model="orders.orderline", field="product", right="hidden")
    assert "bought Lamps" not in client.get(f"/contacts/{likeliest.pk}/").content.decode(), (
        "a reason tells what is hidden"
    )
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.familyscore", field="family", right="hidden")
    assert client.get("/analytics/families/").status_code == 403
    assert "Likely to buy" not in client.get(f"/contacts/{likeliest.pk}/").content.decode()


def test_days_come_true_as_often_as_foretold_and_are_those_of_the_even_chance():
    world(people=700)
    found = reckon().metrics
    line = next(one for one in found["families"] if one["family"] == LAMP)["timing"]
    late = DAY - dt.timedelta(days=HORIZON)
    had = bought_within(dt.date(2000, 1, 1), late)[LAMP]
    came = bought_within(late + dt.timedelta(days=1), DAY)[LAMP] & had
    assert line["buyers"] == len(had) and line["actual"] == pytest.approx(len(came) / len(had), abs=1e-6)
    near = (
        abs(line["actual"] - line["foretold"]) <= 0.2 * line["foretold"]
        or line["low"] <= line["foretold"] <= line["high"]
    )
    assert line["is_shown"] == near


def test_who_is_erased_is_counted_for_no_family_and_a_long_name_of_a_product_is_cut():
    _, products, _ = world(people=700)
    Product.objects.filter(pk=products[CLOCK].pk).update(family="", name=f"{CLOCK} {'x' * 290}")
    Contact.objects.filter(pk__in=Contact.objects.order_by("pk")[:100].values("pk")).update(erased_at=timezone.now())
    found = reckon().metrics
    scores = FamilyScore.objects.exclude(chance=None)
    name = f"{CLOCK} {'x' * 290}"[:200]
    assert found["likeliest"] == {name: scores.count()} and 0 < scores.count() <= 600


def test_ranges_hold_every_contact_once():
    make.make_company()
    keys = sorted(make.make_contact().pk for _ in range(7))
    query = sql.SQL("SELECT c.id FROM contacts_contact AS c, LATERAL (SELECT c.id) AS o (contact_id) WHERE {}")
    held = [[key for (key,) in rows_of(query.format(one))] for one in ranges(3)]
    assert len(held) == 3 and sorted(key for part in held for key in part) == keys


def test_facts_in_words():
    assert in_words("since:Lamps", 30) == f"bought Lamps {plural(30, 'day')} ago"
    assert in_words("since:Lamps", 365) == "did not buy Lamps within a year"
    assert (
        in_words("own_recency", None) == "never bought it"
        and in_words("own_days", 1) == f"bought it {plural(1, 'time')} so far"
    )
    assert in_words("own_share", 0.5) == f"it is in {percent(0.5)} of the purchases of a year"
