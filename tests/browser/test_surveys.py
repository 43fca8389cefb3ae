"""A phone without JavaScript answers a survey; another follows a detractor to the closed loop."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from crm.choices import Role
from feedback.actions import create_survey, open_survey
from feedback.answering.links import token_of
from feedback.models import Response, Survey
from feedback.ready import READY
from service.models import ServiceHours, SlaPolicy, Ticket
from tests import factories as make
from tests.browser.test_customers import enter
from tests.past.feedback_actions import invited


@pytest.fixture
def phone(browser: Browser, playwright: Playwright) -> BrowserContext:
    """A small phone that runs no script and keeps no cookie of ours."""
    return browser.new_context(**playwright.devices["iPhone SE"], java_script_enabled=False)


def opened(kind: str) -> Survey:
    make.make_company()
    fields = {"name": READY[kind].title, "kind": kind, "title": READY[kind].title}
    return open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=READY[kind].questions))


def test_a_phone_without_javascript_answers_a_survey(phone, live_server, transactional_db):
    survey = opened("attributes")
    link = f"{live_server.url}/s/{token_of(invited(survey=survey))}/"
    page = phone.new_page()
    page.goto(f"{link}?score=9")
    assert not Response.objects.exists()
    good = page.get_by_role("region", name="How good are we?")
    good.get_by_role("group", name="Delivery").get_by_role("radio", name="2", exact=True).check()
    matters = page.get_by_role("region", name="How much does it matter")
    matters.get_by_role("group", name="Delivery").get_by_role("radio", name="5", exact=True).check()
    asked = page.get_by_role("group", name=re.compile("How likely are you"))
    expect(asked.get_by_role("radio", name="9", exact=True)).to_be_checked()
    asked.get_by_role("radio", name="8", exact=True).check()
    page.get_by_label(re.compile("What is the main reason")).fill("Late twice")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    response = Response.objects.get()
    assert (response.nps, response.comment, response.via) == (8, "Late twice", "link")
    rated = {(a.question.text, a.question.dimension): a.value for a in response.answers.all() if a.value is not None}
    assert (rated["Delivery", "performance"], rated["Delivery", "importance"]) == (2, 5)
    page.get_by_role("link", name="Change your answers").click()
    expect(asked.get_by_role("radio", name="8", exact=True)).to_be_checked()
    asked.get_by_role("radio", name="9", exact=True).check()
    page.get_by_role("button", name="Send").click()
    response.refresh_from_db()
    assert (Response.objects.count(), response.nps) == (1, 9)
    phone.close()


def test_a_detractor_is_followed_to_the_closed_loop(page: Page, phone, live_server, transactional_db):
    survey = opened("nps")
    SlaPolicy.objects.create(name="All", hours=ServiceHours.objects.create(name="Office"), first_reply_minutes=60)
    agent = make.make_user(Role.MANAGER, name="Ida Agent")
    mia = make.make_contact(name="Mia Keller", emails=("mia@example.com",), owner=agent)
    small = phone.new_page()
    small.goto(f"{live_server.url}/s/{token_of(invited(survey=survey, contact=mia))}/")
    small.get_by_role("group", name=re.compile("How likely")).get_by_role("radio", name="2", exact=True).check()
    small.get_by_label(re.compile("main reason")).fill("Two panes broken, and nobody answered.")
    small.get_by_role("button", name="Send").click()
    expect(small.get_by_role("heading", name="Thank you")).to_be_visible()
    phone.close()

    enter(page, live_server, agent)
    page.goto(f"{live_server.url}{mia.get_absolute_url()}")
    expect(
        page.get_by_text(re.compile("Answered “Would you recommend us\\?”: 2 of 10, detractor")).first
    ).to_be_visible()
    page.goto(f"{live_server.url}/surveys/answers/?group=detractor")
    page.get_by_role("link", name="Mia Keller").first.click()
    page.get_by_role("link", name=re.compile("^Ticket #")).click()
    expect(page.get_by_text("Two panes broken, and nobody answered.").first).to_be_visible()
    ticket = Ticket.objects.get()
    assert (ticket.owner, ticket.due_for) == (agent, "first_reply")
    page.get_by_role("button", name="Solve").first.click()
    page.goto(f"{live_server.url}/surveys/loop/")
    expect(page.get_by_role("row", name=re.compile("^Ida Agent 1 .* 1"))).to_be_visible()
    expect(page.get_by_text("Time to close")).to_be_visible()
