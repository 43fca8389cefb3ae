"""Somebody who has never seen it: from the first page to a mailed segment by what the screen says, help beside it."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from analytics.models import RfmSegment
from campaigns.models import Campaign
from contacts.models import Purpose
from crm.choices import Role
from crm.models import Company, User

PASSWORD = "a long pass phrase"
LONG_MS = 60_000
CUSTOMERS = "Name,First name,E-mail,Country,City\n" + "".join(
    f"Person{number},First{number},person{number}@kunde.example,DE,Kiel\n" for number in range(12)
)
CONSENTS = "E-mail,Channel,Status,Date\n" + "".join(
    f"person{number}@kunde.example,email,granted,2026-01-01\n" for number in range(12)
)


@pytest.fixture
def empty_instance(transactional_db) -> None:
    """No people, no company; the small tables as the migrations made them."""
    User.objects.all().delete()
    if not RfmSegment.objects.exists():  # a test before this one emptied every table
        import_module("analytics.migrations.0002_shipped_rows").add_segments(apps, None)
    Purpose.objects.get_or_create(key="marketing", defaults={"label": "Marketing"})


def bring(page: Page, name: str, text: str) -> None:
    """A file into the wizard, to its end."""
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=re.compile("^Import 12 rows")).click(timeout=LONG_MS)
    expect(page).to_have_url(re.compile(r"/jobs/\d+/$"))
    page.reload()
    expect(page.get_by_text("Rows read")).to_be_visible(timeout=LONG_MS)


def test_from_nothing_to_a_mailed_segment(page: Page, live_server, empty_instance, real_worker):
    page.goto(live_server.url)
    for label, text in {
        "Company": "Nordholz",
        "Your name": "Ada Nord",
        "Your e-mail address": "ada@nordholz.example",
    }.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_text("0 of 10 done")).to_be_visible()

    steps.get_by_role("link", name="Choose a pipeline").click()
    page.get_by_role("button", name="Start with this").first.click()
    page.goto(live_server.url)
    steps.get_by_role("link", name="Import contacts").click()
    bring(page, "customers", CUSTOMERS)
    page.goto(f"{live_server.url}/start/")
    expect(page.get_by_text("2 of 10 done")).to_be_visible()

    page.get_by_role("link", name="New segment").click()
    page.locator("#id_name").fill("Everybody")
    page.get_by_role("button", name="Keep the segment").click()
    page.get_by_role("link", name="import what they agreed to").click()
    bring(page, "consents", CONSENTS)

    page.goto(f"{live_server.url}/segments/")
    page.get_by_role("link", name="Everybody").first.click()
    page.get_by_role("link", name="Plan a campaign").click()
    page.locator("#id_name").fill("Hello")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator(".ts-wrapper").first).to_contain_text("Everybody")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a variant").click()
    page.locator("#id_subject").fill("Hello {{first_name|there}}")
    page.get_by_role("group", name="Block", exact=True).nth(0).get_by_label("What it says").fill("We are here")
    page.get_by_role("button", name="Keep the variant").click()
    page.get_by_role("link", name="Check and start").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.get_by_text(re.compile("has started: 12.people"))).to_be_visible()
    assert Campaign.objects.get().state == "sending"
    page.goto(f"{live_server.url}/start/")
    step = page.get_by_role("listitem").filter(has_text="Send them a first mail")
    expect(step.get_by_label("done")).to_be_visible()


@pytest.fixture
def mia(transactional_db) -> User:
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "currency": "EUR"})
    return User.objects.create_user("mia@crm.example", PASSWORD, name="Mia Keller", role=Role.REP)


def test_help_stands_beside_the_page_that_it_is_about(page: Page, live_server, mia):
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill("mia@crm.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")
    page.goto(f"{live_server.url}/leads/")
    page.keyboard.press("F1")
    panel = page.locator("#guide-panel")
    expect(panel.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Leads")).to_be_visible()  # the page is still there
    panel.get_by_role("link", name="Open this chapter").click()
    expect(page).to_have_url(re.compile(r"/guide/leads/$"))
    page.get_by_role("link", name="Call lists").last.click()
    expect(page.get_by_role("heading", name="Call lists")).to_be_in_viewport()
    page.get_by_role("link", name="Next Pipeline and deals").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pipeline and deals")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("convert a lead")
    expect(page.get_by_role("option").filter(has_text="Leads").first).to_be_visible()
