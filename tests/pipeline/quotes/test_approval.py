"""Discounts beyond a role's limit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.models import Notice, OutgoingMail, User
from pipeline.models import DiscountLimit
from pipeline.quotes.actions import (
    approve_quote,
    ask_approval,
    change_quote,
    refuse_approval,
    send_quote,
    take_request_back,
)
from pipeline.quotes.choices import QuoteState
from tests import factories as make


@pytest.fixture
def dear(house, quote_of):
    """15 % off, where a rep may give 10."""
    return quote_of(house.line("15"))


def asked(house, quote, words="They take three pallets."):
    return ask_approval(actor=house.rep, quote=quote, version=quote.version, words=words)


def test_a_discount_beyond_the_limit_is_not_sent(house, dear, quote_of):
    with pytest.raises(ValidationError, match="15 % off is beyond your limit"):
        send_quote(actor=house.rep, quote=dear, version=dear.version)
    cheap = quote_of(house.line(price="8"))
    with pytest.raises(ValidationError, match="20 % off"):
        send_quote(actor=house.rep, quote=cheap, version=cheap.version)


def test_the_manager_is_asked_told_and_approves_with_words(house, dear):
    quote = asked(house, dear)
    assert (quote.state, quote.asked_of) == (QuoteState.AWAITING, house.boss)
    told = Notice.objects.get(user=house.boss)
    assert (told.kind, told.url) == ("approval", quote.get_absolute_url())
    assert OutgoingMail.objects.filter(recipient=house.boss.email).count() == 1
    approved = approve_quote(actor=house.boss, quote=quote, version=quote.version, words="Go ahead.")
    assert (approved.state, approved.approved_discount) == (QuoteState.APPROVED, Decimal(15))
    assert Notice.objects.get(user=house.rep).text == "Go ahead."
    assert list(approved.steps.values_list("kind", "actor", "words"))[1:] == [
        ("asked", house.rep.pk, "They take three pallets."),
        ("approved", house.boss.pk, "Go ahead."),
    ]


def test_a_change_ends_the_approval(house, dear):
    quote = asked(house, dear)
    quote = approve_quote(actor=house.boss, quote=quote, version=quote.version)
    lines = [house.line("30")]
    quote = change_quote(actor=house.rep, quote=quote, version=quote.version, fields={}, lines=lines)
    assert (quote.state, quote.approved_discount) == (QuoteState.DRAFT, None)
    with pytest.raises(ValidationError, match="beyond your limit"):
        send_quote(actor=house.rep, quote=quote, version=quote.version)


def test_a_refusal_says_why(house, dear):
    quote = asked(house, dear)
    with pytest.raises(ValidationError, match="Say why"):
        refuse_approval(actor=house.boss, quote=quote, version=quote.version, words=" ")
    quote = refuse_approval(actor=house.boss, quote=quote, version=quote.version, words="Not for one pallet.")
    assert quote.state == QuoteState.DRAFT
    assert Notice.objects.get(user=house.rep).text == "Not for one pallet."


def test_nobody_approves_beyond_their_own_limit_nor_what_they_asked_for(house, quote_of):
    DiscountLimit.objects.create(role=Role.MANAGER, percent=Decimal(12))
    admin = make.make_user(Role.ADMIN)
    quote = asked(house, quote_of(house.line("15")))
    assert quote.asked_of == admin, "the manager's own limit is below it"
    with pytest.raises(ValidationError, match="beyond your own limit"):
        approve_quote(actor=house.boss, quote=quote, version=quote.version)
    User.objects.filter(pk=house.rep.pk).update(role=Role.ADMIN)
    with pytest.raises(ValidationError, match="asked for themselves"):
        approve_quote(actor=User.objects.get(pk=house.rep.pk), quote=quote, version=quote.version)


def test_without_anybody_to_ask_a_sentence_says_so(house, quote_of):
    quote = quote_of(house.line("90"))
    with pytest.raises(ValidationError, match="Nobody here may allow a discount of 90 %"):
        asked(house, quote)


def test_within_the_limit_nobody_is_asked_and_a_request_can_be_taken_back(house, dear, quote_of):
    with pytest.raises(ValidationError, match="within your limit"):
        asked(house, quote_of(house.line("10")))
    quote = asked(house, dear)
    take_request_back(actor=house.rep, quote=quote)
    quote.refresh_from_db()
    assert quote.state == QuoteState.DRAFT
    with pytest.raises(ValidationError, match="any more"):
        approve_quote(actor=house.boss, quote=quote, version=quote.version)


def test_the_home_page_of_who_is_asked_says_so(house, dear):
    asked(house, dear)
    page = make.signed_in(house.boss).get("/").content.decode()
    assert "wait for your approval" in page
    assert dear.number in page
    assert dear.number not in make.signed_in(house.other).get("/").content.decode()
