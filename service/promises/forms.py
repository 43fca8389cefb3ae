"""What managers type about promises and hours, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop as _

from crm.conflicts import is_untouched
from crm.fields import SectionedForm
from crm.languages.refusing import refused
from crm.models import User
from crm.saving import place_in
from orders.models import LoyaltyTier
from service.choices import Priority
from service.hours_page import HoursFields
from service.models import Queue, ServiceHours, SlaPolicy
from service.promises.wording import in_working_time, minutes_in
from service.promising import MINUTES

MOST_MINUTES = 1000 * 60


class WorkingTimeField(forms.CharField):
    """An amount of working time as minutes; empty: None."""

    def prepare_value(self, value: Any) -> Any:
        return in_working_time(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(self.prepare_value(value)) or ""
        if not text:
            return None
        minutes = minutes_in(text)
        if minutes is None:
            raise refused("“%(text)s” is no time: write it like 30 min, 4 h or 1 h 30 min.", text=text[:30])
        if not 1 <= minutes <= MOST_MINUTES:
            raise ValidationError("Between one minute and 1,000 hours.")
        return minutes

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class PromiseForm(SectionedForm, forms.ModelForm):
    """A promise: to whom, within how much working time, counted by which hours."""

    layout = (
        ("", (("name", "position"),)),
        ("Which tickets", (("queue", "priority"), ("tier",))),
        (
            "Within how much working time",
            (("first_reply_minutes", "next_reply_minutes"), ("solution_minutes", "hours")),
        ),
    )
    first_reply_minutes = WorkingTimeField(
        label="First reply", required=False, help_text="Such as 30 min, 4 h or 1 h 30 min. Empty: none is promised."
    )
    next_reply_minutes = WorkingTimeField(
        label="Next reply", required=False, help_text="Each time the customer has written again."
    )
    solution_minutes = WorkingTimeField(
        label="Solution", required=False, help_text="Stands still while the customer is to answer."
    )

    class Meta:
        model = SlaPolicy
        fields = ("name", "position", "queue", "priority", "tier", "hours", *MINUTES.values())
        labels = {"position": "Rank", "hours": "Counted in the hours of", "tier": "Customers of the tier"}
        help_texts = {
            "position": "The first that fits a ticket holds; the others make room. Empty: it stays, or is last."
        }

    def __init__(self, *, user: User, record: SlaPolicy | None, initial: dict[str, Any], data: Any = None) -> None:
        place = place_in(list(SlaPolicy.objects.all()), record)
        super().__init__(data=data, instance=record, initial={"position": place, **initial})
        self.fields["position"].required = False
        for name, rows, empty in (
            ("queue", Queue.objects.visible_to(user), _("every queue")),
            ("tier", LoyaltyTier.objects.visible_to(user), _("all customers")),
        ):
            field = cast(forms.ModelChoiceField, self.fields[name])
            field.queryset, field.empty_label = rows, empty
        hours = cast(forms.ModelChoiceField, self.fields["hours"])
        hours.queryset = ServiceHours.objects.visible_to(user)
        priorities = cast(forms.ChoiceField, self.fields["priority"])
        priorities.choices = [("", _("every priority")), *Priority.choices]
        if record is None and not self.is_bound and "hours" not in self.initial:
            self.initial["hours"] = hours.queryset.values_list("pk", flat=True).first()

    def _post_clean(self) -> None:
        """The action checks the whole promise."""

    @property
    def promise_fields(self) -> dict[str, Any]:
        """A place that was not typed is none: the promise stays where it stands by now."""
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**fields, "position": None} if is_untouched(self.data, "position") else fields


class HoursSetForm(SectionedForm, HoursFields):
    """A set of working hours, of any number."""

    layout = HoursFields.lines

    def __init__(self, *, user: User, record: ServiceHours | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)

    def _post_clean(self) -> None:
        """The action checks the hours."""

    @property
    def hours_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
