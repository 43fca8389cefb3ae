"""Contacts and organizations: who a row is, what a file changes, what is made beside it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from psycopg import sql

from contacts.keeping import EVERY_CONTACT, refresh_search_of
from contacts.models import Address, Contact, ContactPoint
from crm.models import LogEntry, User
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db

FULL = """external_id,kind,first_name,last_name,organization,email,phone,street,postal_code,city,region,country,market,\
industry,employees,revenue,website,birthday,tags,owner_email,source,list_kind,created_on
c1,person,Mia,Keller,Acme,Mia@Example.com,+49 30 1234567,Hauptstr. 1,10115,Berlin,,Germany,consumer,,,,mia.example,\
1980-02-29,"vip, fair",rep@house.example,fair,response,2020-01-02
c2,company,,,,info@acme.example,0113 496 0188,,,Leeds,,UK,"business, international",Tools,1200,"1234567.89",,,,,,,
"""


def imported(tmp_path, content, kind="contacts", **options):
    return brought_in(kind, written(tmp_path, content), **options)


def test_every_field_lands_where_it_belongs(tmp_path):
    result = imported(tmp_path, FULL)
    assert (counts(result), result.counts.related) == ((2, 0, 0, 0), {"organizations": 1, "users": 1})
    mia = Contact.objects.get(external_id="c1")
    assert (mia.name, mia.kind, mia.organization.name, mia.organization.kind) == (
        "Mia Keller",
        "person",
        "Acme",
        "organization",
    )
    assert (mia.birthday, mia.tags, mia.source, mia.list_kind) == (
        dt.date(1980, 2, 29),
        ["vip", "fair"],
        "fair",
        "response",
    )
    assert (mia.markets, mia.created_on) == (["consumer"], dt.date(2020, 1, 2))
    assert (mia.owner.email, mia.owner.is_active, mia.owner.has_usable_password()) == (
        "rep@house.example",
        False,
        False,
    )
    assert list(mia.points.order_by("kind").values_list("kind", "normalised", "is_primary")) == [
        ("email", "mia@example.com", True),
        ("phone", "+49301234567", True),
    ]
    assert list(mia.addresses.values_list("street", "postal_code", "city", "country")) == [
        ("Hauptstr. 1", "10115", "Berlin", "DE")
    ]
    acme = Contact.objects.get(external_id="c2")
    assert (acme.kind, acme.employees, acme.revenue) == ("organization", 1200, Decimal("1234567.89"))
    assert (acme.markets, acme.points.get(kind="phone").normalised) == (["business", "international"], "+441134960188")


def test_what_contacts_are_found_by_is_as_the_pages_keep_it(tmp_path):
    imported(tmp_path, FULL)
    before = list(Contact.objects.order_by("pk").values_list("name", "sort_name", "search_text"))
    refresh_search_of(sql.SQL("SELECT id FROM contacts_contact"))
    assert list(Contact.objects.order_by("pk").values_list("name", "sort_name", "search_text")) == before
    assert EVERY_CONTACT is not None
    assert any("mia@example.com" in text and "49301234567" in text for _, _, text in before)


def test_the_same_file_again_changes_nothing(tmp_path):
    imported(tmp_path, FULL)
    before = [list(model.objects.order_by("pk").values()) for model in (Contact, ContactPoint, Address, User)]
    result = imported(tmp_path, FULL)
    assert (counts(result), result.created_related) == ((0, 0, 2, 0), 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Contact, ContactPoint, Address, User)] == before


def test_given_values_change_and_empty_cells_take_nothing_away(tmp_path):
    imported(tmp_path, FULL)
    changed = "external_id,email,city,tags,website,industry\nc1,new@example.com,Potsdam,gold,,\nc2,,,,,Machines\n"
    assert counts(imported(tmp_path, changed)) == (0, 2, 0, 0)
    mia, acme = (Contact.objects.get(external_id=key) for key in ("c1", "c2"))
    assert (mia.tags, mia.website, mia.version) == (["vip", "fair", "gold"], "mia.example", 2)
    assert list(mia.points.filter(kind="email").order_by("-is_primary").values_list("value", "is_primary")) == [
        ("new@example.com", True),
        ("Mia@Example.com", False),
    ]
    assert (mia.addresses.get().city, mia.addresses.get().street) == ("Potsdam", "Hauptstr. 1")
    assert "new@example.com" in mia.search_text
    assert (acme.industry, acme.employees) == ("Machines", 1200)
    assert counts(imported(tmp_path, changed)) == (0, 0, 2, 0)


def test_rows_of_one_contact_fold_and_later_texts_win(tmp_path):
    content = "external_id,name,city,tags\nc1,Mia,Bonn,a\nc2,Max,,\nc1,,Berlin,b\n"
    assert counts(imported(tmp_path, content)) == (2, 1, 0, 0)
    mia = Contact.objects.get(external_id="c1")
    assert (mia.name, mia.addresses.get().city, mia.tags) == ("Mia", "Berlin", ["b"])
    assert counts(imported(tmp_path, content)) == (0, 0, 3, 0)


def test_a_bad_row_stays_out_and_the_rest_comes_in(tmp_path):
    content = (
        "external_id,email,birthday,employees\nc1,a@b.example,,\nc2,nonsense,,\n,x@b.example,,\nc4,,1999-02-30,many\n"
    )
    result = imported(tmp_path, content)
    assert counts(result) == (1, 0, 0, 3)
    rejected = result.rejected_path.read_text("utf-8-sig").splitlines()
    result.rejected_path.unlink()
    assert rejected[0] == "external_id,email,birthday,employees,rejected_line,rejected_column,rejected_because"
    assert rejected[1] == "c2,nonsense,,,3,email,“nonsense” is not an e-mail address"
    assert rejected[2].endswith('4,external_id,"nothing stands here, but this field is needed"')
    assert rejected[3].startswith('c4,,1999-02-30,many,5,birthday,"“1999-02-30” is not a date; column ""employees"":')


def test_organizations_are_found_by_id_then_by_name_and_else_made(tmp_path):
    imported(tmp_path, "external_id,name\no1,Acme Tools\n", "organizations")
    people = "external_id,organization\np1,o1\np2,acme tools\np3,Newcomer\np4,Newcomer\n"
    result = imported(tmp_path, people)
    assert result.counts.related == {"organizations": 1}
    found = dict(Contact.objects.filter(external_id__startswith="p").values_list("external_id", "organization__name"))
    assert found == {"p1": "Acme Tools", "p2": "Acme Tools", "p3": "Newcomer", "p4": "Newcomer"}


def test_a_parent_may_stand_later_in_the_file(tmp_path):
    content = "external_id,name,parent_external_id\na,Daughter,b\nb,Mother,\nc,Cousin,z\nd,Own,d\n"
    result = imported(tmp_path, content, "organizations")
    assert (counts(result), result.counts.related) == ((3, 0, 0, 1), {"organizations": 1})
    assert Contact.objects.get(external_id="a").parent.name == "Mother"
    assert set(Contact.objects.values_list("kind", flat=True)) == {"organization"}


def test_a_bare_contact_takes_its_name_when_it_comes(tmp_path):
    Contact.objects.create(external_id="c1", name="c1", sort_name="c1")
    imported(tmp_path, "external_id,first_name,last_name\nc1,Mia,Keller\n")
    assert Contact.objects.get(external_id="c1").name == "Mia Keller"
    imported(tmp_path, "external_id,last_name\nc1,Meier\n")
    assert Contact.objects.get(external_id="c1").name == "Mia Meier"
    Contact.objects.filter(external_id="c1").update(name="Dr Meier")
    imported(tmp_path, "external_id,last_name\nc1,Keller\n")
    assert Contact.objects.get(external_id="c1").name == "Dr Meier"


def test_templates_constants_replacements_and_row_numbers_feed_fields(tmp_path):
    content = "no,street,house\n17,High Street,\n,,\n4,Low Street,12\n"
    imported(
        tmp_path,
        content,
        mapped=["#row=external_id"],
        templates={"street": "{no} {street} {house}"},
        constants={"source": "fair", "country": "uk"},
        values=(("source", "fair", "Fair 2026"),),
    )
    rows = Address.objects.order_by("pk").values_list("contact__external_id", "street", "country", "contact__source")
    assert list(rows) == [("1", "17 High Street", "GB", "Fair 2026"), ("2", "4 Low Street 12", "GB", "Fair 2026")]


def test_an_import_is_one_row_in_the_log(tmp_path):
    imported(tmp_path, FULL)
    said = ("import", "Imported contacts from table: 2 new, 0 changed")
    assert list(LogEntry.objects.values_list("verb", "summary")) == [said]
