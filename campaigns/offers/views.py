"""The pages of offers: all of them, one with what it brought, its form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaigns.models import Offer
from campaigns.offers import actions, queries
from campaigns.offers.forms import OfferForm
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage


class OfferListView(ListPage):
    model = Offer
    heading = "Offers"
    default_sort = "name"
    phone = {"state": "cell-end", "benefit": "cell-secondary", "taken_rate": "cell-secondary-end"}
    new_url_name = "campaigns:offer_create"
    new_label = "New offer"
    export_url_name = "campaigns:offer_export"
    empty_title = "No offers yet"
    empty_text = "What you offer to whom, and what is left of it: a campaign then gives each person the best one."


class OfferExportView(ListExport, OfferListView):
    """The list's rows as a file."""


class OfferDetailView(ScopedView):
    """One offer: what it is, who got it, who took it, what it brought."""

    model = Offer

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        offer, user = self.get_record(), self.request.user
        state, tone = queries.state_of(offer)
        context = {
            "record": offer,
            "state": state,
            "tone": tone,
            "figures": queries.figures_of(user, offer),
            "campaigns": queries.campaigns_of_offer(user, offer),
            "redemptions": queries.newest_redemptions(user, offer),
            "hidden": hidden_fields(user, Offer),
            "base": current_company().currency,
            "may_change": can(user, Verb.CHANGE, offer),
            "may_archive": can(user, Verb.DELETE, offer),
        }
        return render(request, "campaigns/offers/detail.html", context)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner", "product", "segment")


class OfferFormView(FormPage):
    """What making and changing an offer share."""

    model = Offer
    form_class = OfferForm
    list_url_name = "campaigns:offer_list"


class OfferCreateView(OfferFormView):
    verb = Verb.ADD
    heading = "New offer"
    submit_label = "Keep the offer"
    done = "“{record}” is kept: campaigns can choose it."

    def save(self, form: OfferForm) -> Offer:
        return actions.create_offer(actor=self.request.user, fields=form.offer_fields)


class OfferUpdateView(OfferFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: OfferForm) -> Offer:
        return actions.change_offer(
            actor=self.request.user, offer=self.record, version=form.cleaned_data["version"], fields=form.offer_fields
        )


class OfferArchiveView(ActionView):
    model = Offer
    verb = Verb.DELETE
    done = "“{record}” is archived: no campaign can choose it any more; codes that customers have still hold."

    def act(self, record: Offer) -> None:
        actions.archive_offer(actor=self.request.user, offer=record)


class OfferRestoreView(ActionView):
    model = Offer
    verb = Verb.DELETE
    done = "“{record}” can be chosen again."

    def act(self, record: Offer) -> None:
        actions.restore_offer(actor=self.request.user, offer=record)
