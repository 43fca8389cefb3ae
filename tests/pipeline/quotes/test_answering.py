"""Accepted once, with an order all or nothing; declined; too late."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from crm.company import company_today
from crm.models import Notice
from orders.models import LineOption, Order
from orders.options.words import Chosen
from pipeline.models import Deal, Quote, QuoteStep
from pipeline.quotes.actions import (
    Answer,
    LineInput,
    accept_quote,
    decline_quote,
    expire_quotes,
    revise_quote,
    withdraw_quote,
)
from pipeline.quotes.actions.answering import TooLate
from pipeline.quotes.choices import QuoteState
from tests import factories as make

ADA = Answer(name="Ada Okafor", email="ada@example.org", ip_address="198.51.100.7")


def accept(quote: Quote) -> Quote:
    return accept_quote(actor=None, quote=quote, answer=ADA)


def test_accepted_it_is_an_order_with_all_its_lines_and_the_same_sum(house):
    colour = Chosen("Colour", "Oak", Decimal("4.50"))
    lines = (
        house.line("7.5", options=(colour,)),
        LineInput(text="Only words"),
        LineInput(text="Fitting on site", quantity=Decimal("1.5"), unit_price=Decimal("33.33"), tax_rate=Decimal(7)),
    )
    quote = accept(make.sent_quote(owner=house.rep, lines=lines))
    order = Order.objects.get()
    assert (quote.state, quote.order, order.number) == (QuoteState.ACCEPTED, order, quote.number)
    assert order.amount == quote.net_amount == Decimal("90.24")  # 3 x 14.50 x 0.925 + 1.5 x 33.33
    names = ("product", "quantity", "unit_price", "discount", "amount")
    stored = list(order.lines.order_by("position").values_list(*names))
    assert stored == [
        (house.frame.pk, Decimal(3), Decimal(10), Decimal("3.26"), Decimal("40.24")),
        (None, Decimal("1.5"), Decimal("33.33"), Decimal(0), Decimal("50.00")),
    ]
    said = set(LineOption.objects.values_list("name", "value", "surcharge"))
    assert said == {("Colour", "Oak", Decimal("4.5")), ("Text", "Fitting on site", Decimal(0))}


def test_the_proof_of_an_answer_cannot_be_altered(house):
    quote = accept(make.sent_quote(owner=house.rep))
    step = quote.steps.get(kind="accepted")
    assert (step.name, step.email, step.ip_address, step.document_sha256) == (
        "Ada Okafor",
        "ada@example.org",
        "198.51.100.7",
        "0" * 64,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'pipeline_quotestep', 'UPDATE, DELETE')")
        assert cursor.fetchone() == (False,)


def test_accepted_again_it_stays_one_order(house):
    quote = make.sent_quote(owner=house.rep)
    assert accept(quote).order == accept(quote).order
    assert (Order.objects.count(), QuoteStep.objects.filter(kind="accepted").count()) == (1, 1)
    with pytest.raises(TooLate, match="accepted"):
        decline_quote(actor=None, quote=quote, answer=ADA)


def test_the_seller_is_told_and_the_deal_is_won_though_its_checklist_was_not_ticked(house):
    pipeline = make.make_pipeline()
    stage = pipeline.stages.get(name="First")
    stage.checklist = ["Needs are clear"]
    stage.save()
    deal = make.make_deal(stage, contact=make.make_contact())
    accept(make.sent_quote(deal.contact, deal=deal, owner=house.rep))
    deal.refresh_from_db()
    assert (deal.stage.name, deal.outcome, deal.amount) == ("Won", "won", Decimal(100))
    told = Notice.objects.get(user=house.rep)
    assert (told.kind, "accepted" in told.title, "Won" in told.text) == ("answer", True, True)
    assert "Not ticked in First: Needs are clear" in told.text


def test_a_discount_over_all_lines_is_in_the_order_and_in_what_the_deal_is_worth(house):
    deal = make.make_deal(contact=make.make_contact())
    lines = (house.line("10"), LineInput(text="Fitting", quantity=Decimal(1), unit_price=Decimal("33.33")))
    quote = accept(make.sent_quote(deal.contact, deal=deal, owner=house.rep, lines=lines, discount=Decimal(5)))
    assert quote.net_amount == Decimal("25.65") + Decimal("31.66")  # 27.00 and 33.33, less 5 %, of two rates of tax
    order = Order.objects.get()
    assert list(order.lines.order_by("position").values_list("discount", "amount")) == [
        (Decimal("4.35"), Decimal("25.65")),
        (Decimal("1.67"), Decimal("31.66")),
    ]
    assert (order.amount, Deal.objects.get().amount) == (quote.net_amount, quote.net_amount)
    assert quote.largest_discount == Decimal("14.5")


def test_a_deal_that_lacks_what_winning_asks_for_stays_and_the_seller_reads_why(house):
    pipeline = make.make_pipeline()
    won = pipeline.stages.get(name="Won")
    won.required_fields = ["next_step"]
    won.save()
    deal = make.make_deal(pipeline.stages.get(name="First"), contact=make.make_contact())
    quote = accept(make.sent_quote(deal.contact, deal=deal, owner=house.rep))
    deal.refresh_from_db()
    assert (quote.state, deal.stage.name, Order.objects.count()) == (QuoteState.ACCEPTED, "First", 1)
    assert "next step" in Notice.objects.get(user=house.rep).text


def test_the_quote_that_is_accepted_is_the_one_that_counts(house):
    deal = make.make_deal(contact=make.make_contact())
    make.make_quote(deal.contact, deal=deal)
    two = LineInput(text="Fitting", quantity=Decimal(2), unit_price=Decimal(100))
    second = make.sent_quote(deal.contact, deal=deal, owner=house.rep, lines=(two,))
    accept(second)
    assert Deal.objects.get().amount == Decimal(200)
    assert list(Quote.objects.filter(is_primary=True)) == [second]


def late(quote: Quote) -> None:
    Quote.objects.filter(pk=quote.pk).update(valid_until=company_today() - dt.timedelta(days=1))


TOO_LATE = {
    "valid until": late,
    "newer version": lambda quote: revise_quote(actor=None, quote=quote),
    "withdrawn": lambda quote: withdraw_quote(actor=None, quote=quote),
    "declined": lambda quote: decline_quote(actor=None, quote=quote, answer=ADA),
}


@pytest.mark.parametrize("words", TOO_LATE)
def test_what_is_over_is_not_accepted(house, words):
    quote = make.sent_quote(owner=house.rep)
    TOO_LATE[words](quote)
    with pytest.raises(TooLate, match=words):
        accept(quote)
    assert not Order.objects.exists()


def test_on_its_last_day_it_can_still_be_accepted(house):
    quote = make.sent_quote(owner=house.rep)
    Quote.objects.filter(pk=quote.pk).update(valid_until=company_today())
    assert accept(quote).state == QuoteState.ACCEPTED


def test_a_quote_of_words_alone_cannot_be_ordered_and_stays_as_it_was(house):
    quote = make.sent_quote(owner=house.rep, lines=(LineInput(text="We would like to talk"),))
    with pytest.raises(ValidationError, match="ordered"):
        accept(quote)
    quote.refresh_from_db()
    assert (quote.state, quote.steps.filter(kind="accepted").exists()) == (QuoteState.SENT, False)


def test_quotes_expire_by_themselves_once(house):
    quote, running = make.sent_quote(owner=house.rep), make.sent_quote(owner=house.rep)
    late(quote)
    assert quote.state == QuoteState.SENT
    assert Quote.objects.get(pk=quote.pk).state_on(company_today()) == QuoteState.EXPIRED
    assert (expire_quotes(), expire_quotes()) == (1, 0)
    quote.refresh_from_db()
    running.refresh_from_db()
    assert (quote.state, running.state) == (QuoteState.EXPIRED, QuoteState.SENT)
    assert Notice.objects.get(user=house.rep).title == f"{quote.number} expired without an answer"
