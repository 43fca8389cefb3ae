"""What people type about invoices and payments, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.models import Invoice, Order, Payment
from orders.queries import title_of

DAY = "%Y-%m-%d"


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format=DAY)


def order_named(user: User, number: str, kept: Order | None) -> Order | None:
    """The order of this number that the person may see; the one that stands there already, by its number too.

    Raises ValidationError where there is none.
    """
    number = number.strip()
    if not number:
        return None
    if kept is not None and title_of(kept) == number:
        return kept
    found = Order.objects.visible_to(user).filter(number=number).order_by("-ordered_at", "-id").first()
    if found is None:
        raise ValidationError("There is no order with this number.")
    return found


class InvoiceForm(SectionedForm, forms.ModelForm):
    """An invoice; `order_number` names the order it is for."""

    layout = (
        ("", (("contact",), ("number", "order_number"), ("issued_on", "due_on"), ("amount", "currency"), ("note",))),
    )
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    order_number = forms.CharField(label="For order", max_length=200, required=False, help_text="Its number.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Invoice
        fields = ("contact", "number", "external_id", "issued_on", "due_on", "amount", "currency", "note")
        widgets = {"issued_on": day_input(), "due_on": day_input()}
        help_texts = {"amount": "What is to be paid, with tax; negative for a credit note."}

    def __init__(self, *, user: User, record: Invoice | None, initial: dict[str, Any], data: Any = None) -> None:
        start: dict[str, Any] = {"issued_on": company_today(), "currency": current_company().currency}
        if record is not None:
            start = {"version": record.version, "order_number": title_of(record.order) if record.order else ""}
        super().__init__(data=data, instance=record, initial={**start, **initial})
        self.user, self.kept_order = user, record.order if record else None
        customers = cast(RecordField, self.fields["contact"])
        rows = Contact.objects.visible_to(user, Verb.CHANGE)
        customers.reach(rows, record.contact_id if record else None, UNSEEN_CONTACT)

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean_order_number(self) -> Order | None:
        return order_named(self.user, self.cleaned_data["order_number"], self.kept_order)

    @property
    def invoice_fields(self) -> dict[str, Any]:
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**fields, "order": self.cleaned_data["order_number"]}


class PaymentForm(SectionedForm, forms.ModelForm):
    """Money for an invoice: as much as is open, today, unless somebody says otherwise."""

    layout = (("", (("amount", "paid_on"), ("method", "reference"))),)

    class Meta:
        model = Payment
        fields = ("amount", "paid_on", "method", "reference")
        widgets = {"paid_on": day_input()}
        help_texts = {"amount": "With a minus for money that went back.", "reference": "As the bank says it."}

    def __init__(self, data: Any = None, *, user: User, record: Invoice, initial: dict[str, Any] | None = None) -> None:
        start = {"amount": record.open_amount.normalize() if record.open_amount else None, "paid_on": company_today()}
        super().__init__(data, initial={**start, **(initial or {})})
        self.fields["amount"].label = f"Amount ({record.currency})"

    @property
    def payment(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
