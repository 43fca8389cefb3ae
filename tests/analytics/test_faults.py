"""Runs that end badly or meet: a process killed at any step, two at once, a worker that dies; no figure is lost."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone

from analytics.jobs import KIND
from analytics.models import (
    ChurnScore,
    ClvScore,
    CohortCount,
    DuplicatePair,
    LeadScore,
    ModelRun,
    ProspectScore,
    RetentionRate,
    RfmScore,
    SatisfactionCount,
    ScoreHistory,
    SellAlert,
)
from analytics.models.forecast import DealForecast
from analytics.registry import STEPS
from analytics.runs import RUN_LOCK, WAITING, AnotherRun, one_at_a_time, run_steps
from campaigns.models import Campaign, Recipient, ResponseScore, VariantTally
from contacts.models import Contact
from crm.choices import JobState
from crm.jobs import SilentProgress, run_job
from crm.locks import side_connection, take_lock
from crm.models import JobRun
from tests.analytics.bases import make_base
from tests.analytics.clv_bases import DAY, drawn_sales
from tests.drills.tally import IS_LONG
from tests.factories import make_company, make_contact, make_deal, make_lead, make_response

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lasting_segments")]
ROOT = Path(__file__).resolve().parents[2]
RESULTS = (
    RfmScore,
    ClvScore,
    ChurnScore,
    ScoreHistory,
    RetentionRate,
    CohortCount,
    DealForecast,
    LeadScore,
    ProspectScore,
    SellAlert,
    VariantTally,
    ResponseScore,
    SatisfactionCount,
    DuplicatePair,
)
OF_A_RUN = ("run_id", "id", "counted_at")
PROGRAM = """
import os, datetime, django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = os.environ["NAME"]
"""
STEP_BY_STEP = """
import sys
from django.db import connections
from analytics.runs import run_steps
for step in map(str.strip, sys.stdin):
    connections.close_all()
    child = os.fork()
    if not child:
        day, again = datetime.date(2026, 3, 31), {"history": {"rewrite": "yes"}}
        run_steps(actor=None, as_of=day, only=[step], parameters=again)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
JOB = """
from crm.jobs import run_job
run_job(%d)
"""


@pytest.fixture
def base() -> None:
    sales = drawn_sales(150, 70)
    make_base([sale for sale in sales if sale.customer % 3], source="Fair")
    make_base([sale for sale in sales if not sale.customer % 3], source="Web")
    make_company()
    for _ in range(2):
        make_contact(name="Ottilie Sandrock", emails=("ottilie@sandrock.example",), phones=("+49 40 7654321",))
    for number in range(8):
        make_contact(name=f"Nobody {number}", source="Fair" if number % 2 else "Web")
    for back in range(12):
        opened = DAY - dt.timedelta(days=30 * back + 20)
        make_deal(opened_on=opened, closed=("Lost" if back % 3 else "Won", opened + dt.timedelta(days=15)))
        make_deal(opened_on=opened)
    for number in range(40):
        is_won, came = number % 3 == 0, timezone.make_aware(dt.datetime.combine(DAY, dt.time(9))) - dt.timedelta(days=9)
        end = {"converted_at": came} if is_won else {"lost_at": came}
        make_lead(source="Fair" if number % 2 else "Web", created_at=came, converted=is_won, **end)
    for place, one in enumerate(Contact.objects.order_by("pk")[:60]):
        make_response(one, place % 11, answered_at=came)
    past = Campaign.objects.create(name="Past")
    variant, moment = past.variants.create(name="A"), dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    Recipient.objects.bulk_create(
        Recipient(campaign=past, variant=variant, contact=one, responded=place % 4 == 0, sent_at=moment)
        for place, one in enumerate(Contact.objects.order_by("pk")[:140])
    )


def started(program: str, at: int = 1) -> subprocess.Popen[str]:
    """A program in a process of its own that dies as by `kill -9` where the at-th step would commit."""
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "NAME": connection.settings_dict["NAME"],
        "CRM_FAILPOINTS": f"analysis.before_commit=kill@{at}",
    }  # fmt: skip
    command = [sys.executable, "-c", PROGRAM + program]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)


def figures(*left_out: str) -> dict[str, list]:
    """Everything that the runs have written, row by row."""
    return {
        model.__name__: sorted(
            str({key: value for key, value in row.items() if key not in left_out}) for row in model.objects.values()
        )
        for model in RESULTS
    }


def test_a_process_killed_in_the_middle_of_any_step_leaves_the_last_good_figures(base):
    run_steps(actor=None, as_of=DAY)
    good, whatever_the_run, runs = figures(), figures(*OF_A_RUN), ModelRun.objects.count()
    assert all(good.values()), {name for name, rows in good.items() if not rows}
    with started(STEP_BY_STEP) as dying:
        for step in STEPS:
            dying.stdin.write(f"{step}\n")
            dying.stdin.flush()
            assert dying.stdout.readline() == f"{-signal.SIGKILL}\n", step
            assert figures() == good, step
            assert ModelRun.objects.count() == runs, step
        dying.stdin.close()
    run_steps(actor=None, as_of=DAY)
    assert figures(*OF_A_RUN) == whatever_the_run


def test_two_runs_at_once_take_turns_and_give_the_figures_of_one(base):
    steps = [*STEPS] if IS_LONG else ["rfm", "retention", "satisfaction"]
    run_steps(actor=None, as_of=DAY, only=steps)
    alone = figures(*OF_A_RUN)
    ModelRun.objects.all().delete()
    made: list[list[int]] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        made.append([run.pk for run in run_steps(actor=None, as_of=DAY, only=steps)])
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    first, second = sorted(made)
    assert max(first) < min(second)
    assert list(ModelRun.objects.order_by("pk").values_list("step", flat=True)) == [*steps, *steps]
    assert figures(*OF_A_RUN) == alone
    assert set(RfmScore.objects.values_list("run_id", flat=True)) == {second[0]}


def test_a_second_run_waits_and_gives_up_in_a_sentence(settings):
    settings.CRM_ANALYSIS_WAIT_SECONDS = 0
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with one_at_a_time(SilentProgress(), wait_seconds=0):
            held.set()
            done.wait(10)
        connections.close_all()

    other = threading.Thread(target=hold, daemon=True)
    other.start()
    assert held.wait(10)
    with pytest.raises(AnotherRun, match="Another run of the analysis is going on"):
        run_steps(actor=None, as_of=DAY, only=["rfm"])
    done.set()
    other.join(10)
    with side_connection() as side:
        assert take_lock(side, RUN_LOCK, 1)


def analysis_job(**parameters: object) -> JobRun:
    return JobRun.objects.create(kind=KIND, title="Analysis", parameters={"as_of": DAY.isoformat(), **parameters})


def test_a_job_beside_another_run_goes_back_to_the_queue_and_keeps_its_attempts():
    job = analysis_job()
    with side_connection() as side:
        assert take_lock(side, RUN_LOCK, 1)
        run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts, job.progress_message) == (JobState.WAITING, 0, WAITING)
        assert job.due_at > timezone.now() + dt.timedelta(seconds=10)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 1)


def test_a_job_whose_worker_dies_goes_on_behind_the_steps_that_it_has_done(base):
    names = list(STEPS) if IS_LONG else ["rfm", "retention", "satisfaction"]
    job = analysis_job(only=names)
    assert started(JOB % job.pk, at=2).wait(90) == -signal.SIGKILL
    first = list(ModelRun.objects.order_by("pk"))
    assert [run.step for run in first] == names[:1]
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert [one["step"] for one in job.result["runs"]] == names
    assert [one["run"] for one in job.result["runs"][:1]] == [run.pk for run in first]
