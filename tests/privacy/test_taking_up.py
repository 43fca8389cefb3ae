"""S28: an erasure whose job came to nothing blocks nobody: asked again, through whatever door, it is done."""

from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command

from contacts.management.commands import erase as command
from contacts.models import Contact, PrivacyRequest
from contacts.privacy import working
from contacts.privacy.actions import ask_for_erasure
from contacts.privacy.many import AT_WORK, ask_for_many, look_at
from crm import jobs
from crm.choices import JobState
from crm.locks import side_connection, take_lock
from crm.models import JobRun
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stuck() -> list[Contact]:
    """Two whose erasure was asked for by one job, and that one cancelled."""
    make.make_company()
    people = [make.make_contact(name=name) for name in ("Anna Keller", "Bruno Bird")]
    job = ask_for_many(actor=None, contacts=people, reason="asked")
    assert [why for _, why in look_at(people).refused] == [AT_WORK, AT_WORK]
    jobs.request_cancel(actor=None, job=job)
    return people


def test_one_is_asked_for_again(stuck):
    before = PrivacyRequest.objects.get(contact=stuck[0])
    asked = ask_for_erasure(actor=None, contact=stuck[0], reason="asked")
    assert asked.pk == before.pk
    assert asked.job_id != before.job_id
    assert ask_for_erasure(actor=None, contact=stuck[0], reason="asked").job_id == asked.job_id
    jobs.run_job(asked.job_id)
    assert list(Contact.objects.exclude(erased_at=None)) == [stuck[0]]
    jobs.retry_job(actor=None, job=before.job)
    jobs.run_job(before.job_id)
    assert Contact.objects.exclude(erased_at=None).count() == 2


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.FAILED, JobState.PARKED, JobState.DONE, None])
def test_many_are_asked_for_again(stuck, state):
    if state is None:
        PrivacyRequest.objects.update(job=None)
    else:
        JobRun.objects.update(state=state)
    assert look_at(stuck).ready == stuck
    job = ask_for_many(actor=None, contacts=stuck, reason="asked")
    assert jobs.run_to_end(job)
    assert job.result["erased"] == 2
    assert not Contact.objects.filter(erased_at=None).exists()
    assert set(PrivacyRequest.objects.values_list("state", flat=True)) == {"done"}
    assert PrivacyRequest.objects.count() == 2


def test_a_worker_that_was_faster_is_waited_for():
    make.make_company()
    job = ask_for_many(actor=None, contacts=[make.make_contact(name="Anna Keller")], reason="asked")
    is_held, is_seen = Event(), Event()

    def hold() -> None:
        with side_connection() as side:
            assert take_lock(side, jobs.LOCK_CLASS, job.pk)
            is_held.set()
            is_seen.wait(1)

    worker = Thread(target=hold)
    worker.start()
    assert is_held.wait(10)
    jobs.run_job(job.pk)
    assert not Contact.objects.exclude(erased_at=None).exists()
    assert jobs.run_to_end(job)
    worker.join()
    assert Contact.objects.exclude(erased_at=None).count() == 1


def test_a_part_that_fails_does_not_stop_the_command(monkeypatch):
    make.make_company()
    people = [make.make_contact(name=f"Anna Nr{one}", external_id=f"A-{one}") for one in range(3)]
    planned = working.plan_erasure

    def fails(persons):
        if persons[0].pk == people[0].pk:
            raise RuntimeError("a row that cannot be read")
        return planned(persons)

    monkeypatch.setattr(working, "plan_erasure", fails)
    monkeypatch.setattr(command, "MOST", 1)
    out = StringIO()
    with pytest.raises(CommandError, match=r"Job .* is parked: RuntimeError"):
        call_command("erase", "A-0", "A-1", "A-2", stdout=out, stderr=StringIO())
    assert "2 people are erased" in out.getvalue()
    assert list(Contact.objects.filter(erased_at=None)) == [people[0]]
