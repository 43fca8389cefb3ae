"""Columns that become custom fields: their keys, their types, what the same file does again."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.choices import Role
from crm.importing.errors import UnreadableFile
from crm.models import CustomField
from tests.factories import make_contact, make_user
from tests.importing.tables import DATA, brought_in, counts, written

pytestmark = pytest.mark.django_db
EVERY = (("*", ""),)


def imported(tmp_path, content, mapped=("id=external_id",), **options):
    return brought_in("contacts", written(tmp_path, content), mapped, **options)


def types():
    return dict(CustomField.objects.values_list("key", "type"))


def custom(external_id):
    return Contact.objects.get(external_id=external_id).custom


def test_every_unmapped_column_becomes_a_field_of_the_type_its_texts_have(tmp_path):
    content = """id,Is Member,Total Charges,Joined,Site,Code,Zeros,Note,Answer,Empty
a,Yes,29.85,2024-01-31,https://a.example,007,0,x,T,
b,no, ,2024-02-01,https://b.example,010,0,1.5,f,
c,YES,1889.5,,http://c.example,100,0,,,
"""
    assert counts(imported(tmp_path, content, custom=EVERY)) == (3, 0, 0, 0)
    assert types() == {
        "is_member": "yes_no",
        "total_charges": "number",
        "joined": "date",
        "site": "url",
        "code": "text",
        "zeros": "number",
        "note": "text",
        "answer": "yes_no",
        "empty": "text",
    }
    assert custom("a") == {
        "is_member": True,
        "total_charges": 29.85,
        "joined": "2024-01-31",
        "site": "https://a.example",
        "code": "007",
        "zeros": 0,
        "note": "x",
        "answer": True,
    }
    assert custom("b")["is_member"] is False
    assert "total_charges" not in custom("b")


@pytest.mark.parametrize("pair", [("yes", "NO"), ("True", "false"), ("t", "F"), ("Y", "n"), ("1", "0")])
def test_two_words_for_yes_and_no_make_a_yes_no_field(tmp_path, pair):
    imported(tmp_path, f"id,Flag\na,{pair[0]}\nb,{pair[1]}\n", custom=EVERY)
    assert (types(), custom("a"), custom("b")) == ({"flag": "yes_no"}, {"flag": True}, {"flag": False})


def test_the_same_file_again_changes_nothing_and_other_values_change(tmp_path):
    content = "id,Größe,Größe!,A-B,A B\na,1,2,3,4\n"
    imported(tmp_path, content, custom=EVERY)
    assert set(types()) == {"größe", "größe_", "a_b", "a_b_2"}
    assert custom("a") == {"größe": 1, "größe_": 2, "a_b": 3, "a_b_2": 4}
    assert counts(imported(tmp_path, content, custom=EVERY)) == (0, 0, 1, 0)
    assert counts(imported(tmp_path, "id,A-B\na,5\n")) == (0, 1, 0, 0)
    assert custom("a") == {"größe": 1, "größe_": 2, "a_b": 5, "a_b_2": 4}
    assert CustomField.objects.count() == 4


def test_a_text_that_means_not_given_counts_for_no_type_and_no_value(tmp_path):
    imported(tmp_path, "id,Score\na,5\nb,Select\n", custom=EVERY, nulls=("Select",))
    assert (types(), custom("a"), custom("b")) == ({"score": "number"}, {"score": 5}, {})


def test_a_named_type_a_late_column_and_a_replaced_value(tmp_path):
    content = "id,Zip,Outcome,Level\na,1234,won,lo\nb,99,lost,hi\n"
    options = {"custom": (("Zip", "text"), ("Level", "choice")), "late": ("Outcome",)}
    imported(tmp_path, content, values=(("level", "lo", "low"),), **options)
    assert types() == {"zip": "text", "outcome": "text", "level": "choice"}
    assert list(CustomField.objects.filter(is_late=True).values_list("key", flat=True)) == ["outcome"]
    assert custom("a") == {"zip": "1234", "outcome": "won", "level": "low"}


def test_a_value_that_does_not_fit_keeps_its_row_out_with_a_reason(tmp_path):
    imported(tmp_path, "id,Amount\na,1\n", custom=EVERY)
    result = imported(tmp_path, "id,Amount\na,2\nb,many\n")
    assert counts(result) == (0, 1, 0, 1)
    assert "“many” is not a number" in result.examples[0]
    with pytest.raises(UnreadableFile, match="there already, with the type “number”"):
        imported(tmp_path, "id,Amount\na,2\n", custom=(("Amount", "date"),))


def test_a_template_and_a_constant_feed_a_custom_field(tmp_path):
    CustomField.objects.create(model="contacts.contact", key="place", label="Place", type="text")
    CustomField.objects.create(model="contacts.contact", key="wave", label="Wave", type="number")
    imported(tmp_path, "id,a,b\nx,1,2\n", templates={"place": "{a}-{b}"}, constants={"wave": "7"})
    assert custom("x") == {"place": "1-2", "wave": 7}


def test_a_unique_value_is_taken_once_and_a_default_fills_new_contacts(tmp_path):
    CustomField.objects.create(model="contacts.contact", key="tax_no", label="Tax no", type="text", is_unique=True)
    CustomField.objects.create(model="contacts.contact", key="tier", label="Tier", type="text", default="basic")
    result = imported(tmp_path, "id,Tax no\na,T1\nb,T1\nc,T2\n")
    assert (counts(result), custom("a")) == ((2, 0, 0, 1), {"tax_no": "T1", "tier": "basic"})
    assert counts(imported(tmp_path, "id,Tax no\na,T1\nd,T2\n")) == (0, 0, 1, 1)


def test_a_link_leads_to_a_contact_by_its_external_id(tmp_path):
    adviser = make_contact(external_id="adviser")
    result = imported(tmp_path, "id,Adviser\na,adviser\nb,nobody\n", custom=(("Adviser", "contact"),))
    assert (counts(result), custom("a")) == ((1, 0, 0, 1), {"adviser": adviser.pk})


def test_only_an_administrator_makes_fields_and_orders_take_none(tmp_path):
    manager = make_user(Role.MANAGER)
    with pytest.raises(UnreadableFile, match="Only an administrator makes new custom fields: “Colour”"):
        imported(tmp_path, "id,Colour\na,red\n", custom=EVERY, actor=manager)
    assert (Contact.objects.count(), CustomField.objects.count()) == (0, 0)
    imported(tmp_path, "id,Colour\na,red\n", custom=EVERY)
    assert counts(imported(tmp_path, "id,Colour\na,blue\n", actor=manager)) == (0, 1, 0, 0)
    with pytest.raises(UnreadableFile, match="Orders take no custom fields"):
        brought_in("orders", written(tmp_path, "a,b\n1,2\n"), custom=EVERY)


def test_the_telco_file_comes_in_with_twenty_typed_fields():
    result = brought_in("contacts", DATA / "telco_churn.csv", ("customerID=external_id",), custom=EVERY)
    assert counts(result) == (7043, 0, 0, 0)
    found = types()
    assert {key for key, kind in found.items() if kind == "number"} == {"tenure", "monthlycharges", "totalcharges"}
    assert {key for key, kind in found.items() if kind == "yes_no"} == {
        "seniorcitizen",
        "partner",
        "dependents",
        "phoneservice",
        "paperlessbilling",
        "churn",
    }
    assert (len(found), Contact.objects.filter(custom__contains={"churn": True}).count()) == (20, 1869)
    assert Contact.objects.exclude(custom__has_key="totalcharges").count() == 11
