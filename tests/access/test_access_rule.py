"""The one rule itself: scopes, teams below, overrides, inactive people, records without an owner."""

from __future__ import annotations

import pytest
from django.utils import timezone

from contacts.models import Contact, Interaction
from crm.access import can
from crm.choices import Role, Scope
from crm.models import AccessRule, Team, User
from orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales() -> Team:
    return Team.objects.create(name="Sales")


@pytest.fixture
def north(sales: Team) -> Team:
    return Team.objects.create(name="North", parent=sales)


def person(name: str, team: Team | None, role: str = Role.REP) -> User:
    return User.objects.create_user(f"{name}@crm.example", "a long pass phrase", name=name, role=role, team=team)


def contact(owner: User | None, team: Team | None = None, name: str = "Hartmann Logistik") -> Contact:
    return Contact.objects.create(name=name, owner=owner, team=team or (owner.team if owner else None))


def seen(user: User) -> set[int]:
    return set(Contact.objects.visible_to(user).values_list("pk", flat=True))


def test_a_team_sees_the_teams_below_it_and_not_the_one_above(sales: Team, north: Team) -> None:
    head, rep = person("head", sales), person("rep", north)
    below, above = contact(rep), contact(head)
    assert seen(head) == {below.pk, above.pk}
    assert seen(rep) == {below.pk}


def test_an_own_record_is_seen_even_when_it_stands_in_another_team(sales: Team, north: Team) -> None:
    rep = person("rep", north)
    elsewhere = contact(rep, team=sales)
    assert seen(rep) == {elsewhere.pk}


def test_a_record_of_nobody_is_seen_by_those_who_see_everything(north: Team) -> None:
    rep, manager = person("rep", north), person("manager", north, Role.MANAGER)
    nobodys = contact(None)
    assert seen(rep) == set()
    assert seen(manager) == {nobodys.pk}


def test_somebody_without_a_team_sees_only_own_records() -> None:
    loner = person("loner", None)
    contact(None)
    assert seen(loner) == set()


def test_an_inactive_person_sees_nothing(north: Team) -> None:
    manager = person("manager", north, Role.MANAGER)
    contact(manager)
    manager.is_active = False
    assert seen(manager) == set()


def test_a_rule_of_an_administrator_replaces_the_shipped_scope(north: Team) -> None:
    rep, mate = person("rep", north), person("mate", north)
    theirs = contact(mate)
    assert not can(rep, "change", theirs)
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="change", scope=Scope.TEAM)
    rep = User.objects.get(pk=rep.pk)
    assert can(rep, "change", theirs)


def test_what_hangs_on_a_contact_is_seen_with_it(north: Team, sales: Team) -> None:
    rep, other = person("rep", north), person("other", Team.objects.create(name="South", parent=sales))
    mine, theirs = contact(rep), contact(other)
    for owner in (mine, theirs):
        Interaction.objects.create(contact=owner, occurred_at=timezone.now(), channel="phone", subject="Call")
        Order.objects.create(contact=owner, ordered_at=timezone.now(), ordered_on="2026-01-02", currency="EUR")
    Order.objects.create(contact=None, ordered_at=timezone.now(), ordered_on="2026-01-02", currency="EUR")
    assert list(Interaction.objects.visible_to(rep).values_list("contact_id", flat=True)) == [mine.pk]
    assert list(Order.objects.visible_to(rep).values_list("contact_id", flat=True)) == [mine.pk]
    manager = person("manager", sales, Role.MANAGER)
    assert Order.objects.visible_to(manager).count() == 3


def test_a_ring_of_teams_does_not_hang(sales: Team, north: Team) -> None:
    Team.objects.filter(pk=sales.pk).update(parent=north)
    assert set(north.subtree_ids()) == {sales.pk, north.pk}


def test_the_system_itself_may_do_everything() -> None:
    nobodys = contact(None)
    assert can(None, "delete", nobodys)
    assert list(Contact.objects.visible_to(None)) == [nobodys]
