"""Empty tables after a test that committed.

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


def be_quick() -> None:
    """From here on, for all tests of this process."""
    TransactionTestCase._fixture_teardown = _delete_rows  # type: ignore[attr-defined]


def _delete_rows(case: Any) -> None:
    sockets, name = str(Instance(settings.CRM_VAR).places.postgres_sockets), connection.settings_dict["NAME"]
    with psycopg.connect(host=sockets, dbname=name, user="postgres", autocommit=True) as at_hand:
        at_hand.execute(EMPTY)
