"""What a person says when two contacts are to become one."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.merging.choosing import GONE, KEPT
from contacts.merging.comparing import Line
from contacts.models import Contact
from crm.choices import Verb
from crm.fields import RecordField
from crm.models import User

SIDES = (("1", "the first"), ("2", "the second"))


class OtherForm(forms.Form):
    """Which contact is the same party: one that the person may change."""

    other = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Is the same as")

    def __init__(self, *, user: User, record: Contact) -> None:
        super().__init__()
        rows = Contact.objects.visible_to(user, Verb.CHANGE).exclude(pk=record.pk).filter(merged_into=None)
        self.fields["other"].queryset = rows  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Which of both goes on, and for each field that they differ in whose value. The names of the fields are those of
    `contacts.merging.choosing`; `version_1` and `version_2` say how both stood when the page was opened."""

    keep = forms.ChoiceField(choices=SIDES)
    version_1 = forms.IntegerField(widget=forms.HiddenInput())
    version_2 = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *, lines: list[Line], keepable: tuple[str, ...], data: Any = None) -> None:
        super().__init__(data=data)
        self.fields["keep"].choices = [side for side in SIDES if side[0] in keepable]  # type: ignore[attr-defined]
        self.names = [line.name for line in lines if line.may_choose]
        for name in self.names:
            self.fields[name] = forms.ChoiceField(choices=SIDES, required=False)

    @property
    def wanted(self) -> dict[str, str]:
        """For each field that was chosen: the kept contact's value, or that of the one that goes."""
        keep = self.cleaned_data["keep"]
        chosen = {name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(name)}
        return {name: KEPT if side == keep else GONE for name, side in chosen.items()}
