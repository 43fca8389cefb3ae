"""What a person may bring in: no further than by hand, and without learning what is out of reach."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.choices import Role
from crm.importing.errors import UnreadableFile
from crm.models import Team, User
from orders.models import Order
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    made = {
        role: User.objects.create_user(f"{role}@house.example", name=role, role=role, team=north)
        for role in Role.values
    }
    made["stranger"] = User.objects.create_user("stranger@house.example", name="stranger", role=Role.REP, team=south)
    for name, owner in (("mine", made["rep"]), ("theirs", made["stranger"])):
        Contact.objects.create(external_id=name, name=name, sort_name=name, owner=owner, team=owner.team)
    return made


def test_a_rep_changes_only_own_contacts_and_owns_what_is_new(tmp_path, people):
    path = written(tmp_path, "external_id,name\nmine,Mine now\ntheirs,Mine now\nnew,New\n")
    result = brought_in("contacts", path, actor=people["rep"])
    assert counts(result) == (1, 1, 0, 1)
    assert result.examples == [
        'line 3, column "external_id": this external id is taken by a record that you may not change'
    ]
    assert Contact.objects.get(external_id="theirs").name == "theirs"
    new = Contact.objects.get(external_id="new")
    assert (new.owner, new.team) == (people["rep"], people["rep"].team)


def test_a_rep_gives_contacts_to_nobody_else(tmp_path, people):
    path = written(
        tmp_path, "external_id,owner_email\na,rep@house.example\nb,stranger@house.example\nc,who@else.example\n"
    )
    result = brought_in("contacts", path, actor=people["rep"])
    assert counts(result) == (1, 0, 0, 2)
    assert not User.objects.filter(email="who@else.example").exists()


def test_a_rep_learns_nothing_of_organizations_out_of_reach(tmp_path, people):
    Contact.objects.filter(external_id="theirs").update(kind="organization", name="Secret Ltd", sort_name="secret ltd")
    path = written(tmp_path, "external_id,organization\na,Secret Ltd\nb,mine\n")
    assert counts(brought_in("contacts", path, actor=people["rep"])) == (2, 0, 0, 0)
    assert Contact.objects.get(external_id="a").organization.owner == people["rep"]


def test_a_rep_does_not_attach_contacts_to_an_organization_by_its_hidden_id(tmp_path, people):
    path = written(tmp_path, "external_id,organization,parent_external_id\na,theirs,\nb,,theirs\nc,,\n")
    result = brought_in("contacts", path, actor=people["rep"])
    assert counts(result) == (1, 0, 0, 2)
    assert result.examples == [
        'line 2, column "organization": this names a record that you may not see',
        'line 3, column "parent_external_id": this names a record that you may not see',
    ]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("contacts", {"external_id": "x", "organization": "theirs"}),
        ("organizations", {"external_id": "x", "parent_external_id": "theirs"}),
        ("contacts", {"external_id": "x", "owner_email": "stranger@house.example"}),
        ("orders", {"contact_external_id": "theirs", "ordered_at": "2026-01-01", "amount": "5"}),
        (
            "orders",
            {"contact_external_id": "mine", "partner_external_id": "theirs", "ordered_at": "2026-01-01", "amount": "5"},
        ),
        ("subscriptions", {"external_id": "s", "contact_external_id": "theirs", "started_on": "2026-01-01"}),
    ],
)
def test_no_reference_reaches_what_the_person_does_not(tmp_path, people, kind, row):
    Contact.objects.filter(external_id="theirs").update(name="Secret Ltd", kind="organization", sort_name="secret ltd")
    result = brought_in(kind, written(tmp_path, f"{','.join(row)}\n{','.join(row.values())}\n"), actor=people["rep"])
    assert counts(result) == (0, 0, 0, 1)
    assert "you may" in result.examples[0]
    assert "Secret" not in result.examples[0]
    assert not Order.objects.exists()
    assert Contact.objects.count() == 2


def test_a_rep_brings_orders_of_own_contacts_only(tmp_path, people):
    theirs = Contact.objects.get(external_id="theirs")
    path = written(tmp_path, "order_id,contact_external_id,ordered_at,amount\nA,theirs,2026-01-01,5\n")
    brought_in("orders", path, actor=None)
    path = written(
        tmp_path,
        "order_id,contact_external_id,ordered_at,amount\nA,mine,2026-01-01,9\nB,mine,2026-01-01,1\nC,theirs,2026-01-01,1\n",
    )
    result = brought_in("orders", path, actor=people["rep"])
    assert counts(result) == (1, 0, 0, 2)
    assert list(Order.objects.filter(contact=theirs).values_list("number", "amount")) == [("A", 5)]


@pytest.mark.parametrize(("role", "kind"), [("agent", "contacts"), ("agent", "orders"), ("rep", "products")])
def test_who_may_not_import_is_told_so(tmp_path, people, role, kind):
    path = written(tmp_path, "external_id,ordered_at,amount\na,2026-01-01,1\n")
    with pytest.raises(UnreadableFile, match="may not import"):
        brought_in(kind, path, actor=people[role])


@pytest.mark.parametrize("role", ["marketer", "manager", "admin"])
def test_who_reaches_everything_changes_everything(tmp_path, people, role):
    path = written(tmp_path, "external_id,name,owner_email\nmine,A,who@else.example\ntheirs,B,\n")
    assert counts(brought_in("contacts", path, actor=people[role])) == (0, 2, 0, 0)
    assert Contact.objects.get(external_id="mine").owner.is_active is False
