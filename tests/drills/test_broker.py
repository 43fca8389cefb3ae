"""R4, R5: the broker loses everything, is stopped, is frozen; people work on, and the work is done by itself."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from contacts.models import Contact
from crm.choices import JobState
from crm.jobs import start_job
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind, MailState
from crm.mail.drafts import Draft
from crm.models import JobRun, OutgoingMail
from tests.drills.stack import Stack
from tests.drills.tally import IS_LONG, Tally, long_only, size

OPEN = [MailState.QUEUED, MailState.IN_FLIGHT]
MOST_SECONDS = 3.0


def write_mails(mark: str, count: int) -> list[str]:
    addresses = [f"{mark}{n}@example.com" for n in range(count)]
    drafts = [Draft(kind=MailKind.AT_MOST_ONCE, to=to, subject="Offer", text="Good day.") for to in addresses]
    send_mails(actor=None, drafts=drafts)
    return addresses


def nothing_waits() -> bool:
    has_mail = OutgoingMail.objects.filter(state__in=OPEN).exists()
    return not has_mail and not JobRun.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).exists()


@long_only
def test_a_broker_that_forgets_and_dies_with_work_in_its_queues(stack: Stack, tally: Tally) -> None:
    stack.sink.seconds = 0.01
    addresses = write_mails("lost", 400)
    jobs = [start_job(actor=None, kind="echo", title=f"Echo {n}") for n in range(20)]
    stack.forget_queues()
    with stack.gone(stack.instance.valkey, "valkey"):
        pass
    stack.wait_for(nothing_waits, 120)
    done = JobRun.objects.filter(pk__in=[job.pk for job in jobs], state=JobState.DONE).values_list("pk", flat=True)
    assert tally.compare(addresses, stack.sink.recipients()) == (0, 0)
    assert tally.compare([job.pk for job in jobs], done) == (0, 0)


@pytest.mark.parametrize("how", [pytest.param("stopped", marks=long_only), "frozen"])
def test_people_work_while_the_broker_is_away(stack: Stack, tally: Tally, say_at_the_end, how: str) -> None:
    person, admin = stack.person("rep"), stack.person("admin")
    names = [f"Away {how} {n}" for n in range(size(3, 20))]
    # who asks again within five minutes gets no second mail, so each way asks for another person
    forgetful = {"stopped": "manager@drill.example", "frozen": "rep@drill.example"}[how]
    valkey = stack.instance.valkey
    answers = []
    with stack.frozen(valkey) if how == "frozen" else stack.gone(valkey, "valkey"):
        newcomer = stack.person()
        answers.append(newcomer.sign_in("manager@drill.example", "a drill's password"))
        for name in names:
            answers.append(person.fill_in("/contacts/new/", kind="organization", name=name, country="DE"))
            answers.append(person.get("/contacts/"))
        answers.append(stack.person().fill_in("/accounts/password/reset/", email=forgetful))
        assert admin.get("/readyz").status == 503
        answers += [admin.get("/mails/"), admin.get("/jobs/")]
        late = start_job(actor=None, kind="echo", title="Asked for while it was away")
    assert Counter(answer.status // 100 for answer in answers) == {2: len(names) + 2, 3: len(names) + 2}
    if IS_LONG:  # the suite runs on machines that are busy with other things
        assert max(answer.seconds for answer in answers) < MOST_SECONDS
    say_at_the_end(f"drill broker {how}: the slowest page took {max(answer.seconds for answer in answers):.1f} s")
    stack.wait_for(nothing_waits)
    late.refresh_from_db()
    assert late.state == JobState.DONE
    stack.wait_for(lambda: stack.sink.recipients() == [forgetful])
    found = Contact.objects.filter(name__in=names).values_list("name", flat=True)
    assert tally.compare(names, found) == (0, 0)
    stack.wait_for(lambda: admin.get("/readyz").status == 200)


@long_only
def test_a_worker_takes_up_again_after_its_broker_was_away_three_times(stack: Stack, tally: Tally) -> None:
    for cycle in range(3):
        with stack.gone(stack.instance.valkey, "valkey"):
            time.sleep(0.5)
        job = start_job(actor=None, kind="echo", title=f"Cycle {cycle}")
        stack.wait_for(JobRun.objects.filter(pk=job.pk, state=JobState.DONE).all().exists, 60)
        assert tally.compare([job.pk], [job.pk]) == (0, 0)
