"""R24: two beats, and a beat that was away: a periodic job runs once a window."""

from __future__ import annotations

import signal
import threading
from collections import Counter

from django.db import connection

from crm.jobs import claim_window
from crm.models import JobWindow
from tests.drills.stack import Stack
from tests.drills.tally import Tally, size
from tests.drills.test_broker import nothing_waits, write_mails
from tests.drills.test_workers import check_mails


def test_two_beats_at_once_send_each_mail_once(stack: Stack, tally: Tally) -> None:
    stack.start("beat", again="second beat")
    stack.faults += 1
    try:
        addresses = write_mails("beats", size(40, 200))
        stack.forget_queues()
        stack.wait_for(nothing_waits)
        check_mails(stack, tally, addresses, most_uncertain=0)
    finally:
        stack.end("second beat", signal.SIGTERM, is_fault=False)


def test_work_waits_for_a_beat_that_is_away_and_is_done_when_it_comes_back(stack: Stack, tally: Tally) -> None:
    stack.end("beat")
    addresses = write_mails("no-beat", 20)
    stack.forget_queues()
    stack.start("beat")
    stack.wait_for(nothing_waits)
    check_mails(stack, tally, addresses, most_uncertain=0)


def test_a_window_is_claimed_once_however_many_ask(stack: Stack, tally: Tally) -> None:
    answers: list[bool] = []
    windows = [f"window {number}" for number in range(size(5, 50))]
    barrier = threading.Barrier(4)
    settings_of_stack = connection.settings_dict

    def ask() -> None:
        connection.settings_dict = settings_of_stack
        try:
            for window in windows:
                barrier.wait()
                answers.append(claim_window("drill", window))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stack.faults += len(windows)
    assert Counter(answers) == {True: len(windows), False: 3 * len(windows)}
    assert tally.compare(windows, JobWindow.objects.filter(job="drill").values_list("window", flat=True)) == (0, 0)
