"""Sequences: what is due is done once, only where it may be, and never after an answer."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Interaction
from contacts.permission.actions import record_consent
from crm.models import OutgoingMail, Task
from leads.actions import log_touch, move_lead
from leads.choices import EnrolmentState, StopReason
from leads.models import CaptureForm, Enrolment, Intake, Lead, Sequence, SequenceStep, SequenceTouch
from leads.nurturing import actions
from leads.nurturing.actions import StepInput
from leads.nurturing.engine import run_sequences
from leads.nurturing.timing import following_step, open_moment, step_moment
from tests.factories import make_contact, make_lead
from tests.incoming.conftest import letter, make_mailbox, receive
from tests.leads.nurturing import ALWAYS, STEPS, agreed, done, enrolled, let_days_pass

pytestmark = pytest.mark.django_db


def test_each_step_comes_at_its_time_and_once(house, sequence):
    enrolment = enrolled(house, sequence)
    for _ in range(2):
        run_sequences()
    mail = OutgoingMail.objects.get()
    assert (mail.subject, mail.recipient) == ("Corners for your shop", "ada@lund.example")
    assert mail.text.startswith("Hello Ada,\n\nshall we send a box?")
    assert mail.reply_to.endswith(f"<{house.rep.email}>")
    assert "/u/" in mail.headers["List-Unsubscribe"]
    let_days_pass(3)
    run_sequences()
    task = Task.objects.get()
    assert (task.title, task.owner, task.kind, task.record_id) == (
        "Ask Ada Lund about the box", house.rep, "call", enrolment.lead_id,
    )  # fmt: skip
    let_days_pass(4)
    run_sequences()
    assert OutgoingMail.objects.count() == 2
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.next_step) == (EnrolmentState.ACTIVE, None)
    let_days_pass(7)
    run_sequences()
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.FINISHED
    assert [result for _, result in done(enrolment)] == ["sent", "task", "sent"]


def test_the_mail_is_a_touch_of_lead_and_contact_and_leaves_the_clock_of_the_answer_alone(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    lead = enrolment.lead
    lead.refresh_from_db()
    touch = lead.touches.get()
    assert (touch.channel, touch.user, touch.body) == ("email", None, "Hello Ada,\n\nshall we send a box?")
    assert Interaction.objects.get(contact=lead.contact).external_id == f"lead-touch:{touch.pk}"
    assert (lead.first_touch_at, lead.status) == (None, "new")
    assert lead.last_touch_at is not None


@pytest.mark.parametrize(
    ("level", "why"), [(None, "Never asked"), (0, "They said no"), (1, "Their consent is weaker than this needs")]
)
def test_no_mail_goes_without_a_permission_and_the_next_step_comes_all_the_same(house, sequence, level, why):
    contact = make_contact(name="Ida", emails=("ida@example.org",))
    lead = make_lead(name="Ida", email="ida@example.org", contact=contact, owner=house.rep)
    enrolment = actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    Enrolment.objects.update(since=timezone.now() + dt.timedelta(seconds=1))
    if level is not None:
        record_consent(actor=house.rep, contact=contact, channel="email", purpose="marketing", level=level)
    run_sequences()
    assert not OutgoingMail.objects.exists()
    touch = SequenceTouch.objects.get()
    assert touch.result == "skipped"
    assert touch.why.startswith(f"No mail: {why}")
    enrolment.refresh_from_db()
    assert enrolment.next_step.title == "Ask {name} about the box"


def test_a_stranger_gets_a_mail_only_after_a_yes_on_a_form_and_none_after_a_no(house, sequence):
    silent = make_lead(name="Silent", email="silent@example.org", owner=house.rep)
    listed = make_lead(name="Listed", email="listed@example.org", owner=house.rep, list_kind="compiled")
    willing = make_lead(name="Willing", email="willing@example.org", owner=house.rep)
    form = house_form()
    form.submissions.create(lead=willing, state="taken", has_consent=True, wording="Yes", ip_digest="")
    for lead in (silent, listed, willing):
        actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    run_sequences()
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == ["willing@example.org"]
    whys = dict(SequenceTouch.objects.filter(result="skipped").values_list("enrolment__lead__name", "why"))
    assert whys == {
        "Silent": "No mail: Never asked.",
        "Listed": "No mail: From a compiled list, without a consent of their own.",
    }
    actions.say_no(enrolment=willing.enrolments.get())
    actions.say_no(enrolment=willing.enrolments.get())
    assert willing.opt_outs.count() == 1
    row = willing.enrolments.get()
    assert (row.state, row.reason) == (EnrolmentState.STOPPED, StopReason.UNSUBSCRIBED)
    other = actions.create_sequence(actor=None, fields={"name": "Other", **ALWAYS}, steps=STEPS[:1])
    Lead.objects.filter(pk=willing.pk).update(status="new")
    again = actions.enrol_lead(actor=house.rep, lead=willing, sequence=other)
    run_sequences()
    assert again.touches.get().why.startswith("No mail: They said no")


def house_form():
    return CaptureForm.objects.create(name="Box", title="A box", consent_wording="Yes")


def test_a_stranger_who_types_a_known_number_gets_no_mail_at_an_address_of_their_own(house, sequence):
    contact = make_contact(name="Ada Lund", emails=("ada@lund.example",))
    record_consent(actor=house.rep, contact=contact, channel="email", purpose="marketing", level=2)
    lead = make_lead(name="Ada Lund", email="somebody@else.example", contact=contact, owner=house.rep)
    actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    run_sequences()
    assert OutgoingMail.objects.get().recipient == "ada@lund.example"


def test_a_sequence_that_is_changed_sends_nothing_twice_and_skips_nothing_that_stood_there(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    mail, call, last = sequence.steps.filter(removed_at=None)
    kept = [StepInput(one.kind, one.wait_days, one.title, one.text, one.pk) for one in (last, mail, call)]
    late = StepInput("mail", 0, "Welcome", "Welcome!")
    sequence = actions.change_sequence(
        actor=house.marketer, sequence=sequence, version=1, fields={}, steps=[late, *kept]
    )
    seen = []
    for _ in range(3):
        let_days_pass(9)
        run_sequences()
        enrolment.refresh_from_db()
        seen.append(enrolment.last_step.title)
    assert seen == ["One more thing", "Ask {name} about the box", "Ask {name} about the box"]
    assert OutgoingMail.objects.count() == 2
    assert len(done(enrolment)) == 3


def test_the_next_step_is_said_by_what_was_done_and_what_stood_there(db):
    sequence = Sequence.objects.create(name="Pure")
    began = timezone.now()

    def make(place, minutes=-1, **more):
        moment = began + dt.timedelta(minutes=minutes)
        return SequenceStep.objects.create(
            sequence=sequence, position=place, title=f"{place}", created_at=moment, **more
        )

    first, second, third = make(1), make(2), make(3)
    new_behind, new_ahead = make(1, 1), make(4, 1)
    gone = make(2, removed_at=began)
    steps = [first, second, third, new_behind, new_ahead, gone]
    order = []
    done = {first.pk, second.pk}
    while (step := following_step(steps, done, began)) is not None:
        order.append(step)
        done.add(step.pk)
    assert order == [third, new_ahead]
    assert following_step(steps, {third.pk}, began) == first


def test_steps_come_in_the_hours_of_the_sequence_and_tasks_on_days_of_their_owner(house):
    berlin = ZoneInfo("Europe/Berlin")
    sequence = Sequence(sends_from=dt.time(9), sends_until=dt.time(17), workdays=[1, 2, 3, 4, 5])
    friday_night = dt.datetime(2026, 3, 27, 20, 15, tzinfo=berlin)
    monday = dt.datetime(2026, 3, 30, 9, tzinfo=berlin)
    assert open_moment(sequence, friday_night) == monday
    noon = dt.datetime(2026, 3, 27, 12, tzinfo=berlin)
    assert open_moment(sequence, noon) == noon
    mail, call = SequenceStep(kind="mail", wait_days=2), SequenceStep(kind="call", wait_days=2)
    away = Intake(away_from=dt.date(2026, 3, 30), away_until=dt.date(2026, 3, 31))
    asked = {"after": noon, "now": noon, "zone": berlin, "intake": away}
    assert step_moment(mail, sequence, **asked) == monday
    assert step_moment(call, sequence, **asked) == dt.datetime(2026, 4, 1, 9, tzinfo=berlin)


def test_a_lead_is_in_one_sequence_at_a_time_and_goes_through_each_once(house, sequence):
    enrolment = enrolled(house, sequence)
    other = actions.create_sequence(actor=None, fields={"name": "Other", **ALWAYS}, steps=STEPS)
    with pytest.raises(ValidationError, match="one at a time"):
        actions.enrol_lead(actor=house.rep, lead=enrolment.lead, sequence=other)
    twin = make_lead(name="Ada again", email="ada@lund.example")
    with pytest.raises(ValidationError, match="same address"):
        actions.enrol_lead(actor=house.rep, lead=twin, sequence=other)
    actions.stop_enrolment(actor=house.rep, enrolment=enrolment)
    with pytest.raises(ValidationError, match="once"):
        actions.enrol_lead(actor=house.rep, lead=enrolment.lead, sequence=sequence)
    actions.enrol_lead(actor=house.rep, lead=enrolment.lead, sequence=other)
    with pytest.raises(ValidationError, match="Other"):
        actions.resume_enrolment(actor=house.rep, enrolment=enrolment)


def test_a_stopped_one_goes_on_where_it_was_and_old_answers_do_not_count_again(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    log_touch(actor=None, lead=enrolment.lead, channel="email", direction="in", subject="Later, please")
    actions.resume_enrolment(actor=house.rep, enrolment=enrolment)
    let_days_pass(3)
    Enrolment.objects.update(since=timezone.now())
    run_sequences()
    assert [result for _, result in done(enrolment)] == ["sent", "task"]
    move_lead(actor=house.rep, lead=enrolment.lead, status="disqualified", lost_reason="no need")
    with pytest.raises(ValidationError, match="not pursued"):
        actions.resume_enrolment(actor=house.rep, enrolment=enrolment)


def test_nothing_happens_while_it_is_paused_or_the_sequence_out_of_use(house, sequence):
    enrolment = enrolled(house, sequence)
    actions.pause_enrolment(actor=house.rep, enrolment=enrolment)
    run_sequences()
    actions.resume_enrolment(actor=house.rep, enrolment=enrolment)
    sequence = actions.change_sequence(
        actor=house.marketer, sequence=sequence, version=1, fields={"is_active": False}, steps=None
    )
    run_sequences()
    assert not done(enrolment)
    actions.change_sequence(actor=house.marketer, sequence=sequence, version=2, fields={"is_active": True}, steps=None)
    run_sequences()
    assert len(done(enrolment)) == 1


def test_a_mail_without_a_name_is_not_sent_unless_it_says_what_instead(house):
    step = StepInput("mail", 0, "Hello {first_name}", "Dear {first_name},")
    sequence = actions.create_sequence(actor=None, fields={"name": "Bare", **ALWAYS}, steps=[step])
    lead = agreed(house)
    Lead.objects.filter(pk=lead.pk).update(first_name="")
    actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    run_sequences()
    assert SequenceTouch.objects.get().why == "No mail: first name is not known, and the mail says nothing instead."


def test_one_mail_that_cannot_be_made_stops_no_other(house, sequence):
    enrolment = enrolled(house, sequence)
    bad = make_contact(name="Bad", emails=("bad@example.org",))
    record_consent(actor=None, contact=bad, channel="email", purpose="marketing", level=2)
    lead = make_lead(name="Bad", email="bad@example.org", contact=bad)
    Lead.objects.filter(pk=lead.pk).update(organization="x" * 290)
    long = StepInput("mail", 0, "x" * 150 + "{organization|a}" * 3, "Hello", sequence.steps.first().pk)
    actions.change_sequence(actor=None, sequence=sequence, version=1, fields={}, steps=[long])
    actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    run_sequences()
    assert dict(SequenceTouch.objects.values_list("enrolment__lead", "result")) == {
        enrolment.lead_id: "sent",
        lead.pk: "skipped",
    }


def test_the_ledger_is_only_added_to_and_holds_each_step_once(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    touch = enrolment.touches.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SequenceTouch.objects.create(enrolment=enrolment, step=touch.step, result="sent")
    for write in (lambda: SequenceTouch.objects.update(why=""), lambda: SequenceTouch.objects.all().delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            write()


def test_a_batch_takes_as_many_queries_for_ten_as_for_two(house, sequence):
    def people(count: int) -> None:
        for number in range(count):
            email = f"p{count}{number}@example.org"
            contact = make_contact(name=email, emails=(email,))
            record_consent(actor=None, contact=contact, channel="email", purpose="marketing", level=2)
            lead = make_lead(name=email, email=email, contact=contact, owner=house.rep)
            actions.enrol_lead(actor=None, lead=lead, sequence=sequence)

    counts = []
    for count in (1, 2, 10):
        people(count)
        with CaptureQueriesContext(connection) as queries:
            run_sequences()
        counts.append(len(queries))
    assert OutgoingMail.objects.count() == 13
    assert counts[1] == counts[2]


def test_an_answer_by_mail_comes_to_the_house_and_stops_it(house, sequence):
    """Without any id: the address for answers is the mail's own."""
    make_mailbox(address="hello@crm.example", is_for_answers=True)
    enrolment = enrolled(house, sequence)
    run_sequences()
    ours = OutgoingMail.objects.get()
    own, signed = ours.reply_to.split(", ")
    assert own.endswith(f"<{house.rep.email}>")
    came = receive(letter("Ada Lund <ada@lund.example>", to=signed, subject="Yes, please"))
    assert (came.outcome, came.answers) == ("reply", ours)
    let_days_pass(3)
    run_sequences()
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.reason) == (EnrolmentState.STOPPED, StopReason.REPLIED)
    assert not Task.objects.exists()
