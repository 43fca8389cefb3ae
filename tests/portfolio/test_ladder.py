"""The ladder of loyalty: rungs by plain counting over a random base, evidence in words, rights, counts, the file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

import pytest
from django.core.management import call_command

from analytics.models import LadderScore
from analytics.portfolio.panels import evidence_in_words
from analytics.portfolio.queries import rung_rows
from analytics.queries import last_run
from analytics.runs import run_steps
from contacts.models import AcquiredList, Contact, ListedContact, Relationship
from crm.choices import Role
from crm.jobs import SilentProgress
from crm.models import FieldRule
from orders.models import LoyaltyMember
from tests.factories import (
    make_contact,
    make_interaction,
    make_lead,
    make_order,
    make_response,
    make_survey,
    make_user,
    signed_in,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 31)


def moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def climb(day: dt.date = DAY) -> dict[int, LadderScore]:
    """Run the step; the rows by contact."""
    run_steps(actor=None, as_of=day, only=["ladder"], parameters={}, progress=SilentProgress())
    return {row.contact_id: row for row in LadderScore.objects.all()}


def random_base(seed: int) -> dict[int, dict]:
    """Contacts with some of everything, before and behind the day; what happened to each, in plain lists."""
    chance, survey = random.Random(seed), make_survey()
    lists = [AcquiredList.objects.create(name=f"List {kind}", kind=kind) for kind in ("compiled", "response")]
    facts: dict[int, dict] = {}
    for _ in range(60):
        contact = make_contact(list_kind=chance.choice(["", "", "compiled", "response"]))
        fact: dict = {"listed": {contact.list_kind}, "bought": [], "leads": [], "replies": [], "nps": [], "joined": []}
        days = [DAY + dt.timedelta(days=chance.choice([-30, -20, -1, 0, 1, 9])) for _ in range(6)]
        for day in days[: chance.choice([0, 0, 0, 1, 2, 3])]:
            is_return = chance.random() < 0.2
            line = {"quantity": -1 if is_return else 1, "amount": -5 if is_return else 5}
            make_order(contact, lines=(line,), ordered_at=moment(day), ordered_on=day)
            fact["bought"] += [] if is_return else [day]
        if chance.random() < 0.3:
            make_lead(contact=contact, created_at=moment(days[3]))
            fact["leads"].append(days[3])
        if chance.random() < 0.4:
            channel, direction = chance.choice([("phone", "in"), ("phone", "out"), ("open", "in"), ("click", "in")])
            make_interaction(contact, occurred_at=moment(days[4]), channel=channel, direction=direction)
            fact["replies"] += [days[4]] if direction == "in" and channel != "open" else []
        for place, day in enumerate(days[: chance.choice([0, 0, 2])]):
            score = chance.choice([3, 8, 9, 10])
            make_response(contact, score, survey=survey, answered_at=moment(day), place=place + 1)
            fact["nps"].append((day, place, score))
        if chance.random() < 0.2:
            LoyaltyMember.objects.create(contact=contact, joined_on=days[5])
            fact["joined"].append(days[5])
        if chance.random() < 0.3:
            entry = chance.choice(lists)
            ListedContact.objects.create(acquired_list=entry, contact=contact)
            fact["listed"].add(entry.kind)
        facts[contact.pk] = fact
    numbers = list(facts)
    for _ in range(25):
        one, other = chance.sample(numbers, 2)
        since = chance.choice([None, DAY - dt.timedelta(days=25), DAY])
        Relationship.objects.get_or_create(contact_id=one, other_id=other, kind="referrer", defaults={"since": since})
    for relation in Relationship.objects.all():
        facts[relation.contact_id].setdefault("referred", []).append((relation.other_id, relation.since))
    return facts


def plain_rung(fact: dict, facts: dict[int, dict]) -> str:
    """The same by hand, from the top of the ladder down."""

    def past(days: list[dt.date]) -> list[dt.date]:
        return [day for day in days if day <= DAY]

    bought = set(past(fact["bought"]))
    if not bought:
        answered = past(fact["replies"]) or past([day for day, *_ in fact["nps"]])
        return "prospect" if past(fact["leads"]) or answered or "response" in fact["listed"] else "suspect"
    for other, since in fact.get("referred", []):
        theirs = past(facts[other]["bought"])
        if theirs and (since is None or since <= min(theirs)):
            return "advocate"
    last = max((one for one in fact["nps"] if one[0] <= DAY), default=None)
    if past(fact["joined"]) or (last and last[2] >= 9):
        return "supporter"
    return "client" if len(bought) > 1 else "customer"


@pytest.mark.parametrize("seed", range(3))
def test_rungs_of_random_bases_are_those_of_plain_counting(seed):
    facts = random_base(seed)
    found = {contact: row.rung for contact, row in climb().items()}
    assert found == {contact: plain_rung(fact, facts) for contact, fact in facts.items()}
    metrics = last_run("ladder").metrics
    assert metrics == {rung: list(found.values()).count(rung) for rung in metrics} and len(metrics) == 6


def test_who_is_merged_erased_or_not_yet_known_has_no_rung():
    kept = make_contact(archived_at=moment(DAY))
    make_contact(merged_into=kept, merged_at=moment(DAY), archived_at=moment(DAY))
    make_contact(erased_at=moment(DAY), archived_at=moment(DAY))
    make_contact(created_on=DAY + dt.timedelta(days=1))
    assert list(climb()) == [kept.pk]


@pytest.fixture
def house():
    """A rep with an advocate and a suspect of their own; a client of somebody else."""
    rep = make_user(Role.REP)
    advocate, suspect = make_contact(owner=rep), make_contact(owner=rep, list_kind="compiled")
    client = make_contact(owner=make_user(Role.REP), external_id="C1")
    for contact, days in ((advocate, [1]), (client, [1, 5])):
        for day in days:
            make_order(contact, ordered_at=moment(DAY.replace(day=day)), ordered_on=DAY.replace(day=day))
    Relationship.objects.create(contact=advocate, other=client, kind="referrer")
    climb()
    return rep, advocate, suspect, client


def test_each_rung_says_what_put_the_contact_there(house):
    _, advocate, suspect, client = house
    said = {row.contact_id: plain(evidence_in_words(row)) for row in LadderScore.objects.all()}
    assert said == {
        advocate.pk: "referred 1 person who became a customer, the first on 1 Mar 2026",
        suspect.pk: "on a compiled list, no reply yet",
        client.pk: "bought on 2 days, the last on 5 Mar 2026",
    }
    page = plain(signed_in(make_user(Role.MANAGER)).get(f"/contacts/{client.pk}/").content.decode())
    assert "Bought on 2 days, the last on 5 Mar 2026." in page and "rung 4 of 6" in page


def test_the_page_counts_what_the_person_sees_and_leads_to_them(house):
    rep, *_ = house
    for user, counts in ((rep, {"advocate": 1, "suspect": 1}), (make_user(Role.MANAGER), {"client": 1})):
        client = signed_in(user)
        assert client.get("/analytics/portfolio/").status_code == 200
        rows = {row.name: row for row in rung_rows(user, last_run("ladder"))}
        assert {name: rows[name].count for name in counts} == counts
        for row in rows.values():
            shown = int(client.get(f"{row.url}&part=count").json()["count"].replace(",", "").split()[0])
            assert shown == row.count
    assert {row.name: row.count for row in rung_rows(rep, last_run("ladder"))}["client"] == 0


def test_a_hidden_rung_is_hidden_everywhere(house):
    _, advocate, *_ = house
    FieldRule.objects.create(role=Role.MANAGER, model="analytics.ladderscore", field="rung", right="hidden")
    client = signed_in(make_user(Role.MANAGER))
    assert client.get("/analytics/portfolio/").status_code == 403
    page = client.get(f"/contacts/{advocate.pk}/").content.decode()
    assert "Ladder of loyalty" not in page and "Customer portfolio" not in page


def test_before_the_first_run_the_page_says_so():
    page = signed_in(make_user(Role.MANAGER)).get("/analytics/portfolio/").content.decode()
    assert "Nothing is reckoned yet" in page
    assert "rung" not in signed_in(make_user()).get(f"/contacts/{make_contact().pk}/").content.decode()


def test_the_file_has_the_rungs_by_name(house, tmp_path):
    _, advocate, suspect, client = house
    out = tmp_path / "scores.csv"
    call_command("export_data", "customer_scores", output=out, stdout=io.StringIO())
    rows = {int(row["contact_id"]): row for row in csv.DictReader(out.open())}
    assert {pk: rows[pk]["ladder"] for pk in rows} == {
        advocate.pk: "advocate", suspect.pk: "suspect", client.pk: "client"
    }  # fmt: skip
    assert Contact.objects.filter(ladder__rung="client").get() == client
