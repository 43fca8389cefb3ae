"""The REST API of quotes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, check, found, refuse_without
from pipeline.models import Quote
from pipeline.quotes import actions
from pipeline.quotes.bodies import (
    AnswerIn,
    QuoteIn,
    QuoteOut,
    QuotePatch,
    SendIn,
    Words,
    answer_quote,
    created_quote,
    quote_form,
)
from pipeline.quotes.forms import SendForm
from pipeline.quotes.resources import QUOTES

AREA = "quotes"
quotes = Router(tags=["Quotes"])


@quotes.get(
    "",
    response=page_schema("Quote", record_schema("QuoteRow", QUOTES)),
    auth=reads(AREA),
    openapi_extra=list_parameters(QUOTES),
)
def list_quotes(request: HttpRequest) -> HttpResponse:
    """Quotes that you may see, newest first: `state=sent`, `contact=7`. Their lines come with the single quote."""
    return ApiList(QUOTES, request).response()


@quotes.post("", response={201: QuoteOut}, auth=writes(AREA))
def create_quote(request: HttpRequest, body: Body[QuoteIn]) -> HttpResponse:
    """Make a draft. A line is of a product (at its list price, unless you say another), or a text."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Quote)

    def make() -> Quote:
        form = quote_form(user, body.model_dump(exclude_unset=True), None)
        return actions.create_quote(actor=user, fields=form.quote_fields, lines=form.lines.lines)

    return created_quote(request, make)


@quotes.get("/{int:quote_id}", response=QuoteOut, auth=reads(AREA))
def get_quote(request: HttpRequest, quote_id: int) -> HttpResponse:
    """One quote with its lines, and its version as `ETag`."""
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.patch("/{int:quote_id}", response=QuoteOut, auth=writes(AREA))
def change_quote(request: HttpRequest, quote_id: int, body: Body[QuotePatch]) -> HttpResponse:
    """Change what is given, until it is sent; an approval ends with the change. Needs `If-Match` or `version`."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    has_lines = "lines" in given
    form = quote_form(user, given, quote)
    fields, lines = form.quote_fields, form.lines.lines if has_lines else None
    expected.save(
        lambda: actions.change_quote(actor=user, quote=quote, version=expected.version, fields=fields, lines=lines)
    )
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/send", response=QuoteOut, auth=writes(AREA))
def send_quote(request: HttpRequest, quote_id: int, body: Body[SendIn]) -> HttpResponse:
    """Send it by mail with its PDF and link, or mark it as sent. Needs `If-Match` or `version`."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    mail = None
    if body.mail is not None:
        form = SendForm(data=body.mail.model_dump(), user=user, record=quote, initial={})
        check(form, {})
        mail = form.mail
    expected.save(lambda: actions.send_quote(actor=user, quote=quote, version=expected.version, mail=mail))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/ask-approval", response=QuoteOut, auth=writes(AREA))
def ask_approval(request: HttpRequest, quote_id: int, body: Body[Words]) -> HttpResponse:
    """Ask to allow a discount beyond your limit. Needs `If-Match` or `version`."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    expected.save(lambda: actions.ask_approval(actor=user, quote=quote, version=expected.version, words=body.words))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/approve", response=QuoteOut, auth=writes(AREA))
def approve_quote(request: HttpRequest, quote_id: int, body: Body[Words]) -> HttpResponse:
    """Allow the discount that was asked for. Needs `If-Match` or `version`."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    expected.save(lambda: actions.approve_quote(actor=user, quote=quote, version=expected.version, words=body.words))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/refuse", response=QuoteOut, auth=writes(AREA))
def refuse_approval(request: HttpRequest, quote_id: int, body: Body[Words]) -> HttpResponse:
    """Refuse the discount that was asked for, with the reason in `words`. Needs `If-Match` or `version`."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    expected.save(lambda: actions.refuse_approval(actor=user, quote=quote, version=expected.version, words=body.words))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/accept", response=QuoteOut, auth=writes(AREA))
def accept_quote(request: HttpRequest, quote_id: int, body: Body[AnswerIn]) -> HttpResponse:
    """Write down that the customer accepted in another way than on the page; it becomes an order, once."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    said = actions.Answer(name=body.name, words=body.words)
    acted(lambda: actions.accept_quote(actor=user, quote=quote, answer=said))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/decline", response=QuoteOut, auth=writes(AREA))
def decline_quote(request: HttpRequest, quote_id: int, body: Body[AnswerIn]) -> HttpResponse:
    """Write down that the customer declined."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    said = actions.Answer(name=body.name, words=body.words)
    acted(lambda: actions.decline_quote(actor=user, quote=quote, answer=said))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/withdraw", response=QuoteOut, auth=writes(AREA))
def withdraw_quote(request: HttpRequest, quote_id: int) -> HttpResponse:
    """Take a quote back. Doing it twice is doing it once."""
    quote = found(QUOTES, request, quote_id, Verb.CHANGE)
    acted(lambda: actions.withdraw_quote(actor=caller(request), quote=quote))
    return answer_quote(request, found(QUOTES, request, quote_id))


@quotes.post("/{int:quote_id}/revise", response={201: QuoteOut}, auth=writes(AREA))
def revise_quote(request: HttpRequest, quote_id: int) -> HttpResponse:
    """Begin the next version; the one before can no longer be accepted."""
    quote, user = found(QUOTES, request, quote_id, Verb.CHANGE), caller(request)
    return created_quote(request, lambda: actions.revise_quote(actor=user, quote=quote))
