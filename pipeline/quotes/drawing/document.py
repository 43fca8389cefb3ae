"""What a quote says, in words ready to show: the PDF and the public page print these, and compute nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contacts.models import Address, Contact
from contacts.postal import lines_of
from crm.company import current_company
from crm.languages.speaking import for_machines
from crm.templatetags.figures import money, plain_number
from pipeline.models import Letterhead, Quote, QuoteLine
from pipeline.quotes.keeping import letterhead
from pipeline.quotes.totals import totals_of


@dataclass(frozen=True)
class DocumentLine:
    """A line; `number` counts those that cost something, a text has none and only `title`."""

    number: str
    title: str
    details: tuple[str, ...]
    quantity: str
    price: str
    discount: str
    tax: str
    amount: str


@dataclass(frozen=True)
class Document:
    """The whole quote in words, but for the logo. `before`: what stands above the net sum where a discount is taken off
    all lines. `is_draft`: says across the page that it is none yet."""

    company: str
    address: tuple[str, ...]
    reach: tuple[str, ...]
    bank: tuple[str, ...]
    footer: tuple[str, ...]
    colour: str
    number: str
    title: str
    day: str
    valid_until: str
    customer: tuple[str, ...]
    seller: str
    seller_reach: str
    intro: tuple[str, ...]
    terms: tuple[str, ...]
    lines: tuple[DocumentLine, ...]
    has_discounts: bool
    before: tuple[tuple[str, str], ...]
    net: str
    taxes: tuple[tuple[str, str], ...]
    total: str
    is_draft: bool

    @property
    def reading_aid(self) -> str:
        """`Quote Q-2026-0017 of Northwind`: what the PDF is called in a reader."""
        return f"Quote {self.number} of {self.company}"


@for_machines()
def document_of(quote: Quote, today: dt.date, *, is_final: bool = False) -> Document:
    """The words of a stored quote, the same whoever opens it. Before it is sent, `today` is its day; `is_final`: it is
    about to be."""
    head, currency = letterhead(), quote.currency
    lines = list(QuoteLine.objects.filter(quote=quote).select_related("product").order_by("position"))
    totals = totals_of(lines, currency, quote.discount)
    off = f"Discount of {_percent(quote.discount)} on all lines"
    return Document(
        company=head.company_name or current_company().name,
        address=_lines(head.address),
        reach=_lines(head.contact_lines),
        bank=_lines(head.bank),
        footer=_lines(head.footer),
        colour=head.colour,
        number=quote.number,
        title=quote.title,
        day=_day(quote.sent_on or today),
        valid_until=_day(quote.valid_until),
        customer=_customer(quote),
        seller=quote.owner.name if quote.owner else "",
        seller_reach=" · ".join(one for one in (quote.owner.email, quote.owner.phone) if one) if quote.owner else "",
        intro=_lines(quote.intro),
        terms=_lines(quote.terms),
        lines=tuple(_numbered(lines, currency)),
        has_discounts=any(line.discount for line in lines),
        before=(("Lines", _money(totals.lines, currency)), (off, _money(-totals.discount, currency)))
        if quote.discount
        else (),
        net=_money(totals.net, currency),
        taxes=tuple(
            (f"{_percent(one.rate)} tax on {_money(one.net, currency)}", _money(one.tax, currency))
            for one in totals.taxes
        ),
        total=_money(totals.total, currency),
        is_draft=quote.sent_on is None and not is_final,
    )


def logo_of() -> Any:
    """The stored picture of the letterhead; None where there is none."""
    head: Letterhead = letterhead()
    return head.logo


def _numbered(lines: list[QuoteLine], currency: str) -> list[DocumentLine]:
    shown, number = [], 0
    for line in lines:
        costs = line.quantity is not None and line.unit_price is not None
        number += costs
        title, *rest = _titles(line)
        options = [
            f"{one['name']}: {one['value']}"
            + (f" (+{_money(Decimal(one['surcharge']), currency)})" if Decimal(one["surcharge"]) > 0 else "")
            for one in line.options
        ]
        shown.append(
            DocumentLine(
                number=str(number) if costs else "",
                title=title,
                details=(*rest, *options),
                quantity=plain_number(line.quantity) if costs else "",
                price=_price(line.unit_price, currency) if costs else "",
                discount=_percent(line.discount) if costs and line.discount else "",
                tax=_percent(line.tax_rate) if costs else "",
                amount=_money(line.amount, currency) if costs else "",
            )
        )
    return shown


def _titles(line: QuoteLine) -> list[str]:
    """The product, and below it the words of the line; without a product the words alone."""
    words = list(_lines(line.text))
    if line.product is not None:
        return [line.product.name, *words]
    return words or [""]


def _customer(quote: Quote) -> tuple[str, ...]:
    """Name, person and main address, as on an envelope."""
    contact = quote.contact
    names = [contact.name]
    if quote.recipient is not None and quote.recipient.pk != contact.pk:
        names.append(quote.recipient.name)
    return (*names, *_address(contact))


def _address(contact: Contact) -> list[str]:
    address = Address.objects.filter(contact=contact).order_by("-is_primary", "pk").first()
    return lines_of(address) if address else []


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").strip().split("\n")) if text.strip() else ()


def _day(day: dt.date) -> str:
    return f"{day.day}\N{NO-BREAK SPACE}{day:%B}\N{NO-BREAK SPACE}{day.year}"


def _money(amount: Decimal, currency: str) -> str:
    return money(amount, currency)


def _price(price: Decimal | None, currency: str) -> str:
    """A price with the digits that it has, cents at least: the product of what is printed is the line."""
    if price is None:
        return ""
    text = f"{price.normalize():f}"
    digits = len(text.partition(".")[2])
    if digits <= 2:
        return money(price, currency)
    whole = money(price, "").replace("\N{MINUS SIGN}", "-")
    return money(price, currency).replace(whole, f"{price.normalize():,f}")


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}\N{NO-BREAK SPACE}%"
