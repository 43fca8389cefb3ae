"""What administrators type about a territory: who looks after it, and the rules that place contacts in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from contacts.countries import country_code
from contacts.markets.queries import market_choices
from contacts.territories.actions import RuleInput
from crm.fields import SectionedForm, TagsField
from crm.models import Team, Territory, User

LISTS = ("countries", "postal_codes", "industries", "markets")


class RuleForm(forms.Form):
    """One rule; a row that says nothing is no rule."""

    countries = TagsField(required=False, max_tag_length=80, help_text="Names or two letters, between commas.")
    postal_codes = TagsField(
        required=False, max_tag_length=32, label="Postal codes", help_text="How they begin: 80, 81, SW1."
    )
    industries = TagsField(required=False, max_tag_length=120)
    markets = forms.MultipleChoiceField(
        choices=market_choices, required=False, widget=forms.SelectMultiple(attrs={"data-pick": "many"})
    )

    def clean_countries(self) -> list[str]:
        """Two letters where the name is known, else as typed: as addresses keep them."""
        return list(dict.fromkeys(country_code(name) or name for name in self.cleaned_data["countries"]))

    @property
    def rule(self) -> RuleInput:
        return RuleInput(**{name: self.cleaned_data.get(name) or [] for name in LISTS})


class BaseRules(forms.BaseFormSet):
    """The rules of one territory."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"

    @property
    def rules(self) -> list[RuleInput]:
        """The rules that say something and are not taken out."""
        kept = [form.rule for form in self.forms if not form.cleaned_data.get("DELETE")]
        return [rule for rule in kept if rule != RuleInput([], [], [], [])]


RuleForms = forms.formset_factory(RuleForm, formset=BaseRules, extra=0, can_delete=True, max_num=50, absolute_max=50)


class TerritoryForm(SectionedForm, forms.ModelForm):
    """A territory with its rules (`rules`, a formset)."""

    layout = (("", (("name", "position"), ("parent",))), ("Who looks after it", (("team", "people"),)))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Territory
        fields = ("name", "parent", "position", "team", "people")
        labels = {"parent": "Below"}
        help_texts = {
            "position": "Where several fit, the territory with the lowest position takes the contact.",
            "parent": "Who looks after the one above reaches this one too.",
        }
        widgets = {name: forms.Select(attrs={"data-pick": "one"}) for name in ("parent", "team")} | {
            "people": forms.SelectMultiple(attrs={"data-pick": "many"})
        }

    def __init__(self, *, user: User, record: Territory | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial={"version": record.version if record else None, **initial})
        others = Territory.objects.visible_to(user)
        kept = Q(pk__in=record.people.values("pk")) if record else Q()
        people = User.objects.visible_to(user).filter(Q(is_active=True) | kept)
        rows = {
            "parent": others.exclude(pk__in=record.subtree_ids()) if record else others,
            "team": Team.objects.visible_to(user),
            "people": people.order_by("name", "id"),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        saved = list(record.rules.order_by("id").values(*LISTS)) if record else []
        make: Any = RuleForms
        self.rules = make(data=data, prefix="rules", initial=saved)
        self.rules.extra = 0 if saved else 1

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.rules.is_valid()])

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        twins = Territory.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if twins.exists():
            raise ValidationError("There is a territory of this name already.")
        return name

    def further_state(self) -> dict[str, list[str]]:
        """The rules in words, for who saved at the same time as somebody else."""
        return {"Rules": [" · ".join(str(rule[name].value() or "") for name in LISTS) for rule in self.rules]}

    @property
    def territory_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "people"}
