"""What people type about initiatives, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from analytics.initiatives.actions import FIXED
from analytics.initiatives.choices import BY_SEGMENT, NOTES, SHARES, Measure
from analytics.models import Initiative, InitiativeCost, Milestone, RfmSegment
from crm.company import company_today
from crm.fields import SectionedForm
from crm.models import User


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InitiativeForm(SectionedForm, forms.ModelForm):
    """An initiative. `record` is the one to change, None for a new one."""

    layout = (
        ("What", (("name", "owner"), ("description",))),
        ("Plan", (("starts_on", "ends_on"), ("budget_amount",))),
        ("Outcome", (("measure", "segment"), ("span",), ("target_value", "target_on"))),
        ("Plan by SOSTAC", (("situation", "objectives"), ("strategy", "tactics"), ("action", "control"))),
        ("Means (3M)", (("men", "money"), ("minutes",))),
    )
    segment = forms.ChoiceField(label="Of the segment", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Initiative
        fields = (
            "name", "owner", "description", "starts_on", "ends_on", "budget_amount", "measure", "segment", "span",
            "target_value", "target_on", *(name for name, _ in NOTES),
        )  # fmt: skip
        labels = {"name": "Initiative"}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            **{name: day_input() for name in ("starts_on", "ends_on", "target_on")},
            **{name: forms.Textarea(attrs={"rows": 3}) for name, _ in NOTES},
        }
        help_texts = {
            "budget_amount": "In the company's currency.",
            "measure": "What is to move, as its own page counts it.",
            "span": "The length of the periods that are compared; lifetime value is taken at the end of each month.",
            "target_value": "In percent for retention and win rate, in points for NPS, in money for lifetime value.",
            "target_on": "By when. The last full period between start and this day is judged.",
            "situation": "Where are we now?",
            "objectives": "Where do we want to be?",
            "strategy": "How do we get there?",
            "tactics": "How exactly?",
            "action": "Who does what, and when?",
            "control": "How do we see that we get there?",
            "men": "Who works on it, with what skills?",
            "money": "What the budget is for, and where it comes from.",
            "minutes": "How much time it takes, and whose.",
        }

    def __init__(self, *, user: User, record: Initiative | None, initial: dict[str, Any], data: Any = None) -> None:
        begins: dict[str, Any] = {"version": record.version} if record else {"owner": user.pk}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        owners = User.objects.filter(is_active=True)
        if record is not None and record.owner_id:
            owners = owners | User.objects.filter(pk=record.owner_id)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners
        names = list(RfmSegment.objects.values_list("name", flat=True))
        if record is not None and record.segment and record.segment not in names:
            names.append(record.segment)
        field = cast(forms.ChoiceField, self.fields["segment"])
        field.choices = [("", "All customers"), *((name, name) for name in names)]
        field.help_text = "A segment of the customer scores. The win rate is of all deals."
        if record is not None and record.started_on:
            for name in FIXED:
                self.fields[name].disabled = True

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Initiative.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is an initiative of this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        start, end, due = (said.get(name) for name in ("starts_on", "ends_on", "target_on"))
        if start and end and end < start:
            self.add_error("ends_on", "It ends before it starts.")
        if start and due and due <= start:
            self.add_error("target_on", "The target day has to be after the start: nothing can move before.")
        measure, target = said.get("measure"), said.get("target_value")
        if measure and said.get("segment") and measure not in BY_SEGMENT:
            self.add_error("segment", "The win rate is of all deals: choose all customers.")
        if measure in SHARES and target is not None and not 0 <= target <= 100:
            self.add_error("target_value", "A share lies between 0 and 100 percent.")
        if measure == Measure.NPS and target is not None and not -100 <= target <= 100:
            self.add_error("target_value", "The net promoter score lies between -100 and 100 points.")
        if measure == Measure.CLV and target is not None and target < 0:
            self.add_error("target_value", "Give an amount of money above zero.")
        return said

    @property
    def initiative_fields(self) -> dict[str, Any]:
        """The cleaned values of the initiative."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class MilestoneForm(SectionedForm, forms.ModelForm):
    """A milestone; a new one is called with its initiative as `record`."""

    layout = (("Milestone", (("name",), ("planned_on", "done_on"))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Milestone
        fields = ("name", "planned_on", "done_on")
        widgets = {"planned_on": day_input(), "done_on": day_input()}
        help_texts = {"done_on": "Empty until it is there."}

    def __init__(
        self, *, user: User, record: Initiative | Milestone | None, initial: dict[str, Any], data: Any = None
    ) -> None:
        kept = record if isinstance(record, Milestone) else None
        begins = {"version": kept.version} if kept else {}
        super().__init__(data=data, instance=kept, initial={**begins, **initial})

    def clean_done_on(self) -> Any:
        day = self.cleaned_data["done_on"]
        if day and day > company_today():
            raise ValidationError("That day is still to come.")
        return day

    @property
    def part_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class CostForm(SectionedForm, forms.ModelForm):
    """A cost; a new one is called with its initiative as `record`."""

    layout = (("Cost", (("what",), ("kind", "booked_on"), ("amount",))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = InitiativeCost
        fields = ("what", "kind", "booked_on", "amount")
        widgets = {"booked_on": day_input()}
        help_texts = {"amount": "In the company's currency; with a minus for a credit."}

    def __init__(
        self, *, user: User, record: Initiative | InitiativeCost | None, initial: dict[str, Any], data: Any = None
    ) -> None:
        kept = record if isinstance(record, InitiativeCost) else None
        begins: dict[str, Any] = {"version": kept.version} if kept else {"booked_on": company_today()}
        super().__init__(data=data, instance=kept, initial={**begins, **initial})

    @property
    def part_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
