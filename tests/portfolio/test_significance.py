"""Significant customers: flags of random bases by plain counting, reasons, rights, the filter, marks by hand."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from analytics.models import ClvScore, SignificanceMark, SignificanceScore
from analytics.queries import last_run
from analytics.runs import run_steps
from analytics.significance.actions import mark_significant, unmark_significant
from analytics.significance.queries import flag_rows
from analytics.significance.specs import reasons_for
from contacts.models import Contact, MarketCategory, Relationship
from crm.choices import Role
from crm.jobs import SilentProgress
from crm.models import FieldRule, LogEntry
from feedback.models import Suggestion, SuggestionVote
from tests.factories import make_company, make_contact, make_order, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 31)
BEFORE = DAY - dt.timedelta(days=700)


def moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def bought(contact: Contact, *days: dt.date, amount: int = 5) -> None:
    for day in days:
        line = {"quantity": 1 if amount >= 0 else -1, "amount": Decimal(amount)}
        make_order(contact, lines=(line,), ordered_at=moment(day), ordered_on=day)


def flags(day: dt.date = DAY) -> dict[int, SignificanceScore]:
    """Run the step; the rows by contact."""
    run_steps(actor=None, as_of=day, only=["significance"], parameters={}, progress=SilentProgress())
    return {row.contact_id: row for row in SignificanceScore.objects.all()}


def valued(contact: Contact, clv: float, day: dt.date = DAY) -> None:
    empty = {"x": 0, "t_x": 0, "age": 1, "last_purchase_on": day, "days_quiet": 0}
    ClvScore.objects.create(**empty | {"run_id": 1, "as_of": day, "contact": contact, "clv": Decimal(clv)})


def random_base(seed: int) -> dict[int, dict]:
    """Contacts with some of everything, before and behind the day; what happened to each, in plain lists."""
    chance = random.Random(seed)
    for key in ("public", "sport"):
        MarketCategory.objects.create(key=key, label=key.title())
    facts: dict[int, dict] = {}
    for _ in range(45):
        markets = chance.choice([[], [], ["public"], ["sport"], ["public", "sport"]])
        contact = make_contact(markets=markets, main_country=chance.choice(["", "DE", "FR"]))
        days = [DAY - dt.timedelta(days=chance.choice([-9, 0, 1, 300, 365, 400, 700])) for _ in range(4)]
        orders = [(day, chance.choice([5, 5, 9, 40, -7])) for day in days[: chance.choice([0, 1, 2, 4])]]
        for day, amount in orders:
            bought(contact, day, amount=amount)
        clv = chance.choice([None, -1, 0, 10, 10, 20, 30])
        if clv is not None:
            valued(contact, clv)
        places = {f"market:{key}" for key in markets} | ({f"country:{contact.main_country}"} - {"country:"})
        facts[contact.pk] = {"orders": orders, "clv": clv, "places": places, "relations": [], "ideas": []}
    for _ in range(30):
        one, other = chance.sample(list(facts), 2)
        kind = chance.choice(["referrer", "influencer", "door_opener", "partner"])
        since = chance.choice([None, DAY - dt.timedelta(days=380), DAY])
        Relationship.objects.get_or_create(contact_id=one, kind=kind, other_id=other, defaults={"since": since})
    for relation in Relationship.objects.all():
        facts[relation.contact_id]["relations"].append((relation.kind, relation.other_id, relation.since))
    for number in range(6):
        state, day = chance.choice(["done", "done", "planned"]), DAY + dt.timedelta(days=chance.choice([-5, 0, 1]))
        idea = Suggestion.objects.create(title=f"Idea {number}", state=state, state_at=moment(day))
        for pk in chance.sample(list(facts), 4):
            asked = day + dt.timedelta(days=chance.choice([-3, 2]))
            SuggestionVote.objects.create(suggestion=idea, contact_id=pk, asked_at=moment(asked))
            if state == "done" and asked <= day <= DAY:
                facts[pk]["ideas"].append(idea.pk)
    return facts


def first_day(fact: dict) -> dt.date | None:
    return min((day for day, amount in fact["orders"] if amount > 0 and day <= DAY), default=None)


def is_top(values: dict[int, float], pk: int) -> bool:
    worse = sum(one < values[pk] for one in values.values())
    return values[pk] > 0 and 1 + 10 * worse // len(values) == 10


def plain_kinds(facts: dict[int, dict]) -> dict[int, set[str]]:
    """The same by hand."""
    starts = {pk: day for pk, fact in facts.items() if (day := first_day(fact))}
    values = {pk: fact["clv"] for pk, fact in facts.items() if fact["clv"] is not None}
    year = DAY - dt.timedelta(days=365)
    volumes = {
        pk: sum(amount for day, amount in facts[pk]["orders"] if year < day <= DAY)
        for pk in starts
        if any(year < day <= DAY and amount > 0 for day, amount in facts[pk]["orders"])
    }
    found: dict[int, set[str]] = {}
    for pk, start in starts.items():
        kinds = {"value"} if pk in values and is_top(values, pk) else set()
        kinds |= {"volume"} if pk in volumes and is_top(volumes, pk) else set()
        for kind, other, since in facts[pk]["relations"]:
            if other in starts and (since is None or since <= starts[other]):
                kinds |= {"benchmark"} if kind in ("referrer", "influencer") else set()
                kinds |= {"door opener"} if kind == "door_opener" else set()
        for place in facts[pk]["places"]:
            there = [starts[one] for one in starts if place in facts[one]["places"]]
            is_new = (start - min(starts.values())).days >= 365
            if start == min(there) and max(there) > start and is_new:
                kinds.add("door opener")
        kinds |= {"inspiration"} if facts[pk]["ideas"] else set()
        if kinds:
            found[pk] = kinds
    return found


@pytest.mark.parametrize("seed", range(4))
def test_flags_of_random_bases_are_those_of_plain_counting(seed):
    facts = random_base(seed)
    found = flags()
    wanted = plain_kinds(facts)
    assert {pk: set(row.kinds) for pk, row in found.items()} == wanted
    assert {pk: row.ideas for pk, row in found.items()} == {pk: len(facts[pk]["ideas"]) for pk in wanted}
    metrics = last_run("significance").metrics
    assert metrics == {kind: sum(kind in one for one in wanted.values()) for kind in metrics} and len(metrics) == 5


@pytest.fixture
def house():
    """An opener of a new market who referred somebody, and who followed; ten customers, one of them large."""
    make_company()
    rep = make_user(Role.REP)
    MarketCategory.objects.create(key="public", label="Public bodies")
    opener = make_contact(owner=rep, markets=["public"], name="Opener", external_id="O1")
    follower = make_contact(markets=["public"])
    bought(opener, DAY - dt.timedelta(days=90))
    bought(follower, DAY - dt.timedelta(days=30), amount=500)
    for _ in range(10):
        bought(make_contact(), BEFORE, DAY, amount=10)
    Relationship.objects.create(contact=opener, other=follower, kind="referrer")
    flags()
    return rep, opener, follower


def test_each_flag_says_why(house):
    _, opener, follower = house
    said = [(one.kind, plain(one.text)) for one in reasons_for(Contact.objects.get(pk=opener.pk))]
    assert said == [
        ("benchmark", "1 contact whom they referred or influence became a customer, on 1 Mar 2026"),
        ("door opener", "first customer in Public bodies, where others followed, from 31 Dec 2025"),
    ]
    page = plain(signed_in(make_user(Role.MANAGER)).get(f"/contacts/{follower.pk}/").content.decode())
    assert "500.00 of net revenue in 365 days, in the top tenth" in page and "High volume" in page


def test_an_idea_is_adopted_on_the_day_of_the_company():
    make_company(time_zone="Europe/Berlin")
    contact = make_contact()
    bought(contact, BEFORE)
    late = dt.datetime.combine(DAY, dt.time(23, 30), tzinfo=dt.UTC)
    idea = Suggestion.objects.create(title="Idea", state="done", state_at=late)
    SuggestionVote.objects.create(suggestion=idea, contact=contact, asked_at=moment(BEFORE))
    assert flags() == {}
    after = DAY + dt.timedelta(days=1)
    assert flags(after)[contact.pk].adopted_on == after


def test_every_count_leads_to_exactly_its_contacts(house):
    rep, opener, _ = house
    mark_significant(actor=rep, contact=opener, kind="benchmark", reason="Others ask.")
    mark_significant(actor=rep, contact=opener, kind="inspiration", reason="New uses.")
    for user, benchmark in ((rep, (1, 1, 1)), (make_user(Role.MANAGER), (1, 1, 1)), (make_user(Role.REP), (0, 0, 0))):
        client, rows = signed_in(user), {row.kind: row for row in flag_rows(user)}
        row = rows["benchmark"]
        assert (row.total.count, row.by_evidence.count, row.by_hand.count) == benchmark
        for one in rows.values():
            for tally in (one.total, one.by_evidence, one.by_hand):
                if tally.count is not None:
                    shown = client.get(f"{tally.url}&part=count").json()["count"]
                    assert int(shown.replace(",", "").split()[0]) == tally.count
        assert client.get("/analytics/significant/?kind=benchmark").status_code == 200
    assert "Opener" not in signed_in(make_user(Role.REP)).get("/analytics/significant/").content.decode()
    page = signed_in(rep).get("/analytics/significant/").content.decode()
    assert "Opener" in page and "“Others ask.”" in page


def test_a_mark_is_made_by_its_page_logged_and_taken_back(house):
    rep, opener, _ = house
    client = signed_in(rep)
    address = f"/analytics/significant/{opener.pk}/mark/"
    assert client.post(address, {"kind": "value", "reason": "I like them."}).status_code == 422
    assert client.post(address, {"kind": "inspiration", "reason": "Found a new use."}).status_code == 302
    mark = SignificanceMark.objects.get()
    assert (mark.made_by, mark.reason) == (rep, "Found a new use.")
    assert client.post(address, {"kind": "inspiration", "reason": "Again."}).status_code == 422
    assert "Found a new use." in client.get(f"/contacts/{opener.pk}/").content.decode()
    client.post(f"/analytics/significant/{opener.pk}/unmark/", {"mark": mark.pk})
    assert not SignificanceMark.objects.exists()
    assert list(LogEntry.objects.filter(contact_id=opener.pk).order_by("pk").values_list("verb", flat=True)) == [
        "mark", "unmark"
    ]  # fmt: skip
    unmark_significant(actor=rep, mark=mark)
    with pytest.raises(ValidationError):
        mark_significant(actor=rep, contact=opener, kind="volume", reason="Buys a lot.")


def test_what_is_hidden_is_hidden_everywhere(house):
    _, opener, follower = house
    client = signed_in(make_user(Role.MANAGER))
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.rfmscore", field="monetary", right="hidden")
    listed = "/contacts/?columns=name,significant"
    for address in (f"/contacts/{follower.pk}/", listed):
        page = plain(client.get(address).content.decode())
        assert "High volume" in page and "of net revenue in 365" not in page
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.significancescore", field="kinds", right="hidden")
    assert client.get("/analytics/significant/").status_code == 403
    assert "Benchmark" not in client.get(f"/contacts/{opener.pk}/").content.decode()


def test_before_the_first_run_the_page_says_so_and_shows_what_is_said_by_hand():
    mark_significant(actor=None, contact=make_contact(name="Early"), kind="door opener", reason="Knows everybody.")
    page = signed_in(make_user(Role.MANAGER)).get("/analytics/significant/").content.decode()
    assert "it has not been yet" in page and "Early" in page


def test_the_file_and_the_list_have_the_flags(house, tmp_path):
    out = tmp_path / "scores.csv"
    call_command("export_data", "customer_scores", output=out, stdout=io.StringIO())
    rows = {row["external_id"]: row for row in csv.DictReader(out.open())}
    assert rows["O1"]["significant_as"] == "benchmark; door opener"
    client = signed_in(make_user(Role.MANAGER))
    sent = client.get("/contacts/export/?columns=name,significant,significant_because&significant=door+opener")
    lines = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [line["Name"] for line in lines] == ["Opener"]
    assert lines[0]["Significant as"] == "Benchmark; Door opener"
