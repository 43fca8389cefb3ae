"""An agent's day over real lines: a mail comes by IMAP, the article that fits goes into the answer by SMTP, what is
beyond a limit is approved."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.choices import Role
from crm.incoming.actions import create_mailbox
from crm.incoming.intake import work_on_waiting
from crm.incoming.mailboxes import fetch_mailbox
from crm.mail import sending
from crm.mail.channels import channel_named
from crm.mail.choices import MailState
from crm.mail.servers import MailServer
from crm.models import Mailbox, OutgoingMail
from service.models import Compensation, Queue, Ticket
from tests import factories as make
from tests.browser.test_customers import enter
from tests.incoming.conftest import letter
from tests.incoming.imap_process import PASSWORD, USER, ImapProcess
from tests.mail.sink import Sink

ADA = "Ada Okafor <ada@okafor.example>"


@pytest.fixture
def sink(settings, transactional_db) -> Iterator[Sink]:
    """A mail server, and the default channel leading to it."""
    with Sink() as running:
        settings.CRM_MAIL_SERVERS = {"default": MailServer("smtp", "127.0.0.1", running.port)}
        yield running


class Lines:
    """The two servers, and what goes over them."""

    def __init__(self, imap: ImapProcess, sink: Sink, box: Mailbox) -> None:
        self.imap, self.sink, self.box = imap, sink, box

    def customer_writes(self, **fields) -> None:
        """A mail lands in the mailbox, is fetched and worked on."""
        self.imap.add(letter(ADA, **{"to": self.box.address, **fields}))
        assert fetch_mailbox(self.box.pk) == 1
        assert work_on_waiting(seconds=5) == 1

    def deliver(self) -> list:
        """What is due leaves; what the customer has got so far."""
        end = time.monotonic() + 10  # the server of the page may be at one of them, or about to be
        on_the_way = OutgoingMail.objects.filter(state__in=(MailState.QUEUED, MailState.IN_FLIGHT))
        sending.send_due(channel_named().pk)
        while on_the_way.exists() and time.monotonic() < end:
            time.sleep(0.05)
            sending.send_due(channel_named().pk)
        return self.sink.to("ada@okafor.example")


def test_a_complaint_from_the_first_mail_until_it_is_closed(page: Page, live_server, sink: Sink, settings):
    settings.CRM_MAIL_HOSTS = ["127.0.0.1"]
    make.make_company()
    team = make.make_team(name="Service")
    boss = make.make_user(Role.MANAGER, name="Mia Manager", team=team)
    agent = make.make_user(Role.AGENT, name="Petra Lindqvist", team=team, manager=boss)
    ada = make.make_contact(name="Ada Okafor", emails=("ada@okafor.example",))
    article = make.make_article(
        is_published=True, audience="public", title="Broken panes", body="Photograph the panes and the box."
    )
    make.make_article(is_published=True, audience="public", title="Care of oak", body="Wipe it with a dry cloth.")
    with ImapProcess() as imap:
        place = {"host": "127.0.0.1", "port": imap.port, "security": "none", "user_name": USER, "fetches_old": True}
        box = create_mailbox(
            actor=None, password=PASSWORD,
            fields={"name": "Service", "address": USER, "purpose": "service", "is_for_answers": True, **place},
        )  # fmt: skip
        Queue.objects.create(name="Claims", mailbox=box, team=team)
        lines = Lines(imap, sink, box)
        lines.customer_writes(subject="Two panes came broken", text="Of twelve, and the exhibition is on Friday.")
        ticket = Ticket.objects.get()
        assert (ticket.contact, ticket.team) == (ada, team)

        enter(page, live_server, agent)
        page.goto(f"{live_server.url}/tickets/?at_hand=unsolved")
        page.get_by_role("link", name="Two panes came broken").first.click()
        expect(page.get_by_text("the exhibition is on Friday")).to_be_visible()
        page.wait_for_load_state("networkidle")  # keys count from then on
        fitting = page.locator("#fitting .article-hit")
        expect(fitting.get_by_role("link")).to_have_text(["Broken panes"])
        page.keyboard.press("r")
        page.keyboard.type("Two new panes leave today by express.")
        page.keyboard.press("Alt+1")
        reply = page.get_by_label("Reply to ada@okafor.example")
        expect(reply).to_have_value(re.compile(f"express.*/help/{article.key}/", re.DOTALL))
        expect(fitting.get_by_role("status")).to_have_text("in the reply")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".talk").get_by_text("leave today by express")).to_be_visible()
        [ours] = lines.deliver()
        assert "leave today by express" in ours.message.get_content()
        assert f"/help/{article.key}/" in ours.message.get_content()

        lines.customer_writes(
            subject="Re: Two panes came broken", in_reply_to=ours.message_id, to=ours.message["Reply-To"] or USER,
            text="They came broken, too!",
        )  # fmt: skip
        page.goto(f"{live_server.url}{ticket.get_absolute_url()}")
        expect(page.locator(".talk").get_by_text("They came broken, too!")).to_be_visible()
        assert Ticket.objects.count() == 1

        page.keyboard.press("m")
        page.locator("label", has_text="Refund").click()
        page.get_by_label("How much").fill("80")
        page.get_by_label("What it makes good").fill("Broken twice.")
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile("beyond your limit.*Mia Manager"))).to_be_visible()
        expect(page.locator("#remedies").get_by_text("Awaiting approval")).to_be_visible()
        sending.send_due(channel_named().pk)
        assert [mail.message["Subject"] for mail in sink.to(boss.email)] == [
            f"Petra Lindqvist asks you to approve: Refund: € 80.00 for {ticket.number}"
        ]

        enter(page, live_server, boss)
        page.goto(live_server.url)
        page.get_by_role("link", name=re.compile("Refund: € 80.00")).first.click()
        page.get_by_label("Words to Petra Lindqvist").fill("Of course.")
        page.keyboard.press("Control+Home")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("Approved and given: Refund")).to_be_visible()
        assert Compensation.objects.get().cost_amount == Decimal(80)

        enter(page, live_server, agent)
        page.goto(f"{live_server.url}{ticket.get_absolute_url()}")
        expect(page.locator("#remedies").get_by_text("Granted")).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.type("We give you 80 euros back.")
        page.keyboard.press("Control+Shift+Enter")
        expect(page.locator(".pills").get_by_text("Solved")).to_be_visible()
        assert len(lines.deliver()) == 2
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Close it").click()
        expect(page.locator(".pills").get_by_text("Closed")).to_be_visible()
        page.goto(f"{live_server.url}{ada.get_absolute_url()}")
        expect(page.get_by_role("link", name=re.compile("Refund: € 80.00 given"))).to_be_visible()
