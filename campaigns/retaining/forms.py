"""What people type about a retention action, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from campaigns.choices import KIND_OF_WAY, RetentionKind, RetentionWay
from campaigns.models import RetentionAction, Segment
from campaigns.retaining.actions import FIXED
from crm.fields import SectionedForm
from crm.models import User


def ways() -> list[tuple[str, list[tuple[str, str]]]]:
    """What one may do, under what it is: a reward for staying or a penalty for leaving."""
    return [
        (kind.label, [(way.value, way.label) for way in RetentionWay if KIND_OF_WAY[way] == kind])
        for kind in RetentionKind
    ]


class RetentionActionForm(SectionedForm, forms.ModelForm):
    """A retention action. `record` is the one to change, None for a new one."""

    layout = (
        ("What", (("name",), ("way", "owner"), ("description",))),
        ("For whom", (("segment",), ("control_share", "horizon_days"))),
        ("Cost", (("cost_amount", "cost_each"),)),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = RetentionAction
        fields = (
            "name", "way", "owner", "description", "segment", "control_share", "horizon_days", "cost_amount",
            "cost_each",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {"name": "Retention action", "segment": "Segment"}
        help_texts = {
            "way": "Rewards give a reason to stay; penalties make leaving dear, and customers may feel trapped.",
            "segment": "Who is in it on the day of the start is written down.",
            "control_share": "0.1 keeps one in ten out by lot: without it no effect can be told. At most 0.5.",
            "horizon_days": "Who bought in so many days before the start counts as active, who buys in so many days "
            "from the start on as retained.",
            "cost_amount": "In the company's currency, for all together.",
            "cost_each": "In the company's currency, for every customer for whom it is done.",
        }

    def __init__(
        self, *, user: User, record: RetentionAction | None, initial: dict[str, Any], data: Any = None
    ) -> None:
        begins: dict[str, Any] = {"version": record.version} if record else {"owner": user.pk}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        owners = User.objects.filter(is_active=True)
        if record is not None and record.owner_id:
            owners = owners | User.objects.filter(pk=record.owner_id)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners
        cast(forms.ModelChoiceField, self.fields["segment"]).queryset = Segment.objects.visible_to(user)
        cast(forms.ChoiceField, self.fields["way"]).choices = [("", "—"), *ways()]
        if record is not None and record.started_on:
            for name in FIXED:
                self.fields[name].disabled = True

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if RetentionAction.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a retention action of this name already.")
        return name

    @property
    def action_fields(self) -> dict[str, Any]:
        """The cleaned values of the action."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
