"""The pages of tickets."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test.utils import CaptureQueriesContext

from crm.choices import Role
from crm.company import company_today
from crm.models import IncomingMail, OutgoingMail
from service import actions
from service.models import Message, Ticket
from tests.concurrency.forms import form_in
from tests.factories import make_contact, make_ticket, make_user, signed_in
from tests.incoming.conftest import letter, receive

pytestmark = pytest.mark.django_db
LIMIT = 16


@pytest.fixture
def agent():
    return make_user(Role.AGENT, name="Petra Lindqvist")


@pytest.fixture
def browser(agent):
    return signed_in(agent)


def test_a_range_of_days_has_all_of_its_last_day(browser):
    ticket, today = make_ticket(), company_today()
    for day, is_found in ((today, True), (today - dt.timedelta(days=1), False), (today + dt.timedelta(days=1), False)):
        page = browser.get(f"/tickets/?opened_at_min={day}&opened_at_max={day}").content.decode()
        assert (ticket.subject in page) is is_found


def test_list_offers_the_import_to_who_has_its_page(browser):
    assert 'href="/imports/"' not in browser.get("/tickets/").content.decode()
    assert browser.get("/imports/").status_code == 403
    boss = signed_in(make_user(Role.MANAGER))
    assert 'href="/imports/"' in boss.get("/tickets/").content.decode()
    assert boss.get("/imports/").status_code == 200


def test_ticket_is_opened_by_hand(browser):
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
    page = browser.get(f"/tickets/new/?contact={mia.pk}").content.decode()
    fields = form_in(page, "form_token").fields | {
        "subject": "Two panes are broken",
        "body": "Of twelve.",
        "tags": "product",
    }
    answer = browser.post("/tickets/new/", fields)
    ticket = Ticket.objects.get()
    assert answer.url == ticket.get_absolute_url()
    assert (ticket.contact, ticket.tags, ticket.messages.get().text) == (mia, ["product"], "Of twelve.")


def test_page_shows_what_was_said_and_escapes_it(browser):
    ticket = make_ticket(subject="<img src=x onerror=alert(1)>", body="<script>alert(1)</script>")
    page = browser.get(ticket.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_reply_that_came_too_late_is_kept_and_sent_again(browser, agent):
    ticket = make_ticket()
    page = browser.get(ticket.get_absolute_url()).content.decode()
    form = form_in(page, "seen")
    seen = form.fields["seen"]
    from service.actions import take_message  # noqa: PLC0415

    take_message(actor=None, ticket=ticket, text="Never mind, I found it.", sender_name="Mia")
    url = f"/tickets/{ticket.pk}/replies/new/"
    answer = browser.post(url, form.fields | {"text": "Where did you look?", "then": "waiting"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Mia has written since you opened this ticket" in shown
    assert "Where did you look?" in shown
    again = form_in(shown, "seen").fields
    assert again["seen"] != seen
    assert browser.post(url, again | {"text": "Where did you look?", "then": "solved"}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, OutgoingMail.objects.count()) == ("solved", 1)


def test_formatting_of_a_mail_is_a_frame_without_rights(browser):
    mail = receive(letter(html='<p>Hi</p><script>alert(1)</script><img src="https://t.example/x.png">'))
    message = Message.objects.create(
        ticket=make_ticket(), kind="in", text="Hi", incoming=IncomingMail.objects.get(pk=mail.pk)
    )
    page = browser.get(f"/tickets/messages/{message.pk}/").content.decode()
    assert "<iframe" in page
    assert "allow-scripts" not in page
    assert "script>" not in page.split("<iframe")[1]
    assert "img" not in page.split("<iframe")[1]


def test_a_page_asks_as_often_for_fifty_messages_as_for_one(browser, agent, django_assert_max_num_queries):
    from django.db import connection  # noqa: PLC0415

    counts = []
    mia = make_contact(name="Mia Keller")
    for number in (1, 50):
        ticket = make_ticket(mia, owner=agent)
        Message.objects.bulk_create(
            Message(ticket=ticket, kind="note", author=agent, text=f"Note {n}") for n in range(number)
        )
        browser.get(ticket.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(ticket.get_absolute_url()).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= LIMIT


@pytest.mark.parametrize("step", ["take", "solve", "close"])
def test_steps_are_buttons(browser, step):
    ticket = make_ticket()
    browser.post(f"/tickets/{ticket.pk}/{step}/")
    ticket.refresh_from_db()
    assert ticket.state == {"take": "open", "solve": "solved", "close": "closed"}[step]


def test_list_home_and_contact_show_them(browser, agent):
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
    make_ticket(mia, subject="Two panes came broken", owner=agent)
    for path in (
        "/tickets/?at_hand=waits",
        "/",
        f"/contacts/{mia.pk}/?tab=tickets",
        f"/contacts/{mia.pk}/",
        "/search/?q=panes",
    ):
        assert "Two panes came broken" in browser.get(path).content.decode(), path


def test_the_page_of_a_merge_offers_other_tickets_of_the_customer_and_takes_the_one_that_is_chosen(browser, agent):
    mia = make_contact(name="Mia Keller")
    ticket, other = make_ticket(mia, subject="Two panes"), make_ticket(mia, subject="Panes came broken")
    gone = make_ticket(mia, subject="Written twice")
    actions.merge_ticket(actor=agent, ticket=gone, into=other)
    make_ticket(subject="Of somebody else")
    url = f"/tickets/{ticket.pk}/merge/"
    page = browser.get(url).content.decode()
    assert f'href="?into={other.pk}"' in page
    assert "Written twice" not in page
    assert "Of somebody else" not in page
    form = form_in(browser.get(f"{url}?into={other.pk}").content.decode(), "into")
    assert form.fields["into"] == [str(other.pk)]
    browser.post(url, form.fields)
    ticket.refresh_from_db()
    assert ticket.merged_into == other
