"""The engine: its steps and parameters, the command, the worker's job, the nightly bell."""

import datetime as dt
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command

from analytics.jobs import run_analysis, start_rfm
from analytics.models import ModelRun, RfmScore
from analytics.tasks import nightly_task
from crm.choices import JobState
from crm.jobs import JobError, SilentProgress, run_job
from crm.models import Company, JobRun, LogEntry
from tests.analytics.bases import Sale, make_base

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)


@pytest.fixture
def base():
    make_base([Sale(1, DAY, Decimal(5)), Sale(2, DAY - dt.timedelta(days=60), Decimal("7.50"))])


def analyze(*words, capsys=None):
    call_command("analyze", *words)
    return capsys.readouterr().out if capsys else ""


def test_the_command_prints_the_keys_of_the_contract(base, capsys):
    said = json.loads(analyze("--only", "rfm", "--as-of", "2026-03-31", "--json", capsys=capsys))
    assert set(said["rfm"]) == {"seconds", "rows", "parameters", "metrics"}
    assert said["rfm"]["rows"] == said["rfm"]["metrics"]["customers"] == 2
    assert said["rfm"]["parameters"]["window_days"] is None
    assert sum(said["rfm"]["metrics"]["segments"].values()) == 2


def test_the_command_takes_a_parameter(base, capsys):
    said = json.loads(analyze("--as-of", "2026-03-31", "--param", "rfm.window_days=30", "--json", capsys=capsys))
    assert (said["rfm"]["rows"], said["rfm"]["parameters"]["window_days"]) == (1, 30)


def test_the_command_says_its_figures_in_words(base, capsys):
    said = analyze("--as-of", "2026-03-31", capsys=capsys)
    assert "2 customers" in said
    assert "12.50 net revenue" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--only", "magic"], "There is no step “magic”. The steps are: rfm, "),
        (["--param", "rfm.width=3"], "The step rfm has no parameter “width”. It has: rfm.window_days."),
        (["--param", "rfm.window_days=0"], "window_days must be a whole number from 1 to 36,500, not “0”."),
        (["--param", "window_days=3"], "write it like --param rfm.window_days=365."),
        (["--as-of", "31.3.2026"], "“31.3.2026” is not a day; write it like 2026-06-30."),
    ],
)
def test_the_command_refuses_in_a_sentence(words, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("analyze", *words)
    assert sentence in str(refusal.value)
    assert ModelRun.objects.count() == 0


@time_machine.travel("2026-03-31 23:30:00+00:00", tick=False)
def test_the_day_unless_given_is_today_where_the_company_is(base):
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "time_zone": "Europe/Berlin"})
    analyze("--only", "rfm", "--json")
    assert ModelRun.objects.get().as_of == dt.date(2026, 4, 1)


def test_the_job_scores_and_names_its_run(base):
    job = start_rfm(actor=None, as_of=DAY, window_days=30)
    run_job(job.pk)
    job.refresh_from_db()
    run = ModelRun.objects.get()
    assert job.state == JobState.DONE, job.error
    assert job.result["runs"][0]["run"] == run.pk
    assert (run.job_id, run.parameters, RfmScore.objects.count()) == (job.pk, {"window_days": 30}, 1)
    assert LogEntry.objects.filter(job=job, verb="analyze").count() == 1


def test_a_job_that_asks_for_the_impossible_fails_with_the_sentence():
    job = JobRun(kind="analysis", title="x", parameters={"only": ["magic"]})
    with pytest.raises(JobError, match="There is no step"):
        run_analysis(job, SilentProgress())


def test_the_nightly_run_starts_once_a_day_from_two_oclock_on():
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "time_zone": "Europe/Berlin"})
    told = []
    for moment in ("2026-03-30 23:10", "2026-03-31 00:10", "2026-03-31 01:10", "2026-03-31 22:10", "2026-04-01 00:10"):
        with time_machine.travel(f"{moment}:00+00:00", tick=False):
            told.append(nightly_task())
    assert told == [False, True, False, False, True]
    days = JobRun.objects.filter(kind="analysis").order_by("pk").values_list("parameters__as_of", flat=True)
    assert list(days) == ["2026-03-30", "2026-03-31"]
