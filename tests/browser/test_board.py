"""The board in the browser: a card is dragged, or moved by keys; a stage asks for what it needs; the second of two
movers sees what the first has done."""

import pytest
from playwright.sync_api import Page, expect

from crm.choices import Role
from pipeline.models import Deal, Stage
from tests import factories as make
from tests.browser.test_customers import enter


@pytest.fixture
def house(transactional_db):
    make.make_company()
    make.make_pipeline("Contacted", "Proposal", "Negotiation")
    team = make.make_team()
    mia, otto = (make.make_user(Role.MANAGER, name=name, team=team) for name in ("Mia", "Otto"))
    return mia, otto, make.make_deal(title="Museum glass", owner=mia)


def column(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def stage_of(deal: Deal) -> str:
    return Deal.objects.select_related("stage").get(pk=deal.pk).stage.name


def open_board(page: Page, live_server, person) -> None:
    enter(page, live_server, person)
    page.goto(f"{live_server.url}/pipeline/")
    page.wait_for_load_state("networkidle")


def test_a_card_is_dragged_and_a_stage_asks_for_what_is_missing(page: Page, live_server, house):
    mia, _, deal = house
    Stage.objects.filter(name="Negotiation").update(required_fields=["next_step"])
    Stage.objects.filter(name="Proposal").update(checklist=["Samples are sent"])
    open_board(page, live_server, mia)
    page.locator(".board-card").drag_to(column(page, "Proposal"))
    expect(column(page, "Proposal").locator(".board-card")).to_have_count(1)
    expect(column(page, "Proposal").locator(".board-count")).to_have_text("1")
    expect(column(page, "Contacted").locator(".board-none")).to_be_visible()
    assert stage_of(deal) == "Proposal"
    page.locator(".board-card").drag_to(column(page, "Negotiation"))
    expect(page.locator(".alert-warning")).to_contain_text("Before it moves: “Negotiation” needs: next step.")
    expect(page.locator(".alert-warning")).to_contain_text("Not ticked yet: Samples are sent.")
    assert stage_of(deal) == "Proposal"
    page.get_by_label("Next step").fill("Call the curator")
    page.get_by_label("Samples are sent").check()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".stage-now")).to_contain_text("Negotiation")
    assert stage_of(deal) == "Negotiation"


def test_a_card_is_moved_and_won_by_keys_alone(page: Page, live_server, house):
    mia, _, deal = house
    open_board(page, live_server, mia)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # over the navigation, to the content
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "card-title":
            break
    page.keyboard.press("]")
    expect(column(page, "Proposal").locator(".card-title")).to_be_focused()
    page.keyboard.press("]")
    expect(column(page, "Negotiation").locator(".card-title")).to_be_focused()
    page.keyboard.press("[")
    expect(column(page, "Proposal").locator(".card-title")).to_be_focused()
    assert stage_of(deal) == "Proposal"
    page.keyboard.press("]")
    expect(column(page, "Negotiation").locator(".card-title")).to_be_focused()
    page.keyboard.press("]")
    page.get_by_label("Why it was won or lost").focus()
    page.keyboard.type("They know us")
    page.keyboard.press("Enter")
    expect(page.locator(".stage-now")).to_contain_text("Won")
    deal.refresh_from_db()
    assert (deal.outcome, deal.reason) == ("won", "They know us")


def test_the_second_of_two_movers_sees_what_the_first_has_done(page: Page, live_server, house, browser):
    mia, otto, deal = house
    open_board(page, live_server, mia)
    context = browser.new_context()
    other = context.new_page()
    open_board(other, live_server, otto)
    page.locator(".board-card").drag_to(column(page, "Proposal"))
    expect(column(page, "Proposal").locator(".board-card")).to_have_count(1)
    other.locator(".board-card").drag_to(column(other, "Negotiation"))
    expect(other.get_by_text("Mia was faster")).to_contain_text("Museum glass: Contacted → Proposal")
    expect(column(other, "Proposal").locator(".board-card")).to_have_count(1)
    expect(column(other, "Negotiation").locator(".board-card")).to_have_count(0)
    assert stage_of(deal) == "Proposal"
    context.close()
