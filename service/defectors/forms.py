"""What people type about customers who ended, parsed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.choices import Verb
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.invoices.forms import day_input
from service.defectors.choices import RESULTS, AttemptWay, DefectionReason
from service.models import Defection

NOT_KNOWN = ("", "Not known yet")


class DefectionForm(SectionedForm, forms.ModelForm):
    """Who ended, when and why."""

    layout = (("", (("contact",), ("ended_on", "reason"), ("words",), ("owner",))),)
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Defection
        fields = ("contact", "ended_on", "reason", "words", "owner")
        widgets = {"ended_on": day_input(), "words": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *, user: User, record: Defection | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        self.fields["ended_on"].required = False
        cast(forms.ChoiceField, self.fields["reason"]).choices = [NOT_KNOWN, *DefectionReason.choices]
        customers = cast(RecordField, self.fields["contact"])
        if record is not None:
            customers.disabled = True
        customers.reach(Contact.objects.visible_to(user, Verb.CHANGE), record.contact_id if record else None,
                        UNSEEN_CONTACT)  # fmt: skip
        kept = Q(pk=record.owner_id if record else None)
        people = User.objects.visible_to(user).filter(Q(is_active=True) | kept)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = people

    @property
    def defection_fields(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        given.pop("contact", None)
        return {name: value for name, value in given.items() if name != "ended_on" or value is not None}


class AttemptForm(SectionedForm, forms.Form):
    """What was tried, and what came of it."""

    layout = (("", (("way",), ("offer", "cost_amount"), ("words",))),)
    way = forms.ChoiceField(label="How", choices=AttemptWay.choices, widget=forms.RadioSelect, initial=AttemptWay.PHONE)
    offer = forms.CharField(label="What we offered", max_length=200, required=False)
    cost_amount = forms.DecimalField(
        label="What it costs us", max_digits=12, decimal_places=2, min_value=Decimal(0), required=False
    )
    words = forms.CharField(
        label="What came of it", max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *, user: User, record: Defection, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)

    @property
    def attempt_fields(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**{name: said.get(name) or "" for name in ("way", "offer", "words")},
                "cost_amount": said.get("cost_amount") or Decimal(0)}  # fmt: skip


class ResultForm(SectionedForm, forms.Form):
    """How it came out."""

    layout = (("", (("state",), ("reason",))),)
    state = forms.ChoiceField(label="Result", choices=RESULTS, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label="Why they went", choices=[NOT_KNOWN, *DefectionReason.choices], required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Defection, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial={"version": record.version, "reason": record.reason, **initial})
        self.record = record
