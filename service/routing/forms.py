"""What people type about routing, parsed: a rule, and how a colleague takes tickets."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.fields import LinesField, RecordField, SectionedForm, TagsField
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import SavedView, User
from leads.choices import Way
from orders.models import LoyaltyTier, Product
from service.choices import Priority, TicketChannel, TicketKind
from service.languages import LANGUAGES
from service.models import Queue, RoutingRule, TicketIntake

KEEP = "keep"
WAYS = [(Way.ROUND_ROBIN.value, "Each in turn"), (Way.LEAST_BUSY.value, "Who has the fewest unsolved tickets")]
MANY = {"data-pick": "many"}


def _several(choices: Any, label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, required=False, label=label, widget=forms.SelectMultiple(attrs=MANY)
    )


class RuleForm(SectionedForm, forms.ModelForm):
    """A rule: which tickets, and who gets them."""

    layout = (
        ("", (("name", "position"), ("is_active",))),
        (
            "Which tickets",
            (
                ("segment", "queue"),
                ("kinds", "priorities"),
                ("channels", "languages"),
                ("tags", "product"),
                ("words", "tier"),
            ),
        ),
        ("Who gets them", (("people",), ("way",), ("skills",), ("by_language",), ("to_queue",))),
    )
    segment = forms.ChoiceField(
        required=False, label="Segment", help_text="The filter of a saved view of the tickets, as it is when you save."
    )
    people = forms.ModelMultipleChoiceField(queryset=User.objects.none(), widget=forms.SelectMultiple(attrs=MANY))
    kinds = _several(TicketKind.choices, "Kinds")
    priorities = _several(Priority.choices, "Priorities")
    channels = _several(TicketChannel.choices, "Came by")
    languages = _several(list(LANGUAGES.items()), "Languages")
    tags = TagsField(required=False, help_text="One of them is enough; between commas.")
    words = LinesField(required=False, max_length=600, help_text="In the subject or in what they said; one to a line.")
    skills = TagsField(
        required=False, help_text="Whoever gets it has all of them: as they stand with the colleagues, between commas."
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = RoutingRule
        fields = (
            "name", "position", "is_active", "queue", "kinds", "priorities", "channels", "languages", "tags", "words",
            "product", "tier", "way", "skills", "by_language", "to_queue",
        )  # fmt: skip
        widgets = {"way": forms.RadioSelect()}
        labels = {"queue": "In the queue"}
        help_texts = {"position": "The lowest that fits and has somebody free decides."}

    def __init__(self, *, user: User, record: RoutingRule | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = (
            {"people": list(record.turns.values_list("user_id", flat=True)), "version": record.version,
             "segment": KEEP if record.segment else ""}
            if record else {}
        )  # fmt: skip
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        kept = record.turns.values("user") if record else []
        self._rows("people", User.objects.visible_to(user).filter(Q(is_active=True) | Q(pk__in=kept)))
        self._rows("queue", Queue.objects.visible_to(user))
        self._rows("to_queue", Queue.objects.visible_to(user))
        self._rows("tier", LoyaltyTier.objects.visible_to(user))
        cast(RecordField, self.fields["product"]).reach(
            Product.objects.visible_to(user), record.product_id if record else None, "a product"
        )
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "service.ticket")}
        mine = [(KEEP, f"As it was: {record.segment}")] if record and record.segment else []
        named = [(key, view.name) for key, view in self.views.items()]
        cast(forms.ChoiceField, self.fields["segment"]).choices = [("", "all tickets"), *mine, *named]
        cast(forms.ChoiceField, self.fields["way"]).choices = WAYS

    def clean_segment(self) -> str:
        """A view whose filter can be asked of all tickets."""
        chosen: str = self.cleaned_data["segment"]
        if chosen in self.views:
            try:
                node = tree_of(self.views[chosen].filter) if self.views[chosen].filter else None
                if node is not None:
                    TreeList("service.ticket", None).meant(node)
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

    def _rows(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


class TicketIntakeForm(SectionedForm, forms.ModelForm):
    """How a colleague takes tickets; the colleague is chosen when it is made."""

    layout = (("", (("user",), ("capacity", "skills"), ("is_paused",))),)
    skills = TagsField(required=False, help_text="What they know: between commas, as rules name it.")

    class Meta:
        model = TicketIntake
        fields = ("user", "capacity", "skills", "is_paused")
        help_texts = {"is_paused": "Rules pass them over until this is off again."}

    def __init__(self, *, user: User, record: TicketIntake | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)
        if record is not None:
            del self.fields["user"]
        else:
            people = User.objects.visible_to(user).filter(is_active=True, ticket_intake=None)
            cast(forms.ModelChoiceField, self.fields["user"]).queryset = people

    @property
    def intake_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
