"""What people type about campaigns, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from analytics.mathematics.experiments import Sizes, sizes_needed
from campaigns.models import Campaign
from crm.company import current_company
from crm.fields import SectionedForm
from crm.models import User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CampaignForm(SectionedForm, forms.ModelForm):
    """The plan of a campaign. `record` is the one to change, None for a new one."""

    layout = (
        ("", (("name",), ("type", "channel"), ("goal",), ("owner",))),
        ("When", (("starts_on", "ends_on"), ("window_days",))),
        ("Money", (("budget_amount", "currency"), ("contact_cost_amount", "fixed_cost_amount"), ("margin",))),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Campaign
        fields = (
            "name",
            "type",
            "channel",
            "goal",
            "owner",
            "starts_on",
            "ends_on",
            "window_days",
            "budget_amount",
            "currency",
            "contact_cost_amount",
            "fixed_cost_amount",
            "margin",
        )
        widgets = {"starts_on": DAY, "ends_on": DAY, "goal": forms.Textarea(attrs={"rows": 3})}
        labels = {"name": "Campaign"}
        help_texts = {
            "window_days": "So long after it went out, what a person buys counts for it.",
            "contact_cost_amount": "Of reaching one person.",
            "fixed_cost_amount": "Whoever is reached: design, agency.",
        }

    def __init__(self, *, user: User, record: Campaign | None, initial: dict[str, Any], data: Any = None) -> None:
        begins = {"version": record.version} if record else {"currency": current_company().currency, "owner": user.pk}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        owners = User.objects.filter(is_active=True)
        if record is not None and record.owner_id:
            owners = owners | User.objects.filter(pk=record.owner_id)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Campaign.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a campaign of this name already.")
        return name

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "It would end before it begins.")
        for name in ("budget_amount", "fixed_cost_amount"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "Costs are not below 0.")
        return cleaned

    @property
    def campaign_fields(self) -> dict[str, Any]:
        """The cleaned values of the plan."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class SampleSizeForm(SectionedForm, forms.Form):
    """How large a campaign has to be: rates in per cent."""

    layout = (("", (("base", "lift"), ("control_share", "power"))),)
    base = forms.FloatField(
        label="Who would respond anyway, %", initial=2.0, min_value=0, max_value=99.9,
        help_text="The rate of the control group of a campaign like it.",
    )  # fmt: skip
    lift = forms.FloatField(
        label="The least rise worth seeing, points", initial=0.5, min_value=0.01, max_value=100,
        help_text="0.5 is from 2 % to 2.5 %.",
    )  # fmt: skip
    control_share = forms.FloatField(
        label="Kept out as control, %", initial=10, min_value=0.5, max_value=90,
    )  # fmt: skip
    power = forms.FloatField(
        label="Chance to see it, %", initial=80, min_value=50, max_value=99.9,
        help_text="If the rise is there, how often the campaign shows it.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "base" in cleaned and "lift" in cleaned and cleaned["base"] + cleaned["lift"] > 100:
            self.add_error("lift", "Both together are more than 100 %.")
        return cleaned

    @property
    def sizes(self) -> Sizes:
        """People needed, of a valid form."""
        asked = self.cleaned_data
        return sizes_needed(
            asked["base"] / 100,
            asked["lift"] / 100,
            control_share=asked["control_share"] / 100,
            power=asked["power"] / 100,
        )
