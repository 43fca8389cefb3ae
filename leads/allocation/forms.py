"""What people type about allocation, parsed: a rule, and how a colleague takes leads."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from contacts.countries import country_code
from crm.fields import RecordField, SectionedForm, TagsField
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import SavedView, Territory, User
from leads.choices import Way
from leads.models import AllocationRule, Intake
from orders.models import Product

KEEP = "keep"
WEEK = [(1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (7, "Sun")]
DAY = {"type": "date"}


class RuleForm(SectionedForm, forms.ModelForm):
    """A rule: which leads, who gets them, and by when they answer."""

    layout = (
        ("", (("name", "position"), ("is_active",))),
        (
            "Which leads",
            (("segment",), ("countries", "languages"), ("sources", "product"), ("territory", "least_score")),
        ),
        ("Who gets them", (("people",), ("way",), ("by_territory", "by_language"))),
        ("In time", (("respond_minutes",), ("reassigns",))),
    )
    segment = forms.ChoiceField(
        required=False, label="Segment", help_text="The filter of a saved view of the leads, as it is when you save."
    )
    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), widget=forms.SelectMultiple(attrs={"data-pick": "many"})
    )
    countries = TagsField(required=False, max_tag_length=80, help_text="Names or two letters, between commas.")
    languages = TagsField(required=False, max_tag_length=8, help_text="Two letters, between commas.")
    sources = TagsField(required=False, max_tag_length=120, help_text="As they are called, between commas.")
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = AllocationRule
        fields = (
            "name", "position", "is_active", "countries", "languages", "sources", "product", "territory",
            "least_score", "way", "by_territory", "by_language", "respond_minutes", "reassigns",
        )  # fmt: skip
        widgets = {"way": forms.RadioSelect()}
        help_texts = {
            "position": "The lowest that fits and has somebody free decides.",
            "respond_minutes": "Of the working time of whoever gets it. Empty: no clock.",
        }

    def __init__(self, *, user: User, record: AllocationRule | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        stored = (
            {"people": record.turns.values_list("user_id", flat=True), "version": record.version,
             "segment": KEEP if record.segment else ""}
            if record else {}
        )  # fmt: skip
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        kept = record.turns.values("user") if record else []
        people = User.objects.visible_to(user).filter(Q(is_active=True) | Q(pk__in=kept))
        cast(forms.ModelMultipleChoiceField, self.fields["people"]).queryset = people
        cast(forms.ModelChoiceField, self.fields["territory"]).queryset = Territory.objects.visible_to(user)
        cast(RecordField, self.fields["product"]).reach(
            Product.objects.visible_to(user), record.product_id if record else None, "a product"
        )
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "leads.lead")}
        mine = [(KEEP, f"As it was: {record.segment}")] if record and record.segment else []
        named = [(key, view.name) for key, view in self.views.items()]
        self.fields["segment"].choices = [("", "all leads"), *mine, *named]  # type: ignore[attr-defined]
        self.fields["way"].choices = Way.choices  # type: ignore[attr-defined]

    def clean_countries(self) -> list[str]:
        return [country_code(name) or name for name in self.cleaned_data["countries"]]

    def clean_languages(self) -> list[str]:
        return [name.lower() for name in self.cleaned_data["languages"]]

    def clean_segment(self) -> str:
        """A view whose filter can be asked of all leads."""
        chosen: str = self.cleaned_data["segment"]
        if chosen in self.views:
            try:
                node = tree_of(self.views[chosen].filter) if self.views[chosen].filter else None
                if node is not None:
                    TreeList("leads.lead", None).meant(node)
            except TreeProblem as problem:
                raise ValidationError(str(problem)) from problem
        return chosen

    @property
    def rule_fields(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        chosen = self.cleaned_data["segment"]
        if chosen == KEEP:
            return given
        view = self.views.get(chosen)
        return given | {"segment": view.name if view else "", "tree": dict(view.filter) if view else {}}


class IntakeForm(SectionedForm, forms.ModelForm):
    """How a colleague takes leads; the colleague is chosen when it is made."""

    layout = (
        ("", (("user",), ("capacity", "languages"))),
        ("At work", (("workdays",), ("works_from", "works_until"))),
        ("Away", (("away_from", "away_until"),)),
    )
    languages = TagsField(required=False, max_tag_length=8, help_text="Two letters, between commas.")
    workdays = forms.TypedMultipleChoiceField(
        choices=WEEK, coerce=int, required=False, widget=forms.CheckboxSelectMultiple(), help_text="None: every day."
    )

    class Meta:
        model = Intake
        fields = ("user", "capacity", "languages", "workdays", "works_from", "works_until", "away_from", "away_until")
        labels = {"works_from": "From", "works_until": "Until", "away_from": "Away from"}
        widgets = {
            "works_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "works_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "away_from": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "away_until": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }

    def __init__(self, *, user: User, record: Intake | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)
        if record is not None:
            del self.fields["user"]
        else:
            people = User.objects.visible_to(user).filter(is_active=True, intake=None)
            cast(forms.ModelChoiceField, self.fields["user"]).queryset = people

    def clean_languages(self) -> list[str]:
        return [name.lower() for name in self.cleaned_data["languages"]]

    @property
    def intake_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
