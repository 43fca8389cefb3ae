"""What people type about mystery shopping, parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms.formsets import BaseFormSet

from crm.fields import SectionedForm
from crm.models import User
from feedback.models import Checklist, ChecklistItem, MysteryVisit
from feedback.visits.actions import ItemInput, MarkInput
from feedback.visits.choices import MOST_ITEMS, MOST_WEIGHT, Mark
from orders.invoices.forms import day_input

MARKS = [*((str(mark.value), mark.label) for mark in reversed(Mark)), ("", "Did not arise")]


class ItemForm(forms.Form):
    """One item; a row without a text is none. `key` is the id of one that stands there already."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput(), min_value=1, max_value=2**62)
    text = forms.CharField(max_length=300, required=False, label="What is looked at")
    weight = forms.IntegerField(min_value=1, max_value=MOST_WEIGHT, required=False, label=f"Weight, to {MOST_WEIGHT}")

    @property
    def item(self) -> ItemInput:
        said = self.cleaned_data
        return ItemInput(" ".join(said["text"].split()), said["weight"] or 1, said["key"])


class BaseItems(BaseFormSet):
    """The items of a checklist, by the place that each was given."""

    ordering_widget = forms.NumberInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Rank"
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["DELETE"].label = "Remove"

    @property
    def items(self) -> list[ItemInput]:
        kept = [one for one in self.forms if one.cleaned_data.get("text") and not one.cleaned_data.get("DELETE")]
        return [one.item for one in sorted(kept, key=lambda one: one.cleaned_data.get("ORDER") or 10**6)]


ItemForms = forms.formset_factory(
    ItemForm, formset=BaseItems, extra=0, can_delete=True, can_order=True, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS
)


class ChecklistForm(SectionedForm, forms.ModelForm):
    """A checklist and its items (`items`, a formset) on one page."""

    layout = (("", (("name", "touch_point"), ("intro",), ("is_used",))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Checklist
        fields = ("name", "touch_point", "intro", "is_used")
        widgets = {"intro": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"intro": "Whom to play, what to ask for, what to leave alone."}

    def __init__(self, *, user: User, record: Checklist | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        rows = _rows_of(record) if record else []
        make: Any = ItemForms
        self.items = make(data=data, prefix="items", initial=rows or [{"weight": 1, "ORDER": 1}])

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.items.is_valid()])

    def further_state(self) -> dict[str, list[str]]:
        """The items in words, for who saved at the same time as somebody else."""
        said = [(one["text"].value(), one["weight"].value()) for one in self.items]
        return {"Items": [f"{text} ({weight or 1})" for text, weight in said if text]}

    @property
    def checklist_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def _rows_of(checklist: Checklist) -> list[dict[str, Any]]:
    return [
        {"key": one.pk, "text": one.text, "weight": one.weight, "ORDER": place}
        for place, one in enumerate(asked_items(checklist), start=1)
    ]


def asked_items(checklist: Checklist) -> list[ChecklistItem]:
    return list(ChecklistItem.objects.filter(checklist=checklist, is_asked=True).order_by("position", "pk"))


class VisitForm(SectionedForm, forms.ModelForm):
    """A visit as it is planned."""

    layout = (("", (("checklist",), ("site", "planned_on"), ("shopper",))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = MysteryVisit
        fields = ("checklist", "site", "planned_on", "shopper")
        widgets = {"planned_on": day_input()}
        help_texts = {"site": "Which shop, number or page.", "shopper": "Who goes, and writes down what was found."}

    def __init__(self, *, user: User, record: MysteryVisit | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        kept = Q(pk=record.shopper_id if record else None)
        people = User.objects.visible_to(user).filter(Q(is_active=True) | kept)
        cast(forms.ModelChoiceField, self.fields["shopper"]).queryset = people
        used = Q(is_used=True) | Q(pk=record.checklist_id if record else None)
        cast(forms.ModelChoiceField, self.fields["checklist"]).queryset = Checklist.objects.filter(used)

    @property
    def visit_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class MarkForm(SectionedForm, forms.Form):
    """What was found at a visit, item by item."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    visited_on = forms.DateField(label="Visited", widget=day_input())
    comment = forms.CharField(
        label="All in all", required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *, user: User, record: MysteryVisit, initial: dict[str, Any], data: Any = None) -> None:
        marks = {one.item_id: one for one in record.marks.select_related("item")}
        self.shown = _with_marked(asked_items(record.checklist), [one.item for one in marks.values()])
        stored = {"version": record.version, "visited_on": record.visited_on, "comment": record.comment}
        for key, one in marks.items():
            stored |= {f"mark_{key}": "" if one.mark is None else str(one.mark), f"words_{key}": one.comment}
        super().__init__(data=data, initial={**initial, **{name: said for name, said in stored.items() if said}})
        for item in self.shown:
            label = f"{item.text} (× {item.weight})" if item.weight > 1 else item.text
            self.fields[f"mark_{item.pk}"] = forms.ChoiceField(
                label=label, choices=MARKS, required=False, widget=forms.RadioSelect, initial=""
            )
            self.fields[f"words_{item.pk}"] = forms.CharField(label="What was found", required=False, max_length=1_000)
        named = tuple((f"mark_{item.pk}", f"words_{item.pk}") for item in self.shown)
        self.layout = (("", (("visited_on",),)), (str(record.checklist), named), ("", (("comment",),)))

    @property
    def marks(self) -> dict[int, MarkInput]:
        said = self.cleaned_data
        return {
            item.pk: MarkInput(
                int(said[f"mark_{item.pk}"]) if said.get(f"mark_{item.pk}") else None,
                said.get(f"words_{item.pk}", "").strip(),
            )
            for item in self.shown
        }


def _with_marked(asked: Sequence[ChecklistItem], marked: Sequence[ChecklistItem]) -> list[ChecklistItem]:
    """The items that are looked at now, and those that this visit has marks of."""
    known = {one.pk for one in asked}
    return [*asked, *(one for one in marked if one.pk not in known)]
