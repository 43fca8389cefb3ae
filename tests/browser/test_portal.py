"""A customer finds an article, asks for more in the portal by the link that was mailed, is answered, and closes."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.choices import Role
from crm.models import OutgoingMail
from service.models import ArticleCategory, ArticleUse, ArticleVote, Ticket
from service.portal.actions import answer_requests
from service.portal.links import link_for
from tests import factories as make
from tests.browser.test_customers import enter
from tests.browser.test_shell import faults_of

MIA = "mia@example.com"


def test_a_customer_helps_themselves_and_then_asks(
    page: Page, browser: Browser, live_server, transactional_db, settings
):
    settings.CRM_BASE_URL = live_server.url
    make.make_company()
    agent = make.make_user(Role.AGENT, name="Petra Lindqvist")
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
    enter(desk, live_server, agent)
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


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_of_knowledge_and_portal_have_no_accessibility_fault(
    browser: Browser, live_server, transactional_db, colours
):
    make.make_company()
    manager = make.make_user(Role.MANAGER, name="Nora Weiss")
    shelf = ArticleCategory.objects.create(name="Care")
    table = "## Steps\n\n1. Dust it.\n\n| Wood | Oil |\n|---|---|\n| Oak | hard wax |\n"
    fields = {"body": table, "audience": "public", "category": shelf, "is_published": True}
    article = make.make_article(title="Care of oak", summary="Once a year.", **fields)
    ticket = make.make_ticket(subject="Care of the oak", body="How do I care for oak?")
    path = f"/portal/{link_for(MIA, shows_all=True).partition('/portal/')[2]}"
    outside = [
        "/help/",
        "/help/?q=oak",
        "/help/?q=xyzzy",
        f"/help/?category={shelf.pk}",
        article.public_path,
        "/help/x/",
    ]
    outside += ["/portal/", path, f"{path}?ticket={ticket.pk}", f"{path}new/", f"{path}data/"]
    inside = ["/knowledge/", "/knowledge/gaps/", "/knowledge/new/", article.get_absolute_url()]
    inside += [f"{article.get_absolute_url()}?tab={tab}" for tab in ("versions", "files")]
    inside += [f"{article.get_absolute_url()}edit/", ticket.get_absolute_url(), f"/tickets/{ticket.pk}/articles/"]
    size = {"width": 390, "height": 844} if colours == "dark" else {"width": 1440, "height": 900}
    with browser.new_context(viewport=size, color_scheme=colours) as context:
        page = context.new_page()
        faults = {one: faults_of(page, live_server.url + one) for one in outside}
        enter(page, live_server, manager)
        faults |= {one: faults_of(page, live_server.url + one) for one in inside}
    assert {one: found for one, found in faults.items() if found} == {}
