"""The pages of market categories, for those who may change them: list, form, removal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.markets import actions
from contacts.markets.facts import facts, facts_of
from contacts.markets.forms import MarketForm
from contacts.markets.queries import categories, missing_condition
from contacts.models import Contact, MarketCategory
from crm.access import can
from crm.choices import Verb
from crm.filtering.counting import RowCount
from crm.languages.telling import spoken, spoken_refusal
from crm.views.base import ScopedView
from crm.views.forms import FormPage

LIST = "contacts:market_list"
MOST_COUNTED = 10_000


class MarketListView(ScopedView):
    """All categories, each with what it asks for and how many of its customers lack some of it."""

    model = MarketCategory
    verb = Verb.CHANGE

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, self.verb, MarketCategory):
            raise PermissionDenied
        known = facts()
        seen = Contact.objects.visible_to(self.request.user)
        lines = [
            {"category": one, "facts": facts_of(one, known), "lacking": _counted(seen.filter(missing_condition(one)))}
            for one in categories()
        ]
        return render(request, "contacts/markets/list.html", {"lines": lines})


def _counted(rows: Any) -> RowCount:
    """How many, to a limit."""
    count = len(rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED])
    return RowCount(count, is_exact=count < MOST_COUNTED)


class MarketFormView(FormPage):
    """What making and changing a category share."""

    model = MarketCategory
    form_class = MarketForm
    template_name = "contacts/markets/form.html"
    list_url_name = LIST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, MarketCategory):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self, record: MarketCategory) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class MarketCreateView(MarketFormView):
    verb = Verb.ADD
    heading = "New market category"
    submit_label = "Make the category"
    done = "{record} is made."

    def save(self, form: MarketForm) -> MarketCategory:
        return actions.create_market(actor=self.request.user, fields=form.market_fields)


class MarketUpdateView(MarketFormView):
    verb = Verb.CHANGE
    heading = "Market category {record}"
    done = "Saved {record}."

    def save(self, form: MarketForm) -> MarketCategory:
        version = form.cleaned_data["version"]
        return actions.change_market(
            actor=self.request.user, category=self.record, version=version, fields=form.market_fields
        )


class MarketRemoveView(ScopedView):
    """Takes a category away that no contact is in."""

    model = MarketCategory
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = self.get_record()
        try:
            actions.remove_market(actor=self.request.user, category=category)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, spoken(request, "%(category)s is removed.", category=category))
        return redirect(LIST)
