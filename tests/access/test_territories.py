"""Territories: who looks after one reaches its contacts like those of the team; rules place contacts, hands win."""

from __future__ import annotations

import pytest
from psycopg import sql

from contacts.models import Address, Contact, TerritoryRule
from contacts.territories.placing import place_contacts, place_contacts_of
from crm.choices import Role
from crm.models import Territory, User
from tests import factories as make

pytestmark = pytest.mark.django_db


def territory(name: str, position: int = 100, parent: Territory | None = None, **rule) -> Territory:
    made = Territory.objects.create(name=name, position=position, parent=parent)
    if rule:
        TerritoryRule.objects.create(territory=made, **rule)
    return made


def living_in(country: str = "DE", postal_code: str = "", **fields) -> Contact:
    contact = make.make_contact(**fields)
    Address.objects.create(contact=contact, country=country, postal_code=postal_code)
    return contact


def place_of(contact: Contact) -> str | None:
    place_contacts([contact.pk])
    return Contact.objects.values_list("territory__name", flat=True).get(pk=contact.pk)


def test_people_of_a_territory_see_it_and_those_below_as_their_team_s() -> None:
    south = territory("South")
    bavaria = territory("Bavaria", parent=south)
    rep = make.make_user(Role.REP, team=make.make_team())
    inside, outside = make.make_contact(territory=bavaria), make.make_contact()
    assert not Contact.objects.visible_to(rep).exists()
    south.people.add(rep)
    rep = User.objects.get(pk=rep.pk)
    assert list(Contact.objects.visible_to(rep)) == [inside]
    assert not Contact.objects.visible_to(rep, "change").exists(), "a rep changes only own records"
    assert outside not in Contact.objects.visible_to(rep)


def test_the_team_in_charge_of_a_territory_and_the_teams_above_it_see_it() -> None:
    head = make.make_team()
    team = make.make_team(parent=head)
    south = territory("South")
    south.team = team
    south.save()
    contact = make.make_contact(territory=south)
    for one in (team, head):
        assert list(Contact.objects.visible_to(make.make_user(Role.REP, team=one))) == [contact]
    assert not Contact.objects.visible_to(make.make_user(Role.REP, team=make.make_team())).exists()


def test_the_first_rule_that_fits_takes_a_contact_and_all_that_it_says_has_to_fit() -> None:
    territory("Munich", 10, countries=["DE"], postal_codes=["80", "81"])
    territory("Trade", 20, industries=["Wholesale"], markets=["business"])
    territory("Germany", 30, countries=["DE", "AT"])
    assert place_of(living_in("DE", "80331")) == "Munich"
    assert place_of(living_in("AT", "8010")) == "Germany"
    assert place_of(living_in("FR", "80331")) is None
    assert place_of(living_in("FR", industry="wholesale", markets=["business"])) == "Trade"
    assert place_of(living_in("FR", industry="wholesale")) is None
    assert place_of(make.make_contact(industry="Wholesale", markets=["business"])) == "Trade"


def test_what_a_hand_chose_no_rule_takes_away() -> None:
    germany, key = territory("Germany", countries=["DE"]), territory("Key accounts")
    contact = living_in("DE", territory=key, is_placed_by_hand=True)
    assert place_of(contact) == "Key accounts"
    Contact.objects.update(is_placed_by_hand=False)
    assert place_of(contact) == germany.name


def test_without_rules_everybody_is_without_a_territory() -> None:
    gone = territory("Germany", countries=["DE"])
    contact = living_in("DE")
    assert place_of(contact) == "Germany"
    gone.rules.all().delete()
    assert place_contacts_of(sql.SQL("SELECT id FROM contacts_contact")) == 1
    assert Contact.objects.get().territory is None


def test_saving_a_contact_on_its_page_places_it() -> None:
    make.make_company()
    territory("Britain", countries=["GB"])
    client = make.signed_in(make.make_user(Role.MANAGER))
    sent = {"kind": "person", "name": "Ann Lee", "country": "United Kingdom", "city": "Leeds"}
    assert client.post("/contacts/new/", sent).status_code == 302
    assert Contact.objects.get().territory.name == "Britain"
