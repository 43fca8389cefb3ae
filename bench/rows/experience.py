"""The experience map: counted by a job over everything there is; read by who sees everything; counted live for who sees
a part of the contacts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.measuring import Line, at_most, middle, timed
from bench.world import MANAGER, REP, World
from contacts.models import Interaction
from crm.choices import JobState
from crm.jobs import run_job
from crm.models import User
from feedback.experience.counting import DAYS, start_count

PAGE = "/experience/?days={}"
FULL = 1_000_000
MOST_OF_THE_JOB, MOST_OF_A_PAGE = 1_800.0, 10.0
"""Seconds; of the job, for a million customers."""


def measure(world: World) -> Iterator[Line]:
    """The job, the page of who sees all, the pages of a rep for each period."""
    total = Interaction.objects.count()
    job = start_count(actor=None)
    seconds = timed(partial(run_job, job.pk))
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise RuntimeError(f"{job.state}: {job.error}")
    share = max(world.rows / FULL, 0.01)
    yield at_most("map", f"a job counts {total:,} contacts, {len(DAYS)} periods", seconds, MOST_OF_THE_JOB * share, "s")
    manager, rep = world.visitor(world.port, MANAGER), world.visitor(world.port, REP)
    kept = middle(partial(manager.get, PAGE.format(365)), 3)
    yield at_most("map", "a year, for who sees all of it", kept, MOST_OF_A_PAGE, "s")
    theirs = Interaction.objects.visible_to(User.objects.get(email=REP)).count()
    for days in DAYS:
        taken = middle(partial(rep.get, PAGE.format(days)), 3)
        yield at_most("map", f"{days} days, live, for who sees {theirs:,}", taken, MOST_OF_A_PAGE, "s")
