"""The page of a deal in the browser: what is written there, and a fact that is edited where it stands."""

from playwright.sync_api import Page, expect

from contacts.models import Interaction
from crm.choices import Role
from tests import factories as make
from tests.browser.test_customers import enter


def test_a_call_is_logged_by_keys_and_the_next_step_edited_in_place(page: Page, live_server, transactional_db):
    make.make_company()
    rosa = make.make_user(Role.REP, name="Rosa Rep", team=make.make_team())
    ada = make.make_contact(name="Ada Okafor", owner=rosa, team=rosa.team, phones=("+44 113 496 0188",))
    deal = make.make_deal(title="Museum glass", contact=ada, owner=rosa, team=rosa.team)
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}{deal.get_absolute_url()}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    page.keyboard.press("Tab")
    page.keyboard.type("Wants to see the oak first")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry").first).to_contain_text("Wants to see the oak first")
    assert Interaction.objects.get().about_id == deal.pk
    page.locator("#fact-next_step").hover()
    page.get_by_role("link", name="Edit: Next step").click()
    page.locator(".fact-form input[name=next_step]").fill("Send the samples")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-next_step")).to_contain_text("Send the samples")
    deal.refresh_from_db()
    assert deal.next_step == "Send the samples"
