"""Every form that makes something makes it once, however often it is sent."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Segment
from crm.choices import Role
from crm.models import ApiToken, ImportRun, JobRun, Share, Team
from feedback.models import Checklist
from orders.loyalty.actions import enrol_member
from orders.models import Invoice, Order, ProductRegistration, Subscription
from pipeline.models import Quote
from service.models import ServiceHours
from tests.campaigns.sample import ready
from tests.concurrency.doors import ADMINS, FORM_PAGES, MAKING, PARTS, record_of
from tests.concurrency.forms import form_in
from tests.factories import (
    make_company,
    make_contact,
    make_lead,
    make_pipeline,
    make_product,
    make_ticket,
    make_user,
    signed_in,
)  # fmt: skip

pytestmark = pytest.mark.django_db
SAMPLES: dict[str, dict[str, Any]] = {
    "agenda:task_create": {"title": "Send the offer"},
    "crm:customfield_create": {"label": "Size", "type": "text"},
    "contacts:contact_create": {"kind": "person", "name": "Grace"},
    "leads:lead_create": {"first_name": "Ada", "email": "ada@example.org"},
    "leads:rule_create": {"name": "All", "position": "1", "way": "round robin", "people": lambda: str(make_user().pk)},
    "leads:intake_create": {"user": lambda: str(make_user().pk)},
    "leads:cost_create": {"amount": "100", "starts_on": "2026-01-01", "ends_on": "2026-01-31"},
    "leads:item_create": {"text": "Who decides?", "kind": "authority", "position": "1"},
    "leads:score_rule_create": {"name": "All", "position": "1", "kind": "fit", "points": "5"},
    "leads:call_list_create": {"name": lambda: f"Calls of {make_lead(phone='+44 113 496 0188')}"},
    "leads:sequence_create": {"name": "After the fair", "steps-0-title": "Three frames", "steps-0-text": "Hello"},
    "leads:form_create": {"name": "Contact us", "title": "Write to us"},
    "orders:product_create": {"name": "Lamp", "currency": "EUR"},
    "orders:order_create": {"lines-0-quantity": "1", "lines-0-unit_price": "5"},
    "orders:invoice_create": {"number": "2026-1", "amount": "119"},
    "orders:return_create": {},
    "orders:payment_create": {"amount": "5", "paid_on": "2026-03-02"},
    "orders:subscription_create": {"plan": "Care plan"},
    "orders:renewal_create": {"renews_on": "2099-01-01"},
    "orders:registration_create": {"serial": "PM-1", "product": lambda: str(make_product().pk)},
    "crm:view_create": {"name": "Mine"},
    "dashboards:create": {"name": "Mine"},
    "dashboards:mail_create": {},
    "reports:report_create": {"name": "Mine", "definition": '{"subject": "contacts.contact"}'},
    "contacts:territory_create": {"name": "North"},
    "contacts:acquired_list_create": {"name": "Directory 2026", "kind": "compiled", "currency": "EUR"},
    "contacts:market_create": {"label": "Public bodies", "position": "50"},
    "contacts:responsibility_create": {"segment": "field:kind:person", "owner": lambda: str(make_user().pk)},
    "contacts:consent_create": {"channel": "email", "purpose": "marketing", "level": "2"},
    "analytics:initiative_create": {
        "name": "Calls",
        "starts_on": "2026-03-02",
        "ends_on": "2026-06-30",
        "measure": "nps",
        "target_value": "40",
        "target_on": "2026-12-31",
    },
    "analytics:milestone_create": {"name": "First calls", "planned_on": "2026-04-01"},
    "analytics:initiative_cost_create": {"what": "Paper", "amount": "5"},
    "analytics:mark_create": {"kind": "benchmark", "reason": "Others ask what they ordered."},
    "contacts:relation_create": {"kind": "partner", "other": lambda: str(make_contact().pk)},
    "orders:points_create": {"kind": "adjusted", "points": "5", "note": "welcome"},
    "pipeline:pipeline_create": {"name": "Cars", "stages": "Wish\nTest drive"},
    "pipeline:stage_create": {
        "pipeline": lambda: str(make_pipeline().pk),
        "name": "Trial",
        "kind": "open",
        "position": "2",
    },
    "pipeline:reason_create": {"outcome": "lost", "name": "No budget"},
    "pipeline:target_create": {"amount": "1000", "starts_on": "2026-01-01", "months": "3"},
    "pipeline:deal_create": {"title": "Frames", "currency": "EUR"},
    "pipeline:quote_create": {
        "title": "Frames",
        "lines-0-text": "Fitting",
        "lines-0-quantity": "1",
        "lines-0-unit_price": "5",
    },
    "pipeline:line_create": {"product": lambda: str(make_product().pk), "quantity": "2"},
    "pipeline:role_create": {"contact": lambda: str(make_contact().pk), "role": "champion"},
    "pipeline:share_create": {"user": lambda: str(make_user().pk), "percent": "30"},
    "pipeline:competitor_create": {"name": "Frame & Co"},
    "service:article_create": {"title": "How to hang a frame", "body": "With two hooks."},
    "service:ticket_create": {"subject": "One pane is broken", "body": "Hello"},
    "service:rule_create": {
        "name": "All",
        "position": "1",
        "way": "round robin",
        "people": lambda: str(make_user().pk),
    },
    "service:promise_create": {
        "name": "All",
        "first_reply_minutes": "4 h",
        "hours": lambda: str(ServiceHours.objects.get_or_create(name="Office")[0].pk),
    },
    "service:queue_create": {"name": "Claims", "notice_after_days": "7"},
    "service:hours_create": {"name": "Shop"},
    "service:intake_create": {"user": lambda: str(make_user().pk)},
    "service:link_create": {"kind": "related", "other": lambda: str(make_ticket().pk)},
    "service:ticket_split": {"subject": "A second matter"},
    "service:incidents_answer": {"text": "It works again.", "then": "solved"},
    "service:macro_create": {"name": "On its way", "code": "on-its-way", "text": "Hello {{first_name|there}}"},
    "service:reply_create": {"text": "It leaves today."},
    "service:note_create": {"text": "Rang them"},
    "service:heard_create": {"text": "And the frame?", "channel": "phone"},
    "service:defection_create": {"contact": lambda: str(make_contact().pk)},
    "service:attempt_create": {"offer": "Ten per cent", "way": "phone"},
    "service:compensation_create": {"remedy": "credit", "size": "5", "reason": "It came broken."},
    "campaigns:segment_create": {"name": "Quiet since spring"},
    "campaigns:segment_paste": {"name": "Not now", "text": "mia@x.example"},
    "campaigns:segment_mail": {"mail": lambda: str(ready(None, "elsewhere").pk)},
    "campaigns:offer_create": {"name": "Oak frames", "benefit_value": "20", "margin_amount": "5"},
    "campaigns:retention_action_create": {
        "name": "Visits",
        "way": "delight",
        "segment": lambda: str(Segment.objects.create(name="Everybody").pk),
    },
    "campaigns:variant_create": {
        "name": "A",
        "share": "1",
        "subject": "Frames",
        "blocks-TOTAL_FORMS": "1",
        "blocks-INITIAL_FORMS": "0",
        "blocks-0-kind": "text",
        "blocks-0-text": "Hello",
    },
    "campaigns:play_create": {"name": "Welcome", "steps-0-title": "Thank you", "steps-0-text": "Good to have you."},
    "campaigns:campaign_create": {"name": "Spring frames", "channel": "email", "currency": "EUR", "window_days": "14"},
    "feedback:suggestion_create": {"title": "Hooks that hold more"},
    "feedback:checklist_create": {"name": "Shop floor", "items-0-text": "Greets within a minute"},
    "feedback:visit_create": {"checklist": lambda: str(Checklist.objects.create(name="Shop floor").pk)},
    "feedback:touch_point_create": {"name": "Delivery"},
    "feedback:vote_create": {"contact": lambda: str(make_contact().pk)},
    "feedback:survey_create": {"name": "Spring", "questions-0-text": "How was it?"},
    "incoming:mailbox_create": {"name": "Help", "address": "help@example.org"},
    "privacy:hold_create": {"reason": "A dispute"},
    "crm:person_invite": {"name": "Ida", "email": "ida@example.org", "role": "rep"},
}

OF_CUSTOMERS = (Order, Invoice, Subscription, ProductRegistration, Quote)


@pytest.fixture
def admin(db):
    make_company()
    return make_user(Role.ADMIN, name="Mia")


def sent_twice(client, page: str, count: Callable[[], int], url: str = "", **fields: Any) -> None:
    """Send the page's form twice, as it came but for these fields; `count` of records grows by one."""
    form, before = form_in(client.get(page).content.decode(), "form_token").fields, count()
    for _ in range(2):
        answer = client.post(url or page, {**form, **{name: made(value) for name, value in fields.items()}})
        assert count() == before + 1, answer.content.decode()[:3000]
    assert answer.status_code == 302


def made(value: Any) -> Any:
    return value() if callable(value) else value


@pytest.mark.parametrize("name", MAKING)
def test_each_page_that_makes_a_record(admin, name):
    fields = {field: made(value) for field, value in SAMPLES[name].items()}
    if FORM_PAGES[name].model in OF_CUSTOMERS:
        fields["contact"] = str(make_contact().pk)
    sent_twice(signed_in(admin), reverse(name), FORM_PAGES[name].model.objects.count, **fields)


@pytest.mark.parametrize("name", PARTS)
def test_each_page_that_adds_a_part(admin, name):
    view = FORM_PAGES[name]
    whole = record_of(view.whole_model._meta.label, admin)
    if name == "orders:points_create":
        enrol_member(actor=admin, contact=whole)
    if name == "service:compensation_create":
        view.whole_model.objects.filter(pk=whole.pk).update(contact=make_contact())
    fields = {field: made(value) for field, value in SAMPLES[name].items()}
    if name == "orders:return_create":
        fields = {f"line_{whole.lines.get().pk}": "1"}
    sent_twice(signed_in(admin), reverse(name, args=[whole.pk]), view.model.objects.count, **fields)


def test_a_file_is_brought_once(admin):
    def file():
        return SimpleUploadedFile("a.csv", b"name,email\nAda,a@example.org\n", "text/csv")

    sent_twice(signed_in(admin), "/imports/new/", ImportRun.objects.count, kind="contacts", file=file)


def test_another_file_has_to_be_meant(admin):
    client = signed_in(admin)
    form = form_in(client.get("/imports/new/").content.decode(), "form_token").fields
    for name in ("a.csv", "b.csv"):
        file = SimpleUploadedFile(name, b"name\nAda\n", "text/csv")
        answer = client.post("/imports/new/", {**form, "kind": "contacts", "file": file})
    assert "has made" in answer.content.decode()
    assert ImportRun.objects.count() == 1


def test_a_token_is_made_once(admin):
    fields = {"name": "Shop", "scopes": ["contacts:read"]}
    sent_twice(signed_in(admin), "/profile/tokens/", ApiToken.objects.count, **fields)


def test_a_share_is_made_once(admin):
    contact, other = make_contact(owner=admin), make_user(Role.REP)
    page = f"/contacts/{contact.pk}/share/"
    sent_twice(signed_in(admin), page, Share.objects.count, person=str(other.pk), right="view")


def test_records_are_handed_over_once(admin):
    leaver, heir = make_user(Role.REP), make_user(Role.REP)
    page = f"/people/{leaver.pk}/handover/"
    sent_twice(signed_in(admin), page, JobRun.objects.count, to=str(heir.pk))


@pytest.mark.parametrize(
    ("page", "url"), [("/analytics/runs/", "/analytics/runs/start/"), ("/analytics/rfm/", "/analytics/rfm/run/")]
)
def test_an_analysis_is_asked_for_once(admin, page, url):
    sent_twice(signed_in(admin), page, JobRun.objects.count, url)


def test_the_administration_makes_one(admin):
    sent_twice(signed_in(admin), reverse("admin:crm_team_add"), Team.objects.count, name="West")


@pytest.mark.parametrize("label", ADMINS)
def test_each_page_of_the_administration_that_makes_has_a_token(admin, label):
    opts = ADMINS[label].opts
    answer = signed_in(admin).get(reverse(f"admin:{opts.app_label}_{opts.model_name}_add"))
    assert answer.status_code == 403 or form_in(answer.content.decode(), "form_token")
