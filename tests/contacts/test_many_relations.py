"""Relations of a firm that has more than a page holds, and those of contacts that are archived or not to be seen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from contacts.models import Contact, Relationship
from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from contacts.relations.actions import relate
from contacts.relations.queries import MOST_RELATIONS, household_of, nearest_of, relations_of
from crm.choices import Role
from crm.languages.words import translated
from tests.factories import make_contact, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
PAST = TODAY - dt.timedelta(days=1)


def firm_with(count: int, until: dt.date | None = None) -> Contact:
    firm = make_contact(name="Northwind", kind="organization")
    people = Contact.objects.bulk_create([Contact(name=f"Person {number:03}") for number in range(count)])
    Relationship.objects.bulk_create(
        [Relationship(contact=firm, kind="employs", other=one, until=until) for one in people]
    )
    return firm


def panel(client, contact):
    panels = client.get(contact.get_absolute_url()).context["panels"]
    return next((one["data"] for one in panels if one["label"] == "Related"), None)


def tab(client, contact):
    return client.get(f"{contact.get_absolute_url()}?tab=relations").context["tab"][0]["data"]


def archive(contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())


def test_the_nearest_of_a_firm_with_hundreds_of_ended_relations_are_those_in_force():
    firm = firm_with(MOST_RELATIONS + 10, until=PAST)
    holding, referrer = make_contact(name="Holding", kind="organization"), make_contact(name="Rita")
    relate(actor=None, contact=referrer, kind="referrer", other=firm)
    relate(actor=None, contact=firm, kind="subsidiary_of", other=holding)
    found = nearest_of(None, firm, TODAY)
    assert [str(one.other) for one in found.relations] == ["Holding", "Rita"]
    assert found.more == 0
    client = signed_in(make_user(Role.MANAGER))
    assert [str(one.other) for one in panel(client, firm)["relations"]] == ["Holding", "Rita"]
    shown = tab(client, firm)
    assert (len(shown["relations"]), shown["is_cut"]) == (MOST_RELATIONS, True)
    assert [one.is_over for one in shown["relations"]][:3] == [False, False, True]


def test_what_more_there_is_is_counted_beyond_what_a_tab_holds():
    firm = firm_with(350)
    found = nearest_of(None, firm, TODAY)
    assert (len(found.relations), found.more) == (6, 344)
    assert panel(signed_in(make_user(Role.MANAGER)), firm)["more"] == 344


@pytest.mark.parametrize(("count", "is_cut"), [(MOST_RELATIONS, False), (MOST_RELATIONS + 1, True)])
def test_the_tab_says_that_it_is_cut_only_where_there_are_more(count: int, is_cut: bool):
    shown = tab(signed_in(make_user(Role.MANAGER)), firm_with(count))
    assert (len(shown["relations"]), shown["is_cut"]) == (MOST_RELATIONS, is_cut)


def test_an_archived_contact_is_marked_in_the_tab_and_left_out_beside_the_facts():
    ann, ben, cem = (make_contact(name=name) for name in ("Ann", "Ben", "Cem"))
    relate(actor=None, contact=ann, kind="partner", other=ben)
    relate(actor=None, contact=cem, kind="referrer", other=ann)
    archive(cem)
    client = signed_in(make_user(Role.MANAGER))
    assert [str(one.other) for one in panel(client, ann)["relations"]] == ["Ben"]
    assert [(str(one.other), one.is_archived) for one in tab(client, ann)["relations"]] == [
        ("Ben", False),
        ("Cem", True),
    ]
    assert client.get(f"{ann.get_absolute_url()}?tab=relations").content.decode().count("archived</span>") == 1
    archive(ben)
    assert panel(client, ann) is None
    archive(ann)
    assert [str(one.other) for one in nearest_of(None, cem, TODAY).relations] == []


def test_an_archived_member_does_not_join_two_households():
    ann, ben, cem, dora = (make_contact(name=name) for name in ("Ann", "Ben", "Cem", "Dora"))
    relate(actor=None, contact=ann, kind="household", other=ben)
    relate(actor=None, contact=ben, kind="household", other=cem)
    relate(actor=None, contact=dora, kind="household", other=ann)
    assert [str(one) for one in household_of(None, ann, TODAY)] == ["Ben", "Cem", "Dora"]
    archive(ben)
    assert [str(one) for one in household_of(None, ann, TODAY)] == ["Dora"]
    assert [str(one) for one in household_of(None, cem, TODAY)] == []


def test_of_whom_a_person_may_not_see_neither_role_nor_note_is_shown_and_the_stand_in_is_translated():
    rep, stranger = make_user(Role.REP, team=make_team()), make_user(Role.REP, team=make_team())
    mine = make_contact(name="Mine", owner=rep, team=rep.team)
    theirs = make_contact(name="Theirs", owner=stranger, team=stranger.team)
    seen = make_contact(name="Seen", owner=rep, team=rep.team)
    relate(actor=None, contact=theirs, kind="referrer", other=mine, role="Plumber", note="Ask for Theodora")
    relate(actor=None, contact=seen, kind="partner", other=mine, role="Painter", note="Ask for Sven")
    rep.language = "de"
    rep.save()
    client = signed_in(rep)
    with translation.override("de"):
        stand_in = translated(UNSEEN_CONTACT)
        assert translated(UNSEEN_ORGANIZATION) != UNSEEN_ORGANIZATION
    assert stand_in == "ein Kontakt, den Sie nicht sehen können"
    for address in (mine.get_absolute_url(), f"{mine.get_absolute_url()}?tab=relations"):
        page = client.get(address).content.decode()
        assert stand_in in page
        assert "Painter" in page
        assert UNSEEN_CONTACT not in page
        assert "Plumber" not in page
        assert "Theodora" not in page
    assert [one.note for one in relations_of(rep, mine, TODAY)] == ["Ask for Sven", ""]


def test_an_address_of_mail_breaks_before_its_at():
    ann = make_contact(name="Ann", emails=("ann<b>@example.com",))
    page = signed_in(make_user(Role.MANAGER)).get(ann.get_absolute_url()).content.decode()
    assert "ann&lt;b&gt;<wbr>@example.com</a>" in page
