"""The pages of sequences: made on one page, leads brought in by hand, from the list and by a form, figures that lead to
their leads, and the link that says no."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Consent
from contacts.permission.rule import may_write
from crm.models import SavedView
from leads.actions import log_touch
from leads.capture.actions import take_submission
from leads.conversion.actions import Party, convert_lead
from leads.models import CaptureForm, Enrolment, Lead, Sequence
from leads.nurturing import actions
from leads.nurturing.composing import unsubscribe_link
from leads.nurturing.engine import run_sequences
from leads.nurturing.queries import sequence_lines, step_lines
from tests.api.calls import Caller
from tests.factories import make_lead, make_token, signed_in
from tests.leads.nurturing import enrolled

pytestmark = pytest.mark.django_db
SEQUENCE = {
    "name": "After the fair", "is_active": "on", "purpose": "marketing", "workdays": ["1", "2"],
    "sends_from": "09:00", "sends_until": "17:00", "steps-TOTAL_FORMS": "3", "steps-INITIAL_FORMS": "0",
    "steps-0-kind": "mail", "steps-0-wait_days": "2", "steps-0-title": "Corners",
    "steps-0-text": "Hello {first_name|there}",
    "steps-0-ORDER": "2", "steps-1-kind": "call", "steps-1-wait_days": "0", "steps-1-title": "Call",
    "steps-1-ORDER": "1",
}  # fmt: skip


def test_a_sequence_is_made_and_changed_on_one_page(house):
    client = signed_in(house.marketer)
    answer = client.post(reverse("leads:sequence_create"), SEQUENCE)
    sequence = Sequence.objects.get()
    assert answer.headers["Location"] == sequence.get_absolute_url()
    assert list(sequence.steps.values_list("kind", "title", "wait_days")) == [
        ("call", "Call", 0),
        ("mail", "Corners", 2),
    ]
    call, mail = sequence.steps.all()
    changed = {
        **SEQUENCE, "version": "1", "steps-INITIAL_FORMS": "2", "steps-0-key": mail.pk, "steps-1-key": call.pk,
        "steps-1-DELETE": "on",
    }  # fmt: skip
    client.post(reverse("leads:sequence_update", args=[sequence.pk]), changed)
    assert [one.pk for one in sequence.steps.filter(removed_at=None)] == [mail.pk]
    assert sequence.steps.count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"steps-0-title": "Hello {frist_name}"}, "is no field"),
        ({"steps-0-text": "Hello {first_name"}, "A brace stands alone"),
        ({"steps-0-text": ""}, "What does the mail say?"),
        ({"steps-0-title": "", "steps-0-text": "", "steps-1-title": ""}, "at least one step"),
        ({"sends_until": "08:00"}, "The hours end after they begin."),
        ({"steps-0-wait_days": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(house, fields, sentence):
    answer = signed_in(house.marketer).post(reverse("leads:sequence_create"), {**SEQUENCE, **fields})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert 'value="After the fair"' in html
    assert not Sequence.objects.exists()


def test_leads_come_in_by_hand_and_from_the_list_and_why_not_is_said(house, sequence):
    client = signed_in(house.rep)
    mine = [make_lead(name=f"Mine {number}", owner=house.rep, team=house.rep.team) for number in range(3)]
    theirs = make_lead(name="Theirs", owner=house.mate, team=house.mate.team)
    one = reverse("leads:lead_enrol", args=[mine[0].pk])
    assert client.post(one, {"sequence": sequence.pk}).status_code == 302
    answer = client.post(one, {"sequence": sequence.pk})
    assert (answer.status_code, "one at a time" in answer.content.decode()) == (422, True)
    bulk = reverse("leads:lead_bulk")
    keys = [lead.pk for lead in (*mine, theirs)]
    assert "Box" in client.get(bulk, {"op": "enrol", "pk": keys}).content.decode()
    client.post(bulk, {"op": "enrol", "pk": keys, "value": "", "sequence": sequence.pk, "announced": "4 leads"})
    assert set(Enrolment.objects.values_list("lead__name", flat=True)) == {"Mine 0", "Mine 1", "Mine 2"}
    view = SavedView.objects.create(list_name="leads.lead", name="All", owner=house.manager, filter={})
    page = reverse("leads:sequence_enrol", args=[sequence.pk])
    answer = signed_in(house.manager).post(page, {"segment": view.pk}, follow=True)
    assert "1\N{NO-BREAK SPACE}lead is in the sequence" in answer.content.decode()


def test_a_form_brings_its_leads_in(house, sequence):
    form = CaptureForm.objects.create(name="Box", title="A box", sequence=sequence)
    for _ in range(2):
        values = {"first_name": "Ida", "email": "ida@example.org"}
        take_submission(form=form, values=values, utm={}, has_consent=False, ip="192.0.2.1")
    assert Enrolment.objects.get().way == "form"
    run_sequences()
    assert Enrolment.objects.get().state == "active", "their own form is no answer"
    newest = signed_in(house.manager).get(Lead.objects.first().get_absolute_url()).content.decode()
    assert "Not into the sequence “Box”: Another lead with the same address" in newest


def test_the_page_of_a_lead_says_where_it_stands_and_has_the_buttons(house, sequence):
    enrolment = enrolled(house, sequence)
    run_sequences()
    client, url = signed_in(house.rep), enrolment.get_absolute_url()
    page = client.get(url).content.decode()
    assert "1 of 3" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Ask Ada Lund about the box" in page
    for button, state in (("pause", "paused"), ("resume", "active"), ("stop", "stopped")):
        client.post(reverse(f"leads:enrolment_{button}", args=[enrolment.pk]))
        enrolment.refresh_from_db()
        assert enrolment.state == state
    assert "By hand" in client.get(url).content.decode()
    assert signed_in(house.mate).post(reverse("leads:enrolment_pause", args=[enrolment.pk])).status_code == 403


def test_each_figure_leads_to_exactly_its_leads(house, sequence):
    enrolment = enrolled(house, sequence)
    silent = make_lead(name="Silent", owner=house.stranger, team=house.stranger.team, email="silent@example.org")
    actions.enrol_lead(actor=house.manager, lead=silent, sequence=sequence)
    run_sequences()
    log_touch(actor=None, lead=enrolment.lead, channel="email", direction="in", subject="Yes")
    convert_lead(actor=house.rep, lead=enrolment.lead, person=Party(existing=enrolment.lead.contact),
                 organization=Party())  # fmt: skip
    client = signed_in(house.manager)
    line = sequence_lines(house.manager)[0]
    counts = {name: figure.count for name, figure in line.figures.items()}
    assert counts == {
        "enrolled": 2, "running": 1, "paused": 0, "finished": 0, "stopped": 1, "touched": 1, "replied": 1,
        "refused": 0, "qualified": 1, "won": 1,
    }  # fmt: skip
    first, second, _ = step_lines(house.manager, sequence)
    of_first = {name: figure.count for name, figure in first.figures.items()}
    assert of_first == {
        "sent": 1, "task": 0, "skipped": 1, "passed": 0, "waiting": 0, "replied": 1, "qualified": 1, "won": 1,
    }  # fmt: skip
    assert second.figures["waiting"].count == 1
    for figure in (*line.figures.values(), *first.figures.values(), *second.figures.values()):
        rows = client.get(figure.url).context["table"].rows
        assert len(rows) == figure.count, figure.url
    assert sequence_lines(house.rep)[0].figures["enrolled"].count == 1


def test_leads_are_found_by_sequence_and_by_how_they_stand(house, sequence):
    enrolment = enrolled(house, sequence)
    make_lead(name="In none", owner=house.rep, team=house.rep.team)
    client, url = signed_in(house.rep), reverse("leads:lead_list")
    log_touch(actor=None, lead=enrolment.lead, channel="email", direction="in", subject="Yes")

    def found(**asked):
        return [
            row.pk for row in client.get(url, {"columns": "name,sequence,in_sequence", **asked}).context["table"].rows
        ]

    assert found(sequence=sequence.pk) == [enrolment.lead_id]
    assert found(in_sequence="stopped:replied") == [enrolment.lead_id]
    assert found(in_sequence="active") == []
    assert "They answered" not in client.get(url).content.decode()
    assert "Stopped: they answered" in client.get(url, {"columns": "name,in_sequence"}).content.decode()


def test_the_link_of_a_mail_says_no_by_its_button_or_one_click_and_a_look_changes_nothing(house, sequence):
    enrolment = enrolled(house, sequence)
    path = "/" + unsubscribe_link(enrolment).split("/", 3)[3]
    stranger = Client(enforce_csrf_checks=True)
    assert "No more mails?" in stranger.get(path).content.decode()
    assert not Consent.objects.filter(level=0).exists()
    for _ in range(2):
        answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "Done" in answer.content.decode()) == (200, True)
    no = Consent.objects.get(level=0)
    assert (no.contact, no.purpose, no.channel) == (enrolment.lead.contact, "marketing", "email")
    assert not may_write(enrolment.lead.contact).is_yes
    enrolment.refresh_from_db()
    assert enrolment.reason == "unsubscribed"
    assert stranger.get("/u/forged/").status_code == 404


def test_a_no_of_a_stranger_goes_along_when_they_become_a_contact(house, sequence):
    lead = make_lead(name="Ida", email="ida@example.org", owner=house.rep, team=house.rep.team)
    actions.say_no(enrolment=actions.enrol_lead(actor=house.rep, lead=lead, sequence=sequence))
    converted = convert_lead(actor=house.rep, lead=lead, person=Party(is_new=True), organization=Party())
    assert may_write(converted.contact).sentence.startswith("They said no")


def test_a_program_brings_leads_in_and_takes_them_out(house, sequence):
    call, lead = Caller(make_token(house.rep)), make_lead(name="Ida", owner=house.rep, team=house.rep.team)
    sent = call.post(f"/leads/{lead.pk}/enrolments", {"sequence_id": sequence.pk})
    assert (sent.status_code, sent.json()["items"][0]["state"]) == (201, "active")
    assert call.post(f"/leads/{lead.pk}/enrolments", {"sequence_id": sequence.pk}).status_code == 422
    assert call.post(f"/leads/{lead.pk}/enrolments", {"sequence_id": 0}).json()["errors"][0]["field"] == "sequence_id"
    for verb, state in (("pause", "paused"), ("resume", "active"), ("stop", "stopped")):
        assert call.post(f"/leads/{lead.pk}/sequence/{verb}", {}).json()["items"][0]["state"] == state
    listed = call.get("/leads/sequences").json()["items"][0]
    assert (listed["name"], listed["figures"]["stopped"]) == ("Box", 1)
