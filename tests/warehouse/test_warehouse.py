"""The views read what the tables hold; their role reads nothing else; migrating and restoring bring them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from analytics.models import CostPool, RfmScore
from analytics.runs import run_steps
from contacts.models import Contact
from crm.embedded.instance import Instance
from crm.management.commands.warehouse import listing
from crm.models import OutgoingMail
from crm.warehouse import upkeep
from crm.warehouse.views import warehouse_views
from orders.models import Order
from tests.analytics.bases import Sale, make_base, score
from tests.factories import NOON, make_contact, make_deal, make_interaction, make_response, make_ticket, make_user

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENTED = Path(settings.BASE_DIR) / "docs" / "warehouse.md"
READER = "report_tool"
RIGHTS_SQL = """
SELECT n.nspname || '.' || c.relname, right_name
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS right_name
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND has_table_privilege(%(who)s, c.oid, right_name)
"""
FUNCTIONS_SQL = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p
WHERE p.prosecdef AND p.prorettype <> 'trigger'::regtype AND has_function_privilege(%(who)s, p.oid, 'EXECUTE')
"""
OID_SQL = "SELECT oid FROM pg_class WHERE relname = 'customers'"


@pytest.fixture(scope="module")
def reader(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A role that was made by the command, and is gone afterwards: roles are of the whole server."""
    with django_db_blocker.unblock():
        call_command("warehouse", READER, password="a tool's own")
        yield READER
        call_command("warehouse", READER, drop=True)


@pytest.fixture
def read(reader):
    """Asks as the reader, on a connection of its own."""
    sockets = str(Instance(settings.CRM_VAR).places.postgres_sockets)
    line = psycopg.connect(host=sockets, dbname=connection.settings_dict["NAME"], user=reader, autocommit=True)
    with line:
        yield lambda query: line.execute(query).fetchall()


def test_a_reader_that_made_something_is_taken_away_with_it(db) -> None:
    name = "makes_things"
    call_command("warehouse", name, password="a tool's own")
    sockets = str(Instance(settings.CRM_VAR).places.postgres_sockets)
    with psycopg.connect(host=sockets, dbname=connection.settings_dict["NAME"], user=name, autocommit=True) as line:
        line.execute("SET default_transaction_read_only = off")
        line.execute("SELECT lo_create(0)")
        line.execute("CREATE TEMP TABLE kept (a int)")
        call_command("warehouse", name, drop=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        assert cursor.fetchone() == (0,)


def all_of(*name: str) -> sql.Composed:
    """Every row and column of a table or view."""
    return sql.SQL("SELECT * FROM {}").format(sql.Identifier(*name))


def test_every_view_reads_what_the_tables_hold(read) -> None:
    make_base([Sale(number, dt.date(2026, 3, number), Decimal(number * 10)) for number in range(1, 5)])
    score(dt.date(2026, 4, 1))
    mia = make_contact(name="Mia Sommer", owner=make_user("rep", name="Ben Rep"))
    merged = make_contact(name="M. Sommer")
    Contact.objects.filter(pk=merged.pk).update(merged_into=mia, merged_at=NOON, archived_at=NOON)
    make_interaction(mia, body="What she said stays with us")
    make_deal(contact=mia, amount=Decimal(900))
    make_ticket(contact=mia, subject="Where is it?")
    make_response(mia, 10)
    filled = {view.name for view in warehouse_views() if read(all_of(view.name))}
    assert filled == {"customers", "interactions", "orders", "deals", "tickets", "responses", "scores"}
    assert read("SELECT owner FROM customers WHERE name LIKE '%Sommer'") == [("Ben Rep",)]
    assert read("SELECT count(*), sum(base_amount) FROM orders WHERE is_purchase") == [(4, 100)]
    told = "SELECT c.external_id, s.rfm_segment, s.monetary FROM scores s JOIN customers c USING (customer_id)"
    kept = RfmScore.objects.values_list("contact__external_id", "segment", "monetary")
    assert sorted(read(told)) == sorted(kept)
    assert read("SELECT nps, nps_group FROM responses") == [(10, "promoter")]
    assert [len(read(all_of(name))) for name in ("deals", "tickets", "interactions")] == [1, 1, 1]


def test_scores_are_found_after_a_run_has_put_a_new_table_in_place(read) -> None:
    make_base([Sale(1, dt.date(2026, 3, 1), Decimal(10))])
    for day in (dt.date(2026, 4, 1), dt.date(2026, 4, 2)):
        run = score(day)
        assert read("SELECT rfm_as_of FROM scores") == [(day,)]
    assert run.row_count == 1


def test_scores_hold_the_cost_to_serve_also_of_who_has_no_other_score(read) -> None:
    make_base([Sale(1, dt.date(2026, 3, 1), Decimal(10))])
    caller = make_contact(external_id="C9")
    make_interaction(caller, channel="phone", occurred_at=NOON)
    CostPool.objects.create(position=1, name="Calls", driver="calls", rate=7)
    CostPool.objects.create(position=2, name="Orders", driver="orders", rate=4)
    day = dt.date(2026, 4, 1)
    run_steps(actor=None, as_of=day, only=["rfm", "costs"])
    told = """SELECT external_id, rfm_as_of, cost_as_of, cost_to_serve, served_profit
        FROM scores JOIN customers USING (customer_id)"""
    found = {row[0]: row[1:] for row in read(told)}
    assert found.pop("C9") == (None, day, 7, -7)
    assert list(found.values()) == [(day, day, 4, None)], "what is left is not known where no cost of goods is"


def test_the_reader_sees_the_views_and_nothing_else(read, reader) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS_SQL, {"who": reader})
        rights = {tuple(row) for row in cursor.fetchall()}
        cursor.execute(FUNCTIONS_SQL, {"who": reader})
        functions = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [reader])
        assert cursor.fetchone() == (False,)
    assert rights == {(f"warehouse.{view.name}", "SELECT") for view in warehouse_views()}
    assert functions == {f"warehouse.{view.name}_now()" for view in warehouse_views() if view.is_late}
    for table in (Contact, OutgoingMail, Order):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            read(all_of("public", table._meta.db_table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        read("SET ROLE crm_app")
    with pytest.raises(psycopg.Error):
        read("INSERT INTO customers (name) VALUES ('x')")
    assert read("SHOW default_transaction_read_only") == [("on",)]
    assert read("SHOW statement_timeout") == [("10min",)]


def test_no_view_tells_an_address_a_number_or_a_text() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema='warehouse'")
        names = {name for _, name in cursor.fetchall()}
    assert names.isdisjoint({"email", "phone", "street", "body", "subject", "comment", "birthday", "message"})


def test_a_role_that_is_there_for_something_else_is_not_touched(reader) -> None:
    for name in ("postgres", "crm_app", "crm_warehouse", "Bad Name", "pg_monitor", "x; drop"):
        with pytest.raises(CommandError, match=r"cannot be the name|for something else|owns the tables"):
            call_command("warehouse", name, password="x")
    with pytest.raises(CommandError, match="no reader"):
        call_command("warehouse", "crm_app", drop=True)


def test_migrating_leaves_views_alone_that_are_right_and_makes_others_anew(read, monkeypatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OID_SQL)
        before = cursor.fetchone()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(OID_SQL)
        assert cursor.fetchone() == before
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "SAYS", "Another version")
        call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(OID_SQL)
        assert cursor.fetchone() != before
    assert read("SELECT count(*) FROM customers") == [(0,)], "the new views are the reader's too"


def test_the_documents_name_every_view_and_column() -> None:
    assert listing().strip() in DOCUMENTED.read_text()
