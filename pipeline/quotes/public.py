"""The page of a quote for its customer: behind an unguessable link, without an account.

Opening it changes nothing: mail scanners open links, too. A link that is forged, over, or of something else leads to
one plain page that tells nothing.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from crm.company import company_at_hand, company_today
from crm.languages.telling import spoken_refusal
from crm.views.forms import REFUSED
from crm.views.jobs import FileDownloadView
from pipeline.models import Quote
from pipeline.quotes.actions import Answer, accept_quote, decline_quote
from pipeline.quotes.choices import QuoteState
from pipeline.quotes.drawing.document import document_of
from pipeline.quotes.drawing.drawing import draw_quote
from pipeline.quotes.forms import AcceptForm, DeclineForm
from pipeline.quotes.links import quote_behind
from pipeline.quotes.views import drawn_now

UNKNOWN = ("0.0.0.0", "")  # noqa: S104 - not bound to: what stands for an address that is not known


@method_decorator((login_not_required, never_cache), name="dispatch")
class PublicView(FileDownloadView):
    """What all public addresses of a quote share."""

    quote: Quote

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with company_at_hand():
            found = quote_behind(kwargs["token"])
            if found is None:
                response: HttpResponseBase = render(request, "pipeline/quotes/public_void.html", status=404)
            else:
                self.quote = found
                response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def show(self, status: int = 200, refusal: str = "", **forms_typed: forms.Form) -> HttpResponse:
        """The quote, how it stands, and the forms to answer it."""
        quote, today = self.quote, company_today()
        context = {
            "quote": quote,
            "token": self.kwargs["token"],
            "document": document_of(quote, today),
            "state": quote.state_on(today),
            "is_open": quote.state_on(today) == QuoteState.SENT,
            "answer": quote.steps.filter(kind__in=("accepted", "declined")).order_by("-at").first(),
            "accept": AcceptForm(auto_id="accept_%s"),
            "decline": DeclineForm(auto_id="decline_%s"),
            "refusal": refusal,
            **forms_typed,
        }
        return render(self.request, "pipeline/quotes/public.html", context, status=status)


class PublicQuoteView(PublicView):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:  # type: ignore[override]
        return self.show()


class PublicDocumentView(PublicView):
    """The PDF as it was sent."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:  # type: ignore[override]
        if self.quote.document is not None:
            return self.serve(self.quote.document)
        try:
            return drawn_now(self.quote, draw_quote(self.quote))
        except ValidationError as error:
            return self.show(status=503, refusal=spoken_refusal(self.request, error))


class PublicAcceptView(PublicView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = AcceptForm(request.POST, auto_id="accept_%s")
        if not form.is_valid():
            return self.show(status=REFUSED, accept=form)
        said = form.cleaned_data
        answer = Answer(name=said["name"], email=said["email"], ip_address=ip_of(request))
        try:
            accept_quote(actor=None, quote=self.quote, answer=answer)
        except ValidationError as error:
            return self.again(spoken_refusal(self.request, error))
        return redirect("pipeline:quote_page", token=token)

    def again(self, refusal: str) -> HttpResponse:
        """The page as it stands now, with why the answer was not taken."""
        self.quote.refresh_from_db()
        return self.show(status=409, refusal=refusal)


class PublicDeclineView(PublicAcceptView):
    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = DeclineForm(request.POST, auto_id="decline_%s")
        if not form.is_valid():
            return self.show(status=REFUSED, decline=form)
        said = form.cleaned_data
        answer = Answer(name=said["name"], words=said["words"], ip_address=ip_of(request))
        try:
            decline_quote(actor=None, quote=self.quote, answer=answer)
        except ValidationError as error:
            return self.again(spoken_refusal(self.request, error))
        return redirect("pipeline:quote_page", token=token)


def ip_of(request: HttpRequest) -> str | None:
    """Where the request came from, by the house's own rule of proxies; None where that is not known."""
    text = str(get_adapter().get_client_ip(request))
    try:
        return None if text in UNKNOWN else str(ipaddress.ip_address(text))
    except ValueError:
        return None
