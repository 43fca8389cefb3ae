"""The form that says how one contact stands to another."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.choices import REVERSED, RelationKind
from contacts.models import Contact, Relationship
from crm.fields import RecordField, SectionedForm
from crm.models import User

BACKWARDS = "from the other side:"
BOTH_WAYS = {kind for kind in RelationKind if REVERSED[kind] == kind.label}


class RelationForm(SectionedForm, forms.ModelForm):
    """`kind` is a kind of relation, or `from the other side:` and a kind where the other contact stands first."""

    kind = forms.ChoiceField(label="How")
    other = RecordField(url_name="contacts:contact_options", label="Whom", queryset=Contact.objects.none())
    layout = (("", (("kind", "other"), ("role",), ("since", "until"), ("note",))),)

    class Meta:
        model = Relationship
        fields = ("kind", "other", "role", "since", "until", "note")
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("since", "until")}
        help_texts = {"role": "What they are there, such as buyer or managing director."}

    def __init__(self, data: Any = None, *, user: User, record: Contact, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.contact = record
        forwards = [(kind.value, f"{record} {kind.label}") for kind in RelationKind]
        backwards = [
            (BACKWARDS + kind, f"{record} {words}")
            for kind, words in REVERSED.items()
            if RelationKind(kind) not in BOTH_WAYS
        ]
        self.fields["kind"].choices = [*forwards, *backwards]  # type: ignore[attr-defined]
        self.fields["other"].queryset = Contact.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_other(self) -> Contact:
        other: Contact = self.cleaned_data["other"]
        if other.pk == self.contact.pk:
            raise forms.ValidationError("A contact has no relation to itself: choose another one.")
        return other

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "This lies before its beginning.")
        return cleaned

    def _post_clean(self) -> None:
        """The action checks the whole relation, with the contact that this form does not hold."""

    @property
    def relation(self) -> dict[str, Any]:
        """The cleaned values as `relate` takes them, the first contact first."""
        said = {name: self.cleaned_data[name] for name in ("role", "since", "until", "note")}
        kind: str = self.cleaned_data["kind"]
        pair = (self.contact, self.cleaned_data["other"])
        first, second = pair[::-1] if kind.startswith(BACKWARDS) else pair
        return {"contact": first, "kind": kind.removeprefix(BACKWARDS), "other": second, **said}
