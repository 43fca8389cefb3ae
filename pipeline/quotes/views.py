"""The pages of quotes for those who sell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.languages.telling import spoken_refusal
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.jobs import FileDownloadView
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from pipeline.models import Deal, Quote
from pipeline.queries import search_deals
from pipeline.quotes import actions
from pipeline.quotes.choices import QuoteState
from pipeline.quotes.drawing.drawing import draw_quote
from pipeline.quotes.forms import QuoteForm, short
from pipeline.quotes.keeping import letterhead
from pipeline.quotes.limits import limit_of, may_approve, may_send
from pipeline.quotes.links import link_to
from pipeline.quotes.queries import lines_of, may_read_document, search_quotes, steps_of, versions_of
from pipeline.quotes.specs import state_pill
from pipeline.quotes.totals import totals_of

MOST_OPTIONS = 20


class QuoteListView(ListPage):
    model = Quote
    heading = "Quotes"
    name_column = "number"
    default_sort = "-added_on"
    search = staticmethod(search_quotes)
    search_hint = "Number, title or customer"
    phone = {"amount": "cell-end", "customer": "cell-secondary", "state": "cell-secondary-end"}
    new_url_name = "pipeline:quote_create"
    new_label = "New quote"
    export_url_name = "pipeline:quote_export"
    edit_path = "edit/"
    empty_title = "No quotes yet"
    empty_text = "Offer a customer something: from a deal, from a contact, or right here."


class QuoteExportView(ListExport, QuoteListView):
    """The list's rows as a file."""


class QuoteDetailView(RecordPage):
    model = Quote
    template_name = "pipeline/quotes/quote_detail.html"
    own_tab = ("quote", _("Quote"))

    def get_queryset(self) -> Any:
        related = ("contact", "recipient", "deal", "owner", "team", "order", "asked_by", "asked_of", "replaced_by")
        return super().get_queryset().select_related(*related)

    def get_context_data(self) -> dict[str, Any]:
        user, today = self.request.user, company_today()
        quote = cast(Quote, self.record)
        shows_money = quote.amount is not None
        state, may_change = quote.state_on(today), can(user, Verb.CHANGE, quote)
        lines = lines_of(user, quote)
        # what is veiled has no key any more
        people = [one for one in (quote.contact, quote.recipient) if one is not None]
        is_readable = shows_money and all(one.pk is not None for one in people)
        return super().get_context_data() | {
            "state": state,
            "state_pill": state_pill(quote),
            "lines": lines,
            "totals": totals_of(lines, quote.currency, quote.discount or Decimal(0)) if shows_money else None,
            "has_discounts": shows_money and any(line.discount for line in lines),
            "steps": steps_of(quote),
            "versions": versions_of(user, quote),
            "link": link_to(quote) if may_change and is_readable and state == QuoteState.SENT else "",
            "is_revisable": quote.is_revisable(today),
            "can_send": shows_money and state in (QuoteState.DRAFT, QuoteState.APPROVED, QuoteState.SENT)
            and may_send(user, quote),
            "must_ask": shows_money and state == QuoteState.DRAFT and not may_send(user, quote),
            "own_limit": limit_of(user),
            "can_approve": shows_money and state == QuoteState.AWAITING and may_approve(user, quote),
            "has_document": is_readable,
        }  # fmt: skip


class QuoteCreateView(FormPage):
    """`?deal=` takes customer, title, currency and lines from a deal, `?contact=` the customer alone."""

    model = Quote
    form_class = QuoteForm
    verb = Verb.ADD
    template_name = "pipeline/quotes/quote_form.html"
    heading = "New quote"
    list_url_name = "pipeline:quote_list"
    submit_label = "Save the draft"
    done = "{record.number} is saved as a draft."

    def get_initial(self) -> dict[str, Any]:
        deal, contact = (self.request.GET.get(name, "") for name in ("deal", "contact"))
        user = self.request.user
        if deal.isdecimal() and len(deal) < 19:
            found = Deal.objects.visible_to(user, Verb.CHANGE).filter(pk=int(deal)).first()
            return _of_deal(found, hides(user, "pipeline.deal.amount")) if found else {}
        return {"contact": contact} if contact.isdecimal() else {}

    def save(self, form: QuoteForm) -> Quote:
        return actions.create_quote(actor=self.request.user, fields=form.quote_fields, lines=form.lines.lines)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"usual_tax": short(letterhead().tax_rate)}


class QuoteUpdateView(FormPage):
    model = Quote
    form_class = QuoteForm
    verb = Verb.CHANGE
    template_name = "pipeline/quotes/quote_form.html"
    heading = "Edit {record.number}"
    done = "{record.number} is saved."

    def save(self, form: QuoteForm) -> Quote:
        fields, lines = form.quote_fields, form.lines.lines
        version = form.cleaned_data["version"]
        return actions.change_quote(
            actor=self.request.user, quote=self.record, version=version, fields=fields, lines=lines
        )

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"usual_tax": short(letterhead().tax_rate)}


class QuoteDocumentView(FileDownloadView):
    """The PDF: as it was sent, or drawn now. Not for whom it would tell what is hidden, or whom they may not see."""

    def get(self, request: SignedInRequest, pk: int) -> Any:
        page = ScopedView(request=request, kwargs={"pk": pk}, model=Quote)
        quote = cast(Quote, page.get_record())
        if not may_read_document(request.user, quote):
            raise PermissionDenied
        return self.document(request, quote)

    def document(self, request: HttpRequest, quote: Quote) -> HttpResponseBase:
        """The stored document, or a fresh one; back to the quote with a sentence where it cannot be drawn."""
        if quote.document is not None:
            return self.serve(quote.document)
        try:
            pdf = draw_quote(quote)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return redirect(quote)
        return drawn_now(quote, pdf)


def drawn_now(quote: Quote, pdf: bytes) -> HttpResponse:
    """A PDF of our own making, as a download like any other file."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{quote.number.replace("/", "-")}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


class QuoteReviseView(ActionView):
    """Begins the next version, and leads to it."""

    model = Quote
    done = "This is the new version. The one before can no longer be accepted."

    def act(self, record: Quote) -> None:
        self.made = actions.revise_quote(actor=self.request.user, quote=record)

    def get_success_url(self, record: Quote) -> str:
        made: Quote | None = getattr(self, "made", None)
        return reverse("pipeline:quote_update", args=[made.pk]) if made else record.get_absolute_url()


class QuoteWithdrawView(ActionView):
    model = Quote
    done = "{record.number} is withdrawn. Its page tells the customer so."

    def act(self, record: Quote) -> None:
        actions.withdraw_quote(actor=self.request.user, quote=record)


class QuoteTakeBackView(ActionView):
    """No approval is asked any more."""

    model = Quote
    done = "{record.number} is a draft again."

    def act(self, record: Quote) -> None:
        actions.take_request_back(actor=self.request.user, quote=record)


class QuoteMarkView(ActionView):
    """It was handed over in another way than by our mail."""

    model = Quote
    done = "{record.number} is marked as sent."

    def act(self, record: Quote) -> None:
        actions.send_quote(actor=self.request.user, quote=record, version=record.version)


class QuoteCountView(ActionView):
    """This quote sets the amount of its deal."""

    model = Quote
    done = "{record.number} sets the amount of the deal now."

    def act(self, record: Quote) -> None:
        actions.count_for_deal(actor=self.request.user, quote=record)


class DealOptionsView(View):
    """Deals for a select field: `?q=` words; at most 20, the newest first."""

    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        text = request.GET.get("q", "").replace("\0", "")[:200]
        deals = Deal.objects.visible_to(self.request.user).open()
        rows = search_deals(deals, text, self.request.user).order_by("-created_at", "-pk")
        options = [{"value": str(pk), "text": title} for pk, title in rows.values_list("pk", "title")[:MOST_OPTIONS]]
        return JsonResponse({"options": options})


def _of_deal(deal: Deal, hides_money: bool) -> dict[str, Any]:
    """What a quote of a deal begins with."""
    found: dict[str, Any] = {
        "deal": deal.pk,
        "title": deal.title[:200],
        "contact": deal.organization_id or deal.contact_id,
        "recipient": deal.contact_id if deal.organization_id else None,
        "currency": deal.currency,
    }
    if hides_money:
        return found
    names = ("product", "quantity", "unit_price", "discount")
    lines = [{name: short(row[name]) for name in names} for row in deal.lines.order_by("position").values(*names)]
    return found | {"lines": lines} if lines else found
