"""A marketer's campaign over real lines: segment, offer, mail, test, approval, sending, click, order, lift."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from campaigns.choices import CampaignState
from campaigns.models import Campaign, Offer, Recipient, Redemption, SendingRules
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_all
from crm.choices import Role
from crm.mail import sending
from crm.mail.channels import channel_named
from crm.mail.servers import MailServer
from tests import factories as make
from tests.browser.test_customers import enter
from tests.campaigns.sample import agreed
from tests.mail.sink import Sink

PEOPLE = 40  # of them three in ten kept out: that it is none, or all, is less likely than one in a million


@pytest.fixture
def sink(settings, transactional_db) -> Iterator[Sink]:
    """A mail server, and the default channel leading to it."""
    with Sink() as running:
        settings.CRM_MAIL_SERVERS = {"default": MailServer("smtp", "127.0.0.1", running.port)}
        yield running


def pick(page: Page, field: str, name: str) -> None:
    """Choose one of a field that is typed in."""
    box = page.locator(f"#id_{field}-ts-control")
    box.click()
    box.fill(name)
    page.locator(".ts-dropdown:visible").get_by_role("option", name=name).click()
    page.keyboard.press("Escape")


def deliver() -> None:
    """What is due leaves."""
    while sending.send_due(channel_named().pk):
        pass


def plan(page: Page, base: str) -> None:
    """A segment, an offer, a campaign for it and its mail."""
    tree = {"version": 1, "where": {"field": "source", "op": "is", "value": "fair"}}
    page.goto(f"{base}/segments/new/?filter={quote(json.dumps(tree))}")
    expect(page.locator("[data-builder-count]")).to_have_text(f"{PEOPLE} match")
    page.locator("#id_name").fill("Met at the fair")
    page.get_by_role("button", name="Keep the segment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Met at the fair")

    page.goto(f"{base}/offers/new/")
    page.locator("#id_name").fill("Oak frames for the fair")
    page.locator("#id_words").fill("Every oak frame")
    page.locator("#id_benefit_value").fill("15")
    page.locator("#id_margin_amount").fill("12")
    page.get_by_role("button", name="Keep the offer").click()
    expect(page.get_by_text("15 % off").first).to_be_visible()

    page.goto(f"{base}/campaigns/new/")
    page.locator("#id_name").fill("After the fair")
    page.locator("#id_contact_cost_amount").fill("0.05")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_role("link", name="Choose").click()
    pick(page, "segments", "Met at the fair")
    pick(page, "offers", "Oak frames for the fair")
    page.locator("#id_control_share").fill("0.3")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a variant").click()
    page.locator("#id_subject").fill("{{offer}} for {{first_name|you}}")
    heading, text, button = (page.get_by_role("group", name="Block", exact=True).nth(place) for place in range(3))
    heading.get_by_label("What it says").fill("It was good to meet you")
    text.get_by_label("What it says").fill("{{offer}}: {{offer_benefit}}. Tell us {{offer_code}} with your order.")
    button.get_by_label("What it says").fill("See the frames")
    button.get_by_label("Leads to").fill("https://www.example.com/oak")
    page.get_by_role("button", name="Keep the variant").click()


def test_from_a_segment_to_a_lift(page: Page, live_server, sink: Sink):
    make.make_company()
    SendingRules.objects.create(pk=1, approval_above=10)
    mia = make.make_user(Role.MARKETER, name="Mia Marketer")
    max_ = make.make_user(Role.MANAGER, name="Max Manager")
    agreed(PEOPLE, "fair")
    base = live_server.url
    enter(page, live_server, mia)
    plan(page, base)
    campaign = Campaign.objects.get()

    page.get_by_role("link", name="Check and start").click()
    expect(page.get_by_role("heading", name="Who gets which offer")).to_be_visible()
    expect(page.get_by_text("the best", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Send a test of")).click()
    expect(page.get_by_text("The test is on its way to you.")).to_be_visible()
    deliver()
    [test] = sink.to(mia.email)
    assert re.fullmatch(r"\[Test\] Every oak frame for First\d+", test.message["Subject"])
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)

    enter(page, live_server, max_)
    page.goto(f"{base}/campaigns/{campaign.pk}/check/")
    page.get_by_role("button", name="Approve").click()
    enter(page, live_server, mia)
    page.goto(f"{base}/campaigns/{campaign.pk}/check/")
    expect(page.get_by_text("Approved by Max Manager")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.get_by_text(re.compile(f"has started: {PEOPLE}.people"))).to_be_visible()
    run_campaign(campaign.pk)
    deliver()
    run_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT

    given = Recipient.objects.filter(campaign=campaign, state="sent").select_related("given", "contact")
    assert len(sink.taken) == len(given) + 1
    row = given.first()
    assert row is not None
    [mail] = sink.to(f"{row.contact.name}@drill.example")
    body = mail.message.get_body(("plain",)).get_content()
    code = re.search(r"Tell us ([2-9A-Z-]{14}) with", body)[1]
    assert code == row.given.code_in_words
    link = re.search(r"See the frames: (\S+)", body)[1]
    answer = page.request.get(base + urlsplit(link).path, max_redirects=0, headers={"User-Agent": "Mozilla/5.0"})
    assert (answer.status, answer.headers["location"]) == (302, "https://www.example.com/oak")
    # an hour later: a click within seconds of the mail is a program's, and a form tells the minute of an order
    given.update(sent_at=F("sent_at") - dt.timedelta(hours=1))
    Campaign.objects.update(launched_at=F("launched_at") - dt.timedelta(hours=1))

    enter(page, live_server, max_)
    page.goto(f"{base}/orders/new/?contact={row.contact_id}")
    page.get_by_label("Offer code").fill(code.lower())
    page.locator("#id_lines-0-amount").fill("80")
    page.get_by_role("button", name="Create order").click()
    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert count_all() == 1
    assert Redemption.objects.get().verdict == "accepted"

    enter(page, live_server, mia)
    page.goto(f"{base}{campaign.get_absolute_url()}")
    funnel = page.get_by_role("region", name="What they did")
    expect(funnel.get_by_role("row", name=re.compile("^A ")).get_by_text("· 1").first).to_be_visible()
    lift = page.get_by_role("region", name="Lift over the control group").get_by_role("row", name=re.compile("^A "))
    expect(lift.first).to_contain_text(re.compile(r"\+\d\.\d\d pts[\s\S]*pts to .*pts"))
    offer = Offer.objects.get()
    offers = page.get_by_role("region", name="Offers").get_by_role("row", name=re.compile(offer.name))
    expect(offers).to_contain_text(f"{len(given)}")
    offers.get_by_role("link", name=offer.name).click()
    expect(page.get_by_role("region", name="Orders with its codes").get_by_text("taken")).to_be_visible()
