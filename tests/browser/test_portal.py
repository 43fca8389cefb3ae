"""A customer finds an article, asks for more in the portal by the link that was mailed, is answered, and closes."""

import re

from playwright.sync_api import Browser, Page, expect

from crm.choices import Role
from crm.models import OutgoingMail
from service.models import ArticleUse, ArticleVote, Ticket
from service.portal.actions import answer_requests
from tests import factories as make

MIA, PASSWORD = "mia@example.com", "a long pass phrase"


def test_a_customer_helps_themselves_and_then_asks(
    page: Page, browser: Browser, live_server, transactional_db, settings
):
    settings.CRM_BASE_URL = live_server.url
    make.make_company()
    agent = make.make_user(Role.AGENT, name="Petra Lindqvist", email="petra@example.com", password=PASSWORD)
    make.make_contact(name="Mia Keller", emails=(MIA,))
    article = make.make_article(
        title="Broken glass or a damaged parcel", body="Photograph it *in its box*.", audience="public",
        is_published=True,
    )  # fmt: skip
    make.make_ticket(make.make_contact(name="Ben", emails=("ben@example.com",)), subject="Of somebody else")
    make.make_ticket(subject="An earlier matter", requester_email=MIA)

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/help/")
    page.get_by_role("searchbox").fill("broken glasses")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=article.title).click()
    expect(page.get_by_text("Photograph it in its box.")).to_be_visible()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert ArticleVote.objects.get().is_helpful
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.goto(f"{live_server.url}/portal/")
    page.get_by_label("Your e-mail address").fill(MIA)
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    answer_requests()
    page.goto(re.search(r"http\S+/portal/\S+", OutgoingMail.objects.get().text)[0])
    expect(page.get_by_text("An earlier matter")).to_be_visible()
    expect(page.get_by_text("Of somebody else")).to_have_count(0)
    page.get_by_role("link", name="New request").first.click()
    page.get_by_label("What is it about?").fill("Two panes came broken")
    page.get_by_label("Your message").fill("The glass of two panes is broken. What now?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Two panes came broken")).to_be_visible()
    mine = page.url

    desk = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    desk.goto(f"{live_server.url}/accounts/login/")
    desk.get_by_label("E-mail").fill("petra@example.com")
    desk.get_by_label("Password", exact=True).fill(PASSWORD)
    desk.keyboard.press("Enter")
    ticket = Ticket.objects.get(subject="Two panes came broken")
    desk.goto(f"{live_server.url}{ticket.get_absolute_url()}")
    expect(desk.get_by_text("The glass of two panes is broken.")).to_be_visible()
    expect(desk.get_by_role("region", name="Articles").get_by_role("link", name=article.title)).to_be_visible()
    desk.keyboard.press("1")
    reply = desk.get_by_label(re.compile("Reply to"))
    expect(reply).to_have_value(re.compile(f"{re.escape(article.title)}.*/help/{article.key}/", re.DOTALL))
    reply.press_sequentially("\nTwo new panes leave today.")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("list", name=re.compile("Conversation")).get_by_text("Two new panes leave")).to_be_visible()
    assert ArticleUse.objects.get().actor == agent
    desk.context.close()

    page.goto(mine)
    expect(page.get_by_text("Two new panes leave today.")).to_be_visible()
    page.get_by_role("button", name="It is done, close it").click()
    expect(page.get_by_text("closed", exact=True)).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    mail = OutgoingMail.objects.filter(object_id=ticket.pk, object_model="service.ticket").get()
    assert "/portal/" in mail.text
