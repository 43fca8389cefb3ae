"""The page for the customer: behind its link alone, and telling strangers nothing."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.choices import Role
from crm.company import company_today
from crm.foreign.tokens import Purpose, make_token
from crm.models import LogEntry
from orders.models import Order
from pipeline.models import Letterhead, Quote
from pipeline.quotes.actions import revise_quote
from pipeline.quotes.drawing.document import document_of
from pipeline.quotes.links import token_of
from tests import factories as make

YES = {"name": "Ada Okafor", "email": "ada@example.org", "is_meant": "on"}


def page_of(quote: Quote, what: str = "page") -> str:
    return reverse(f"pipeline:quote_{what}", args=[token_of(quote)])


@pytest.fixture
def quote(house) -> Quote:
    contact = make.make_contact(name="Okafor & Sons", city="Leeds", owner=house.rep, team=house.team)
    return make.sent_quote(contact, owner=house.rep, title="Oak frames")


def test_the_page_says_what_the_document_says(quote):
    answer = Client().get(page_of(quote))
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
    said = document_of(quote, company_today())
    for words in (said.number, said.title, said.net, said.total, said.taxes[0][1], *said.customer):
        assert " ".join(words.split()) in text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer.headers["Cache-Control"]
    assert [name for name in answer.cookies if "csrf" not in name] == []


def test_a_link_opens_without_saying_which_quote_it_is(quote):
    token = token_of(quote)
    assert str(quote.pk) not in re.split(r"\D+", token) or len(str(quote.pk)) < 3
    assert quote.number not in token
    assert Client().get(f"/q/{token}").headers["Location"] == f"/q/{token}/"


def test_opening_changes_nothing(quote):
    before = LogEntry.objects.count(), Quote.objects.values().get(pk=quote.pk)
    for _ in range(2):
        Client().get(page_of(quote))
        Client().get(page_of(quote, "page_document"))
    assert (LogEntry.objects.count(), Quote.objects.values().get(pk=quote.pk)) == before


@pytest.mark.parametrize("what", ["page", "page_document", "page_accept", "page_decline"])
def test_a_wrong_link_tells_nothing(quote, what):
    draft = make.make_quote(quote.contact)
    other = make_token(Purpose.SURVEY, {"quote": quote.pk}, None)
    over = make_token(Purpose.QUOTE, {"quote": quote.pk}, dt.timedelta(seconds=-1))
    good = token_of(quote)
    wrong = (
        "abc",
        good[:-2],
        f"{good[:40]}{'B' if good[40] == 'A' else 'A'}{good[41:]}",
        other,
        over,
        token_of(draft),
        token_of(Quote(pk=10**9)),
    )
    seen = set()
    for token in wrong:
        url = reverse(f"pipeline:quote_{what}", args=[token])
        answer = Client().post(url, YES) if what in ("page_accept", "page_decline") else Client().get(url)
        assert answer.status_code == 404, token
        seen.add(answer.content)
    assert len(seen) == 1
    page = seen.pop().decode()
    assert not any(word in page for word in ("Northwind", "Okafor", quote.number, "Quote"))
    quote.refresh_from_db()
    assert quote.state == "sent"


def test_it_is_accepted_with_name_and_proof(quote):
    client = Client(REMOTE_ADDR="198.51.100.7")
    answer = client.post(page_of(quote, "page_accept"), YES)
    assert answer.status_code == 302
    again = client.post(page_of(quote, "page_accept"), YES)
    assert (again.status_code, Order.objects.count()) == (302, 1)
    step = quote.steps.get(kind="accepted")
    assert (step.name, step.email, step.ip_address) == ("Ada Okafor", "ada@example.org", "198.51.100.7")
    page = client.get(answer["Location"]).content.decode()
    assert "Accepted by Ada Okafor" in page
    assert 'name="is_meant"' not in page


def test_an_answer_needs_its_token_against_other_sites(quote):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(page_of(quote, "page_accept"), YES).status_code == 403
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', careful.get(page_of(quote)).content.decode())
    assert careful.post(page_of(quote, "page_accept"), {**YES, "csrfmiddlewaretoken": found[1]}).status_code == 302


@pytest.mark.parametrize("missing", ["name", "is_meant"])
def test_half_a_yes_is_none_and_keeps_what_was_typed(quote, missing):
    answer = Client().post(page_of(quote, "page_accept"), {**YES, missing: ""})
    assert answer.status_code == 422
    assert "ada@example.org" in answer.content.decode()
    assert not Order.objects.exists()


def test_it_is_declined_with_a_reason(quote, house):
    assert Client().post(page_of(quote, "page_decline"), {"words": "Too dear"}).status_code == 302
    quote.refresh_from_db()
    assert (quote.state, quote.steps.get(kind="declined").words) == ("declined", "Too dear")
    page = make.signed_in(house.rep).get(quote.get_absolute_url()).content.decode()
    assert "Too dear" in page


def test_an_old_version_is_refused_with_a_sentence(quote):
    url = page_of(quote, "page_accept")
    revise_quote(actor=None, quote=quote)
    answer = Client().post(url, YES)
    assert answer.status_code == 409
    assert "A newer version has taken its place." in answer.content.decode()
    assert not Order.objects.exists()


def test_words_of_people_are_no_markup(house):
    Letterhead.objects.create(pk=1, footer="<script>1</script>")
    quote = make.sent_quote(owner=house.rep, title="<script>alert(1)</script>")
    assert "<script>alert" not in Client().get(page_of(quote)).content.decode()
    assert "<script>1" not in Client().get(page_of(quote)).content.decode()


def test_the_link_is_shown_to_who_may_change_the_quote_alone(quote, house):
    def shows(user) -> bool:
        return "/q/" in make.signed_in(user).get(quote.get_absolute_url()).content.decode()

    mate = make.make_user(Role.REP, team=house.team)
    assert (shows(house.rep), shows(mate), shows(make.make_user(Role.MARKETER))) == (True, False, False)
