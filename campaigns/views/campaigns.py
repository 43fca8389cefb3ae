"""The list of campaigns, a campaign's page with what came of it, its plan, and how large one has to be."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from campaigns import actions, queries
from campaigns.choices import STATE_TONES
from campaigns.forms import CampaignForm, SampleSizeForm
from campaigns.models import Campaign, Offer, Recipient
from campaigns.offers.queries import offers_of_campaign
from campaigns.page import CampaignPage
from campaigns.tallies import sees_everybody
from campaigns.winner_page import winner_panel
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.primary_keys import key_in
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage


class CampaignListView(ListPage):
    model = Campaign
    heading = "Campaigns"
    default_sort = "-starts_on"
    phone = {"state": "cell-end", "response_rate": "cell-secondary", "lift": "cell-secondary-end"}
    new_url_name = "campaigns:campaign_create"
    new_label = "New campaign"
    import_url_name = "crm:import_list"
    export_url_name = "campaigns:campaign_export"
    template_name = "campaigns/campaign_list.html"
    empty_title = "No campaigns yet"
    empty_text = "Plan one, or bring in who was in past ones and what they did: the pages then say what it was worth."


class CampaignExportView(ListExport, CampaignListView):
    """The list's rows as a file."""


class CampaignDetailView(ScopedView):
    """What came of one campaign. `?by=` names the field that it is broken down by; `?part=offers` is what came of its
    offers alone, which the page asks for once it stands: of many people that takes a while."""

    model = Campaign

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign, user = self.get_record(), self.request.user
        if request.GET.get("part") == "offers":
            offers = {"offers": offers_of_campaign(user, campaign), "base": current_company().currency}
            return render(request, "campaigns/offers/_of_campaign.html", offers)
        outcome = queries.outcome_for(user, campaign)
        page = CampaignPage(campaign, outcome, list(campaign.variants.all()))
        context = {
            "record": campaign,
            "outcome": outcome,
            **queries.sending_state(user, campaign),
            "offers": Offer.objects.filter(campaigns__campaign=campaign).order_by("sort_name", "pk"),
            "test": winner_panel(campaign, user),
            "page": page,
            "state_tone": STATE_TONES.get(campaign.state, "neutral"),
            "may_change": can(user, Verb.CHANGE, campaign),
            "is_narrowed": not sees_everybody(user),
            **(self._groups(campaign, page) if outcome.has_anybody else {}),
        }
        return render(request, "campaigns/campaign_detail.html", context)

    def _groups(self, campaign: Campaign, page: CampaignPage) -> dict[str, Any]:
        """The chosen breakdown, and the fields to choose from; nobody's responses where they are hidden."""
        user, asked = self.request.user, self.request.GET.get("by", "")
        if "responded" in hidden_fields(user, Recipient):
            return {}
        offered = queries.groupings(user)
        spec = next((one for one in offered if one.name == asked), None)
        rows = queries.group_rows(user, campaign, spec) if spec else []
        return {"groupings": offered, "grouped_by": spec, "groups": page.group_lines(rows)}

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner")


class CampaignFormView(FormPage):
    """What planning and changing a campaign share."""

    model = Campaign
    form_class = CampaignForm
    list_url_name = "campaigns:campaign_list"


class CampaignCreateView(CampaignFormView):
    verb = Verb.ADD
    heading = "New campaign"
    submit_label = "Plan it"
    done = "“{record}” is planned."

    def save(self, form: CampaignForm) -> Campaign:
        return actions.plan_campaign(actor=self.request.user, fields=form.campaign_fields)

    def get_success_url(self, record: Campaign) -> str:
        """From a segment's page on to whom it is for, where that segment stands already."""
        segment = key_in(self.request.GET.get("segment", ""))
        audience = reverse("campaigns:audience", args=[record.pk])
        return f"{audience}?segment={segment}" if segment else super().get_success_url(record)


class CampaignUpdateView(CampaignFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: CampaignForm) -> Campaign:
        return actions.change_campaign(
            actor=self.request.user,
            campaign=self.record,
            version=form.cleaned_data["version"],
            fields=form.campaign_fields,
        )


class SampleSizeView(ScopedView):
    """How many people a campaign needs, so that a rise worth having can be seen."""

    model = Campaign

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, Campaign):
            raise PermissionDenied
        is_asked = "base" in request.GET
        initial = {name: field.initial for name, field in SampleSizeForm.base_fields.items()}
        form = SampleSizeForm(request.GET if is_asked else initial)
        sizes = form.sizes if form.is_valid() else None
        return render(request, "campaigns/sample_size.html", {"form": form, "sizes": sizes})
