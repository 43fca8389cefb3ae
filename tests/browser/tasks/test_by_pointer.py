"""The daily tasks without a shortcut: pointer and typed values alone take at most one more than other products do."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import ImportRun, User
from leads.models import Lead
from pipeline.models import Stage
from service.models import Macro
from tests import factories as make
from tests.browser.hand import Hand, at_home
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter


@pytest.fixture
def mia(transactional_db) -> User:
    make.make_company()
    north = make.make_team(name="North")
    make.make_user(Role.REP, name="Tom Mate", team=north)
    return make.make_user(Role.MANAGER, name="Mia Keller", team=north)


def found(page: Page, hand: Hand, text: str, name: str) -> None:
    """Somebody or something by the search on top."""
    hand.click(page.get_by_label("Search everything").first)
    hand.pick(text, page.get_by_role("option").first, name)


def test_a_call_is_logged(page: Page, live_server, mia):
    contact = make.make_contact(name="Okafor & Sons", kind="organization", owner=mia)
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    found(page, hand, "okaf", "Okafor & Sons")
    hand.click(page.get_by_role("link", name="Log call"))
    hand.click(page.get_by_role("radio", name="Call back"))
    hand.tab()
    hand.type("Wants forty frames by Friday")
    hand.click(page.get_by_role("button", name="Log call"))
    expect(page.locator(".entry").first).to_contain_text("Wants forty frames by Friday")
    count(1, "pointer", hand)
    assert contact.interactions.get().outcome == "call back"


def test_a_lead_is_written_down_and_another_converted(page: Page, live_server, mia):
    make.make_pipeline("Talk")
    asks = make.make_lead(name="Bea Lund", first_name="Bea", last_name="Lund", organization="Hotel Lund", owner=mia)
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("button", name="New"))
    hand.click(page.locator(".dropdown-menu.show").get_by_role("link", name="Lead"))
    expect(page.locator("#id_first_name")).to_be_focused()
    for typed in ("Ada", "Berg", "ada@berg.example"):
        hand.type(typed)
        hand.tab()
    hand.type("Fair")
    hand.click(page.locator("form.form-page button.btn-primary"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Berg")
    count(2, "pointer", hand)
    assert Lead.objects.get(email="ada@berg.example").source == "Fair"

    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Convert Bea Lund"))
    page.wait_for_load_state("networkidle")
    hand.click(page.locator("form.form-page button.btn-primary"))
    expect(page.locator("#toasts")).to_contain_text("is converted")
    count(5, "pointer", hand)
    asks.refresh_from_db()
    assert asks.contact is not None


def test_a_deal_is_moved_and_a_caller_found(page: Page, live_server, mia):
    pipeline = make.make_pipeline("First", "Second")
    deal = make.make_deal(title="Forty frames", owner=mia, expected_on=dt.datetime.now(tz=dt.UTC).date())
    contact = make.make_contact(name="Okafor & Sons", phones=("+44 113 496 0188",), owner=mia)
    order = make.make_order(contact, number="4711")
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Pipeline", exact=True))
    card, second = page.locator(f"[data-deal='{deal.pk}']"), Stage.objects.get(pipeline=pipeline, name="Second")
    with page.expect_response(lambda answer: answer.url.endswith(f"/deals/{deal.pk}/move/")):
        hand.drag(card, page.locator(f"[data-stage='{second.pk}']"))
    expect(page.locator(f"[data-stage='{second.pk}'] [data-deal='{deal.pk}']")).to_be_visible()
    count(3, "pointer", hand)

    hand = at_home(page, live_server.url)
    found(page, hand, "4960188", "Okafor & Sons")
    expect(page.locator(f"#record-head a[href='{order.get_absolute_url()}']")).to_be_visible()
    count(4, "pointer", hand)


def test_a_ticket_is_answered_and_solved(page: Page, live_server, mia):
    Macro.objects.create(name="On its way", code="on-its-way", reach="all", text="Hello {{first_name|there}}.")
    petra = make.make_user(Role.AGENT, name="Petra Lindqvist", team=mia.team)
    ticket = make.make_ticket(subject="Where is my frame?", owner=petra)
    enter(page, live_server, petra)
    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Where is my frame?"))
    page.wait_for_load_state("networkidle")
    hand.type("/on-its", "Enter")
    expect(page.locator("#reply-text")).to_have_value("Hello Mia.")
    hand.click(page.get_by_role("button", name="Send and solve"))
    expect(page.locator("#toasts")).to_contain_text("Sent.")
    count(6, "pointer", hand)
    ticket.refresh_from_db()
    assert ticket.state == "solved"


def test_a_file_comes_in_and_those_who_match_are_given_to_a_colleague(page: Page, live_server, mia, tmp_path):
    file = tmp_path / "fair.csv"
    file.write_text("external_id,c1,c2,c3\nx1,Visitor One,one@fair.example,Ghent\n")
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    found(page, hand, "import contacts", "Import contacts")
    hand.drop(page.locator("input[type=file]"), file)
    for column, typed, field in (("c1", "Name", "name"), ("c2", "E-mail", "email"), ("c3", "City", "city")):
        chosen = page.get_by_role("combobox", name=column, exact=True)
        expect(chosen).to_be_focused()
        hand.type(typed)
        expect(chosen).to_have_value(field)
        page.keyboard.press("Enter")
    expect(page.get_by_text("are fine").or_(page.get_by_text("is fine"))).to_be_visible()
    page.wait_for_load_state("networkidle")
    hand.click(page.get_by_role("button", name="Import 1 row"))
    expect(page).not_to_have_url(ImportRun.objects.get().get_absolute_url())
    count(9, "pointer", hand)

    for number in range(3):
        make.make_contact(name=f"Harbour {number}")
    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Contacts", exact=True))
    hand.click(page.locator("[data-list-search]"))
    hand.type("harbour", "Enter")
    expect(page.locator("table[data-list] tbody tr")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    hand.click(page.locator("table[data-list] thead input[type=checkbox]"))
    hand.click(page.locator("[data-bulk-op=assign]"))
    expect(page.locator("#bulk-dialog .ts-control input")).to_be_focused()
    hand.type("Tom", "Enter")
    hand.click(page.get_by_role("button", name="Assign: 3\u00a0contacts"))
    expect(page.locator("#toasts")).to_contain_text("Owner set to Tom Mate")
    count(11, "pointer", hand)
    assert Contact.objects.filter(owner__name="Tom Mate").count() == 3
