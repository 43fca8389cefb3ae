"""Empty tables after a test that committed, and the room that tests leave behind.

Django's `flush` cuts 180 tables, most of them empty, and gives all rights and content types anew: almost a second a
test. Here rows alone are deleted, without triggers, by the superuser of the suite's own server; what describes the
tables themselves stays.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from crm.embedded.instance import Instance

EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT quote_ident(relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname <> ALL ('{django_migrations,django_content_type,auth_permission}')
    LOOP
        EXECUTE 'LOCK TABLE public.' || name || ' IN EXCLUSIVE MODE';  -- a process that was killed may still write
        EXECUTE 'DELETE FROM public.' || name;
    END LOOP;
END $$
"""

DEAD_SQL = """
SELECT quote_ident(schemaname) || '.' || quote_ident(relname) FROM pg_stat_all_tables
WHERE n_dead_tup > 200 AND schemaname IN ('public', 'pg_catalog')
"""


def clear_dead_rows() -> None:
    """What tests rolled back or deleted stays in the tables, and every query reads past it: an eighth of the server's
    work. The suite's server does not clear it by itself, for that would choose plans anew in the middle of a test."""
    with _at_hand() as line:
        if names := [name for (name,) in line.execute(DEAD_SQL).fetchall()]:
            line.execute(f"VACUUM (SKIP_LOCKED) {', '.join(names)}")


def be_quick() -> None:
    """From here on, for all tests of this process."""
    TransactionTestCase._fixture_teardown = _delete_rows  # type: ignore[attr-defined]


def _delete_rows(case: Any) -> None:
    with _at_hand() as line:
        line.execute(EMPTY)


def _at_hand() -> psycopg.Connection:
    """A connection of the superuser to the database of this process."""
    sockets, name = str(Instance(settings.CRM_VAR).places.postgres_sockets), connection.settings_dict["NAME"]
    return psycopg.connect(host=sockets, dbname=name, user="postgres", autocommit=True)
