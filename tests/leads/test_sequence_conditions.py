"""Steps that are for some leads alone: asked when they are due, passed over with a reason, and a branch of two."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Interaction
from crm.models import OutgoingMail, SavedView, Task
from leads.choices import StepCondition
from leads.models import Lead, SequenceStep, SequenceTouch
from leads.nurturing import actions
from leads.nurturing.actions import StepInput
from leads.nurturing.engine import run_sequences
from tests.factories import make_lead, signed_in
from tests.leads.nurturing import ALWAYS, agreed, done, enrolled, let_days_pass

pytestmark = pytest.mark.django_db
FROM_FAIR = {"version": 1, "where": {"field": "source", "op": "is", "value": "Fair"}}
PLACES = ("steps-TOTAL_FORMS", "steps-INITIAL_FORMS", "steps-MIN_NUM_FORMS", "steps-MAX_NUM_FORMS")


def made(house, *steps: StepInput):
    return actions.create_sequence(actor=house.marketer, fields={"name": "Apart", **ALWAYS}, steps=steps)


def branch(**fields) -> tuple[StepInput, ...]:
    """A call for those who meet a condition, a task for the others, and a last step for all."""
    yes, no = fields.pop("conditions")
    return (
        StepInput("call", 2, "Call", condition=yes, **fields),
        StepInput("todo", 0, "Send the brochure", condition=no, **fields),
        StepInput("todo", 3, "Decide"),
    )


@pytest.mark.parametrize(
    ("conditions", "fields", "meets"),
    [
        ((StepCondition.SCORE, StepCondition.LOW_SCORE), {"threshold": 50}, {"score": 50}),
        ((StepCondition.SCORE, StepCondition.LOW_SCORE), {"threshold": 50}, {"score": 10, "hand_score": 80}),
        ((StepCondition.LOW_SCORE, StepCondition.SCORE), {"threshold": 50}, {"score": None}),
        ((StepCondition.SEGMENT, StepCondition.OTHERS), {"segment": "Fair", "tree": FROM_FAIR}, {"source": "Fair"}),
        ((StepCondition.OTHERS, StepCondition.SEGMENT), {"segment": "Fair", "tree": FROM_FAIR}, {"source": "Web"}),
    ],
)
def test_of_two_opposite_steps_a_lead_gets_the_one_that_fits(house, conditions, fields, meets):
    enrolment = enrolled(house, made(house, *branch(conditions=conditions, **fields)), **meets)
    let_days_pass(2)
    run_sequences()
    assert done(enrolment) == [("Call", "task"), ("Send the brochure", "passed")]
    assert Task.objects.get().title == "Call"
    assert SequenceTouch.objects.get(result="passed").why
    enrolment.refresh_from_db()
    assert (enrolment.last_step.title, enrolment.next_step.title) == ("Call", "Decide")
    assert enrolment.next_at and enrolment.last_at
    assert enrolment.next_at - enrolment.last_at == pytest.approx(dt.timedelta(days=3), abs=dt.timedelta(minutes=1))


def test_what_counts_is_how_the_lead_stands_when_the_step_is_due(house):
    steps = branch(conditions=(StepCondition.SCORE, StepCondition.LOW_SCORE), threshold=50)
    enrolment = enrolled(house, made(house, *steps), score=80)
    Lead.objects.update(score=20)
    let_days_pass(2)
    run_sequences()
    assert done(enrolment) == [("Call", "passed"), ("Send the brochure", "task")]


def test_a_click_counts_since_the_lead_came_in(house):
    steps = branch(conditions=(StepCondition.CLICKED, StepCondition.QUIET))
    enrolment = enrolled(house, made(house, *steps))
    contact = enrolment.lead.contact
    assert contact
    for days in (9, 0):
        at = timezone.now() - dt.timedelta(days=days)
        Interaction.objects.create(contact=contact, channel="click", direction="in", occurred_at=at)
        if days:
            let_days_pass(2)
            run_sequences()
    assert done(enrolment) == [("Call", "passed"), ("Send the brochure", "task")]
    other = actions.enrol_lead(actor=None, lead=make_lead(owner=house.rep), sequence=enrolment.sequence)
    let_days_pass(2)
    run_sequences()
    assert done(other) == [("Call", "passed"), ("Send the brochure", "task")]  # of strangers no click is known


def test_who_could_not_be_written_to_is_called(house):
    sequence = made(
        house,
        StepInput("mail", 0, "Hello", "Hello"),
        StepInput("call", 0, "Call instead", condition=StepCondition.SKIPPED),
    )
    willing = enrolled(house, sequence)
    silent = actions.enrol_lead(
        actor=None, lead=make_lead(email="silent@example.org", owner=house.rep), sequence=sequence
    )
    run_sequences()
    assert (done(willing), done(silent)) == (
        [("Hello", "sent"), ("Call instead", "passed")],
        [("Hello", "skipped"), ("Call instead", "task")],
    )
    assert OutgoingMail.objects.count() == 1


def test_a_segment_that_cannot_be_asked_for_gives_nothing_and_says_so(house):
    gone = {"version": 1, "where": {"field": "custom.gone", "op": "is", "value": "x"}}
    step = StepInput("call", 0, "Call", condition=StepCondition.SEGMENT, segment="Old", tree=gone)
    sequence = made(house, step, StepInput("todo", 0, "Decide"))
    enrolment = enrolled(house, sequence)
    run_sequences()
    assert done(enrolment) == [("Call", "passed"), ("Decide", "task")]
    assert "cannot be asked for" in SequenceTouch.objects.get(result="passed").why
    page = signed_in(house.marketer).get(sequence.get_absolute_url()).content.decode()
    assert "There is no field named" in page


def form(sequence, *rows: dict[str, object], **fields) -> dict[str, object]:
    """What the form of a sequence sends with these steps."""
    data: dict[str, object] = {
        "name": "Apart", "is_active": "on", "purpose": "marketing", "workdays": [1, 2], "sends_from": "09:00",
        "sends_until": "17:00", "version": sequence.version if sequence else "",
        **dict(zip(PLACES, (len(rows), 0, 0, 30), strict=True)), **fields,
    }  # fmt: skip
    for place, row in enumerate(rows):
        known = {"kind": "call", "wait_days": 1, "title": "Call", "text": "", "ORDER": place + 1, **row}
        data |= {f"steps-{place}-{name}": value for name, value in known.items()}
    return data


def test_the_form_takes_conditions_and_keeps_the_segment_as_it_was(house):
    client = signed_in(house.marketer)
    view = SavedView.objects.create(list_name="leads.lead", name="Fair", owner=house.marketer, filter=FROM_FAIR)
    url = reverse("leads:sequence_create")
    wrong = client.post(url, form(None, {"condition": "score"}, {"condition": "segment"}))
    assert [dict(one.errors) for one in wrong.context["form"].steps] == [
        {"threshold": ["Which score? 0 to 100."]},
        {"segment": ["Which segment? Any saved view of the leads is one."]},
    ]
    token = client.get(url).context["hidden_words"]["form_token"]
    client.post(url, form(None, {"condition": "segment", "segment": view.pk}, {"title": "All"}, form_token=token))
    step = SequenceStep.objects.get(title="Call")
    assert (step.segment, step.tree, step.condition_words) == ("Fair", FROM_FAIR, "leads in the segment “Fair”")
    view.delete()
    sequence = step.sequence
    rows = ({"key": step.pk, "condition": "segment", "segment": "keep", "title": "Ring"},)
    client.post(reverse("leads:sequence_update", args=[sequence.pk]), form(sequence, *rows))
    step.refresh_from_db()
    assert (step.title, step.segment, step.tree) == ("Ring", "Fair", FROM_FAIR)
    sequence.refresh_from_db()
    rows = ({"key": step.pk, "condition": "", "segment": "keep", "title": "Ring"},)
    client.post(reverse("leads:sequence_update", args=[sequence.pk]), form(sequence, *rows))
    step.refresh_from_db()
    assert (step.condition, step.segment, step.tree) == ("", "", {})


def test_the_page_says_for_whom_a_step_is_and_leads_to_who_was_left_out(house):
    sequence = made(house, *branch(conditions=(StepCondition.SCORE, StepCondition.LOW_SCORE), threshold=50))
    lead = agreed(house, score=70)
    actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence)
    let_days_pass(2)
    run_sequences()
    client = signed_in(house.manager)
    page = client.get(sequence.get_absolute_url())
    assert "only a score of at least 50" in page.content.decode()
    passed = {line.step.title: line.figures["passed"] for line in page.context["steps"]}
    assert {title: figure.count for title, figure in passed.items()} == {"Call": 0, "Send the brochure": 1, "Decide": 0}
    assert [row.pk for row in client.get(passed["Send the brochure"].url).context["table"].rows] == [lead.pk]
