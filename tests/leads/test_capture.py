"""Forms that strangers fill in: guarded without third parties; nothing that is stored changes or shows (S14, S19)."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Consent, Contact
from crm.foreign.tokens import Purpose, make_token
from crm.models import OutgoingMail, RowChange, Team
from leads.actions import create_lead
from leads.allocation.actions import create_rule
from leads.capture.actions import MOST_AN_HOUR, take_submission
from leads.models import CaptureForm, CaptureSubmission, Lead
from leads.tasks import recycle_task
from tests.factories import make_contact, signed_in

pytestmark = pytest.mark.django_db
ASKED = [
    {"name": "first_name", "label": "Your name", "required": True},
    {"name": "email", "label": "E-mail", "required": True},
    {"name": "message", "label": "What is it about?", "required": False},
]
TYPED = {"first_name": "Ada", "email": "ada@example.org", "message": "Thirty rooms"}


def make_form(**fields):
    return CaptureForm.objects.create(**{"name": "Contact", "title": "Write to us", "fields": ASKED, **fields})


def old_stamp(form, seconds=10):
    return make_token(Purpose.FORM, {"form": form.pk, "at": timezone.now().timestamp() - seconds}, None)


def send(form, **more):
    return Client().post(form.public_path, {**TYPED, "stamp": old_stamp(form), **more})


def test_a_stranger_becomes_a_lead_with_where_it_came_from_and_an_owner(house):
    form = make_form(source="Web form", campaign="Spring")
    create_rule(actor=None, fields={"name": "All", "respond_minutes": 60}, people=[house.rep])
    page = Client().get(f"{form.public_path}?utm_source=google&utm_campaign=oak").content.decode()
    assert 'name="utm_source" value="google"' in page
    answer = send(form, utm_source="google", utm_campaign="oak")
    assert "Thank you" in answer.content.decode()
    lead = Lead.objects.get()
    assert (lead.name, lead.source, lead.campaign, lead.utm_source, lead.list_kind, lead.message) == (
        "Ada", "Web form", "Spring", "google", "response", "Thirty rooms",
    )  # fmt: skip
    assert (lead.owner, lead.respond_by is not None, lead.first_touch_at) == (house.rep, True, None)
    assert lead.touches.get().subject == "Filled in “Write to us”"


def test_what_is_sent_by_plain_html_or_too_fast_comes_back_once_more(house):
    form = make_form()
    for stamp in ("", old_stamp(form, seconds=1), "forged"):
        answer = Client().post(form.public_path, {**TYPED, "stamp": stamp})
        page = answer.content.decode()
        assert "send it once more" in page
        assert 'value="Ada"' in page
    assert not Lead.objects.exists()


def test_a_stamp_of_another_form_is_none(house):
    one, other = make_form(), make_form(name="Other")
    Client().post(one.public_path, {**TYPED, "stamp": old_stamp(other)})
    assert not Lead.objects.exists()


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(house):
    answer = send(make_form(), website_address="https://spam.example")
    assert "Thank you" in answer.content.decode()
    assert not Lead.objects.exists()


def test_five_hundred_posts_are_thirty_leads(house):
    form = make_form()
    codes = [send(form, first_name=f"Ada {number}").status_code for number in range(MOST_AN_HOUR + 5)]
    assert codes == [200] * MOST_AN_HOUR + [429] * 5
    assert Lead.objects.count() == MOST_AN_HOUR


def test_fields_that_are_not_asked_are_not_looked_at(house):
    send(make_form(), owner=house.rep.pk, status="converted", score="100", team="1", hand_score="99", external_id="X")
    lead = Lead.objects.get()
    assert (lead.owner, lead.status, lead.score, lead.hand_score, lead.external_id) == (None, "new", None, None, None)


def test_what_was_sent_is_kept_without_what_nobody_asked(house):
    send(make_form(), owner=house.rep.pk, status="converted", phone="+44 113 496 0188")
    assert CaptureSubmission.objects.get().values == TYPED


def test_a_known_customer_becomes_a_lead_and_nothing_of_theirs_changes_or_shows(house):
    vip = make_contact(name="Ada Lund", emails=("ada@example.org",), phones=("+44 113 496 0188",), owner=house.mate)
    answer = send(make_form(consent_wording="Send me news."), first_name="Mallory", consent="on")
    lead = Lead.objects.get()
    assert (lead.contact, lead.name) == (vip, "Mallory")
    vip.refresh_from_db()
    assert (vip.name, vip.owner, vip.version, vip.points.count()) == ("Ada Lund", house.mate, 1, 2)
    assert not Consent.objects.exists()
    assert not re.search("Lund|0188|Mate", answer.content.decode())
    assert Contact.objects.count() == 1


def test_line_ends_in_a_name_are_blanks_and_no_heads_of_mails(house):
    send(make_form(confirms=True), first_name="Ada\r\nBcc: all@example.org")
    assert CaptureSubmission.objects.get().values["first_name"] == "Ada Bcc: all@example.org"
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, "Bcc" in mail.subject + mail.text) == ("ada@example.org", False)


def test_double_opt_in_makes_the_lead_when_the_address_is_confirmed_by_a_button(house):
    known = make_contact(name="Ada Lund", emails=("ada@example.org",))
    answer = send(make_form(confirms=True, consent_wording="Send me news."), consent="on")
    assert "One more step" in answer.content.decode()
    assert not Lead.objects.exists()
    link = re.search(r"/f/confirm/\S+", OutgoingMail.objects.get().text).group()
    client = Client(enforce_csrf_checks=True)
    page = client.get(link).content.decode()
    assert not Lead.objects.exists()
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    for _ in range(2):
        assert client.post(link, {"csrfmiddlewaretoken": token}).status_code == 200
    consent = Consent.objects.get()
    assert Lead.objects.get().contact == known
    assert (consent.contact, consent.level, consent.wording, consent.purpose) == (
        known, 3, "Send me news.", "marketing",
    )  # fmt: skip


def test_a_frame_stands_on_the_allowed_sites_alone(house):
    form = make_form(allowed_sites=["https://www.example.com"])
    response = Client().get(form.public_path)
    assert "frame-ancestors 'self' https://www.example.com" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    closed = Client().get(make_form(name="Closed").public_path)
    assert "frame-ancestors 'none'" in closed.headers["Content-Security-Policy"]
    assert closed.headers["X-Frame-Options"] == "DENY"


def test_a_form_out_of_use_answers_nobody(house):
    form = make_form(is_active=False)
    assert Client().get(form.public_path).status_code == 404
    assert send(form).status_code == 404


def test_a_marketer_builds_a_form_and_sees_how_to_embed_it(house):
    client = signed_in(house.marketer)
    sent = {
        "name": "Fair", "title": "Meet us", "is_active": "on", "ask_email": "needed", "label_email": "Your mail",
        "ask_phone": "optional", "submit_label": "Send", "thanks_title": "Thanks", "source": "Fair",
        "list_kind": "response", "consent_purpose": "marketing", "allowed_sites": "https://www.example.com/page",
    }  # fmt: skip
    refused = client.post(reverse("leads:form_create"), sent)
    assert "without a path" in refused.content.decode()
    made = client.post(reverse("leads:form_create"), sent | {"allowed_sites": "https://www.example.com"})
    form = CaptureForm.objects.get()
    assert form.fields == [
        {"name": "email", "label": "Your mail", "required": True},
        {"name": "phone", "label": "Phone", "required": False},
    ]
    page = client.get(made.headers["Location"]).content.decode()
    assert f"/f/{form.token}/" in page
    assert "&lt;iframe" in page


def test_the_lead_of_a_submission_is_named_only_to_who_may_see_it(house):
    form = make_form()
    take_submission(form=form, values={"first_name": "Ada", "email": "a@b.example"}, utm={}, has_consent=False, ip="1")
    create_lead(actor=None, fields={"name": "Other"})
    assert Team.objects.count() == 2
    page = signed_in(house.manager).get(form.get_absolute_url()).content.decode()
    assert "Ada" in page


def test_what_nobody_confirms_is_deleted_after_a_week_and_not_kept_in_the_past(house):
    form = make_form(confirms=True)
    for days in (6, 8):
        send(form, first_name=f"Stranger {days}", email=f"s{days}@lund.example")
        age = timezone.now() - dt.timedelta(days=days)
        CaptureSubmission.objects.filter(values__email=f"s{days}@lund.example").update(created_at=age)
    recycle_task()
    assert [one.values["email"] for one in CaptureSubmission.objects.all()] == ["s6@lund.example"]
    assert not RowChange.objects.filter(table_name="leads_capturesubmission", was__has_key="values").exists()
