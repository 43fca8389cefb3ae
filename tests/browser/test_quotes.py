"""A customer without an account reads a quote on a phone and accepts it: the browser sends what the site asks for."""

from playwright.sync_api import Page, expect

from orders.models import Order
from pipeline.quotes.links import token_of
from tests import factories as make


def test_a_customer_accepts_a_quote_on_a_phone(page: Page, live_server, transactional_db):
    make.make_company()
    quote = make.sent_quote(make.make_contact(name="Okafor & Sons"), owner=make.make_user(), title="Oak frames")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/q/{token_of(quote)}/")
    expect(page.get_by_role("heading", name="Oak frames")).to_be_visible()
    accept = page.get_by_role("region", name="Accept")
    accept.get_by_label("Your name").fill("Ada Okafor")
    accept.get_by_role("checkbox").check()
    accept.get_by_role("button", name="Accept the quote").click()
    expect(page.get_by_role("status")).to_contain_text("Accepted by Ada Okafor")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Order.objects.get().number == quote.number
