"""What people may ask of the analysis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop

from analytics.choices import Usage
from analytics.economics import Wish
from analytics.models import UsageLevel
from analytics.registry import STEPS
from analytics.steps.defaults import SUBSCRIPTIONS
from crm.company import company_today
from crm.conflicts import State
from crm.customfields.definitions import definitions_of
from crm.languages.refusing import Later, refused
from crm.languages.words import translated
from crm.templatetags.figures import full_day

TONES = [(tone, tone) for tone in ("good", "accent", "neutral", "warn", "bad")]
HUNDRED = 100
DIMENSIONS = {"r": "Recency", "f": "Frequency", "m": "Monetary"}
LABELS = {
    f"{letter}_{end}": f"{name}, {'from' if end == 'low' else 'to'}"
    for letter, name in DIMENSIONS.items()
    for end in ("low", "high")
}


def as_of_field(help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label="As of the end of", widget=widget, help_text=help_text)


class AsOfForm(forms.Form):
    """As of the end of which day; what is later is left out."""

    as_of = as_of_field("Orders of later days are left out.")

    def clean_as_of(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_of"]
        if day > (today := company_today()):
            raise refused(
                "This day lies in the future: choose %(today)s or a day before it.", today=lambda: full_day(today)
            )
        return day


class RfmRunForm(AsOfForm):
    """Score as of the end of a day, from all orders or from those of the last so many days."""

    window_days = forms.IntegerField(
        label="Orders of the last … days",
        required=False,
        min_value=1,
        max_value=36_500,
        help_text="Empty: all history.",
    )


class RunForm(AsOfForm):
    """Which steps to run, as of the end of which day."""

    as_of = as_of_field("Everything of later days is left out.")
    only = forms.MultipleChoiceField(
        label="Steps",
        required=False,
        choices=lambda: [(step.name, step.label) for step in STEPS.values()],
        widget=forms.SelectMultiple(attrs={"data-pick": "many"}),
        help_text="None chosen: all of them.",
    )


class WorthForm(forms.Form):
    """How many more customers to keep, over how long, at what cost."""

    percent = forms.DecimalField(label="Keep more, %", min_value=0, max_value=100, max_digits=5, decimal_places=2)
    years = forms.DecimalField(
        label="Over, years", min_value=Decimal("0.1"), max_value=20, max_digits=4, decimal_places=1
    )
    discount = forms.DecimalField(
        label="Discount a year, %", min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    cost = forms.DecimalField(
        label="Cost of keeping one", min_value=0, max_value=10**9, max_digits=12, decimal_places=2
    )
    period = forms.CharField(required=False, widget=forms.HiddenInput())

    @classmethod
    def usual(cls) -> dict[str, Any]:
        """What is asked unless somebody asks for something else."""
        return {"percent": 5, "years": 1, "discount": 10, "cost": 0}

    @property
    def wish(self) -> Wish:
        found = {name: float(self.cleaned_data[name]) for name in ("percent", "years", "discount", "cost")}
        return Wish(**{**found, "discount": found["discount"] / 100})


class ChurnRunForm(AsOfForm):
    """Compute the chance to leave as of the end of a day: by orders, by subscriptions, or by a custom field."""

    as_of = as_of_field("Nothing of later days is looked at.")
    horizon_days = forms.IntegerField(
        label="The next … days", min_value=7, max_value=730, initial=90, help_text="Who buys nothing in them has left."
    )
    label = forms.ChoiceField(
        label="Who has left?", required=False, help_text="Without orders, subscriptions are taken by themselves."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(one.key, f"Says the custom field “{one.label}”") for one in definitions_of("contacts.contact")]
        self.fields["label"].choices = [  # type: ignore[attr-defined]
            ("", "Who buys nothing any more"),
            (SUBSCRIPTIONS, "Whose subscriptions have all ended"),
            *fields,
        ]


class LeadRunForm(AsOfForm):
    """Learn the chance of leads as of the end of a day."""

    as_of = as_of_field("Nothing of later days is looked at.")
    mature_days = forms.IntegerField(
        label="Without an outcome after … days",
        min_value=1,
        max_value=3_650,
        initial=90,
        help_text="An open lead that is older counts as one that did not buy.",
    )


class ForecastRunForm(AsOfForm):
    """Forecast sales as of the end of a day."""

    as_of = as_of_field("Nothing of later days is looked at; only a forecast of today is kept as what was thought.")


class ProspectRunForm(AsOfForm):
    """Compare prospects with the best customers as of the end of a day."""

    as_of = as_of_field("Nothing of later days is looked at.")


class ClusterRunForm(AsOfForm):
    """Cluster the customers as of the end of a day."""

    as_of = as_of_field("Nothing of later days is looked at.")


class ClvRunForm(AsOfForm):
    """Forecast as of the end of a day: how far ahead, and how money to come is counted today."""

    months = forms.IntegerField(label="Months ahead", min_value=1, max_value=60, help_text="Usually 12.")
    discount_rate = forms.FloatField(
        label="Discount a year, %",
        min_value=0,
        max_value=500,
        help_text="What money to come loses a year.",
    )
    margin = forms.FloatField(
        label="Margin, % of revenue",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Empty: your own, where costs are known; else the figures are revenue.",
    )

    def clean_discount_rate(self) -> float:
        return float(self.cleaned_data["discount_rate"]) / 100

    def clean_margin(self) -> float | None:
        percent: float | None = self.cleaned_data["margin"]
        return None if percent is None else percent / 100


class UsageForm(forms.Form):
    """How many of the customers are heavy and moderate users, and the message that suits each level."""

    heavy_share = forms.IntegerField(label="Heavy users: the upper … %", min_value=1, max_value=98)
    moderate_share = forms.IntegerField(label="Moderate users: the next … %", min_value=1, max_value=98)
    heavy_message, moderate_message, infrequent_message, new_message = (
        forms.CharField(label=f"Message for {who}", max_length=200)
        for who in ("heavy users", "moderate users", "infrequent users", "new customers")
    )

    @staticmethod
    def initial_of(levels: Iterable[UsageLevel]) -> dict[str, Any]:
        """What stands in the table of levels, by the names of the fields."""
        found: dict[str, Any] = {}
        for level in levels:
            found |= {f"{level.level}_share": level.share, f"{level.level}_message": level.message}
        return found

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if (found.get("heavy_share") or 0) + (found.get("moderate_share") or 0) >= HUNDRED:
            self.add_error("moderate_share", "Heavy and moderate users together must leave some for the infrequent.")
        return found

    @property
    def levels(self) -> dict[str, tuple[int | None, str]]:
        """(share, message) by level."""
        found = self.cleaned_data
        return {level: (found.get(f"{level}_share"), found[f"{level}_message"]) for level in Usage.values}


class SegmentForm(forms.Form):
    """A row of the table of segments: its place, its name, and the scores that fit."""

    position = forms.IntegerField(min_value=1, max_value=999)
    name = forms.CharField(max_length=40)
    r_low, r_high, f_low, f_high, m_low, m_high = (forms.IntegerField(min_value=1, max_value=5) for _ in range(6))
    tone = forms.ChoiceField(label="Colour", choices=TONES, initial="neutral")
    advice = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            css = "form-select" if name == "tone" else "form-control"
            label = LABELS.get(name, field.label or name.capitalize())
            field.widget.attrs.update({"class": f"{css} {css}-sm", "aria-label": label})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for letter, dimension in DIMENSIONS.items():
            low, high = found.get(f"{letter}_low"), found.get(f"{letter}_high")
            if low and high and low > high:
                self.add_error(
                    f"{letter}_high",
                    refused(
                        "%(label)s: the upper bound is below the lower one.",
                        label=Later(partial(translated, dimension)),
                    ),
                )
        return found


def segment_in_words(row: Mapping[str, Any]) -> str:
    """`1. R 4-5, F 4-5, M 4-5, good: Thank them`."""
    bounds = ", ".join(f"{letter.upper()} {row[f'{letter}_low']}-{row[f'{letter}_high']}" for letter in DIMENSIONS)
    advice = f": {row['advice']}" if row["advice"] else ""
    return f"{row['position']}. {bounds}, {row['tone']}{advice}"


class SegmentTable(forms.BaseFormSet):
    """The whole table: names and places may stand once."""

    what = "segment"
    may_be_empty = False
    once: ClassVar[dict[str, str]] = {
        "name": gettext_noop("Two segments are called “%(value)s”."),
        "position": gettext_noop("Two segments have place %(value)s."),
    }
    none_left = gettext_noop("Keep at least one segment.")
    in_words = staticmethod(segment_in_words)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["aria-label"] = f"Remove this {self.what}"

    def clean(self) -> None:
        if any(self.errors):
            return
        for field, sentence in self.once.items():
            values = [str(row[field]) for row in self.rows]
            for value in sorted({value for value in values if values.count(value) > 1}):
                raise refused(sentence, value=value)
        if not self.rows and not self.may_be_empty:
            raise ValidationError(self.none_left)

    @property
    def state(self) -> State:
        """The rows in words, by name."""
        return {row["name"]: [self.in_words(row)] for row in self.rows}

    def with_rows(self, rows: Mapping[str, Mapping[str, Any]]) -> SegmentTable:
        """The table as it was sent, but for these rows (by name): changed, marked to go (`DELETE`), or added."""
        sent: Any = self.data
        data, places = sent.copy(), {form.cleaned_data.get("name"): form.prefix for form in self.forms}
        count = self.total_form_count()
        for name, row in rows.items():
            if name not in places:
                places[name], count = self.add_prefix(count), count + 1
            for field in {*self.form.base_fields, "DELETE"} & set(row):
                data[f"{places[name]}-{field}"] = "" if row[field] is None else str(row[field])
        data[f"{self.prefix}-TOTAL_FORMS"] = str(count)
        return type(self)(data)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that stay, by place."""
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        rows = [{name: value for name, value in row.items() if name != "DELETE"} for row in kept]
        return sorted(rows, key=lambda row: row["position"])


SegmentFormSet = forms.formset_factory(SegmentForm, formset=SegmentTable, extra=1, max_num=60, can_delete=True)
