"""A real Celery worker does the work of a row, and of the row that a dead worker left."""

import os

from crm.choices import JobState
from crm.jobs import start_job, sweep
from crm.models import JobRun


def state_of(job: JobRun) -> str:
    return JobRun.objects.values_list("state", flat=True).get(pk=job.pk)


def test_a_job_is_run_by_a_worker_in_another_process(real_worker):
    job = start_job(actor=None, kind="echo", title="Echo", parameters={"word": "é"})
    real_worker.wait_for(lambda: state_of(job) == JobState.DONE)
    job.refresh_from_db()
    assert job.result["parameters"] == {"word": "é"}
    assert job.result["process"] not in {os.getpid(), real_worker.process.pid}


def test_a_job_survives_the_death_of_its_worker(real_worker):
    job = start_job(actor=None, kind="echo", title="Echo", parameters={"seconds": 2})
    real_worker.wait_for(lambda: state_of(job) == JobState.RUNNING)
    real_worker.kill()
    real_worker.start()
    real_worker.wait_for(lambda: sweep() == 1)  # the database frees the dead worker's lock in a moment
    real_worker.wait_for(lambda: state_of(job) == JobState.DONE)
    job.refresh_from_db()
    assert job.attempts == 2
