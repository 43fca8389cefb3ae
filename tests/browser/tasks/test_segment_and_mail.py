"""The daily tasks of a marketer, counted: a segment by three conditions, a prepared mail to it with a test before."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.choices import CampaignState
from campaigns.models import Campaign, Segment
from campaigns.segments.meaning import people_in
from campaigns.sending.actions import set_variant
from contacts.models import Address, Contact
from crm.choices import Role
from crm.models import OutgoingMail, User
from tests import factories as make
from tests.browser.hand import Hand, at_home
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter
from tests.campaigns.sample import BLOCKS, agreed

CONDITIONS = (("Country", "Germany"), ("Last order", "90"), ("Bought for", "1000"))


@pytest.fixture
def mia(transactional_db) -> User:
    """A marketer; ten people in Germany and in France, half of them with an order of 1,200."""
    make.make_company()
    today = dt.datetime.now(tz=dt.UTC)
    for mark, country in (("german", "DE"), ("french", "FR")):
        people = agreed(10, mark, main_country=country)
        Address.objects.bulk_create(Address(contact=one, city="Cologne", country=country) for one in people)
        for person in people[::2]:
            line = {"quantity": 1, "amount": 1200}
            make.make_order(person, lines=(line,), ordered_at=today, ordered_on=today.date(), base_amount=1200)
    mail = Campaign.objects.create(name="Oak in spring", control_share=0)
    fields = {"name": "A", "subject": "Oak for {{first_name|you}}", "blocks": BLOCKS}
    set_variant(actor=None, campaign=mail, variant=None, fields=fields)
    return make.make_user(Role.MARKETER, name="Mia Marketer")


def conditions(page: Page, hand: Hand) -> None:
    """The three conditions, from the first one's field on, which has the focus."""
    for place, (field, value) in enumerate(CONDITIONS):
        row = page.locator(".builder-row").nth(place)
        if place:
            hand.click(page.get_by_role("button", name="+ Condition"))
        expect(row.locator("input").first).to_be_focused()
        hand.type(field, "Enter")
        expect(row.locator(".builder-values input").first).to_be_focused()
        hand.type(value, "Enter")
    expect(page.locator("[data-builder-count]")).to_have_text("5 match")


def test_a_segment_of_three_conditions(page: Page, live_server, mia):
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    hand.press("g", "s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Segments")
    hand.press("n")
    expect(page.locator("#id_name")).to_be_focused()
    hand.type("Good Germans", "Enter")
    conditions(page, hand)
    hand.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good Germans")
    count(7, "keys", hand)
    found = people_in(Segment.objects.get(), mia)
    assert set(found) == set(Contact.objects.filter(main_country="DE", orders__isnull=False))

    hand = at_home(page, live_server.url)
    hand.click(page.get_by_role("link", name="Segments", exact=True))
    hand.click(page.get_by_role("link", name="New segment"))
    expect(page.locator("#id_name")).to_be_focused()
    hand.type("Again", "Enter")
    conditions(page, hand)
    hand.click(page.get_by_role("button", name="Keep the segment"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Again")
    count(7, "pointer", hand)


def test_a_condition_without_its_value_is_not_lost_by_saving(page: Page, live_server, mia):
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/segments/new/")
    expect(page.locator("#id_name")).to_be_focused()
    hand = Hand(page)
    hand.type("Half said", "Enter")
    expect(page.locator(".builder-row input").first).to_be_focused()
    hand.type("Country", "Enter")
    expect(page.locator(".builder-values input")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("A condition has no value yet")
    assert not Segment.objects.exists()


def test_a_filter_that_cannot_be_drawn_is_no_filter_for_nobody(page: Page, live_server, mia):
    broken = {"version": 1, "where": {"field": "gone_since", "op": "is", "value": "x"}}
    segment = Segment.objects.create(name="Old", filter=broken)
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/segments/{segment.pk}/edit/")
    expect(page.locator(".builder-row")).to_have_count(1)
    page.locator("#id_description").fill("Somebody's")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    segment.refresh_from_db()
    assert (segment.filter, segment.description) == (broken, "")


def test_conditions_that_are_taken_away_are_counted_and_said_as_such(page: Page, live_server, mia):
    where = {"field": "country", "op": "is", "value": "Germany"}
    segment = Segment.objects.create(name="Germans", filter={"version": 1, "where": where})
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/segments/{segment.pk}/edit/")
    expect(page.locator("[data-builder-count]")).to_have_text("10 match")
    page.get_by_role("button", name="Take this condition away").click()
    expect(page.locator("[data-builder-words]")).to_have_text("No condition yet: everybody is in it.")
    expect(page.locator("[data-builder-count]")).to_have_text("20 match")
    page.locator("#id_name").fill("")  # refused: what was taken away stays so
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_name")).to_have_class(re.compile("is-invalid"))
    expect(page.locator("[data-builder-count]")).to_have_text("20 match")
    expect(page.locator(".builder-values")).to_have_count(0)


@pytest.mark.parametrize("way", ["keys", "pointer"])
def test_a_prepared_mail_goes_to_a_segment_after_a_test(page: Page, live_server, mia, way):
    where = {"field": "country", "op": "is", "value": "Germany"}
    Segment.objects.create(name="Good Germans", filter={"version": 1, "where": where})
    enter(page, live_server, mia)
    hand = at_home(page, live_server.url)
    if way == "keys":
        hand.press("Control+k")
    else:
        hand.click(page.get_by_label("Search everything").first)
    hand.pick("good germ", page.get_by_role("option").first, "Good Germans")
    hand.click(page.get_by_role("link", name="Send mail"))
    expect(page.locator("#id_mail-ts-control")).to_be_focused()
    hand.type("oak", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and start")
    hand.click(page.get_by_role("button", name="Send a test of"))
    expect(page.locator("#toasts")).to_contain_text("The test is on its way")
    hand.click(page.get_by_role("button", name="Start", exact=True))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("10 people")
    if way == "keys":
        page.wait_for_timeout(500)  # who presses at once has not read it, and is not heard
        hand.press("Enter")
    else:
        hand.click(dialog.get_by_role("button", name="Start"))
    expect(page.locator("#toasts")).to_contain_text("has started: 10")
    count(8, way, hand)
    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.state) == ("Oak in spring", CampaignState.SENDING)
    assert OutgoingMail.objects.filter(recipient=mia.email).exists()
