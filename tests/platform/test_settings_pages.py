"""The pages of the company, the working hours and the letterhead: who may, what is refused, two writers, the log."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from crm.choices import Role
from crm.conflicts import OPENED
from crm.models import Company, LogEntry, StoredFile
from crm.signals import company_figures_changed
from crm.starting.reading import setup_steps
from pipeline.models import Letterhead
from service.models import ServiceHours, SlaPolicy
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db
PAGES = {"/settings/company/": "crm:company", "/settings/hours/": "service:hours",
         "/settings/letterhead/": "pipeline:letterhead"}  # fmt: skip


@pytest.fixture
def admin():
    make_company()
    return make_user(Role.ADMIN)


def typed(page, **changed) -> dict:
    """What the browser would send back, with some of it typed anew."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields if name != "logo_file"}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    return data | {OPENED: form.opened_words} | changed


def test_the_first_hour_and_the_navigation_lead_to_them(admin):
    steps = {step.name: step.url for step in setup_steps(admin).steps}
    assert (steps["company"], steps["hours"]) == ("/settings/company/", "/settings/hours/")
    text = signed_in(admin).get("/start/").content.decode()
    assert all(f'href="{path}"' in text for path in PAGES)
    assert all(reverse(name) == path for path, name in PAGES.items())


def test_the_company_is_changed_and_the_log_and_the_figures_are_told(admin):
    told: list[str] = []

    def hear(sender, reason, **more):
        told.append(reason)

    company_figures_changed.connect(hear)
    client = signed_in(admin)
    page = client.get("/settings/company/")
    sent = typed(page, name="Larkmoor", country="gb", currency="gbp")
    assert client.post("/settings/company/", sent)["Location"] == "/settings/company/"
    company_figures_changed.disconnect(hear)
    company = Company.objects.get()
    assert (company.name, company.country, company.currency) == ("Larkmoor", "GB", "GBP")
    assert told == ["The company's currency or time zone was changed."]
    assert LogEntry.objects.filter(model="crm.company", verb="change").get().summary == (
        "Changed name, country, currency of the company"
    )
    again = client.get("/settings/company/")
    client.post("/settings/company/", typed(again))
    assert LogEntry.objects.filter(model="crm.company").count() == 1


@pytest.mark.parametrize(("field", "value"), [("currency", "EURO"), ("country", "Germany"), ("time_zone", "Mars/One")])
def test_what_makes_no_sense_is_refused_and_kept(admin, field, value):
    client = signed_in(admin)
    page = client.get("/settings/company/")
    refused = client.post("/settings/company/", typed(page, name="Kept name", **{field: value}))
    assert (refused.status_code, field in refused.context["form"].errors) == (422, True)
    assert b"Kept name" in refused.content


@pytest.mark.parametrize(
    ("path", "field", "first", "second"),
    [
        ("/settings/company/", "name", "Their name", "My name"),
        ("/settings/hours/", "monday", "08:00-12:00", "10:00-11:00"),
        ("/settings/letterhead/", "footer", "Their footer", "My footer"),
    ],
)
def test_who_saves_second_is_shown_what_the_first_one_changed(admin, path, field, first, second):
    ServiceHours.objects.create(name="Office")
    Letterhead.objects.create(pk=1)
    client = signed_in(admin)
    page = client.get(path)
    mine = typed(page, **{field: second})  # how the record stood is said by the page when it is opened
    assert client.post(path, typed(page, **{field: first})).status_code == 302
    late = client.post(path, mine)
    assert late.status_code == 409
    assert first in late.content.decode()
    assert second in late.content.decode()
    assert client.post(path, typed(late, **{field: second})).status_code == 302
    model = {"name": Company, "monday": ServiceHours, "footer": Letterhead}[field]
    assert getattr(model.objects.get(), field) == second


def test_working_hours_are_said_for_the_first_time_and_a_holiday_is_a_day(admin):
    client = signed_in(admin)
    page = client.get("/settings/hours/")
    for wrong, name in (({"monday": "from nine"}, "monday"), ({"holidays": "Christmas"}, "holidays")):
        refused = client.post("/settings/hours/", typed(page, **wrong))
        assert (refused.status_code, name in refused.context["form"].errors) == (422, True)
    sent = typed(page, friday="09:00-13:00", holidays="2026-12-26\n2026-12-25")
    assert client.post("/settings/hours/", sent).status_code == 302
    hours = ServiceHours.objects.get()
    assert (hours.name, hours.friday) == ("Office hours", "09:00-13:00")
    assert hours.holidays == [dt.date(2026, 12, 25), dt.date(2026, 12, 26)]
    assert LogEntry.objects.get(model="service.servicehours").summary == "Made the working hours"


def test_the_hours_are_those_that_the_first_promise_counts(admin):
    ServiceHours.objects.create(name="Old")
    counted = ServiceHours.objects.create(name="Counted")
    client = signed_in(admin)
    assert "No promise counts these yet." in client.get("/settings/hours/").content.decode()
    for place, name in ((2, "Later"), (1, "All tickets")):
        SlaPolicy.objects.create(name=name, position=place, hours=counted)
    page = client.get("/settings/hours/")
    assert page.context["form"].instance == counted
    assert "These count for: All tickets, Later." in page.content.decode()
    assert client.post("/settings/hours/", typed(page, monday="08:00-12:00")).status_code == 302
    assert set(ServiceHours.objects.values_list("name", "monday")) == {
        ("Old", "09:00-17:00"), ("Counted", "08:00-12:00"),
    }  # fmt: skip


def test_they_are_for_those_who_set_the_house_up(admin):
    for role, answers in ((Role.REP, (403, 403, 403)), (Role.MANAGER, (403, 200, 403))):
        client = signed_in(make_user(role))
        assert tuple(client.get(path).status_code for path in PAGES) == answers
        assert client.post("/settings/company/", {"name": "Theirs"}).status_code == 403


def test_each_page_asks_who_is_there_when_that_was_long_ago(admin):
    admin.set_password("a long way to Larkmoor")
    admin.save()
    client = signed_in(admin)
    sent = typed(client.get("/settings/company/"), second_factor_roles=["rep"])
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31)):
        answers = [*(client.get(path) for path in PAGES), client.post("/settings/company/", sent)]
    asked = reverse("account_reauthenticate")
    assert [answer["Location"].startswith(asked) for answer in answers] == [True] * 4
    assert Company.objects.get().second_factor_roles == []


def picture(drawn: bytes = b"") -> SimpleUploadedFile:
    if not drawn:
        made = BytesIO()
        Image.new("RGB", (8, 8), "red").save(made, "PNG")
        drawn = made.getvalue()
    return SimpleUploadedFile("logo.png", drawn, "image/png")


def test_a_logo_is_brought_and_taken_away(admin):
    client = signed_in(admin)
    page = client.get("/settings/letterhead/")
    assert client.post("/settings/letterhead/", typed(page, logo_file=picture())).status_code == 302
    assert Letterhead.objects.get().logo is not None
    page = client.get("/settings/letterhead/")
    client.post("/settings/letterhead/", typed(page, without_logo="on"))
    assert Letterhead.objects.get().logo is None
    page = client.get("/settings/letterhead/")
    refused = client.post("/settings/letterhead/", typed(page, logo_file=picture(b"no picture")))
    assert (refused.status_code, "logo_file" in refused.context["form"].errors) == (422, True)


def test_a_logo_of_a_form_that_is_refused_is_not_kept(admin):
    client = signed_in(admin)
    page = client.get("/settings/letterhead/")
    refused = client.post("/settings/letterhead/", typed(page, logo_file=picture(), colour="no colour"))
    assert (refused.status_code, StoredFile.objects.count()) == (422, 0)
    assert not LogEntry.objects.filter(verb="upload").exists()
