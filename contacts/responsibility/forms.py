"""What managers say about a segment of responsibility."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from contacts.models import Responsibility
from contacts.responsibility.segments import key_of, segment_fields, segment_options
from crm.fields import SectionedForm
from crm.models import User


class ResponsibilityForm(SectionedForm, forms.ModelForm):
    """A segment, its owner, and how often its accounts are reviewed."""

    layout = (("", (("segment",), ("owner",), ("review_days", "position"))),)
    segment = forms.ChoiceField(widget=forms.Select(attrs={"data-pick": "one"}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Responsibility
        fields = ("owner", "review_days", "position")
        labels = {"review_days": "Reviewed every … days"}
        help_texts = {
            "review_days": "Empty: its accounts are not reviewed in turn.",
            "position": "A contact in several segments belongs to the one with the lowest position.",
        }
        widgets = {"owner": forms.Select(attrs={"data-pick": "one"})}

    def __init__(self, *, user: User, record: Responsibility | None, initial: dict[str, Any], data: Any = None) -> None:
        begins = {"version": record.version, "segment": key_of(record)} if record else {}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        options: list[Any] = [("", "–"), *segment_options(user)]
        if record and key_of(record) not in [key for _, group in options[1:] for key, _ in group]:
            options.append((key_of(record), "the segment it has now"))
        self.fields["segment"].choices = options  # type: ignore[attr-defined]
        kept = Q(pk=record.owner_id) if record else Q()
        people = User.objects.visible_to(user).filter(Q(is_active=True) | kept)
        self.fields["owner"].queryset = people.order_by("name", "id")  # type: ignore[attr-defined]

    def clean_segment(self) -> str:
        key: str = self.cleaned_data["segment"]
        if Responsibility.objects.filter(**segment_fields(key)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Somebody is responsible for this segment already.")
        return key

    @property
    def responsibility_fields(self) -> dict[str, Any]:
        """The cleaned values."""
        said = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return {**said, **segment_fields(self.cleaned_data["segment"])}
