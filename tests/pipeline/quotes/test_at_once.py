"""Two at once: numbers without a gap, one order, one version."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from pipeline.models import Quote, QuoteStep
from pipeline.quotes.actions import LineInput, create_quote
from pipeline.quotes.links import token_of
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 4


def at_once(act: Callable[[int], object]) -> None:
    """Do it by several hands that begin together."""
    gate, failures = threading.Barrier(HANDS), []

    def work(number: int) -> None:
        try:
            gate.wait()
            act(number)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    hands = [threading.Thread(target=work, args=(number,)) for number in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert failures == []


def test_quotes_made_at_once_have_numbers_without_a_gap():
    make.make_company()
    contact = make.make_contact()
    fields = {"contact": contact, "title": "Frames", "currency": "EUR", "valid_until": dt.date(2099, 1, 1)}

    def act(number: int) -> None:
        for _ in range(3):
            create_quote(actor=None, fields=fields, lines=[LineInput(text="Words")])

    at_once(act)
    assert sorted(Quote.objects.values_list("serial", flat=True)) == list(range(1, 3 * HANDS + 1))
    assert set(Quote.objects.values_list("year", flat=True)) == {timezone.now().year}


def test_two_who_accept_at_once_make_one_order():
    make.make_company()
    quote = make.sent_quote(owner=make.make_user())
    url = reverse("pipeline:quote_page_accept", args=[token_of(quote)])
    codes: list[int] = []
    yes = {"name": "Ada", "is_meant": "on"}
    at_once(lambda number: codes.append(Client().post(url, yes).status_code))
    assert codes == [302] * HANDS
    assert (Order.objects.count(), QuoteStep.objects.filter(kind="accepted").count()) == (1, 1)


def test_of_yes_and_no_at_once_one_is_the_answer():
    make.make_company()
    quote = make.sent_quote(owner=make.make_user())
    token = token_of(quote)
    codes: dict[str, set[int]] = {}
    yes = {"name": "Ada", "is_meant": "on"}

    def act(number: int) -> None:
        what = ("accept", "decline")[number % 2]
        url = reverse(f"pipeline:quote_page_{what}", args=[token])
        codes.setdefault(what, set()).add(Client().post(url, yes).status_code)

    at_once(act)
    quote.refresh_from_db()
    winner, loser = ("accept", "decline") if quote.state == "accepted" else ("decline", "accept")
    assert 302 in codes[winner]
    assert codes[loser] == {409}
    assert Order.objects.count() == (1 if winner == "accept" else 0)
    assert QuoteStep.objects.filter(kind__in=("accepted", "declined")).count() == 1
