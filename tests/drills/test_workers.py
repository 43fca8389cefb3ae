"""R1, R2, R6, R19: workers that are killed, run out of memory, are replaced by a deployment, or meet poison."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

from crm.choices import JobState
from crm.jobs import start_job
from crm.mail.choices import MailState
from crm.models import JobRun, OutgoingMail
from tests.drills.stack import Stack
from tests.drills.tally import Tally, long_only, size
from tests.drills.test_broker import nothing_waits, write_mails

SEED = 11
# by failpoint of the sender: the how manieth time it strikes
DEATHS = {"after_claim": 1, "after_begin": 5, "before_smtp": 5, "after_smtp": 5, "before_commit": 1, "after_commit": 1}


def check_mails(stack: Stack, tally: Tally, addresses: list[str], most_uncertain: int) -> None:
    """Every mail is sent once, or is shown as uncertain; of those no more than could be in flight."""
    states = dict(OutgoingMail.objects.filter(recipient__in=addresses).values_list("recipient", "state"))
    uncertain = [to for to, state in states.items() if state == MailState.UNCERTAIN]
    sent = [to for to, state in states.items() if state == MailState.SENT]
    tally.add(uncertain=len(uncertain))
    assert len(sent) + len(uncertain) == len(addresses)
    assert len(uncertain) <= most_uncertain
    assert tally.compare(sent, stack.sink.recipients()) == (0, 0)


@long_only
def test_a_worker_killed_again_and_again_while_it_sends(stack: Stack, tally: Tally) -> None:
    chance = random.Random(SEED)
    stack.sink.seconds = 0.02
    addresses = write_mails("killed", 1_000)
    kills = 20
    for number in range(kills):
        wanted = (number + 1) * len(addresses) // (kills + 2)
        stack.wait_for(partial(has_taken, stack, wanted))
        time.sleep(chance.uniform(0, 0.05))
        stack.restart(("worker", "quick")[number % 2])
    stack.wait_for(nothing_waits, 180)
    check_mails(stack, tally, addresses, most_uncertain=kills)


def has_taken(stack: Stack, count: int) -> bool:
    return len(stack.sink.taken) >= count


def has_lost_its_sender(mark: str) -> bool:
    """Whether a process that took some of these mails is no more."""
    takers = OutgoingMail.objects.filter(recipient__startswith=mark).exclude(claimed_by="")
    pids = {taker.rpartition(":")[2] for taker in takers.values_list("claimed_by", flat=True)}
    return any(not Path(f"/proc/{pid}").exists() for pid in pids)


@long_only
def test_a_sender_that_dies_at_each_step(stack: Stack, tally: Tally) -> None:
    stack.end("quick", signal.SIGTERM, is_fault=False)
    for point, at in DEATHS.items():
        stack.end("worker", signal.SIGTERM, is_fault=False)
        stack.sink.taken.clear()
        addresses = write_mails(f"{point}-", 20)
        stack.start("worker", f"mail.{point}=kill@{at}")
        stack.wait_for(partial(has_lost_its_sender, f"{point}-"))
        stack.faults += 1
        stack.restart("worker", signal.SIGTERM)
        stack.wait_for(nothing_waits)
        # the failpoint strikes once in each process of the pool that gets so far
        check_mails(stack, tally, addresses, most_uncertain=4)
    stack.start("quick")


def test_the_child_of_a_pool_killed_as_for_want_of_memory(stack: Stack, tally: Tally) -> None:
    job = start_job(actor=None, kind="echo", title="Echo", parameters={"seconds": 2})
    stack.wait_for(lambda: JobRun.objects.get(pk=job.pk).state == JobState.RUNNING)
    pid = int(JobRun.objects.get(pk=job.pk).claimed_by.rpartition(":")[2])
    os.kill(pid, signal.SIGKILL)
    stack.faults += 1
    stack.wait_for(lambda: JobRun.objects.get(pk=job.pk).state == JobState.DONE)
    job.refresh_from_db()
    assert (job.attempts, int(job.claimed_by.rpartition(":")[2]) != pid) == (2, True)
    assert tally.compare([job.pk], [job.pk]) == (0, 0)


@long_only
def test_a_job_that_kills_its_worker_is_parked_after_three_and_the_rest_flows(stack: Stack, tally: Tally) -> None:
    poison = start_job(actor=None, kind="die", title="Poison")
    after = [start_job(actor=None, kind="echo", title=f"After poison {n}") for n in range(5)]
    stack.wait_for(lambda: JobRun.objects.get(pk=poison.pk).state == JobState.PARKED, 90)
    stack.wait_for(nothing_waits)
    poison.refresh_from_db()
    stack.faults += poison.attempts
    assert poison.attempts == 3
    assert "died" in poison.error
    assert stack.person("admin").get(f"/jobs/{poison.pk}/").text.count(poison.error) == 1
    done = JobRun.objects.filter(pk__in=[job.pk for job in after], state=JobState.DONE).values_list("pk", flat=True)
    assert tally.compare([job.pk for job in after], done) == (0, 0)


def test_a_deployment_in_the_middle_of_work(stack: Stack, tally: Tally) -> None:
    count = size(2, 4)
    jobs = [start_job(actor=None, kind="echo", title=f"Deploy {n}", parameters={"seconds": 1}) for n in range(count)]
    stack.wait_for(lambda: JobRun.objects.filter(title__startswith="Deploy", state=JobState.RUNNING).exists())
    stack.restart("worker", signal.SIGTERM)
    stack.wait_for(nothing_waits)
    done = JobRun.objects.filter(title__startswith="Deploy", state=JobState.DONE)
    assert tally.compare([job.pk for job in jobs], done.values_list("pk", flat=True)) == (0, 0)
    assert set(done.values_list("attempts", flat=True)) <= {1, 2}
