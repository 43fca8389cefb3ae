"""The pages of territories: made, changed, looked ahead, removed; chosen by hand in the form; the job places all."""

from __future__ import annotations

import pytest
from django.test import Client

from contacts.models import Address, Contact, MarketCategory, TerritoryRule
from crm.choices import JobState, Role
from crm.jobs import run_job
from crm.models import JobRun, LogEntry, Territory, User
from tests import factories as make

pytestmark = pytest.mark.django_db
PAGE = "/contacts/territories/"


@pytest.fixture
def client() -> Client:
    make.make_company()
    return make.signed_in(make.make_user(Role.ADMIN))


def living_in(country: str, name: str = "Somebody", **fields) -> Contact:
    contact = make.make_contact(name=name, **fields)
    Address.objects.create(contact=contact, country=country)
    return contact


def sent(name: str, *rules: dict, position: int = 100, **more) -> dict:
    """What the form sends."""
    said = {"name": name, "position": position, "rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": 0, **more}
    return said | {f"rules-{n}-{field}": value for n, rule in enumerate(rules) for field, value in rule.items()}


def run_jobs() -> None:
    for job in JobRun.objects.filter(state=JobState.WAITING):
        run_job(job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_territory_is_made_with_its_rules_and_a_job_places_the_contacts(client: Client) -> None:
    berlin, oslo = living_in("DE"), living_in("NO")
    rep = make.make_user(Role.REP, team=make.make_team())
    answer = client.post(f"{PAGE}new/", sent("North", {"countries": "Norway, SE"}, people=[rep.pk]))
    assert answer.status_code == 302, answer.context["form"].errors
    assert list(TerritoryRule.objects.values_list("countries", flat=True)) == [["NO", "SE"]]
    run_jobs()
    berlin.refresh_from_db()
    oslo.refresh_from_db()
    assert (berlin.territory, str(oslo.territory)) == (None, "North")
    assert list(Contact.objects.visible_to(User.objects.get(pk=rep.pk))) == [oslo]
    assert JobRun.objects.get().result == {"contacts": 2, "moved": 1}
    shown = client.get(PAGE).content.decode()
    assert "North" in shown
    assert "1 contact is in no territory" in shown
    assert LogEntry.objects.filter(verb="place contacts").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_is_removed_gives_its_contacts_to_the_other_rules(client: Client) -> None:
    MarketCategory.objects.get_or_create(key="consumer", defaults={"label": "Consumer"})  # tests before empty tables
    client.post(f"{PAGE}new/", sent("World", {"markets": ["consumer"]}, position=200))
    gone = Territory.objects.create(name="Gone", position=1)
    contact = make.make_contact(territory=gone, is_placed_by_hand=True, markets=["consumer"])
    assert client.post(f"{PAGE}{gone.pk}/remove/").status_code == 302
    run_jobs()
    contact.refresh_from_db()
    assert (str(contact.territory), contact.is_placed_by_hand) == ("World", False)
    assert not Territory.objects.filter(name="Gone").exists()


def test_one_with_others_below_it_is_not_removed(client: Client) -> None:
    above = Territory.objects.create(name="Above")
    Territory.objects.create(name="Below", parent=above)
    answer = client.post(f"{PAGE}{above.pk}/remove/", follow=True)
    assert "Other territories stand below this one" in answer.content.decode()
    assert not JobRun.objects.exists()


def test_the_look_ahead_counts_what_the_rules_would_do_and_writes_nothing(client: Client) -> None:
    first = Territory.objects.create(name="First", position=1)
    TerritoryRule.objects.create(territory=first, industries=["Wine"])
    living_in("DE", "Taken by the first", industry="wine")
    living_in("DE", "By hand", is_placed_by_hand=True)
    living_in("DE", "Comes new")
    living_in("FR", "Elsewhere")
    answer = client.post(f"{PAGE}new/", sent("Germany", {"countries": "Germany"}) | {"preview": "yes"})
    caught = answer.context["caught"]
    found = (caught.fitting, caught.placed, caught.coming, caught.taken, caught.by_hand)
    assert found == (3, 1, 1, 1, 1)
    shown = answer.content.decode()
    assert "Comes new" in shown
    assert "Elsewhere" not in shown
    assert list(Territory.objects.values_list("name", flat=True)) == ["First"]
    assert not JobRun.objects.exists()


def test_the_look_ahead_of_a_saved_one_counts_typed_rules_instead_of_its_saved_ones(client: Client) -> None:
    north = Territory.objects.create(name="North")
    TerritoryRule.objects.create(territory=north, countries=["NO"])
    living_in("NO", territory=north)
    living_in("SE")
    body = sent("North", {"countries": "SE"}) | {"preview": "yes", "version": north.version}
    caught = client.post(f"{PAGE}{north.pk}/", body).context["caught"]
    assert (caught.fitting, caught.placed, caught.coming) == (1, 1, 1)


def test_a_rule_that_is_taken_out_and_an_empty_one_are_gone_and_no_change_starts_nothing(client: Client) -> None:
    client.post(f"{PAGE}new/", sent("North", {"countries": "NO"}, {"countries": "SE"}, {}))
    north = Territory.objects.get()
    assert north.rules.count() == 2
    again = sent("North", {"countries": "NO"}, {"countries": "SE"}) | {"rules-INITIAL_FORMS": 2, "version": 1}
    client.post(f"{PAGE}{north.pk}/", again)
    assert (JobRun.objects.count(), Territory.objects.get().version) == (1, 1)
    client.post(f"{PAGE}{north.pk}/", again | {"rules-1-DELETE": "on"})
    assert list(north.rules.values_list("countries", flat=True)) == [["NO"]]
    assert Territory.objects.get().version == 2
    stale = client.post(f"{PAGE}{north.pk}/", again | {"name": "Mine"})
    assert stale.status_code == 409
    assert "Mine" in stale.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "north"}, {"position": "x"}, {"parent": "999"}, {"team": "x"}]
)
def test_what_makes_no_sense_is_refused_with_a_sentence(client: Client, wrong: dict) -> None:
    Territory.objects.create(name="North")
    assert client.post(f"{PAGE}new/", sent("South") | wrong).status_code == 422
    assert Territory.objects.count() == 1


def test_a_territory_is_not_put_below_itself(client: Client) -> None:
    above = Territory.objects.create(name="Above")
    below = Territory.objects.create(name="Below", parent=above)
    assert client.post(f"{PAGE}{above.pk}/", sent("Above", parent=below.pk, version=1)).status_code == 422


def test_a_hand_places_a_contact_and_gives_it_back_to_the_rules(client: Client) -> None:
    germany, key = Territory.objects.create(name="Germany"), Territory.objects.create(name="Key accounts")
    TerritoryRule.objects.create(territory=germany, countries=["DE"])
    contact = living_in("DE")
    base = {"name": contact.name, "country": "DE"}
    for chosen, wanted in ((key.pk, ("Key accounts", True)), ("", ("Germany", False))):
        contact.refresh_from_db()
        form = base | {"version": contact.version, "territory": chosen}
        assert client.post(f"/contacts/{contact.pk}/edit/", form).status_code == 302
        contact.refresh_from_db()
        assert (str(contact.territory), contact.is_placed_by_hand) == wanted
    assert "By the rules it is in Germany." in client.get(f"/contacts/{contact.pk}/edit/").content.decode()


def test_a_rep_chooses_only_territories_they_look_after() -> None:
    make.make_company()
    rep = make.make_user(Role.REP, team=make.make_team())
    own, other = Territory.objects.create(name="Own"), Territory.objects.create(name="Other")
    own.people.add(rep)
    contact = make.make_contact(owner=rep, team=rep.team)
    client = make.signed_in(rep)
    form = {"name": contact.name, "owner": rep.pk, "team": rep.team_id, "version": contact.version}
    assert client.post(f"/contacts/{contact.pk}/edit/", form | {"territory": other.pk}).status_code == 422
    assert client.post(f"/contacts/{contact.pk}/edit/", form | {"territory": own.pk}).status_code == 302
    contact.refresh_from_db()
    assert contact.territory == own


def test_the_list_shows_and_filters_territories_with_those_below(client: Client) -> None:
    north = Territory.objects.create(name="North")
    oslo = Territory.objects.create(name="Oslo", parent=north)
    make.make_contact(name="Inside", territory=oslo)
    make.make_contact(name="Outside")
    shown = client.get(f"/contacts/?territory={north.pk}&columns=name,territory").content.decode()
    assert "Inside" in shown
    assert "Oslo" in shown
    assert "Outside" not in shown


def test_the_list_of_territories_asks_the_same_for_many(client: Client, django_assert_max_num_queries) -> None:
    for number in range(15):
        one = Territory.objects.create(name=f"T {number}")
        TerritoryRule.objects.create(territory=one, countries=["DE"])
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
