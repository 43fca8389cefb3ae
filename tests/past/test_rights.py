"""The application's role adds to the two records of the past and alters neither; nor can it put the triggers out."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from contacts.models import Contact
from crm.catalogue import past_rule
from crm.checks import two_roles
from crm.database.owner import as_owner
from crm.log import log
from crm.models import LogEntry, RowChange, User
from crm.past.upkeep import kept_models, own_models
from tests.factories import make_contact, make_team, make_user

FORBIDDEN = (
    "UPDATE crm_rowchange SET actor_id = 1",
    "DELETE FROM crm_rowchange",
    "TRUNCATE crm_rowchange",
    "INSERT INTO crm_rowchange (at, table_name, operation, row_id, last_id) VALUES (now(), 'crm_team', 'I', 1, 1)",
    "UPDATE crm_logentry SET summary = 'nothing happened'",
    "DELETE FROM crm_logentry",
    "TRUNCATE crm_logentry",
    "ALTER TABLE contacts_contact DISABLE TRIGGER ALL",
    "DROP TRIGGER crm_past_update ON contacts_contact",
    "ALTER TABLE crm_rowchange OWNER TO crm_app",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION crm_keep_past() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "TRUNCATE contacts_contact CASCADE",
    "SET ROLE postgres",
    "DELETE FROM django_migrations",
)


@pytest.fixture
def a_past(db) -> User:
    user = make_user()
    make_contact()
    log(actor=user, verb="create", summary="Something")
    return user


def test_the_tests_run_as_the_role_of_the_application(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == ("crm_app", False)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_postgresql_refuses(a_past, statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_every_table_of_ours_is_kept_or_says_why_not(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'crm\\_past\\_%'"
            " AND tgenabled = 'O' GROUP BY 1"
        )
        watched = dict(cursor.fetchall())
    for model in own_models():
        rule = past_rule(model._meta.label_lower)
        expected = None if rule.exempt else 3
        assert watched.get(model._meta.db_table) == expected, f"{model._meta.label}: migrate puts the triggers on"
        assert not rule.exempt or len(rule.exempt) > 15, f"{model._meta.label}: the reason is a sentence"


def test_kept_tables_have_the_columns_that_their_rules_name(db):
    for model in kept_models():
        rule = past_rule(model._meta.label_lower)
        columns = {field.column for field in model._meta.concrete_fields}
        assert set(rule.without) <= columns, model
        assert not rule.parent or rule.parent in columns, model
        assert model._meta.pk is not None
        assert model._meta.pk.column == "id", f"{model._meta.label}: the trigger reads the number of a row from id"


def test_no_secret_is_kept(db):
    user = make_user()
    user.set_password("another secret")
    user.name = "Other"
    user.save()
    kept = RowChange.objects.get(table_name="crm_user", operation="U", row_id=user.pk)
    assert "password" not in (kept.was or {})


@pytest.mark.django_db(transaction=True)
def test_only_the_owner_prunes():
    contact = make_contact()
    Contact.objects.filter(pk=contact.pk).update(name="Other")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_rowchange SET at = now() - interval '100 days' WHERE table_name = 'contacts_contact'"
        )
    make_team()
    call_command("prune_history", "--older-than-days", "90", verbosity=0)
    left = set(RowChange.objects.values_list("table_name", "operation"))
    assert left == {("crm_team", "I"), ("contacts_contact", "I")}, "where a record came from is kept"
    assert LogEntry.objects.get(verb="prune").summary.startswith("Took")


def test_a_single_role_is_warned_of(settings):
    assert two_roles() == []
    settings.CRM_OWNER_DATABASE = None
    assert [found.id for found in two_roles()] == ["crm.W001"]
