"""A customer suggests something in the portal; a colleague plans it on the board by keys; the customer reads of it."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from contacts.models import Purpose
from contacts.permission.rule import SERVICE
from crm.choices import Role
from crm.models import OutgoingMail
from feedback.models import Suggestion
from service.portal.links import link_for
from tests import factories as make
from tests.browser.test_customers import enter


def test_a_suggestion_goes_from_the_portal_over_the_board_to_its_customer(
    page: Page, browser: Browser, live_server, transactional_db
):
    make.make_company()
    Purpose.objects.get_or_create(key=SERVICE, defaults={"label": "Service", "least_level": 0})
    manager = make.make_user(Role.MANAGER, name="Ida Manager")
    make.make_contact(name="Mia Keller", first_name="Mia", emails=("mia@example.com",), owner=manager)
    path = link_for("mia@example.com", shows_all=True).partition("/portal/")[2]
    phone = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    customer = phone.new_page()
    customer.goto(f"{live_server.url}/portal/{path}")
    customer.get_by_role("link", name="Suggestions").click()
    customer.get_by_label(re.compile("What should we change")).fill("Hooks that hold")
    customer.get_by_label("Tell us more").fill("They bend under the big frame.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_role("status")).to_contain_text("Thank you")

    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/suggestions/board/")
    planned = page.get_by_role("region", name="Planned")
    page.get_by_role("link", name="Hooks that hold", exact=True).focus()
    page.keyboard.press("]")
    expect(planned.get_by_role("link", name="Hooks that hold", exact=True)).to_be_focused()
    assert Suggestion.objects.get().state == "planned"
    page.keyboard.press("]")  # done wants to be told in words: the board leads to the page of it
    expect(page.get_by_role("heading", name=re.compile("What becomes of"))).to_be_visible()
    page.get_by_label("What customers are told").fill("All frames have hooks of steel now.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 customer written to")).to_be_visible()
    assert OutgoingMail.objects.get().recipient == "mia@example.com"
    expect(page.get_by_text("They bend under the big frame.")).to_be_visible()

    customer.reload()
    customer.goto(f"{live_server.url}/portal/{path}suggestions/")
    expect(customer.get_by_text("All frames have hooks of steel now.")).to_be_visible()
    phone.close()
