"""Jobs: claimed once, tried three times, parked with a reason, cancelled at the next report, never lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm import jobs
from crm.choices import JobState
from crm.locks import side_connection
from crm.models import JobRun, LogEntry

pytestmark = pytest.mark.django_db(transaction=True)
CALLS: list[int] = []


def count_calls(job: JobRun, progress: jobs.Progress) -> dict[str, Any]:
    CALLS.append(job.pk)
    progress.report(1, 2, "half way")
    return {"seen": job.parameters.get("number")}


def always_fail(job: JobRun, progress: jobs.Progress) -> dict[str, Any]:
    raise ValueError("the file is upside down")


def refuse(job: JobRun, progress: jobs.Progress) -> dict[str, Any]:
    raise jobs.JobError("There are no orders yet; import some first.")


def write_then_stop(job: JobRun, progress: jobs.Progress) -> dict[str, Any]:
    with transaction.atomic():
        LogEntry.objects.create(verb="half", summary="half done")
        ask_to_stop_from_elsewhere(job)
        progress.report(2, 2)
    return {}


def ask_to_stop_from_elsewhere(job: JobRun) -> None:
    with side_connection() as side, side.cursor() as cursor:
        cursor.execute("UPDATE crm_jobrun SET cancel_requested_at = now() WHERE id = %s", [job.pk])


@pytest.fixture(autouse=True)
def handlers(settings) -> None:
    names = ("count_calls", "always_fail", "refuse", "write_then_stop")
    settings.CRM_JOBS = {name: f"{__name__}.{name}" for name in names}
    CALLS.clear()


def waiting(kind: str, **fields: Any) -> JobRun:
    return JobRun.objects.create(kind=kind, title=kind, **fields)


def test_a_job_is_done_once_however_often_the_bell_rings() -> None:
    job = waiting("count_calls", parameters={"number": 7})
    jobs.run_job(job.pk)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert [job.pk] == CALLS
    assert (job.state, job.result, job.attempts, job.progress_total) == (JobState.DONE, {"seen": 7}, 1, 2)


def test_two_workers_at_once_do_a_job_once() -> None:
    job = waiting("count_calls")
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        jobs.run_job(job.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.pk] == CALLS


def test_a_job_held_by_a_living_worker_is_left_alone() -> None:
    job = waiting("count_calls", state=JobState.RUNNING, attempts=1, started_at=timezone.now())
    with side_connection() as side:
        assert jobs._hold(side, job.pk)
        jobs.run_job(job.pk)
        assert list(jobs.jobs_left_behind()) == []
    assert CALLS == []
    assert list(jobs.jobs_left_behind()) == [job]


def test_a_job_whose_worker_died_is_taken_up_again() -> None:
    job = waiting("count_calls", state=JobState.RUNNING, attempts=1, started_at=timezone.now())
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_a_job_that_always_fails_is_parked_after_three_attempts_with_its_reason() -> None:
    job = waiting("always_fail")
    for _ in range(5):
        JobRun.objects.filter(pk=job.pk).update(due_at=timezone.now())
        jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.PARKED, 3)
    assert "upside down" in job.error


def test_a_poisonous_job_that_kills_its_worker_is_parked_too() -> None:
    job = waiting("count_calls", state=JobState.RUNNING, attempts=3)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, CALLS) == (JobState.PARKED, [])


def test_a_refusal_is_a_sentence_and_is_not_tried_again() -> None:
    job = waiting("refuse")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (
        JobState.FAILED,
        "There are no orders yet; import some first.",
        1,
    )


def test_a_cancelled_job_takes_back_what_it_had_begun() -> None:
    job = waiting("write_then_stop")
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not LogEntry.objects.filter(verb="half").exists()


def test_cancelling_a_waiting_job_stops_it_at_once() -> None:
    job = waiting("count_calls")
    jobs.request_cancel(actor=None, job=job)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, CALLS) == (JobState.CANCELLED, [])


def test_a_parked_job_can_be_tried_again_with_fresh_attempts() -> None:
    job = waiting("count_calls", state=JobState.PARKED, attempts=3, error="no")
    assert jobs.retry_job(actor=None, job=job)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 1, "")
    assert not jobs.retry_job(actor=None, job=job)


def test_starting_a_job_writes_one_row_and_one_line_in_the_log() -> None:
    job = jobs.start_job(actor=None, kind="count_calls", title="Count", parameters={"number": 1})
    assert JobRun.objects.get() == job
    assert LogEntry.objects.filter(verb="start job", object_id=job.pk).count() == 1


def test_an_unknown_kind_of_job_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of job"):
        jobs.start_job(actor=None, kind="nonsense", title="Nonsense")
