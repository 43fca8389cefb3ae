"""The form of a conversion: who the lead is, where they work, and what the app above asks."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.fields import SectionedForm
from crm.models import User
from leads.conversion.actions import Party
from leads.conversion.steps import conversion_step
from leads.matching import Match, organizations_like, people_like
from leads.models import Lead

NEW, NONE = "new", "none"


class ConvertForm(SectionedForm, forms.Form):
    """Choices that are made already where they are clear: a surely known person, else a new one."""

    layout = (("", (("person",), ("organization",))),)
    person = forms.ChoiceField(label="The person", widget=forms.RadioSelect())
    organization = forms.ChoiceField(label="The organization", widget=forms.RadioSelect())

    def __init__(self, *, user: User, record: Lead, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        self.user, self.lead = user, record
        self.people, self.organizations = people_like(user, record), organizations_like(user, record)
        may_add = can(user, Verb.ADD, Contact)
        has_person = bool(record.first_name or record.last_name) or record.name != record.organization
        named = {"person": _first(self.people, has_person), "organization": _first(self.organizations, True)}
        if not record.organization:
            named["organization"] = NONE
        super().__init__(data, initial={**named, **(initial or {})})
        new = [(NEW, f"A new person: {record.name}")] if may_add and has_person else []
        nobody = [(NONE, "Nobody: the organization alone")] if record.organization else []
        self.fields["person"].choices = [*_choices(self.people), *new, *nobody]  # type: ignore[attr-defined]
        firm = [(NEW, f"A new organization: {record.organization}")] if may_add and record.organization else []
        self.fields["organization"].choices = [  # type: ignore[attr-defined]
            *_choices(self.organizations), *firm, (NONE, "None")
        ]  # fmt: skip
        self.step = conversion_step()
        self.part = self.step.form(data=data, user=user, lead=record) if self.step else None

    def is_valid(self) -> bool:
        return super().is_valid() and (self.part is None or self.part.is_valid())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("person") == NONE and cleaned.get("organization") == NONE:
            raise forms.ValidationError("Who does it become? Choose a person, an organization or both.")
        return cleaned

    def party(self, name: str) -> Party:
        """Who was chosen."""
        chosen = self.cleaned_data[name]
        if chosen in (NEW, NONE):
            return Party(is_new=chosen == NEW)
        matches = self.people if name == "person" else self.organizations
        return Party(existing=next(match.contact for match in matches if str(match.contact.pk) == chosen))


def _choices(matches: list[Match]) -> list[tuple[str, str]]:
    return [(str(match.contact.pk), f"{match.contact} ({match.why})") for match in matches]


def _first(matches: list[Match], else_new: bool) -> str:
    """The surest match; of names alone none is taken unasked."""
    sure = next((match for match in matches if match.is_sure), None)
    return str(sure.contact.pk) if sure else NEW if else_new else NONE
