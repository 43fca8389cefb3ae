"""A sequence that a marketer builds runs, and stops at the answer by mail; a mail is answered from the timeline."""

import re

from playwright.sync_api import Page, expect

from contacts.models import Interaction
from crm.choices import Role
from crm.models import OutgoingMail
from leads.models import Enrolment, Sequence
from leads.nurturing.engine import run_sequences
from tests import factories as make
from tests.browser.test_customers import enter
from tests.incoming.conftest import letter, receive
from tests.leads.conftest import House
from tests.leads.nurturing import ALWAYS, agreed, let_days_pass


def test_a_marketer_builds_a_sequence_and_the_answer_to_its_mail_stops_it(page: Page, live_server, transactional_db):
    make.make_company()
    rep = make.make_user(Role.REP, name="Rosa Rep")
    max_ = make.make_user(Role.MARKETER, name="Max Marketer")
    lead = agreed(House(manager=rep, marketer=max_, rep=rep, mate=rep, stranger=rep))
    base = live_server.url
    enter(page, live_server, max_)
    page.goto(f"{base}/leads/sequences/new/")
    page.locator("#id_name").fill("Box of corners")
    first, second = (page.get_by_role("group", name="Step", exact=True).nth(place) for place in (0, 1))
    first.get_by_label("Subject, or task").fill("Corners for {organization|your shop}")
    first.get_by_label("Text").fill("Hello {first_name|there},\n\nshall we send you a box?")
    second.get_by_label("Subject, or task").fill("Ask {name} about the box")
    page.get_by_role("button", name="Add a step").click()
    third = page.get_by_role("group", name="Step", exact=True).nth(2)
    third.get_by_label("Subject, or task").fill("One more thing")
    third.get_by_label("Text").fill("Dear {first_name}, the box is yours.")
    page.get_by_role("button", name="Make the sequence").click()
    page.get_by_role("link", name="Look at the mails").click()
    expect(page.get_by_role("heading", name="Corners for your shop")).to_be_visible()
    expect(page.get_by_text("Dear Ada, the box is yours.").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Send a test of “One more thing”")).click()
    expect(page.get_by_text("The test is on its way to you.")).to_be_visible()
    assert OutgoingMail.objects.get().recipient == max_.email

    Sequence.objects.update(**ALWAYS)
    page.goto(f"{base}{lead.get_absolute_url()}")
    page.get_by_role("link", name="Begin one").click()
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_text("is in the sequence")).to_be_visible()
    assert run_sequences().mails == 1
    ours = OutgoingMail.objects.get(contact_id=lead.contact_id)
    let_days_pass(1)
    receive(letter("Ada Lund <ada@lund.example>", in_reply_to=ours.message_id, text="Yes, please."))
    run_sequences()
    row = Enrolment.objects.get()
    assert (row.state, row.reason) == ("stopped", "replied")
    page.goto(f"{base}{row.sequence.get_absolute_url()}")
    expect(page.get_by_role("link", name=re.compile(r"^1 answered"))).to_be_visible()


def test_a_mail_is_answered_from_the_timeline_by_keys(page: Page, live_server, transactional_db):
    make.make_company()
    rep = make.make_user(Role.REP, name="Rosa Rep")
    mia = make.make_contact(name="Mia Keller", emails=("mia@example.com",), owner=rep)
    receive(letter("mia@example.com", subject="Blue ones", message_id="<7@example.com>", text="Do you have blue ones?"))
    enter(page, live_server, rep)
    page.goto(f"{live_server.url}{mia.get_absolute_url()}")
    page.get_by_role("link", name="Reply: Blue ones").press("Enter")
    expect(page.locator("#mail-text")).to_be_focused()
    expect(page.get_by_label("Subject")).to_have_value("Re: Blue ones")
    expect(page.get_by_text("Quoted text")).to_be_visible()
    expect(page.locator("textarea[name=quoted]")).not_to_be_visible()
    page.keyboard.type("Yes, three.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries").get_by_text("Yes, three.")).to_be_visible()
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.headers["In-Reply-To"]) == ("mia@example.com", "<7@example.com>")
    assert mail.text.endswith("Mia Keller wrote:\n> Do you have blue ones?")
    assert Interaction.objects.filter(direction="out").values_list("body", flat=True).get() == "Yes, three."
