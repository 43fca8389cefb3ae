"""Numbers, lines, versions, and the deal that follows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import company_today
from crm.saving import StaleRecord
from orders.choices import OptionKind
from orders.options.actions import OptionInput, set_options
from orders.options.words import Chosen
from pipeline.models import Deal, Quote, QuoteLine
from pipeline.quotes.actions import (
    LineInput,
    change_quote,
    count_for_deal,
    revise_quote,
    send_quote,
    withdraw_quote,
)
from pipeline.quotes.choices import QuoteState
from tests import factories as make


def test_numbers_of_a_year_have_no_gap_when_one_is_undone(house, quote_of):
    first = quote_of()
    with pytest.raises(ValidationError), transaction.atomic():
        quote_of()
        raise ValidationError("undone")
    second = quote_of()
    year = company_today().year
    assert (first.number, second.number) == (f"Q-{year}-0001", f"Q-{year}-0002")


def test_a_quote_is_added_up_from_its_lines(house, quote_of):
    text = LineInput(text="Between the lines")
    lines = (house.line("10"), text, LineInput(text="Fitting", quantity=Decimal(1), unit_price=Decimal("49.99")))
    quote = quote_of(*lines)
    assert (quote.net_amount, quote.tax_amount, quote.amount) == (Decimal("76.99"), Decimal("5.13"), Decimal("82.12"))
    assert quote.largest_discount == 10
    stored = list(QuoteLine.objects.filter(quote=quote).values_list("position", "amount", "list_price"))
    assert stored == [(1, Decimal(27), Decimal(10)), (2, Decimal(0), None), (3, Decimal("49.99"), None)]


def test_options_are_kept_and_a_surcharge_typed_below_the_list_is_a_discount(house, quote_of):
    choices = (("Oak", Decimal("4.50")), ("Pine", Decimal(0)))
    options = [OptionInput("Colour", kind=OptionKind.CHOICE, choices=choices)]
    set_options(actor=None, product=house.frame, version=house.frame.version, options=options)
    at_list = house.line(options=(Chosen("Colour", "Oak", Decimal("4.50")),))
    below = house.line(options=(Chosen("Colour", "Oak", Decimal(0)),))
    assert (quote_of(at_list).net_amount, quote_of(at_list).largest_discount) == (Decimal("43.50"), 0)
    assert quote_of(below).largest_discount == Decimal("31.03")  # 10 of 14.50


@pytest.mark.parametrize("line", [LineInput(), LineInput(text="Fitting", quantity=Decimal(1))])
def test_half_a_line_is_refused(house, quote_of, line):
    with pytest.raises(ValidationError):
        quote_of(line)
    assert not Quote.objects.exists()


def test_a_second_writer_is_told(house, quote_of):
    quote = quote_of()
    change_quote(actor=house.rep, quote=quote, version=1, fields={"title": "Mine"})
    with pytest.raises(StaleRecord):
        change_quote(actor=house.boss, quote=quote, version=1, fields={"title": "Theirs"})


def test_what_was_sent_is_changed_by_a_new_version_alone(house):
    before = make.sent_quote(owner=house.rep)
    with pytest.raises(ValidationError, match="new version"):
        change_quote(actor=house.rep, quote=before, version=before.version, fields={"title": "Other"})
    new = revise_quote(actor=house.rep, quote=before)
    before.refresh_from_db()
    assert (new.number, new.revision, new.state) == (f"{before.number}-2", 2, QuoteState.DRAFT)
    assert (before.state, new.amount, new.replaces) == (QuoteState.REPLACED, before.amount, before)
    assert new.valid_until - company_today() == dt.timedelta(days=30)
    with pytest.raises(ValidationError, match="newest"):
        revise_quote(actor=house.rep, quote=before)


def test_a_draft_cannot_be_revised_and_a_withdrawn_one_not_sent(house, quote_of):
    quote = quote_of()
    with pytest.raises(ValidationError):
        revise_quote(actor=house.rep, quote=quote)
    withdraw_quote(actor=house.rep, quote=quote)
    quote.refresh_from_db()
    with pytest.raises(ValidationError, match="withdrawn"):
        send_quote(actor=house.rep, quote=quote, version=quote.version)


def worth(deal: Deal) -> tuple[Decimal | None, str]:
    deal.refresh_from_db()
    return deal.amount, deal.currency


def test_a_deal_is_worth_what_its_first_quote_comes_to_before_tax(house, quote_of):
    deal = make.make_deal(contact=make.make_contact())
    first = quote_of(contact=deal.contact, deal=deal)
    second = quote_of(house.line(quantity="5"), contact=deal.contact, deal=deal)
    assert (first.is_primary, second.is_primary) == (True, False)
    assert worth(deal) == (Decimal(30), "EUR")
    change_quote(actor=house.rep, quote=first, version=1, fields={}, lines=[house.line(quantity="4")])
    assert worth(deal) == (Decimal(40), "EUR")
    count_for_deal(actor=house.rep, quote=second)
    assert worth(deal) == (Decimal(50), "EUR")
    assert list(Quote.objects.filter(is_primary=True)) == [second]


def test_a_deal_without_a_customer_gets_the_quotes_one_and_no_stranger(house, quote_of):
    deal = make.make_deal()
    firm = make.make_contact(kind="organization")
    quote_of(contact=firm, deal=deal)
    deal.refresh_from_db()
    assert deal.organization == firm
    with pytest.raises(ValidationError, match="another customer"):
        quote_of(deal=deal)
