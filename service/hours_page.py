"""The page of the working hours: the set that the first promise counts; where nothing is promised, the oldest one."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse

from crm.conflicts import GuardedForm
from crm.languages.refusing import refused
from crm.setting_up.actions import save_row
from crm.setting_up.pages import OneRowPage
from service.models import ServiceHours, SlaPolicy
from service.models.promises import WEEKDAYS
from service.promises.actions import ring

MOST_DAYS = 500


class DaysField(forms.CharField):
    """Days, one a line or between commas, written as 2026-12-25."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(day.isoformat() for day in sorted(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        found: set[dt.date] = set()
        for word in re.split(r"[\s,;]+", super().clean(value) or ""):
            try:
                found |= {dt.date.fromisoformat(word)} if word else set()
            except ValueError as error:
                raise refused("“%(word)s” is no day: write it like 2026-12-25.", word=word[:30]) from error
        if len(found) > MOST_DAYS:
            raise refused("At most %(most)s days.", most=MOST_DAYS)
        return sorted(found)


class HoursFields(forms.ModelForm):
    """Hours of each weekday, in a time zone, and the days on which nobody is there."""

    lines = (
        ("These hours", (("name", "time_zone"),)),
        ("When open", (("monday", "tuesday"), ("wednesday", "thursday"), ("friday", "saturday"), ("sunday",))),
        ("Closed", (("holidays",),)),
    )
    time_zone = forms.ChoiceField(label="Time zone", required=False)
    holidays = DaysField(label="Holidays", required=False, help_text="A day on each line, such as 2026-12-25.")

    class Meta:
        model = ServiceHours
        fields = ("name", "time_zone", *WEEKDAYS, "holidays")
        labels = {day: f"{day.capitalize()}s" for day in WEEKDAYS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
        self.fields["time_zone"].choices = [("", "as the company"), *zones]  # type: ignore[attr-defined]
        self.fields["time_zone"].widget.attrs["data-pick"] = ""
        if self.instance.pk is None and not self.is_bound:
            self.initial["name"] = "Office hours"


class HoursForm(GuardedForm, HoursFields):
    """The hours of the one row."""

    sections = HoursFields.lines


def counted_by(hours: ServiceHours) -> str:
    """Which promises count these hours, in a sentence."""
    names = list(hours.policies.order_by("position", "pk").values_list("name", flat=True)) if hours.pk else []
    return f"These count for: {', '.join(names)}." if names else "No promise counts these yet."


class HoursView(OneRowPage):
    model = ServiceHours
    form_class = HoursForm
    heading = "Working hours"
    note = (
        "Promises to customers count working hours only; clocks of tickets stand still outside of them. Unsolved "
        "tickets follow a change within minutes. Further sets of hours, and which promise counts which, are kept with "
        "the promises."
    )

    def row(self, *, is_held: bool = False) -> Any:
        first = SlaPolicy.objects.order_by("position", "pk").first()
        rows = ServiceHours.objects.filter(pk=first.hours_id) if first else ServiceHours.objects.order_by("pk")
        return (rows.select_for_update() if is_held else rows).first() or ServiceHours()

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        self.note = f"{self.note} {counted_by(form.instance)}"
        return super().show(form, status)

    def save(self, form: Any) -> None:
        row = self.row(is_held=True)
        fields = {name: form.cleaned_data[name] for name in form._meta.fields}
        save_row(actor=self.request.user, row=row, fields=fields, what="the working hours")
        transaction.on_commit(ring, robust=True)
