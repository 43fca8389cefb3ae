"""The seven strategies: the first rule that fits, by hand over a random base; the page, its table, rights, the file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.management import call_command

from analytics.choices import Rung
from analytics.models import ChurnScore, ClvScore, CostScore, LadderScore, StrategyRule, StrategyScore
from analytics.portfolio.matrix import matrix
from analytics.portfolio.words import rule_in_words
from analytics.queries import last_run
from analytics.runs import run_steps
from crm.choices import Role
from crm.jobs import SilentProgress
from crm.models import FieldRule, JobRun, LogEntry
from tests.concurrency.forms import form_in
from tests.factories import make_company, make_contact, make_order, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 31)
PAGE, TABLE = "/analytics/portfolio/", "/analytics/portfolio/rules/"
SHIPPED = import_module("analytics.migrations.0009_strategies").RULES
BOUNDS = ("value", "revenue", "chance", "quiet", "potential")


@pytest.fixture(autouse=True)
def rules():
    if not StrategyRule.objects.exists():  # a test that flushed took the rows of the migration with it
        for place, (name, strategy, advice, bounds) in enumerate(SHIPPED, start=1):
            StrategyRule.objects.create(position=place, name=name, strategy=strategy, advice=advice, **bounds)


def place(day: dt.date = DAY) -> dict[int, StrategyScore]:
    """Run the steps; the rows by contact."""
    run_steps(actor=None, as_of=day, only=["ladder", "strategies"], parameters={}, progress=SilentProgress())
    return {row.contact_id: row for row in StrategyScore.objects.all()}


def bought(contact, *sales: tuple[int, int]) -> None:
    """Orders so many days before the day, of so much."""
    for days, amount in sales:
        day = DAY - dt.timedelta(days=days)
        at = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        make_order(contact, lines=({"quantity": 1, "amount": Decimal(amount)},), ordered_at=at, ordered_on=day)


def make_clv(contact, clv: int, as_of: dt.date = DAY) -> None:
    ClvScore.objects.create(
        contact=contact, clv=clv, run_id=1, as_of=as_of, x=0, t_x=0, age=1, last_purchase_on=DAY, days_quiet=0
    )


def make_churn(contact, chance: float, as_of: dt.date = DAY) -> None:
    ChurnScore.objects.create(contact=contact, probability=chance, band="low", run_id=1, as_of=as_of)


def random_base(seed: int, *, has_clv: bool) -> dict[int, dict]:
    """Contacts with what the rules go by; in plain numbers, None where it is not known."""
    make_company()
    chance, facts = random.Random(seed), {}
    for _ in range(50):
        potential = chance.choice([None, 100, 5000])
        contact = make_contact(potential=potential)
        sales = [
            (chance.choice([5, 80, 300, 400, 800]), chance.choice([1, 10, 99, 500]))
            for _ in range(chance.randint(0, 3))
        ]
        bought(contact, *sales)
        fact = {
            "potential": potential,
            "revenue": sum(a for _, a in sales) if sales else None,
            "clv": None,
            "chance": None,
        }
        fact["quiet"] = min(days for days, _ in sales) if sales else None
        if sales and has_clv and chance.random() < 0.9:
            fact["clv"] = chance.choice([0, 5, 50, 70, 900])
            make_clv(contact, fact["clv"])
        if sales and chance.random() < 0.8:
            fact["chance"] = likely = chance.choice([5, 30, 65, 90])
            make_churn(contact, likely / 100)
        facts[contact.pk] = fact
    return facts


def tenths(values: list) -> list:
    known = [value for value in values if value is not None]
    return [None if one is None else 1 + 10 * sum(other < one for other in known) // len(known) for one in values]


def plain_rule(fact: dict, rules: list[StrategyRule]) -> str:
    for rule in rules[:-1]:
        tests = [(fact[name], getattr(rule, f"{name}_from"), getattr(rule, f"{name}_to")) for name in BOUNDS]
        rung = Rung.values.index(fact["rung"])
        ends = [getattr(rule, f"rung_{end}") for end in ("from", "to")]
        if rule.cost_from is not None or rule.cost_to is not None:
            continue
        if (ends[0] and rung < Rung.values.index(ends[0])) or (ends[1] and rung > Rung.values.index(ends[1])):
            continue
        if all(
            (low is None or (fact_ is not None and fact_ >= low))
            and (high is None or (fact_ is not None and fact_ <= high))
            for fact_, low, high in tests
        ):
            return rule.name
    return rules[-1].name


@pytest.mark.parametrize(("seed", "has_clv"), [(1, True), (2, False), (3, True)])
def test_the_first_rule_that_fits_wins_as_by_hand(seed, has_clv):
    facts = random_base(seed, has_clv=has_clv)
    rule = StrategyRule.objects.get(position=9)
    StrategyRule.objects.filter(pk=rule.pk).update(potential_from=1000, quiet_to=350)
    found = place()
    rungs = dict(LadderScore.objects.values_list("contact_id", "rung"))
    values = tenths([fact["clv" if has_clv else "revenue"] for fact in facts.values()])
    revenues = tenths([fact["revenue"] for fact in facts.values()])
    for (contact, fact), value, revenue in zip(facts.items(), values, revenues, strict=True):
        fact |= {"rung": rungs[contact], "value": value, "revenue": revenue}
        assert found[contact].value_tenth == value
    rules = list(StrategyRule.objects.order_by("position"))
    assert {pk: row.rule for pk, row in found.items()} == {pk: plain_rule(fact, rules) for pk, fact in facts.items()}
    strategies = {rule.name: rule.strategy for rule in rules}
    assert all(row.strategy == strategies[row.rule] for row in found.values())
    metrics, given = last_run("strategies").metrics, [row.strategy for row in found.values()]
    assert metrics == {name: given.count(name) for name in metrics} and len(metrics) == 7


def test_scores_of_another_day_are_not_mixed_in():
    contact = make_contact()
    bought(contact, (5, 10), (6, 10))
    make_clv(contact, 900, DAY - dt.timedelta(days=1))
    make_churn(contact, 0.9, DAY - dt.timedelta(days=1))
    row = place()[contact.pk]
    assert row.value == 20
    known = last_run("strategies").parameters
    assert (known["value"], known["churn"], known["cost_to_serve"]) == ("revenue", False, False)
    page = signed_in(make_user(Role.MANAGER)).get(PAGE).content.decode()
    assert "Fits nobody in this run: the chance to leave was not there" in page


def test_the_cost_to_serve_is_a_share_of_the_contribution():
    """Who costs more than they bring is ended; without any contribution the share is beyond every bound."""
    make_company()
    costs = [(50, 100), (100, 100), (5, 0), (0, 0), (5, None)]
    contacts = [make_contact() for _ in costs]
    for contact, (cost, brought) in zip(contacts, costs, strict=True):
        bought(contact, (5, 10), (200, 10))
        CostScore.objects.create(contact=contact, cost_to_serve=cost, contribution=brought, run_id=1, as_of=DAY)
    found = place()
    ended = [found[contact.pk].rule == "Cost more than they bring" for contact in contacts]
    assert ended == [False, True, True, False, False]
    assert last_run("strategies").parameters["cost_to_serve"]


@pytest.fixture
def house():
    """A rep with a customer who went quiet and a lead of their own; a customer of somebody else."""
    make_company()
    rep = make_user(Role.REP)
    quiet, name, other = make_contact(owner=rep), make_contact(owner=rep), make_contact(owner=make_user(Role.REP))
    bought(quiet, (400, 500))
    bought(other, (5, 10), (9, 10))
    return rep, quiet, name, other, place()


def shown_count(client, url: str) -> int:
    return int(client.get(f"{url}&part=count").json()["count"].replace(",", "").split()[0])


def test_every_cell_leads_to_exactly_its_contacts(house):
    rep, *_ = house
    for user, most in ((rep, 2), (make_user(Role.MANAGER), 3)):
        client = signed_in(user)
        cells = [cell for row in matrix(user, currency="EUR", shows_value=True) for cell in (*row.cells, row.total)]
        assert sum(cell.count for cell in cells) == 2 * most
        assert all(shown_count(client, cell.url) == cell.count for cell in cells if cell.count)


def test_the_page_of_a_contact_names_the_rule(house):
    _, quiet, *_, found = house
    page = signed_in(make_user(Role.MANAGER)).get(f"/contacts/{quiet.pk}/").content.decode()
    assert f"Strategy, by the rule “{found[quiet.pk].rule}”" in page and found[quiet.pk].because in page


def test_hidden_fields_hide_strategies_or_only_values(house):
    _, quiet, *_ = house
    client = signed_in(make_user(Role.MANAGER))
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.rfmscore", field="monetary", right="hidden")
    page = client.get(PAGE).content.decode()
    assert "Top tenth" not in page and "Strategies" in page
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.strategyscore", field="strategy", right="hidden")
    assert "matrix-title" not in client.get(PAGE).content.decode()
    assert "by the rule" not in client.get(f"/contacts/{quiet.pk}/").content.decode()


def test_the_file_has_the_strategies_by_name(house, tmp_path):
    *_, found = house
    out = tmp_path / "scores.csv"
    call_command("export_data", "customer_scores", output=out, stdout=io.StringIO())
    rows = {int(row["contact_id"]): row["strategy"] for row in csv.DictReader(out.open())}
    assert rows == {pk: row.strategy for pk, row in found.items()}


def test_the_table_is_edited_and_everybody_is_placed_again(house):
    client = signed_in(make_user(Role.MANAGER))
    form = form_in(client.get(TABLE).content.decode(), "opened")
    before = list(StrategyRule.objects.values())
    assert client.post(TABLE, form.fields).status_code == 302
    assert list(StrategyRule.objects.values()) == before and not JobRun.objects.exists()
    answer = client.post(TABLE, {**form.fields, "form-3-value_from": "8", "form-3-name": "The best"})
    assert answer.status_code == 302
    rule = StrategyRule.objects.get(name="The best")
    assert (rule.position, rule_in_words(rule)) == (4, "customer and above; value tenth 8 and above")
    assert JobRun.objects.get().parameters["as_of"] == "2026-03-31"
    assert LogEntry.objects.filter(verb="change", summary__startswith="Changed the table of strategies").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"form-0-quiet_from": "9", "form-0-quiet_to": "8"}, "the upper bound is below the lower one"),
        ({"form-10-value_from": "3"}, "“Everybody else” must have no bounds"),
        ({"form-1-name": "Best customers"}, "Two rules are called “Best customers”."),
        ({"form-0-rung_from": "client", "form-0-rung_to": "suspect"}, "Rung: the upper bound is below"),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence(changes, sentence):
    client = signed_in(make_user(Role.MANAGER))
    form = form_in(client.get(TABLE).content.decode(), "opened")
    answer = client.post(TABLE, {**form.fields, **changes})
    assert answer.status_code == 422 and sentence in answer.content.decode()


def test_who_saves_over_a_changed_table_is_shown_it():
    mia, otto = signed_in(make_user(Role.MANAGER)), signed_in(make_user(Role.MANAGER))
    form = form_in(mia.get(TABLE).content.decode(), "opened")
    otto.post(TABLE, {**form.fields, "form-3-value_from": "8"})
    answer = mia.post(TABLE, {**form.fields, "form-3-value_from": "7"})
    assert answer.status_code == 409 and StrategyRule.objects.get(position=4).value_from == 8
    assert signed_in(make_user(Role.MARKETER)).get(TABLE).status_code == 403
