"""The experience map: counted by a job over everything there is; read by who sees everything; for who sees a part of
the contacts counted when they look, or, where that takes too long for a page, by a job of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.measuring import Line, at_most, middle, timed
from bench.world import MANAGER, REP, World
from contacts.models import Interaction
from crm.choices import JobState
from crm.jobs import run_job
from crm.models import JobRun, User
from feedback.experience.counting import DAYS, map_for, start_count, start_own_count

PAGE = "/experience/?days={}"
FULL = 1_000_000
MOST_OF_THE_JOB, MOST_OF_A_PAGE = 1_800.0, 10.0
"""Seconds; of the job, for a million customers."""


def measure(world: World) -> Iterator[Line]:
    """The job, the page of who sees all, the pages of a rep for each period and the job that counts for them."""
    most, total = MOST_OF_THE_JOB * max(world.rows / FULL, 0.01), Interaction.objects.count()
    seconds = timed(partial(_done, start_count(actor=None)))
    yield at_most("map", f"a job counts {total:,} contacts, {len(DAYS)} periods", seconds, most, "s")
    manager, rep = world.visitor(world.port, MANAGER), world.visitor(world.port, REP)
    kept = middle(partial(manager.get, PAGE.format(365)), 3)
    yield at_most("map", "a year, for who sees all of it", kept, MOST_OF_A_PAGE, "s")
    person = User.objects.get(email=REP)
    theirs = Interaction.objects.visible_to(person).count()
    for days in DAYS:
        taken = middle(partial(rep.get, PAGE.format(days)), 3)
        how = "live" if map_for(person, days).journey else "left to a job"
        yield at_most("map", f"{days} days, {how}, for who sees {theirs:,}", taken, MOST_OF_A_PAGE, "s")
    seconds = timed(partial(_done, start_own_count(actor=person)))
    yield at_most("map", f"a job counts for who sees {theirs:,}", seconds, most, "s")


def _done(job: JobRun) -> None:
    run_job(job.pk)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise RuntimeError(f"{job.state}: {job.error}")
