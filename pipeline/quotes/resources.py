"""What the API shows of quotes and their lines."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.field_rights import hides
from crm.models import User
from crm.rest.resources import Resource
from pipeline.models import Quote, QuoteLine
from pipeline.quotes.queries import search_quotes
from pipeline.quotes.totals import totals_of

LINE_MONEY = ("unit_price", "discount", "list_price", "amount")


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(quote: Quote) -> int:
    return quote.version


QUOTES = Resource(
    name="quotes",
    label="pipeline.quote",
    noun="quote",
    default_sort="-added_on",
    extras=(
        _own("contact_id", "The customer, by id"),
        _own("recipient_id", "The person whom it is for, by id", stored="pipeline.quote.recipient"),
        _own("deal_id", "The deal, by id", stored="pipeline.quote.deal"),
        _own("order_id", "The order that it became, by id; null until it is accepted"),
        _own("revision", "Which version of the quote it is"),
        _own("replaces_id", "The version before it, by id"),
        _own("is_primary", "Whether it sets the amount of its deal"),
        _own("intro", "Text above the lines"),
        _own("terms", "Text below the lines"),
        _own("version", "The version of the record, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    search=search_quotes,
    version=_version,
    updated_path="updated_at",
)


def parts_shown(user: User, quote: Quote) -> dict[str, Any]:
    """Lines and the tax of each rate as JSON holds them; without money for whom it is hidden from."""
    shows_money = not hides(user, "pipeline.quote.amount")
    lines = list(QuoteLine.objects.filter(quote=quote).order_by("position"))
    shown = [_line(line, shows_money) for line in lines]
    if not shows_money:
        return {"lines": shown, "taxes": None}
    taxes = totals_of(lines, quote.currency, quote.discount).taxes
    told = [{"rate": f"{one.rate:f}", "net_amount": f"{one.net:f}", "tax_amount": f"{one.tax:f}"} for one in taxes]
    return {"lines": shown, "taxes": told}


def _line(line: QuoteLine, shows_money: bool) -> dict[str, Any]:
    options = [
        {"name": one["name"], "value": one["value"]} | ({"surcharge": one["surcharge"]} if shows_money else {})
        for one in line.options
    ]
    shown: dict[str, Any] = {
        "position": line.position,
        "product_id": line.product_id,
        "text": line.text,
        "options": options,
        "quantity": _plain(line.quantity),
        "tax_rate": _plain(line.tax_rate),
    }
    return shown | ({name: _plain(getattr(line, name)) for name in LINE_MONEY} if shows_money else {})


def _plain(value: Any) -> str | None:
    return None if value is None else f"{value:f}"
