"""The table of strategies as one form: the order of its rules is part of its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop

from analytics.choices import Rung, Strategy
from analytics.portfolio.words import MEASURES, rule_in_words
from crm.conflicts import State
from crm.languages.refusing import Later, refused
from crm.languages.words import translated

LABELS = {"rung": "Rung", **{name: label.capitalize() for name, label, _ in MEASURES}}
UPSIDE_DOWN = gettext_noop("%(label)s: the upper bound is below the lower one.")
TWICE = {
    "name": gettext_noop("Two rules are called “%(value)s”."),
    "position": gettext_noop("Two rules have place %(value)s."),
}
MOST = {"value": 10, "revenue": 10, "chance": 100, "quiet": 36_500, "cost": 10_000}


def bound(name: str, end: str) -> forms.Field:
    """One end of what a rule bounds; empty: no bound."""
    label = f"{LABELS[name]}, {'from' if end == 'from' else 'to'}"
    if name == "rung":
        return forms.ChoiceField(label=label, required=False, choices=[("", "any"), *Rung.choices])
    if name == "potential":
        return forms.DecimalField(label=label, required=False, min_value=0, max_digits=18, decimal_places=2)
    return forms.IntegerField(
        label=label, required=False, min_value=int(name in ("value", "revenue")), max_value=MOST[name]
    )


class RuleForm(forms.Form):
    """A rule of the table: its place, its name, the strategy it gives, and the bounds of who it is for."""

    position = forms.IntegerField(label="Rank", min_value=1, max_value=999)
    name = forms.CharField(label="Name", max_length=60)
    strategy = forms.ChoiceField(label="Strategy", choices=[("", "Choose"), *Strategy.choices])
    advice = forms.CharField(label="What to do", max_length=200, required=False)
    rung_from, rung_to = bound("rung", "from"), bound("rung", "to")
    value_from, value_to = bound("value", "from"), bound("value", "to")
    revenue_from, revenue_to = bound("revenue", "from"), bound("revenue", "to")
    chance_from, chance_to = bound("chance", "from"), bound("chance", "to")
    quiet_from, quiet_to = bound("quiet", "from"), bound("quiet", "to")
    cost_from, cost_to = bound("cost", "from"), bound("cost", "to")
    potential_from, potential_to = bound("potential", "from"), bound("potential", "to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs.update({"class": f"{css} {css}-sm", "aria-label": field.label})

    @property
    def bounds(self) -> list[dict[str, Any]]:
        """What the rule bounds, each with its two fields."""
        return [
            {"label": label, "low": self[f"{name}_from"], "high": self[f"{name}_to"]} for name, label in LABELS.items()
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name, label in LABELS.items():
            low, high = found.get(f"{name}_from"), found.get(f"{name}_to")
            if name == "rung" and low and high:
                low, high = (Rung.values.index(rung) for rung in (low, high))
            if low not in (None, "") and high not in (None, "") and low > high:
                self.add_error(f"{name}_to", refused(UPSIDE_DOWN, label=Later(partial(translated, label))))
        return found


def row_in_words(row: Mapping[str, Any]) -> str:
    """`3. protect: value tenth 9 and above`."""
    advice = f" ({row['advice']})" if row["advice"] else ""
    return f"{row['position']}. {row['strategy']}: {rule_in_words(dict(row))}{advice}"


class RuleTable(forms.BaseFormSet):
    """The whole table: names and places stand once, and the last rule takes everybody else."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["aria-label"] = "Remove this rule"

    def clean(self) -> None:
        if any(self.errors):
            return
        for field, sentence in TWICE.items():
            values = [str(row[field]) for row in self.rows]
            for value in sorted({value for value in values if values.count(value) > 1}):
                raise refused(sentence, value=value)
        if not self.rows:
            raise ValidationError("Keep at least one rule.")
        last = self.rows[-1]
        if any(last[f"{name}_{end}"] not in (None, "") for name in LABELS for end in ("from", "to")):
            raise refused("The last rule takes everybody else: “%(rule)s” must have no bounds.", rule=last["name"])

    @property
    def state(self) -> State:
        """The rules in words, by name."""
        return {row["name"]: [row_in_words(row)] for row in self.rows}

    def with_rows(self, rows: Mapping[str, Mapping[str, Any]]) -> RuleTable:
        """The table as it was sent, but for these rules (by name): changed, marked to go (`DELETE`), or added."""
        sent: Any = self.data
        data, places = sent.copy(), {form.cleaned_data.get("name"): form.prefix for form in self.forms}
        count = self.total_form_count()
        for name, row in rows.items():
            if name not in places:
                places[name], count = self.add_prefix(count), count + 1
            for field in {*RuleForm.base_fields, "DELETE"} & set(row):
                data[f"{places[name]}-{field}"] = "" if row[field] is None else str(row[field])
        data[f"{self.prefix}-TOTAL_FORMS"] = str(count)
        return type(self)(data)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rules that stay, by place."""
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        rows = [{name: value for name, value in row.items() if name != "DELETE"} for row in kept]
        return sorted(rows, key=lambda row: row["position"])


RuleFormSet = forms.formset_factory(RuleForm, formset=RuleTable, extra=1, max_num=60, can_delete=True)
