"""The pages of a campaign that goes out: whom it is for, what it says, the check before it starts, and its steps."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from campaigns.models import Campaign, Offer, Variant
from campaigns.offers.looking import best_says, offers_for
from campaigns.sending import actions, trying
from campaigns.sending.forms import AudienceForm, VariantForm
from campaigns.sending.preflight import look_over
from campaigns.sending.starting import begin_campaign, start_of
from contacts.models import Contact
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hidden_specs
from crm.languages.telling import spoken
from crm.models import JobRun
from crm.once import new_token, sent_before
from crm.primary_keys import key_in
from crm.templatetags.figures import plural
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.parts import PartFormPage


class AudienceView(FormPage):
    """Whose people it is for, whose it leaves out, and how it goes out."""

    model = Campaign
    form_class = AudienceForm
    verb = Verb.CHANGE
    list_url_name = "campaigns:campaign_list"
    heading = "Whom {record} is for"
    done = "Saved whom “{record}” is for."

    def get_initial(self) -> dict[str, Any]:
        """The segment on whose page the campaign was planned; of those that the person may not see, the form knows
        none."""
        segment = key_in(self.request.GET.get("segment", ""))
        return {"segments": [segment]} if segment and not self.record.audience.exists() else {}

    def save(self, form: AudienceForm) -> Campaign:
        return actions.set_audience(
            actor=self.request.user, campaign=self.record, version=form.cleaned_data["version"],
            fields=form.sending_fields, segments=form.cleaned_data["segments"],
            without=form.cleaned_data["without"], offers=form.cleaned_data["offers"],
        )  # fmt: skip


class VariantCreateView(PartFormPage):
    """A further variant of what it says."""

    model = Variant
    whole_model = Campaign
    form_class = VariantForm
    template_name = "campaigns/variant_form.html"
    list_url_name = "campaigns:campaign_list"
    heading = "What it says"
    submit_label = "Keep the variant"
    done = "Variant “{record}” is kept."

    def save(self, form: VariantForm) -> Variant:
        return actions.set_variant(
            actor=self.request.user, campaign=self.whole, variant=None, fields=form.variant_fields
        )


class VariantUpdateView(FormPage):
    """What a variant says."""

    model = Variant
    form_class = VariantForm
    verb = Verb.CHANGE
    template_name = "campaigns/variant_form.html"
    list_url_name = "campaigns:campaign_list"
    heading = "Variant {record}"
    done = "Saved variant “{record}”."

    def save(self, form: VariantForm) -> Variant:
        return actions.set_variant(
            actor=self.request.user, campaign=self.record.campaign, variant=self.record, fields=form.variant_fields
        )

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("campaign").filter(is_control=False)

    def get_success_url(self, record: Variant) -> str:
        return record.campaign.get_absolute_url()

    def get_cancel_url(self) -> str:
        address: str = self.record.campaign.get_absolute_url()
        return address


class CheckView(ScopedView):
    """Everything that is looked at before it starts, its mails as one person would get them (`?contact=`), and the
    buttons to ask, approve and start."""

    model = Campaign
    verb = Verb.CHANGE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign, user = self.get_record(), self.request.user
        people = trying.people_to_look_at(campaign, user)
        found = look_over(campaign, user)
        contact = self._contact(request.GET.get("contact", ""), people)
        variants = campaign.variants.filter(is_control=False)
        offers = offers_for(campaign, contact, user) if contact else []
        said = best_says(offers)
        context = {
            "record": campaign,
            "found": found,
            "left_out": sum(found.audience.out.values()),
            "people": people if contact in people or contact is None else [contact, *people],
            "contact": contact,
            "offers": offers,
            "shows_chances": "propensity" not in hidden_specs(user, "contacts.contact")
            and "margin_amount" not in hidden_fields(user, Offer),
            "base": current_company().currency,
            "looks": [(trying.look_at(one, contact, said), new_token()) for one in variants] if contact else [],
            "asked_by_me": campaign.asked_by_id == user.pk,
            "start": start_of(campaign),
        }
        return render(request, "campaigns/check.html", context)

    def _contact(self, asked: str, people: list[Contact]) -> Contact | None:
        if not asked:
            return people[0] if people else None
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404("There is no such contact.")
        return get_object_or_404(Contact.objects.visible_to(self.request.user), pk=int(asked))


class CampaignStepView(ActionView):
    """What the steps of a campaign share."""

    model = Campaign


class CampaignTestView(CampaignStepView):
    """One of its variants (`variant`) as a contact (`contact`) would get it, to whoever asks."""

    done = "The test is on its way to you."

    def act(self, record: Campaign) -> None:
        keys = [self.request.POST.get(name, "") for name in ("variant", "contact")]
        variant_key, contact_key = (int(key) if key.isdecimal() and len(key) < 18 else 0 for key in keys)
        variant = record.variants.filter(pk=variant_key, is_control=False).first()
        contact = Contact.objects.visible_to(self.request.user).filter(pk=contact_key).first()
        if variant is None or contact is None:
            raise ValidationError("The variant or the contact is not there any more: look again.")
        with transaction.atomic():
            if sent_before(user=self.request.user, data=self.request.POST) is None:
                trying.send_test(actor=self.request.user, variant=variant, contact=contact)

    def get_success_url(self, record: Campaign) -> str:
        contact = self.request.POST.get("contact", "")
        return reverse("campaigns:check", args=[record.pk]) + (f"?contact={contact}" if contact.isdecimal() else "")


class CampaignAskView(CampaignStepView):
    done = "A second person is asked to approve “{record}”."

    def act(self, record: Campaign) -> None:
        actions.ask_approval(actor=self.request.user, campaign=record)


class CampaignApproveView(CampaignStepView):
    done = "“{record}” is approved: it can be started."

    def act(self, record: Campaign) -> None:
        actions.approve_campaign(actor=self.request.user, campaign=record)


class CampaignLaunchView(CampaignStepView):
    def act(self, record: Campaign) -> None:
        begun = begin_campaign(actor=self.request.user, campaign=record)
        if isinstance(begun, JobRun):
            self.job = begun
            self.done = spoken(
                self.request, "“%(record)s” is being started: everybody is written down and drawn first.", record=record
            )
            return
        self.done = spoken(
            self.request,
            "“%(record)s” has started: %(people)s.",
            record=record,
            people=lambda: plural(begun, "person", "people"),
        )

    def get_success_url(self, record: Campaign) -> str:
        shown = getattr(self, "job", record)
        return str(shown.get_absolute_url())


class CampaignPauseView(CampaignStepView):
    done = "“{record}” is paused: nothing more leaves."

    def act(self, record: Campaign) -> None:
        actions.pause_campaign(actor=self.request.user, campaign=record)


class CampaignResumeView(CampaignStepView):
    done = "“{record}” goes on."

    def act(self, record: Campaign) -> None:
        actions.resume_campaign(actor=self.request.user, campaign=record)


class CampaignCancelView(CampaignStepView):
    done = "“{record}” is called back: who has not got it will not."

    def act(self, record: Campaign) -> None:
        actions.cancel_campaign(actor=self.request.user, campaign=record)


class VariantRemoveView(ActionView):
    """Takes a variant away, before it starts."""

    model = Variant
    done = "The variant is taken away."

    def act(self, record: Variant) -> None:
        actions.remove_variant(actor=self.request.user, campaign=record.campaign, variant=record)

    def get_success_url(self, record: Variant) -> str:
        return record.campaign.get_absolute_url()
