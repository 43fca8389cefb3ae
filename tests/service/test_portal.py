"""The portal: what is a person's own, and nothing else; links that end, and that tell a stranger nothing."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from contacts.choices import ConsentLevel
from contacts.models import Consent, Purpose
from crm.choices import Role
from crm.foreign.tokens import Purpose as Seal
from crm.foreign.tokens import make_token
from crm.models import OutgoingMail
from service import actions
from service.models import Message, PortalAccess, PortalRequest, Ticket
from service.portal.actions import MOST_REQUESTS, MOST_SAID, answer_requests
from service.portal.links import link_for
from tests.factories import make_company, make_contact, make_ticket, make_user

pytestmark = pytest.mark.django_db
MIA = "mia@example.com"


@pytest.fixture(autouse=True)
def company():
    return make_company()


@pytest.fixture
def visitor():
    return Client()


def path_to(address: str, **more) -> str:
    return f"/portal/{link_for(address, **more).partition('/portal/')[2]}"


def link_in(mail: OutgoingMail) -> str:
    return re.search(r"/portal/[\w-]+/", mail.text)[0]


def test_nothing_of_others_or_of_colleagues_is_ever_shown(visitor):
    mia = make_contact(name="Mia Keller", emails=(MIA,))
    own = make_ticket(mia, subject="Broken pane", body="One of twelve.")
    actions.add_note(actor=make_user(Role.AGENT, name="CANARY agent"), ticket=own, text="CANARY note")
    actions.change_ticket(actor=None, ticket=own, version=own.version, fields={"tags": ["CANARY tag"]})
    other = make_ticket(requester_email="ben@example.com", subject="CANARY subject", body="CANARY words")
    actions.merge_ticket(actor=None, ticket=other, into=own)
    stranger = make_ticket(make_contact(emails=("ida@example.com",)), subject="CANARY third", body="CANARY")
    path = path_to(MIA, shows_all=True)
    pages = [path, f"{path}?ticket={own.pk}", f"{path}data/", f"{path}new/"]
    for one in pages:
        answer = visitor.get(one)
        assert (answer.status_code, "CANARY" in answer.content.decode()) == (200, False), one
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin", "no other site learns the link"
    assert "One of twelve." in visitor.get(pages[1]).content.decode()
    for ticket in (other, stranger):
        for answer in (
            visitor.get(f"{path}?ticket={ticket.pk}"),
            visitor.post(f"{path}reply/", {"ticket": ticket.pk, "text": "Hello"}),
            visitor.post(f"{path}close/", {"ticket": ticket.pk}),
        ):
            assert (answer.status_code, "CANARY" in answer.content.decode()) == (404, False)
    assert visitor.get(f"{path}?ticket=99{own.pk}").status_code == 404
    assert not Message.objects.filter(ticket=stranger, text="Hello").exists()


def test_an_address_of_several_shows_only_what_was_asked_with_it(visitor):
    anna, ben = (make_contact(name=name, emails=("info@firm.example",)) for name in ("Anna", "Ben"))
    by_phone = make_ticket(anna, subject="By phone", requester_email="anna@home.example")
    with_it = make_ticket(ben, subject="With the address", requester_email="INFO@firm.example")
    page = visitor.get(path_to("info@firm.example")).content.decode()
    assert with_it.subject in page
    assert by_phone.subject not in page
    firm = make_contact(kind="organization", name="Firm", emails=("office@firm.example",))
    make_ticket(firm, subject="Of the firm", requester_email="boss@firm.example")
    assert "Of the firm" not in visitor.get(path_to("office@firm.example", shows_all=True)).content.decode()
    make_contact(name="Mia", emails=(MIA,))
    own = make_ticket(make_contact(name="Ida", emails=("ida@example.com",)), requester_email="ida@work.example")
    assert own.subject in visitor.get(path_to("ida@example.com")).content.decode(), "of the one person with it"


def test_customer_writes_closes_and_goes_on(visitor):
    ticket = make_ticket()
    path = path_to(MIA)
    answer = visitor.post(f"{path}reply/", {"ticket": ticket.pk, "text": " "})
    assert answer.status_code == 422
    for _ in range(2):
        answer = visitor.post(f"{path}reply/", {"ticket": ticket.pk, "text": "And the frame?"}, follow=True)
    assert "And the frame?" in answer.content.decode()
    said = Message.objects.get(text="And the frame?")
    assert (said.kind, said.channel, said.sender_address, said.author) == ("in", "web", MIA, None)
    assert visitor.get(f"{path}close/").status_code == 405
    visitor.post(f"{path}close/", {"ticket": ticket.pk})
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    for _ in range(2):
        visitor.post(f"{path}reply/", {"ticket": ticket.pk, "text": "It broke again."})
    follower = Ticket.objects.get(follows=ticket)
    assert (follower.requester_email, follower.messages.get().text) == (MIA, "It broke again.")
    for _ in range(2):
        answer = visitor.post(f"{path}new/", {"subject": "Another\nmatter", "text": "Glass."}, follow=True)
    assert "Another matter" in answer.content.decode()
    assert Ticket.objects.filter(subject="Another matter").count() == 1
    kept = visitor.post(f"{path}new/", {"subject": "", "text": "Kept words"})
    assert (kept.status_code, "Kept words" in kept.content.decode()) == (422, True)
    Message.objects.bulk_create(
        Message(ticket=ticket, kind="in", channel="web", text=str(number)) for number in range(MOST_SAID)
    )
    flooded = visitor.post(f"{path}new/", {"subject": "More", "text": "Kept words"})
    assert (flooded.status_code, "Kept words" in flooded.content.decode()) == (429, True)


def test_links_go_out_with_replies_and_open_the_requests_and_nothing_else(visitor):
    mia = make_contact(name="Mia Keller", emails=(MIA,))
    ticket = make_ticket(mia)
    message = actions.reply(actor=None, ticket=ticket, text="It leaves today.")
    mail = OutgoingMail.objects.get()
    path = link_in(mail)
    assert message.text == "It leaves today."
    assert "It leaves today." in visitor.get(f"{path}?ticket={ticket.pk}").content.decode()
    page = visitor.get(f"{path}data/").content.decode()
    assert MIA not in page
    assert "Mail me that link" in page
    purpose = Purpose.objects.create(key="news", label="News")
    visitor.post(f"{path}data/", {"purpose": purpose.key, "says": "yes"})
    assert not Consent.objects.exists()
    visitor.post(f"{path}again/")
    answer_requests()
    asked = OutgoingMail.objects.exclude(pk=mail.pk).get()
    assert (asked.recipient, asked.is_secret) == (MIA, True)
    assert "Mia Keller" in visitor.get(f"{link_in(asked)}data/").content.decode()


def test_what_they_allow_is_said_by_a_button_and_stands_in_the_ledger(visitor):
    mia = make_contact(name="Mia Keller", emails=(MIA,))
    purpose = Purpose.objects.create(key="news", label="News of the workshop")
    path = f"{path_to(MIA, shows_all=True)}data/"
    assert "You never said." in visitor.get(path).content.decode()
    visitor.get(path, {"purpose": "news", "says": "yes"})
    assert not Consent.objects.exists(), "looking changes nothing"
    for says in ("yes", "yes", "no", "perhaps"):
        visitor.post(path, {"purpose": purpose.key, "says": says})
    visitor.post(path, {"purpose": "nothing", "says": "yes"})
    rows = list(Consent.objects.order_by("pk").values_list("contact", "channel", "level", "source", "wording"))
    assert rows == [
        (mia.pk, "email", ConsentLevel.DOUBLE_OPT_IN, "Portal", "Yes, send me mails: News of the workshop"),
        (mia.pk, "email", ConsentLevel.NONE, "Portal", ""),
    ]
    assert "You said no" in visitor.get(path).content.decode()


def test_what_needs_no_yes_is_said_to_come_until_they_say_no(visitor):
    make_contact(name="Mia Keller", emails=(MIA,))
    path = f"{path_to(MIA, shows_all=True)}data/"
    yes, told = "Yes, send me mails: Service", "You get these until you say no."
    page = visitor.get(path).content.decode()
    assert (told in page, yes in page, "Yes, send me mails: Surveys" in page) == (True, False, True)
    visitor.post(path, {"purpose": "service", "says": "no"})
    page = visitor.get(path).content.decode()
    assert (told in page, yes in page, "You said no" in page) == (False, True, True)


def test_links_end_are_made_void_and_cannot_be_made_by_others(visitor):
    make_ticket()
    path, whole = path_to(MIA), path_to(MIA, shows_all=True)
    access = PortalAccess.objects.get()
    payload = {"access": access.pk, "generation": 1, "all": True}
    forged = [make_token(Seal.QUOTE, payload, None), "x" * 200, path.split("/")[2][:-2]]
    void = visitor.get(f"/portal/{forged[0]}/")
    assert all(visitor.get(f"/portal/{one}/").status_code == 404 for one in forged)
    assert MIA not in void.content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        assert (visitor.get(path).status_code, visitor.get(whole).status_code) == (200, 404)
    with time_machine.travel(timezone.now() + dt.timedelta(days=91)):
        assert visitor.get(path).status_code == 404
    visitor.post(f"{path}void/")
    assert [visitor.get(one).status_code for one in (path, whole)] == [404, 404]
    assert visitor.post(f"{path}new/", {"subject": "A", "text": "B"}).status_code == 404
    assert visitor.get(path_to(MIA)).status_code == 200, "a new link is a new one"


def test_asking_tells_a_stranger_nothing_and_is_limited(visitor, django_assert_num_queries):
    make_ticket()
    answers = [visitor.post("/portal/", {"address": one}, follow=True) for one in (MIA, "nobody@example.com")]
    assert answers[0].content == answers[1].content
    counts = []
    for address in (MIA, "nobody@example.com"):
        with django_assert_num_queries(6) as asked:
            visitor.post("/portal/", {"address": address})
        counts.append([one["sql"].split()[0] for one in asked])
    assert counts[0] == counts[1], "nothing is looked up while somebody waits"
    answer_requests()
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {MIA}
    for number in range(MOST_REQUESTS):
        last = visitor.post("/portal/", {"address": f"a{number}@example.com"})
    assert last.status_code == 429
    for _ in range(6):
        PortalRequest.objects.create(address=MIA, place="elsewhere")
    answer_requests()
    assert OutgoingMail.objects.filter(recipient=MIA).count() == 3, "three mails an hour"
    refused = visitor.post("/portal/", {"address": "no address"})
    assert (refused.status_code, "no address" in refused.content.decode()) == (422, True)
