"""The swap: readers see the old figures or the new ones; two runs take turns; a failure leaves the last good ones."""

import datetime as dt
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from psycopg import sql

from analytics import swapping
from analytics.models import ModelRun, RfmScore
from analytics.queries import last_run
from analytics.steps import AnalysisError, rfm
from contacts.models import Contact
from tests.analytics.bases import Sale, make_base, score

pytestmark = pytest.mark.usefixtures("lasting_segments")
DAY = dt.date(2026, 3, 31)
TABLE = "analytics_rfmscore"
SHAPE_SQL = """
SELECT 'column', attname::text, format_type(atttypid, atttypmod), attnotnull::text FROM pg_attribute
WHERE attrelid = 'analytics_rfmscore'::regclass AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'index', indexname::text, indexdef, '' FROM pg_indexes WHERE tablename = 'analytics_rfmscore'
UNION ALL SELECT 'constraint', conname::text, pg_get_constraintdef(oid), contype::text FROM pg_constraint
WHERE conrelid = 'analytics_rfmscore'::regclass AND contype <> 'n'
ORDER BY 1, 2
"""
LEFTOVERS_SQL = "SELECT count(*) FROM pg_class WHERE relname LIKE 'analytics_rfmscore\\_%' AND relkind IN ('r', 't')"


def rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def in_thread(work) -> threading.Thread:
    """Work on a connection of its own."""

    def wrapped():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=wrapped, daemon=True)
    thread.start()
    return thread


def test_the_new_table_has_the_columns_indexes_and_names_of_the_old_one():
    make_base([Sale(1, DAY, Decimal(5))])
    before = rows(SHAPE_SQL)
    score(DAY)
    score(DAY)
    assert rows(SHAPE_SQL) == before
    assert rows(LEFTOVERS_SQL) == [(0,)]


def test_a_reader_sees_the_old_figures_until_the_new_ones_are_whole():
    make_base([Sale(number, DAY, Decimal(number)) for number in range(1, 60)])
    score(DAY)
    counts, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            found = list(RfmScore.objects.values_list("run_id", flat=True))
            counts.add((len(found), len(set(found))))

    readers = [in_thread(read) for _ in range(3)]
    for _ in range(5):
        score(DAY)
    stop.set()
    for reader in readers:
        reader.join(10)
    assert counts == {(59, 1)}


def test_a_long_reader_holds_up_the_swap_but_not_other_readers(monkeypatch):
    monkeypatch.setattr(swapping, "LOCK_PAUSE_SECONDS", 0.05)
    make_base([Sale(1, DAY, Decimal(5))])
    first = score(DAY)
    begun, done, waited = threading.Event(), threading.Event(), list[bool]()

    def read_long():
        with transaction.atomic():
            RfmScore.objects.count()
            begun.set()
            waited.append(done.wait(30))

    reader = in_thread(read_long)
    begun.wait(5)
    run = in_thread(lambda: score(DAY))
    time.sleep(0.4)
    assert set(RfmScore.objects.values_list("run_id", flat=True)) == {first.pk}
    done.set()
    run.join(15)
    reader.join(5)
    assert waited == [True], "the others waited for the reader"
    assert RfmScore.objects.get().run_id == ModelRun.objects.order_by("-pk")[0].pk != first.pk


def test_a_reader_that_never_ends_is_named_in_a_sentence(monkeypatch):
    monkeypatch.setattr(swapping, "LOCK_PAUSE_SECONDS", 0)
    monkeypatch.setattr(swapping, "LOCK_TRIES", 1)
    make_base([Sale(1, DAY, Decimal(5))])
    first = score(DAY)
    begun, done = threading.Event(), threading.Event()

    def read_long():
        with transaction.atomic():
            RfmScore.objects.count()
            begun.set()
            done.wait(10)

    reader = in_thread(read_long)
    begun.wait(5)
    with pytest.raises(AnalysisError, match="the figures of the last run stay"):
        score(DAY)
    done.set()
    reader.join(5)
    assert (RfmScore.objects.get().run_id, last_run("rfm")) == (first.pk, first)
    assert "the figures of the last run stay" in ModelRun.objects.latest("pk").error


def test_two_runs_at_once_take_turns_and_do_not_mix():
    make_base([Sale(number, DAY - dt.timedelta(days=number), Decimal(number)) for number in range(1, 40)])
    days = [DAY - dt.timedelta(days=back) for back in (0, 20, 5)]
    failures = []

    def run(day):
        try:
            score(day)
        except Exception as error:  # reported by the assertion below
            failures.append(error)

    for thread in [in_thread(lambda day=day: run(day)) for day in days]:
        thread.join(30)
    assert failures == []
    (run_id,) = set(RfmScore.objects.values_list("run_id", flat=True))
    last = ModelRun.objects.get(pk=run_id)
    assert RfmScore.objects.count() == last.row_count
    assert set(RfmScore.objects.values_list("as_of", flat=True)) == {last.as_of}


def test_a_step_that_fails_leaves_the_last_good_figures(monkeypatch):
    make_base([Sale(1, DAY, Decimal(5))])
    good = score(DAY)
    monkeypatch.setattr(rfm, "CELLS_SQL", sql.SQL("SELECT 1/0 FROM {table}"))
    with pytest.raises(Exception, match="division by zero"):
        score(DAY)
    assert RfmScore.objects.get().run_id == good.pk
    assert last_run("rfm") == good
    assert rows(LEFTOVERS_SQL) == [(0,)]


def test_contacts_are_joined_to_the_new_table_too():
    make_base([Sale(1, DAY, Decimal(5))])
    score(DAY)
    assert Contact.objects.select_related("rfm").get().rfm.r == 1


def test_the_swap_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside a transaction"):
        swapping.rebuild(TABLE, sql.SQL("SELECT 1"))
