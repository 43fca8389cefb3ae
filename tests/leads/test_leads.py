"""A lead's life on its pages: captured in seconds, touched, put off, lost, given to a contact that is known already."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Interaction
from crm.models import AccessRule, CustomField, LogEntry, Task
from leads import actions
from leads.models import Lead, LeadTouch
from tests.factories import make_contact, make_lead, signed_in

pytestmark = pytest.mark.django_db


def test_a_quick_capture_needs_name_mail_and_source(house):
    page = signed_in(house.rep).post(
        reverse("leads:lead_create"),
        {"first_name": "Ada", "last_name": "Lund", "email": "Ada@Example.org", "source": "Fair", "owner": house.rep.pk},
    )
    lead = Lead.objects.get()
    assert page.headers["Location"] == lead.get_absolute_url()
    assert (lead.name, lead.email_key, lead.source, lead.owner, lead.team) == (
        "Ada Lund", "ada@example.org", "Fair", house.rep, house.rep.team,
    )  # fmt: skip
    assert lead.status == "new"


def test_nobody_is_no_lead_and_what_was_typed_stays(house):
    page = signed_in(house.rep).post(reverse("leads:lead_create"), {"source": "Fair", "owner": house.rep.pk})
    assert page.status_code == 422
    assert "Who is it?" in page.content.decode()
    assert 'value="Fair"' in page.content.decode()


def test_a_known_person_becomes_a_lead_of_that_contact_and_nothing_of_it_changes(house):
    known = make_contact(name="Ada Lund", emails=("ada@example.org",), city="Leeds")
    lead = actions.create_lead(
        actor=house.manager, fields={"name": "A. Lundqvist", "email": "ADA@example.org", "city": "Oslo"}
    )
    assert lead.contact == known
    assert Contact.objects.count() == 1
    known.refresh_from_db()
    assert (known.name, known.addresses.get().city, known.version) == ("Ada Lund", "Leeds", 1)


def test_a_known_number_is_found_however_it_is_written(house):
    known = make_contact(name="Ada Lund", phones=("+44 113 496 0188",))
    lead = actions.create_lead(actor=house.manager, fields={"name": "Ada", "phone": "(0113) 496-0188", "country": "GB"})
    assert lead.contact == known


def test_a_touch_of_ours_stops_the_clock_and_one_of_theirs_does_not(house):
    lead = make_lead(owner=house.rep, team=house.rep.team, respond_by=timezone.now() - dt.timedelta(hours=1))
    assert lead.is_late
    actions.log_touch(actor=house.rep, lead=lead, channel="email", direction="in", subject="Are you there?")
    lead.refresh_from_db()
    assert lead.is_late
    assert lead.status == "new"
    actions.log_touch(actor=house.rep, lead=lead, channel="phone", subject="Called")
    lead.refresh_from_db()
    assert not lead.is_late
    assert (lead.status, lead.first_touch_at is not None) == ("working", True)


def test_the_page_logs_a_call_with_its_follow_up_once(house):
    lead, client = make_lead(owner=house.rep, team=house.rep.team), signed_in(house.rep)
    page = client.get(lead.get_absolute_url()).content.decode()
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = {"channel": "phone", "direction": "out", "outcome": "answered", "text": "Wants oak\nFor 30 rooms",
            "follow_up": "3", "form_token": token}  # fmt: skip
    for _ in range(2):
        assert client.post(reverse("leads:touch_create", args=[lead.pk]), sent).status_code == 302
    touch, task = LeadTouch.objects.get(), Task.objects.get()
    assert (touch.subject, touch.body, touch.outcome, touch.user) == (
        "Wants oak", "For 30 rooms", "answered", house.rep,
    )  # fmt: skip
    assert (task.record_model, task.record_id, task.owner) == ("leads.lead", lead.pk, house.rep)
    shown = client.get(lead.get_absolute_url()).content.decode()
    assert "Wants oak" in shown
    assert "Go on with" in shown


def test_an_empty_touch_is_refused_and_what_was_chosen_stays(house):
    lead = make_lead(owner=house.rep, team=house.rep.team)
    sent = {"channel": "email", "direction": "in", "outcome": "", "text": "", "follow_up": "7"}
    page = signed_in(house.rep).post(reverse("leads:touch_create", args=[lead.pk]), sent)
    assert page.status_code == 422
    assert "Say what came of it" in page.content.decode()
    assert '<option value="7" selected' in page.content.decode()
    assert not LeadTouch.objects.exists()


def test_touches_of_a_lead_with_a_contact_stand_in_its_history(house):
    known = make_contact(emails=("ada@example.org",))
    lead = actions.create_lead(actor=None, fields={"name": "Ada", "email": "ada@example.org"})
    actions.log_touch(actor=house.rep, lead=lead, channel="phone", subject="Called", outcome="answered")
    interaction = Interaction.objects.get(contact=known)
    assert (interaction.subject, interaction.outcome, interaction.user) == ("Called", "answered", house.rep)


def test_not_yet_needs_a_day_and_not_pursued_a_reason(house):
    lead, client = make_lead(owner=house.rep, team=house.rep.team), signed_in(house.rep)
    url = reverse("leads:lead_move", args=[lead.pk])
    assert client.post(url, {"status": "nurturing", "recycle_on": ""}).status_code == 422
    assert client.post(url, {"status": "disqualified"}).status_code == 422
    day = timezone.localdate() + dt.timedelta(days=60)
    assert client.post(url, {"status": "nurturing", "recycle_on": day.isoformat()}).status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.recycle_on) == ("nurturing", day)
    form = {"status": "disqualified", "lost_reason": "no budget", "reason": "Next year perhaps"}
    assert client.post(url, form).status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.recycle_on, lead.converted) == ("disqualified", None, False)
    assert LogEntry.objects.filter(verb="move").count() == 2


def test_a_score_by_hand_stands_until_it_is_taken_back(house):
    lead = make_lead(owner=house.rep, team=house.rep.team)
    client, url = signed_in(house.rep), reverse("leads:lead_score", args=[lead.pk])
    for typed, kept in (("85", 85), ("85", 85), ("", None)):
        assert client.post(url, {"score": typed}).status_code == 302
        lead.refresh_from_db()
        assert lead.hand_score == kept
    assert LogEntry.objects.filter(verb="score").count() == 2


@pytest.mark.parametrize(("who", "seen"), [("rep", 1), ("mate", 1), ("stranger", 0), ("manager", 1), ("marketer", 1)])
def test_the_list_shows_who_may_see_it(house, who, seen):
    make_lead(name="Ada Lund", owner=house.rep, team=house.rep.team)
    page = signed_in(getattr(house, who)).get(reverse("leads:lead_list")).content.decode()
    assert ("Ada Lund" in page) == bool(seen)


def test_the_list_asks_the_same_queries_for_one_row_and_for_three(house):
    client, url = signed_in(house.manager), reverse("leads:lead_list")
    make_lead(owner=house.rep)
    client.get(url)

    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url)
    make_lead(owner=house.rep)
    make_lead(owner=house.mate)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(three) == len(one) <= 12


def test_a_lead_that_is_late_is_found_by_the_filter(house):
    late = make_lead(name="Late One", respond_by=timezone.now() - dt.timedelta(hours=1))
    make_lead(name="In Time", respond_by=timezone.now() + dt.timedelta(hours=1))
    page = signed_in(house.manager).get(reverse("leads:lead_list"), {"is_late": "yes"}).content.decode()
    assert late.name in page
    assert "In Time" not in page


def test_what_a_company_wants_to_know_of_a_lead_stands_on_its_page(house):
    CustomField.objects.create(model="leads.lead", key="rooms", label="Rooms to furnish", type="number")
    lead = make_lead(owner=house.rep, team=house.rep.team, custom={"rooms": 38})
    page = signed_in(house.rep).get(lead.get_absolute_url())
    assert '<dt>Rooms to furnish</dt><dd id="fact-custom_rooms">38<a' in page.content.decode()


def test_the_tab_of_leads_counts_what_the_person_may_see_now(house):
    contact = make_contact(name="Ada Lund")
    make_lead(name="Ada Lund", contact=contact)
    client, url = signed_in(house.marketer), contact.get_absolute_url()

    def tabs():
        return {tab["label"]: tab["count"] for tab in client.get(url).context["tabs"]}

    assert tabs()["Leads"] == 1
    assert "Lead: no source" in client.get(url).content.decode()
    AccessRule.objects.create(role="marketer", model="leads.lead", verb="view", scope="none")
    assert "Leads" not in tabs()
    assert "Lead: no source" not in client.get(url).content.decode()
