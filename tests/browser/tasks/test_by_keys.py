"""The daily tasks by the shortest way: the pointer actions and groups of keys of each."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import ImportRun
from leads.models import Lead
from pipeline.models import Deal, Stage
from tests import factories as make
from tests.browser.hand import at_home
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter


@pytest.fixture
def house(transactional_db):
    make.make_company()
    north = make.make_team(name="North")
    mia = make.make_user(Role.MANAGER, name="Mia Keller", team=north)
    make.make_user(Role.REP, name="Tom Mate", team=north)
    return mia


def test_a_lead_is_written_down_and_another_converted(page: Page, live_server, house):
    make.make_pipeline("Talk")
    asks = make.make_lead(name="Bea Lund", first_name="Bea", last_name="Lund", organization="Hotel Lund", owner=house)
    enter(page, live_server, house)
    hand = at_home(page, live_server.url)
    hand.press("n", "l")
    expect(page.locator("#id_first_name")).to_be_focused()
    for typed in ("Ada", "Berg", "ada@berg.example"):
        hand.type(typed)
        hand.tab()
    hand.type("Fair")
    hand.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Berg")
    count(2, "keys", hand)
    made = Lead.objects.get(email="ada@berg.example")
    assert (made.name, made.source, made.owner) == ("Ada Berg", "Fair", house)

    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Convert Bea Lund"))
    page.wait_for_load_state("networkidle")
    hand.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is converted")
    count(5, "keys", hand)
    asks.refresh_from_db()
    assert asks.contact.organization.name == "Hotel Lund"
    assert Deal.objects.filter(contact=asks.contact).exists()


def test_a_deal_is_moved(page: Page, live_server, house):
    pipeline = make.make_pipeline("First", "Second")
    deal = make.make_deal(title="Forty frames", owner=house, expected_on=dt.datetime.now(tz=dt.UTC).date())
    enter(page, live_server, house)
    hand = at_home(page, live_server.url)
    hand.press("g", "d")
    card = page.locator(f"[data-deal='{deal.pk}']")
    second = Stage.objects.get(pipeline=pipeline, name="Second")
    with page.expect_response(lambda answer: answer.url.endswith(f"/deals/{deal.pk}/move/")):
        hand.drag(card, page.locator(f"[data-stage='{second.pk}']"))
    expect(page.locator(f"[data-stage='{second.pk}'] [data-deal='{deal.pk}']")).to_be_visible()
    count(3, "keys", hand)
    deal.refresh_from_db()
    assert deal.stage == second


def test_who_calls_is_found_by_a_piece_of_the_number_with_the_last_order(page: Page, live_server, house):
    contact = make.make_contact(name="Okafor & Sons", phones=("+44 113 496 0188",), owner=house)
    line = {"quantity": 1, "amount": 120}
    order = make.make_order(contact, lines=(line, line), number="4711")
    enter(page, live_server, house)
    hand = at_home(page, live_server.url)
    hand.press("Control+k")
    hand.pick("4960188", page.get_by_role("option").first, "Okafor & Sons")
    last = page.locator(f"#record-head a[href='{order.get_absolute_url()}']")
    expect(last).to_contain_text("2\u00a0lines")
    expect(last).to_contain_text("240.00")
    count(4, "keys", hand)


def test_a_file_is_mapped_by_keys_and_those_who_match_are_given_to_a_colleague(
    page: Page, live_server, house, tmp_path
):
    file = tmp_path / "fair.csv"
    file.write_text(
        "external_id,c1,c2,c3\nx1,Visitor One,one@fair.example,Ghent\nx2,Visitor Two,two@fair.example,Bruges\n"
    )
    enter(page, live_server, house)
    hand = at_home(page, live_server.url)
    hand.press("Control+k")
    hand.pick("import contacts", page.get_by_role("option").first, "Import contacts")
    hand.drop(page.locator("input[type=file]"), file)
    for column, typed, field in (("c1", "Name", "name"), ("c2", "E-mail", "email"), ("c3", "City", "city")):
        chosen = page.get_by_role("combobox", name=column, exact=True)
        expect(chosen).to_be_focused()
        page.keyboard.type(typed)
        expect(chosen).to_have_value(field)
        page.keyboard.press("Enter")
        hand.groups += 1
    expect(page.get_by_text("are fine")).to_be_visible()
    page.wait_for_load_state("networkidle")
    hand.press("Control+Enter")
    expect(page).not_to_have_url(ImportRun.objects.get().get_absolute_url())
    count(9, "keys", hand)
    assert ImportRun.objects.get().job is not None

    for number in range(3):
        make.make_contact(name=f"Harbour {number}")
    make.make_contact(name="Elsewhere")
    hand = at_home(page, live_server.url)
    hand.press("g", "c")
    expect(page.locator("table[data-list]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    hand.press("/")
    hand.type("harbour", "Enter")
    expect(page.locator("table[data-list] tbody tr")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    hand.press("A")
    hand.press("a")
    expect(page.locator("#bulk-dialog .ts-control input")).to_be_focused()
    hand.pick("Tom", page.locator("#bulk-dialog .option.active"), "Tom Mate")
    hand.click(page.get_by_role("button", name="Assign: 3\u00a0contacts"))
    expect(page.locator("#toasts")).to_contain_text("Owner set to Tom Mate")
    count(11, "keys", hand)
    assert Contact.objects.filter(owner__name="Tom Mate").count() == 3
    assert reverse("contacts:contact_list") in page.url
