"""A rep's day at a customer's page: a call logged by keys, a colleague told, a fact edited in place, a task done."""

import pytest
from playwright.sync_api import Page, expect

from crm.choices import Role
from crm.models import Mention, Notice, Task
from tests import factories as make
from tests.browser.hand import Hand
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter
from tests.browser.test_shell import faults_of


@pytest.fixture
def house(transactional_db):
    make.make_company()
    team = make.make_team(name="North")
    rosa = make.make_user(Role.REP, name="Rosa Rep", team=team)
    tom = make.make_user(Role.REP, name="Tom Mate", team=team)
    make.make_user(Role.REP, name="Tom Stranger", team=make.make_team(name="South"))
    contact = make.make_contact(
        name="Okafor & Sons", kind="organization", owner=rosa, team=team, phones=("+44 113 496 0188",), industry="Art"
    )
    return rosa, tom, contact


def test_an_answered_call_takes_no_click_and_six_groups_of_keys(page: Page, live_server, house):
    rosa, _, contact = house
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/")
    page.wait_for_load_state("networkidle")
    hand = Hand(page)
    hand.press("Control+k")
    page.keyboard.type("okaf")
    expect(page.get_by_role("option").first).to_contain_text("Okafor & Sons")
    page.keyboard.press("Enter")
    hand.groups += 1  # the name, and Enter that picks it
    expect(page.get_by_role("heading", level=1)).to_have_text("Okafor & Sons")
    page.wait_for_load_state("networkidle")
    hand.press("c")
    expect(page.get_by_role("radio", name="Answered")).to_be_focused()
    hand.press("ArrowRight")  # the outcome
    expect(page.get_by_role("radio", name="Call back")).to_be_checked()
    hand.tab()
    hand.type("Wants forty frames by Friday")
    hand.press("Control+Enter")
    expect(page.locator(".entry").first).to_contain_text("Wants forty frames by Friday")
    count(1, "keys", hand)
    call = contact.interactions.get()
    assert (call.channel, call.direction, call.outcome, call.user) == ("phone", "in", "call back", rosa)


def test_with_the_mouse_a_call_is_two_clicks(page: Page, live_server, house):
    rosa, _, contact = house
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}{contact.get_absolute_url()}")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Log call"))
    hand.click(page.get_by_role("button", name="Log call"))
    expect(page.locator(".entry").first).to_contain_text("Call: answered")
    assert hand.clicks == 2


def test_a_colleague_is_offered_by_at_and_told(page: Page, live_server, house):
    rosa, tom, contact = house
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}{contact.get_absolute_url()}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("w")
    page.keyboard.type("Ask @To")
    options = page.get_by_role("listbox", name="Colleagues").get_by_role("option")
    expect(options).to_have_count(1)  # the stranger may not see this customer
    page.keyboard.press("Enter")
    page.keyboard.type("about the delivery")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mention")).to_have_text("@Tom Mate", timeout=20_000)
    assert Mention.objects.get().user == tom
    assert Notice.objects.get().user == tom


def test_a_fact_is_edited_where_it_stands(page: Page, live_server, house):
    rosa, _, contact = house
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}{contact.get_absolute_url()}")
    page.locator("#fact-industry").hover()
    page.get_by_role("link", name="Edit: Industry").click()
    page.locator(".fact-form input[name=industry]").fill("Museums")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-industry")).to_contain_text("Museums")
    expect(page.locator("#record-head")).to_contain_text("Museums")
    contact.refresh_from_db()
    assert (contact.industry, contact.points.count()) == ("Museums", 1)


def test_a_task_is_made_and_ticked_off_by_keys(page: Page, live_server, house):
    rosa, _, _ = house
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/tasks/")
    page.get_by_label("What is to be done?").fill("Buy oak")
    page.keyboard.press("Enter")
    expect(page.locator("[data-task]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("[data-task]")).to_have_class("task task-done is-current")
    assert Task.objects.get().is_done


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_have_no_accessibility_fault(page: Page, live_server, house, width):
    rosa, _, contact = house
    Task.objects.create(title="Call", owner=rosa, maker=rosa, due_on="2026-03-02", kind="call")
    page.set_viewport_size({"width": width, "height": 900})
    enter(page, live_server, rosa)
    url = contact.get_absolute_url()
    record = [url, f"{url}?tab=files", f"{url}composer/?kind=call"]
    agenda = ["/tasks/", "/tasks/new/", "/calendar/?day=2026-03-02", "/calendar/?view=month", "/calendar/links/"]
    paths = [*record, *agenda, "/notices/"]
    faults = {path: faults_of(page, live_server.url + path) for path in paths}
    assert {path: found for path, found in faults.items() if found} == {}
