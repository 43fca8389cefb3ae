"""The list of personal tables names every table of ours: a new one cannot be forgotten by a file or an erasure."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import ForeignKey

from contacts.models import Contact
from contacts.privacy.tables import apps_with_personal_data, is_wordy, personal_tables
from crm.house import APPS

OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ("crm", *APPS)]
WITHOUT = {
    label: reason for app in apps_with_personal_data() for reason, labels in app.without.items() for label in labels
}
SWEPT = [one for app in apps_with_personal_data() for one in app.swept]
TELLING = ("contact_id", "email", "phone", "address")


def names_somebody(model) -> bool:
    """A field of words, a key to contacts, or a field that is called as if it held somebody."""
    fields = model._meta.concrete_fields
    keys = any(isinstance(one, ForeignKey) and one.related_model is Contact for one in fields)
    return keys or any(is_wordy(one) or one.name in TELLING for one in fields)


def test_every_table_with_words_or_a_contact_is_personal_or_says_why_not():
    personal = {table.model for table in personal_tables()}
    known = personal | set(WITHOUT)
    forgotten = [one._meta.label_lower for one in OURS if names_somebody(one)]
    forgotten = [label for label in forgotten if label not in known]
    assert not forgotten, f"Say in the app's privacy.py what becomes of the words in: {', '.join(forgotten)}"
    assert not personal & set(WITHOUT)
    assert all(len(reason) > 20 for reason in WITHOUT.values())
    there = {model._meta.label_lower for model in OURS}
    assert known <= there, f"Gone since: {known - there}"


def test_a_table_with_a_key_to_contacts_is_never_left_out():
    keyed = {
        model._meta.label_lower
        for model in OURS
        for field in model._meta.concrete_fields
        if (isinstance(field, ForeignKey) and field.related_model is Contact) or field.name == "contact_id"
    }
    assert not keyed & set(WITHOUT)


def test_what_is_named_in_the_list_is_there():
    for table in personal_tables():
        fields = {field.name: field for field in table.of._meta.concrete_fields}
        for name in (*table.keeps, *table.words, *table.empties, *table.unseen):
            assert name in fields, f"{table.model} has no {name}"
        for name in table.empties:
            assert fields[name].null, f"{table.model}.{name} cannot be empty"
    tables = {model._meta.db_table: {one.column for one in model._meta.concrete_fields} for model in OURS}
    for swept in SWEPT:
        assert set(swept.columns) <= tables.get(swept.table, set(swept.columns)), swept


def test_what_is_emptied_leaves_no_two_rows_alike():
    """A field that must be unique is kept, or becomes NULL."""
    for table in personal_tables():
        for name, value in table.blanks().items() if not table.gone else ():
            field = table.of._meta.get_field(name)
            assert value is None or not field.unique, f"{table.model}.{name} must be unique"
            assert not isinstance(field, ArrayField) or value == [], name


@pytest.mark.parametrize("label", ["contacts.interaction", "service.message", "crm.outgoingmail", "leads.lead"])
def test_words_are_emptied_without_being_named(label):
    table = next(one for one in personal_tables() if one.model == label)
    words = {one.name for one in table.of._meta.concrete_fields if is_wordy(one)} - set(table.keeps)
    assert words - {"language", "currency", "time_zone"} <= set(table.blanks())
