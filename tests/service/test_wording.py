"""What customers get from the house by itself is in their language."""

from __future__ import annotations

import re

import pytest

from crm.choices import Role
from service.actions import reply
from service.actions.closing import reminder_of
from service.languages import LANGUAGES, language_of
from service.macros.filling import FIELDS, values_of
from service.models import PortalAccess, Queue
from service.portal.links import link_for, person_behind, with_link
from service.wording import WORDS, reminder_in, words_in
from tests.factories import make_company, make_ticket, make_user

pytestmark = pytest.mark.django_db
LINK = re.compile(r"(.+) http\S+/portal/(\S+)/$")


def test_reply_leads_to_the_own_requests_in_the_language_of_the_ticket():
    agent = make_user(Role.AGENT)
    said = {
        language: reply(actor=agent, ticket=make_ticket(language=language), text="Gut.").outgoing.text
        for language in ("de", "fr", "")
    }
    above = {language: LINK.search(text)[1] for language, text in said.items()}
    assert above == {
        "de": "Ihre Anfragen und unsere Antworten:",
        "fr": "Vos demandes et nos réponses :",
        "": "Your requests, and what we answered:",
    }


def test_every_language_that_a_ticket_can_be_in_has_its_words_and_they_are_in_it():
    assert set(WORDS) == set(LANGUAGES)
    values = values_of(make_ticket(subject="A pane"), None, "Frames & Co") | {"number": "#77"}
    for language in LANGUAGES:
        for days in (None, 1, 3):
            text = FIELDS.fill(reminder_in(language, days), values)
            assert "{" not in text
            assert text.endswith("Frames & Co")
            assert ("3" in text) is (days == 3), (language, days)
        assert language_of(text) == language
    assert words_in("xx") == words_in("en")


def test_reminder_is_in_the_language_of_the_ticket():
    make_company(name="Frames & Co")
    queue = Queue.objects.create(name="Support", notice_after_days=5, close_after_days=3)
    ticket = make_ticket(queue=queue, language="de", subject="Die Scheibe ist zerbrochen")
    text = reminder_of(ticket)
    assert "zu „Die Scheibe ist zerbrochen“ geantwortet" in text
    assert "Sonst sehen wir die Sache in 3 Tagen als erledigt an." in text


def test_nobody_holds_a_link_to_the_tickets_that_have_no_address():
    ticket = make_ticket(requester_email="", requester_name="Somebody at the desk")
    with pytest.raises(ValueError, match="address of its holder"):
        link_for("")
    assert with_link("Hello.", ticket) == "Hello."
    token = LINK.search(with_link("Hello.", make_ticket()))[2]
    assert person_behind(token) is not None
    PortalAccess.objects.update(address="")
    assert person_behind(token) is None
