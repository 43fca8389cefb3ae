"""From the first enquiry to the forecast, in a browser: a stranger writes, a rep calls, qualifies, converts and quotes,
the customer accepts."""

import datetime as dt
import re

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.choices import Role
from crm.foreign.tokens import Purpose, make_token
from leads.allocation.actions import create_rule
from leads.models import CaptureForm, ChecklistItem, Lead
from orders.models import Order
from pipeline.models import Deal, Quote
from pipeline.quotes.links import token_of
from tests import factories as make
from tests.browser.test_customers import enter

ASKED = [
    {"name": name, "label": label, "required": name != "message"}
    for name, label in (
        ("first_name", "First name"),
        ("last_name", "Last name"),
        ("email", "E-mail address"),
        ("organization", "Hotel or shop"),
        ("message", "What is it about?"),
    )
]


def write_to_us(page: Page, base: str, form: CaptureForm) -> None:
    """As a stranger who took a minute to fill the form in."""
    page.goto(f"{base}{form.public_path}?utm_source=google")
    for label, typed in (
        ("First name", "Ada"), ("Last name", "Lund"), ("E-mail address", "ada@lund.example"),
        ("Hotel or shop", "Hotel Lund"), ("What is it about?", "Sixty rooms in oak"),
    ):  # fmt: skip
        page.get_by_label(label).fill(typed)
    minute = {"form": form.pk, "at": timezone.now().timestamp() - 60}
    stamp = page.locator("input[name=stamp]")
    stamp.evaluate(
        "(field, value) => { field.value = value; }", make_token(Purpose.FORM, minute, dt.timedelta(hours=1))
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def accept_as_customer(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        accept = page.get_by_role("region", name="Accept")
        accept.get_by_label("Your name").fill("Ada Lund")
        accept.get_by_role("checkbox").check()
        accept.get_by_role("button", name="Accept the quote").click()
        expect(page.get_by_role("status")).to_contain_text("Accepted by Ada Lund")


def test_an_enquiry_is_given_away_called_qualified_converted_quoted_won_and_stands_in_the_figures(
    page: Page, browser: Browser, live_server, transactional_db
):
    make.make_company()
    rosa = make.make_user(Role.REP, name="Rosa Rep", team=make.make_team(name="North"))
    make.make_pipeline("Talk")
    ChecklistItem.objects.create(kind="need", text="What is to be framed?", is_needed=True)
    create_rule(actor=None, fields={"name": "All", "respond_minutes": 60}, people=[rosa])
    base = live_server.url
    write_to_us(page, base, CaptureForm.objects.create(name="Contact", title="Write to us", fields=ASKED))

    enter(page, live_server, rosa)
    page.goto(base)
    page.get_by_role("link", name=re.compile("^Ada Lund")).click()
    expect(page.get_by_text("Sixty rooms in oak").first).to_be_visible()
    expect(page.locator("dd").get_by_text("Rosa Rep’s turn")).to_be_visible()
    page.get_by_label("Outcome").select_option("answered")
    page.get_by_label("What was said").fill("Opens in May")
    page.get_by_label("Follow-up").select_option("3")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("Go on with Ada Lund")).to_be_visible()

    page.get_by_role("link", name="Qualify").click()
    page.get_by_label("Need: What is to be framed?").select_option("yes")
    page.get_by_label("Qualified", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("qualified since")).to_be_visible()

    page.get_by_role("link", name="Convert").click()
    page.get_by_role("button", name="Convert").click()
    page.get_by_role("link", name="Hotel Lund: Web form").click()
    page.get_by_role("link", name="New quote").first.click()
    for name, typed in (("text", "Sixty frames in oak"), ("quantity", "60"), ("unit_price", "20")):
        page.locator(f"#id_lines-0-{name}").fill(typed)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Mark as sent").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark as sent").click()
    expect(page.get_by_text("Sent", exact=True).first).to_be_visible()
    accept_as_customer(browser, f"{base}/q/{token_of(Quote.objects.get())}/")
    page.goto(f"{base}{Deal.objects.get().get_absolute_url()}")
    expect(page.locator("[aria-current=step]")).to_have_text("Won")

    lead, deal = Lead.objects.get(), Deal.objects.get()
    assert (lead.converted, lead.utm_source, lead.contact.organization.name) == (True, "google", "Hotel Lund")
    assert (deal.owner, deal.contact, deal.outcome, deal.amount) == (rosa, lead.contact, "won", 1200)
    assert Order.objects.get().amount == 1200
    page.goto(f"{base}/analytics/forecast/?by=rep")
    expect(page.get_by_role("row", name=re.compile("^Rosa Rep"))).to_contain_text("1,200")
    page.goto(f"{base}/analytics/performance/?by=rep")
    expect(page.get_by_role("row", name=re.compile("^Rosa Rep"))).to_contain_text("1,200")
    page.goto(f"{base}/leads/tracking/")
    expect(page.get_by_role("row", name=re.compile("^Web form"))).to_contain_text("100")
