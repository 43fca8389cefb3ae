"""Everything at once: people write, mails leave, jobs run, and at random moments a process or a server is killed."""

from __future__ import annotations

import random
import threading
import time

from django.db import connection

from contacts.models import Contact
from crm.choices import JobState
from crm.jobs import start_job
from crm.models import JobRun
from tests.drills.stack import Stack
from tests.drills.tally import Tally, long_only
from tests.drills.test_broker import nothing_waits, write_mails
from tests.drills.test_workers import check_mails

SEED = 2026
KILLS = 20
PAUSE = 4


def strike(stack: Stack, target: str) -> None:
    """Kill it as by `kill -9`, and start it again."""
    if target == "valkey":
        with stack.gone(stack.instance.valkey, "valkey"):
            time.sleep(0.3)
    elif target == "pg":
        with stack.gone(stack.instance.postgres, "pg"):
            time.sleep(0.3)
    else:
        stack.restart(target)


@long_only
def test_random_kills_while_everything_runs(stack: Stack, tally: Tally) -> None:
    chance = random.Random(SEED)
    stack.sink.seconds = 0.02
    addresses = write_mails("soak", 1_000)
    jobs = [start_job(actor=None, kind="echo", title=f"Soak {n}", parameters={"seconds": 0.2}) for n in range(10)]
    accepted: list[str] = []
    statuses: list[int] = []
    is_over = threading.Event()

    def write() -> None:
        """A person who saves one contact after the other; what was answered by a redirect counts as saved."""
        person = stack.person("rep")
        number = 0
        while not is_over.is_set():
            name = f"Soak {number}"
            try:
                status = person.fill_in("/contacts/new/", kind="organization", name=name).status
                statuses.append(status)
                if status == 302:
                    accepted.append(name)
            except OSError:
                time.sleep(0.2)  # the web server is being started again
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    targets = ["worker", "valkey", "quick", "pg", "web", "beat"]
    for number in range(KILLS):
        time.sleep(chance.uniform(0.5, 1.0) * PAUSE)
        strike(stack, targets[number % len(targets)])
        connection.close()
    meanwhile = len(accepted)
    stack.wait_for(lambda: len(accepted) > KILLS)
    is_over.set()
    writer.join()
    stack.wait_for(lambda: stack.person().get("/readyz").status == 200)
    stack.wait_for(nothing_waits, 240)
    names = Contact.objects.filter(name__startswith="Soak ").values_list("name", flat=True)
    assert tally.compare(accepted, names) == (0, 0)
    # how often somebody can save depends on the machine; that it goes on between the kills does not
    assert meanwhile > KILLS // 4
    assert 500 not in statuses
    done = JobRun.objects.filter(title__startswith="Soak ", state=JobState.DONE).values_list("pk", flat=True)
    assert tally.compare([job.pk for job in jobs], done) == (0, 0)
    check_mails(stack, tally, addresses, most_uncertain=KILLS)
