"""Long work fills the worker that takes it; short work and mail go on beside it, by the worker kept free for them."""

from __future__ import annotations

from crm.choices import JobQueue, JobState
from crm.jobs import request_cancel, start_job
from crm.models import JobRun
from tests.drills.stack import Stack
from tests.drills.tally import Tally
from tests.drills.test_broker import nothing_waits, write_mails
from tests.drills.test_workers import check_mails


def test_long_work_holds_up_neither_short_work_nor_mail(stack: Stack, tally: Tally) -> None:
    long_work = [start_job(actor=None, kind="wait", title=f"Until called off {n}") for n in range(4)]
    states = JobRun.objects.filter(pk__in=[job.pk for job in long_work]).order_by().values_list("state", flat=True)
    as_full_as_can_be = [JobState.RUNNING] * 2 + [JobState.WAITING] * 2
    stack.wait_for(lambda: sorted(states.all()) == as_full_as_can_be)

    addresses = write_mails("beside", 20)
    short = start_job(actor=None, kind="echo", title="Short", queue=JobQueue.INTERACTIVE)
    stack.wait_for(lambda: len(stack.sink.taken) == len(addresses))
    stack.wait_for(lambda: JobRun.objects.get(pk=short.pk).state == JobState.DONE)
    assert sorted(states.all()) == as_full_as_can_be

    for job in long_work:
        request_cancel(actor=None, job=job)
    stack.wait_for(nothing_waits)
    assert set(states.all()) == {JobState.CANCELLED}
    check_mails(stack, tally, addresses, most_uncertain=0)
