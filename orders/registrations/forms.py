"""What people type about a registered product, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.choices import Verb
from crm.company import company_today
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.choices import SalesChannel
from orders.invoices.forms import day_input, order_named
from orders.models import Order, Product, ProductRegistration
from orders.queries import title_of


class RegistrationForm(SectionedForm, forms.ModelForm):
    """Who has which piece since when, and how long the warranty runs."""

    layout = (
        ("", (("contact",), ("product", "serial"), ("bought_on", "registered_on"), ("warranty_ends_on", "channel"))),
        ("More", (("order_number", "note"),)),
    )
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options")
    channel = forms.ChoiceField(required=False, label="Came in by")
    order_number = forms.CharField(label="Bought with order", max_length=200, required=False, help_text="Its number.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = ProductRegistration
        fields = (
            "contact", "product", "serial", "bought_on", "registered_on", "warranty_ends_on", "channel", "note",
            "external_id",
        )  # fmt: skip
        widgets = {name: day_input() for name in ("bought_on", "registered_on", "warranty_ends_on")}
        help_texts = {"warranty_ends_on": "The last day; empty: as the product's months say."}

    def __init__(
        self, *, user: User, record: ProductRegistration | None, initial: dict[str, Any], data: Any = None
    ) -> None:
        start: dict[str, Any] = {"registered_on": company_today()}
        if record is not None:
            start = {"version": record.version, "order_number": title_of(record.order) if record.order else ""}
        super().__init__(data=data, instance=record, initial={**start, **initial})
        self.user, self.kept_order = user, record.order if record else None
        customers, products = cast(RecordField, self.fields["contact"]), cast(RecordField, self.fields["product"])
        rows = Contact.objects.visible_to(user, Verb.CHANGE)
        customers.reach(rows, record.contact_id if record else None, UNSEEN_CONTACT)
        products.queryset = Product.objects.visible_to(user)
        free = [(record.channel, record.channel)] if record and record.channel not in SalesChannel.values else []
        known = [("", "–"), *SalesChannel.choices, *[pair for pair in free if pair[0]]]
        self.fields["channel"].choices = known  # type: ignore[attr-defined]

    def clean_serial(self) -> str:
        return " ".join(self.cleaned_data["serial"].split())

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean_order_number(self) -> Order | None:
        return order_named(self.user, self.cleaned_data["order_number"], self.kept_order)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        bought, ends = cleaned.get("bought_on"), cleaned.get("warranty_ends_on")
        if bought and ends and ends < bought:
            self.add_error("warranty_ends_on", "This lies before the day it was bought.")
        return cleaned

    @property
    def registration_fields(self) -> dict[str, Any]:
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**fields, "order": self.cleaned_data["order_number"]}
