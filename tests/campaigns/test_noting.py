"""Looks and clicks are written down behind the answers: nobody waits for that, and none is lost without need."""

import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Hit
from campaigns.noting import Notes, write


def click(number: int = 1, **fields) -> Hit:
    given = {"recipient_id": number, "campaign_id": 1, "kind": "click", "at": timezone.now(), **fields}
    return Hit(**given)


def wait_until(holds) -> None:
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    assert holds()


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_the_table_is_locked_and_all_is_written_afterwards(caplog):
    notes = Notes(most=3)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE campaigns_hit IN ACCESS EXCLUSIVE MODE")
        notes.put(click(1))
        wait_until(notes._waiting.empty)  # the thread has it, and waits for the table
        for number in range(2, 7):
            notes.put(click(number))
        assert not Hit.objects.exists()
    notes.end()
    assert "they are lost" not in caplog.text
    # three fit behind the one that the thread had; of the other two there is a warning
    assert sorted(Hit.objects.values_list("recipient_id", flat=True)) == [1, 2, 3, 4]
    assert "2 looks or clicks could not be kept" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_note_that_the_database_refuses_costs_no_other(caplog):
    write([click(1), click(2, kind="longer than eight"), click(3)])
    assert sorted(Hit.objects.values_list("recipient_id", flat=True)) == [1, 3]
    assert "could not be written down" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_foresaw_about_a_note_ends_no_later_one():
    notes = Notes()
    notes.put(click(1, user_agent="\ud800"))  # no text at all: not the database refuses it
    wait_until(lambda: not notes._thread.is_alive())
    notes.put(click(2))
    notes.end()
    assert list(Hit.objects.values_list("recipient_id", flat=True)) == [2]
