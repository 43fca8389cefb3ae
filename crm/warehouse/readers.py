"""Those who may read the views: roles of the database, which a tool that draws reports signs in with."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from crm.database.owner import as_owner
from crm.warehouse.upkeep import READERS, SCHEMA, give_rights, run

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_CONNECTIONS = 5
IS_READER_SQL = """
SELECT pg_has_role(r.oid, g.oid, 'MEMBER') AND NOT r.rolsuper
FROM pg_roles AS r LEFT JOIN pg_roles AS g ON g.rolname = %s
WHERE r.rolname = %s
"""
OWNS_SQL = """
SELECT 1 FROM pg_shdepend WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass
  AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s) LIMIT 1
"""


class ReaderRefused(ValueError):
    """The role cannot be made; the message says why."""


def save_reader(name: str, password: str, seconds: int) -> bool:
    """Make a role that reads the views and nothing else, or change its password; whether it is new.

    `seconds` is how long one query may take. A role that is there for something else is not touched: ReaderRefused.
    """
    if not NAME.fullmatch(name) or name in {READERS, settings.CRM_APP_ROLE, "public"} or name.startswith("pg_"):
        raise ReaderRefused(f"“{name}” cannot be the name of a reader: small letters, digits and _, none of ours.")
    with as_owner(), transaction.atomic():
        if name == connection.settings_dict["USER"]:  # who makes a role is a member of it
            raise ReaderRefused(f"“{name}” owns the tables. Choose another name.")
        is_new = _role_of(name) is None
        if not is_new and not _role_of(name):
            raise ReaderRefused(f"The database has a role “{name}” already, for something else. Choose another name.")
        _make_group()
        role = sql.Identifier(name)
        if is_new:
            run(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(role, sql.Identifier(READERS)))
        if password:
            run(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        run(sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(role, sql.Literal(MOST_CONNECTIONS)))
        for setting, value in (
            ("search_path", SCHEMA),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", f"{seconds}s"),
            (
                "idle_in_transaction_session_timeout",
                f"{seconds}s",
            ),  # an old snapshot keeps dead rows from being cleared
        ):
            run(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), sql.Literal(value)))
    return is_new


def drop_reader(name: str) -> None:
    """Take a reader away, with what it has made meanwhile (PostgreSQL lets everybody make large objects and temporary
    tables); ReaderRefused where there is none of this name."""
    with as_owner(), transaction.atomic():
        if not _role_of(name) or name == connection.settings_dict["USER"]:
            raise ReaderRefused(f"There is no reader “{name}”.")
        with connection.cursor() as cursor:
            cursor.execute(OWNS_SQL, [name])
            if cursor.fetchone():
                run(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        run(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _role_of(name: str) -> bool | None:
    """Whether the role is a reader; None: there is no such role."""
    with connection.cursor() as cursor:
        cursor.execute(IS_READER_SQL, [READERS, name])
        found = cursor.fetchone()
    return None if found is None else bool(found[0])


def _make_group() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READERS])
        if cursor.fetchone() is None:
            run(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READERS)))
    give_rights()
