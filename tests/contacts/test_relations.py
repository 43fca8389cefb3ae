"""Relations: from both sides, nobody named whom the person may not see, the tree of a group."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from contacts.choices import REVERSED, RelationKind
from contacts.models import Relationship
from contacts.queries import UNSEEN_CONTACT
from contacts.relations.actions import relate
from contacts.relations.queries import household_of, relations_of, tree_of
from crm.choices import Role
from tests.factories import make_contact, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


def seen(user, contact):
    return [(one.words, str(one.other)) for one in relations_of(user, contact, TODAY)]


@pytest.mark.parametrize("kind", list(RelationKind))
def test_each_kind_is_read_from_both_sides(kind):
    manager = make_user(Role.MANAGER)
    first, second = make_contact(name="First"), make_contact(name="Second")
    relate(actor=manager, contact=first, kind=kind, other=second, role="buyer")
    assert seen(manager, first) == [(kind.label, "Second")]
    assert seen(manager, second) == [(REVERSED[kind], "First")]


def test_one_relation_is_said_once_whichever_side_says_it():
    first, second = make_contact(), make_contact()
    relate(actor=None, contact=first, kind="partner", other=second)
    for one, other in ((first, second), (second, first)):
        with pytest.raises(ValidationError):
            relate(actor=None, contact=one, kind="partner", other=other)
    with pytest.raises(ValidationError):
        relate(actor=None, contact=first, kind="partner", other=first)
    with pytest.raises(ValidationError):
        relate(actor=None, contact=second, kind="employs", other=first, since=TODAY, until=dt.date(2020, 1, 1))


def test_whom_a_person_may_not_see_is_not_named():
    rep, stranger = make_user(Role.REP, team=make_team()), make_user(Role.REP, team=make_team())
    mine = make_contact(name="Mine", owner=rep, team=rep.team)
    theirs = make_contact(name="Theirs", owner=stranger, team=stranger.team)
    relate(actor=None, contact=theirs, kind="referrer", other=mine)
    assert seen(rep, mine) == [("was referred by", UNSEEN_CONTACT)]


def test_the_tree_of_a_group_shows_every_level_and_cuts_a_ring():
    manager = make_user(Role.MANAGER)
    top = make_contact(name="Holding", kind="organization")
    left = make_contact(name="Left", kind="organization", parent=top)
    right = make_contact(name="Right", kind="organization", parent=top)
    leaf = make_contact(name="Leaf", kind="organization", parent=left)
    lines = [(str(line.contact), line.depth, line.is_here) for line in tree_of(manager, right)]
    assert lines == [("Holding", 0, False), ("Left", 1, False), ("Leaf", 2, False), ("Right", 1, True)]
    top.parent = leaf
    top.save()
    assert {str(line.contact) for line in tree_of(manager, left)} == {"Holding", "Left", "Leaf", "Right"}


def test_the_page_adds_a_relation_from_either_side_and_takes_it_away(client):
    marketer = make_user(Role.MARKETER)
    client.force_login(marketer)
    person, firm = make_contact(name="Ann"), make_contact(name="Northwind", kind="organization")
    url = f"{person.get_absolute_url()}relations/new/"
    response = client.post(url, {"kind": "from the other side:employs", "other": str(firm.pk), "role": "Buyer"})
    assert response.status_code == 302
    relation = Relationship.objects.get()
    assert (relation.contact, relation.kind, relation.other) == (firm, "employs", person)
    page = client.get(f"{person.get_absolute_url()}?tab=relations").content.decode()
    assert "works for" in page
    assert "Buyer" in page
    again = client.post(url, {"kind": "from the other side:employs", "other": str(firm.pk)})
    assert again.status_code == 422
    client.post(f"{person.get_absolute_url()}relations/end/", {"relation": str(relation.pk)})
    assert Relationship.objects.count() == 0


def test_a_household_is_everybody_within_reach_and_ends_where_somebody_moved_out(django_assert_max_num_queries):
    manager, rep = make_user(Role.MANAGER), make_user(Role.REP, team=make_team())
    ann = make_contact(name="Ann", owner=rep, team=rep.team)
    ben, cem, dora, eve = (make_contact(name=name) for name in ("Ben", "Cem", "Dora", "Eve"))
    relate(actor=None, contact=ben, kind="household", other=ann)
    relate(actor=None, contact=ben, kind="household", other=cem)
    relate(actor=None, contact=cem, kind="household", other=dora, until=TODAY - dt.timedelta(days=1))
    relate(actor=None, contact=cem, kind="household", other=eve, until=TODAY)
    relate(actor=None, contact=eve, kind="household", other=ann)
    assert [str(one) for one in household_of(manager, ann, TODAY)] == ["Ben", "Cem", "Eve"]
    assert [str(one) for one in household_of(manager, dora, TODAY)] == []
    assert [str(one) for one in household_of(rep, ann, TODAY)] == [UNSEEN_CONTACT] * 3
    with django_assert_max_num_queries(2):  # rights and reach are known by now
        household_of(rep, ann, TODAY)
    page = signed_in(manager).get(f"{ann.get_absolute_url()}?tab=relations").content.decode()
    assert "The household" in page
    assert "Cem" in page


def test_whom_they_live_with_and_work_for_stands_beside_the_facts():
    manager = make_user(Role.MANAGER)
    client, ann = signed_in(manager), make_contact(name="Ann")
    assert "Related" not in client.get(ann.get_absolute_url()).content.decode()
    firm = make_contact(name="Northwind", kind="organization")
    for number in range(6):
        relate(actor=None, contact=ann, kind="influencer", other=make_contact(name=f"Listener {number}"))
    relate(actor=None, contact=firm, kind="employs", other=ann, role="Buyer")
    relate(actor=None, contact=ann, kind="household", other=make_contact(name="Ben"))
    relate(actor=None, contact=ann, kind="partner", other=make_contact(name="Past"), until=dt.date(2020, 1, 1))
    shown = client.get(ann.get_absolute_url())
    nearest = next(one["data"] for one in shown.context["panels"] if one["label"] == "Related")
    assert [str(one.other) for one in nearest["relations"]][:2] == ["Ben", "Northwind"]
    assert (len(nearest["relations"]), nearest["more"]) == (6, 2)
    assert "Buyer" in shown.content.decode()
    assert {tab["name"]: tab["count"] for tab in shown.context["tabs"]}["relations"] == 9
