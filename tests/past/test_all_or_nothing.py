"""R29: whatever fails in an action, its last write too, the tables are as before; no mail and no job is left."""

import inspect
from functools import cache

import pytest
from django.db import connection, transaction

from crm.choices import Role
from crm.models import JobRun, OutgoingMail
from tests.factories import make_company, make_user
from tests.past.actions import ACTIONS, MODULES, NOT_ALONE

WRITES = ("INSERT", "UPDATE", "DELETE")


class Broken(Exception):
    """The last write did not go through."""


class Writes:
    """Counts writing statements, and breaks at the one that is asked for."""

    def __init__(self, break_at: int = 0) -> None:
        self.count, self.break_at = 0, break_at

    def __call__(self, execute, sql, params, many, context):
        if str(sql).lstrip().upper().startswith(WRITES):
            self.count += 1
            if self.count == self.break_at:
                raise Broken
        return execute(sql, params, many, context)


def sums() -> dict[str, str]:
    """A sum of each table's rows, all asked at once; how to ask 200 tables is planned once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'sums_of_all'")
        if not cursor.rowcount:
            cursor.execute(f"PREPARE sums_of_all AS {_sums()}")
        cursor.execute("EXECUTE sums_of_all")
        return dict(cursor.fetchall())


@cache
def _sums() -> str:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    rows = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} AS t"
    return " UNION ALL ".join(rows.format(connection.ops.quote_name(table)) for table in tables)


def test_every_action_is_tried():
    """Those that are parts of others, reads, or written by one statement are named as such."""
    found = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert found - NOT_ALONE - set(ACTIONS) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_is_left_of_an_action_whose_last_write_fails(name):
    make_company()
    actor = make_user(Role.ADMIN)
    counting = Writes()
    with transaction.atomic():
        rehearsal = ACTIONS[name](actor)
        with connection.execute_wrapper(counting):
            rehearsal()
        transaction.set_rollback(True)
    assert counting.count > 1, "what has one statement to write needs no such test: name it in NOT_ALONE"
    action = ACTIONS[name](actor)
    before, mails, jobs = sums(), OutgoingMail.objects.count(), JobRun.objects.count()
    with pytest.raises(Broken), connection.execute_wrapper(Writes(break_at=counting.count)):
        action()
    assert {table for table, found in sums().items() if found != before[table]} == set()
    assert (OutgoingMail.objects.count(), JobRun.objects.count()) == (mails, jobs)
