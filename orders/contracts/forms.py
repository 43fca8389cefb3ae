"""What people type about subscriptions, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.contracts.terms import last_day_of_term, next_renewal
from orders.invoices.forms import day_input
from orders.models import Subscription, SubscriptionRenewal


class SubscriptionForm(SectionedForm, forms.ModelForm):
    """A contract: whose, what for, since when, how long each time."""

    layout = (
        ("", (("contact",), ("plan", "external_id"), ("monthly_amount", "currency"))),
        ("Term", (("started_on", "term_months", "renews_on"), ("auto_renews",))),
        ("Cancellation", (("cancelled_on", "ended_on", "cancel_reason"),)),
    )
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Subscription
        fields = (
            "contact", "plan", "external_id", "monthly_amount", "currency", "started_on", "term_months", "renews_on",
            "auto_renews", "cancelled_on", "ended_on", "cancel_reason",
        )  # fmt: skip
        labels = {"monthly_amount": "A month", "term_months": "Term in months"}
        widgets = {name: day_input() for name in ("started_on", "renews_on", "cancelled_on", "ended_on")}
        help_texts = {"renews_on": "Empty: a term after its start."}

    def __init__(self, *, user: User, record: Subscription | None, initial: dict[str, Any], data: Any = None) -> None:
        start: dict[str, Any] = {"started_on": company_today(), "currency": current_company().currency}
        super().__init__(
            data=data, instance=record, initial={**({"version": record.version} if record else start), **initial}
        )
        customers = cast(RecordField, self.fields["contact"])
        rows = Contact.objects.visible_to(user, Verb.CHANGE)
        customers.reach(rows, record.contact_id if record else None, UNSEEN_CONTACT)

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("auto_renews") and not cleaned.get("term_months") and "term_months" not in self.errors:
            self.add_error("term_months", "For how long each time? A contract that renews by itself needs its term.")
        return cleaned

    @property
    def subscription_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RenewalForm(SectionedForm, forms.ModelForm):
    """A further term: until when, and whether the price changes."""

    layout = (("", (("renews_on", "monthly_amount"), ("note",))),)
    renews_on = forms.DateField(label="Renews again on", widget=day_input())

    class Meta:
        model = SubscriptionRenewal
        fields = ("renews_on", "monthly_amount", "note")
        labels = {"monthly_amount": "A month from then on"}
        help_texts = {"monthly_amount": "Empty: as before."}

    def __init__(
        self, data: Any = None, *, user: User, record: Subscription, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"renews_on": next_renewal(record), **(initial or {})})

    def _post_clean(self) -> None:
        """The action checks the whole renewal, with the contract that this form does not hold."""

    @property
    def renewal(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CancelForm(SectionedForm, forms.ModelForm):
    """Notice was given: when, why, and the last day."""

    layout = (("", (("cancelled_on", "ended_on"), ("cancel_reason",))),)
    ended_on = forms.DateField(label="Last day", widget=day_input())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Subscription
        fields = ("cancelled_on", "ended_on", "cancel_reason")
        labels = {"cancelled_on": "They said so on", "cancel_reason": "Why"}
        widgets = {"cancelled_on": day_input()}

    def __init__(self, *, user: User, record: Subscription, initial: dict[str, Any], data: Any = None) -> None:
        start = {
            "version": record.version,
            "cancelled_on": record.cancelled_on or company_today(),
            "ended_on": record.ended_on or last_day_of_term(record),
        }
        super().__init__(data=data, instance=record, initial={**start, **initial})
