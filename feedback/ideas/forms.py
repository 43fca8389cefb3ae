"""What people type about suggestions, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q

from contacts.models import Contact
from crm.fields import RecordField, SectionedForm
from crm.models import User
from feedback.ideas.choices import IdeaState
from feedback.models import Suggestion
from orders.invoices.forms import day_input
from orders.models import Product

LONGEST_WORDS, LONGEST_ANSWER = 4_000, 2_000


def words_field() -> forms.CharField:
    return forms.CharField(
        label="In their words", required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


class SuggestionForm(SectionedForm, forms.ModelForm):
    """What to change, and who sees to it; a new one also says which customer has the idea."""

    layout = (("", (("title",), ("text",), ("touch_point", "product"), ("owner",))),)
    asks = ("Who has the idea", (("contact",), ("words",)))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Suggestion
        fields = ("title", "text", "touch_point", "product", "owner")
        field_classes = {"product": RecordField}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"title": "The whole house reads it, and every customer who asks for it: no names here."}

    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)

    def __init__(self, *, user: User, record: Suggestion | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        cast(RecordField, self.fields["product"]).queryset = Product.objects.visible_to(user)
        kept = Q(pk=record.owner_id if record else None)
        people = User.objects.visible_to(user).filter(Q(is_active=True) | kept)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = people
        if record is None:
            customers = Contact.objects.visible_to(user)
            self.fields["contact"] = RecordField(
                queryset=customers, url_name="contacts:contact_options", label="Customer", required=False
            )
            self.fields["words"] = words_field()
            self.layout = (*self.layout, self.asks)  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("words") and not cleaned.get("contact"):
            self.add_error("contact", "Whose words are they?")
        return cleaned

    @property
    def suggestion_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class MoveForm(SectionedForm, forms.Form):
    """What becomes of it, and what its customers are told."""

    layout = (("", (("state",), ("answer",), ("planned_on",), ("tells",))),)
    state = forms.ChoiceField(label="It is", choices=IdeaState.choices, widget=forms.RadioSelect)
    answer = forms.CharField(
        label="What customers are told", required=False, max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What is going to be done, what was changed, or why not. It stands in the mail as you write it.",
    )  # fmt: skip
    planned_on = forms.DateField(label="Planned for", required=False, widget=day_input())
    tells = forms.BooleanField(
        label="Write to the customers who asked for it", required=False,
        help_text="Each is told once of each state; nobody to whom nothing may be written.",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Suggestion, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version, "state": record.state, "answer": record.answer,
                  "planned_on": record.planned_on}  # fmt: skip
        super().__init__(data=data, initial={**stored, **initial})
        self.record = record

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("tells") and cleaned.get("state") == IdeaState.NEW:
            self.add_error("tells", "Nothing came of it yet that somebody could be told.")
        if cleaned.get("tells") and not cleaned.get("answer") and "answer" in self.fields:
            self.add_error("answer", "Say what customers are told.")
        return cleaned

    @property
    def moved(self) -> dict[str, Any]:
        """What the action takes besides the state: a field that was not sent stays as it is."""
        return {
            name: self.cleaned_data[name]
            for name in ("answer", "planned_on")
            if name in self.data and name in self.cleaned_data
        }


class VoteForm(SectionedForm, forms.Form):
    """Another customer who asks for it."""

    layout = (("", (("contact",), ("words",))),)
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    words = words_field()

    def __init__(self, *, user: User, record: Suggestion, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        cast(RecordField, self.fields["contact"]).queryset = Contact.objects.visible_to(user)


class IdeaForm(forms.Form):
    """What a customer writes in the portal."""

    title = forms.CharField(label="What should we change?", max_length=200)
    words = forms.CharField(
        label="Tell us more", required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean_title(self) -> str:
        """On one line, of signs that can be read."""
        text = "".join(sign if sign.isprintable() else " " for sign in self.cleaned_data["title"])
        if not text.strip():
            raise forms.ValidationError("Say in a few words what we should change.")
        return " ".join(text.split())
