"""How good the data of contacts are: reckoned, explained, counted as the list behind counts, repaired, taken back."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import DuplicatePair, QualityRules, QualityScore
from analytics.quality import queries
from analytics.runs import run_steps
from contacts.models import Address, Contact
from contacts.postcodes import tidy_postcode
from contacts.repairing.actions import start_repair
from contacts.repairing.repairs import REPAIRS, tidy_name
from crm.choices import JobState, Role
from crm.jobs import SilentProgress, run_job
from crm.models import FieldRule, JobRun, RowChange
from tests.factories import make_company, make_contact, make_user, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = dt.datetime.now(dt.UTC).date()


def judged() -> None:
    run_steps(actor=None, as_of=TODAY, only=["quality"], parameters={}, progress=SilentProgress())


@pytest.fixture
def house():
    """A rep with one good and two poor contacts of their own; one of somebody else."""
    make_company(country="DE")
    rep = make_user(Role.REP)
    good = make_contact(
        name="Ada Lévy", first_name="Ada", last_name="Lévy", owner=rep, source="Fair", emails=("ada@a.example",),
        phones=("+494012345678",),
    )  # fmt: skip
    Address.objects.create(contact=good, street="Kai 1", postal_code="24103", city="Kiel", country="DE")
    poor = make_contact(name="BOB OF THE DOCKS", owner=rep, source="fair", emails=("no one",), phones=("040 33445566",))
    Address.objects.create(contact=poor, postal_code="1234", city=" Kiel ", country="Deutschland")
    bare = make_contact(name="Cy", owner=rep)
    make_contact(name="Theirs", owner=make_user(Role.REP), source="Fair")
    DuplicatePair.objects.create(first=good, second=bare, probability=0.8, run_id=1)
    return rep, good, poor, bare


def test_each_part_is_reckoned_and_the_weights_are_those_of_the_house(house):
    _, good, poor, bare = house
    Contact.objects.filter(pk=bare.pk).update(updated_at=timezone.now() - dt.timedelta(days=730))
    QualityRules.objects.create(pk=1, fresh_days=365, stale_days=1095)
    judged()
    scores = {one.contact_id: one for one in QualityScore.objects.all()}
    assert (scores[good.pk].complete, scores[good.pk].valid, scores[good.pk].faults) == (1, 1, ["double"])
    assert scores[good.pk].score == round(100 * (0.4 + 0.3 + 0.2 + 0.1 * 0.2))
    assert scores[poor.pk].faults == [
        "missing:street", "missing:first_name", "missing:last_name",
        "invalid:email", "invalid:phone", "invalid:country", "untidy:name",
    ]  # fmt: skip
    assert scores[poor.pk].valid == 0
    assert scores[bare.pk].fresh == pytest.approx(0.5) and scores[bare.pk].unique == pytest.approx(0.2)
    QualityRules.objects.update(complete_weight=0, valid_weight=1, fresh_weight=0, unique_weight=0, person_fields=[])
    judged()
    assert QualityScore.objects.get(contact=poor).score == 0 and QualityScore.objects.get(contact=good).score == 100


def shown_count(client: Client, url: str) -> int:
    """How many contacts the list behind an address has."""
    return int(client.get(f"{url}&part=count").json()["count"].replace(",", "").split()[0])


def test_every_number_of_the_page_is_that_of_the_list_behind_it(house):
    rep, _, poor, _ = house
    judged()
    client = signed_in(rep)
    page = client.get("/quality/").content.decode()
    links = {
        html.unescape(url): int(count)
        for url, count in re.findall(r'<a href="(/contacts/\?[^"]+)"[^>]*>(\d+)</a>', page)
    }
    assert len(links) > 8
    for url, count in links.items():
        assert shown_count(client, url) == count, url
    for line in (*queries.by_source(rep), *queries.by_owner(rep)):
        assert shown_count(client, line.url) == line.count, line.label
    assert [(line.label.lower(), line.count) for line in queries.by_source(rep)] == [
        ("fair", 2),
        ("without a source", 1),
    ]
    told = client.get(f"/contacts/{poor.pk}/?tab=quality").content.decode()
    assert "Phone cannot be read" in told and "Street missing" in told
    assert "E-mail cannot be right" in client.get("/contacts/?columns=name,quality,quality_fault").content.decode()


def test_who_may_not_see_a_field_is_not_told_what_is_wrong_with_it(house):
    rep, _, poor, _ = house
    judged()
    FieldRule.objects.create(role="rep", model="contacts.contact", field="phone", right="hidden")
    client = signed_in(rep)
    for url in ("/quality/", f"/contacts/{poor.pk}/?tab=quality", "/contacts/?columns=name,quality_fault"):
        assert "Phone cannot be read" not in client.get(url).content.decode()
    assert client.get("/quality/repair/?repair=phones").status_code == 403
    assert client.get("/quality/repair/?repair=emails").status_code == 200


@pytest.mark.parametrize("right", ["read_only", "hidden"])
def test_a_repair_is_for_who_may_write_every_column_that_it_changes(house, right):
    rep, _, poor, _ = house
    client = signed_in(rep)
    assert "Kiel" in client.get("/quality/repair/?repair=addresses").content.decode()
    FieldRule.objects.create(role="rep", model="contacts.address", field="city", right=right)
    assert client.get("/quality/repair/?repair=addresses").status_code == 403
    assert client.post("/quality/repair/", {"repair": "addresses", "all": "1"}).status_code == 403
    assert poor.addresses.get().city == " Kiel "


def test_all_that_were_chosen_are_taken(house):
    job = start_repair(actor=house[0], repair=REPAIRS["phones"], keys=range(1, 4001))
    assert len(job.parameters["keys"]) == 4000 and "4,000" in job.title.replace("\xa0", ",")


def repaired(client: Client, name: str, **said: object) -> JobRun:
    client.post("/quality/repair/", {"repair": name, **said})
    job = JobRun.objects.filter(kind="repair").latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    return job


def test_a_repair_shows_before_and_after_does_what_was_chosen_and_is_taken_back(house):
    rep, good, poor, _ = house
    client = signed_in(rep)
    page = client.get("/quality/repair/?repair=phones").content.decode()
    assert "040 33445566" in page and "+49 40 33445566" in page
    assert client.post("/quality/repair/", {"repair": "phones"}).status_code == 422, "nothing is chosen"
    job = repaired(client, "phones", pk=[poor.points.get(kind="phone").pk])
    assert poor.points.get(kind="phone").normalised == "+494033445566"
    assert RowChange.objects.filter(job=job, table_name="contacts_contactpoint", operation="U").count() == 1
    for name in ("countries", "names", "addresses"):
        repaired(client, name, all="1")
    poor.refresh_from_db()
    address = poor.addresses.get()
    assert (poor.name, address.country, address.city, poor.main_country) == ("Bob Of The Docks", "DE", "Kiel", "DE")
    assert good.points.get(kind="email").value == "ada@a.example", "what is fine stays"
    job = JobRun.objects.filter(kind="repair", parameters__repair="names").get()
    assert "Take it back" in client.get(job.get_absolute_url()).content.decode()
    client.post(f"/jobs/{job.pk}/take-back/")
    poor.refresh_from_db()
    assert (poor.name, poor.sort_name) == ("BOB OF THE DOCKS", "bob of the docks")


def test_a_number_that_the_contact_has_already_in_that_form_is_left(house):
    rep, _, poor, _ = house
    poor.points.create(kind="phone", value="+49 40 33445566", normalised="+494033445566")
    other = make_contact(name="Of others", phones=("040 778899001",))
    job = repaired(signed_in(rep), "phones", all="1")
    assert (job.result["changed"], job.result["left"]) == (0, 1)
    assert other.points.get().value == "040 778899001"


@pytest.mark.parametrize(
    ("code", "country", "tidy"),
    [("ec1a1bb", "GB", "EC1A 1BB"), ("D-24103", "DE", "24103"), ("00950", "PL", "00-950"), ("1012ab", "NL", "1012 AB"),
     ("940251234", "US", "94025-1234"), ("nowhere", "DE", "nowhere"), ("x 1", "", "x 1")],
)  # fmt: skip
def test_postal_codes_are_written_as_their_country_writes_them(code, country, tidy):
    assert tidy_postcode(code, country) == tidy == tidy_postcode(tidy, country)


def test_names_get_capitals_only_where_they_were_in_one_case():
    assert tidy_name("ANNEKE  VAN DER BERG-O'NEIL", is_shouted=True) == "Anneke van der Berg-O'Neil"
    assert tidy_name(" Ian  McKellen", is_shouted=False) == "Ian McKellen"


def test_a_house_without_contacts_has_its_pages_of_quality_and_duplicates() -> None:
    make_company()
    client = signed_in(make_user(Role.ADMIN))
    for url in ("/quality/", "/duplicates/", "/duplicates/not-the-same/", "/duplicates/merge/", "/contacts/merges/"):
        assert client.get(url).status_code == 200, url
    run_steps(actor=None, as_of=dt.date(2026, 6, 30), only=["duplicates", "quality"])
    for url in ("/quality/", "/duplicates/", "/duplicates/merge/"):
        page = client.get(url).content.decode()
        assert "nan" not in page.lower().split(), url
    assert client.get("/duplicates/export/").status_code == 200
