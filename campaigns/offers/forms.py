"""What people type about an offer, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from campaigns.choices import Benefit
from campaigns.models import Offer, Segment
from crm.company import current_company
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.models import Product
from orders.queries import product_families

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OfferForm(SectionedForm, forms.ModelForm):
    """An offer. `record` is the one to change, None for a new one."""

    layout = (
        ("What", (("name",), ("words",), ("product", "family"), ("benefit", "benefit_value"))),
        ("Worth", (("margin_amount", "currency"), ("expected_rate",))),
        ("When", (("valid_from", "valid_until"), ("limit_per_customer", "rest_days"))),
        ("For whom", (("segment", "least_chance"), ("owner",))),
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    family = forms.ChoiceField(label="Product group", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Offer
        fields = (
            "name", "words", "product", "family", "benefit", "benefit_value", "margin_amount", "currency",
            "expected_rate", "valid_from", "valid_until", "limit_per_customer", "rest_days", "segment", "least_chance",
            "owner",
        )  # fmt: skip
        widgets = {"valid_from": DAY, "valid_until": DAY}
        labels = {"name": "Offer", "benefit_value": "Of how much"}
        help_texts = {
            "words": "{{offer}} in a mail; empty: the product, else the name.",
            "benefit_value": "20 for 20 % off; an amount for money off, or for the price.",
            "margin_amount": "What is left of one sale, the discount taken off.",
            "expected_rate": "What you expect until it is known: 0.02 is one in fifty of those who get it.",
            "limit_per_customer": "How often one customer may take it.",
            "rest_days": "So long nobody is offered it again.",
            "segment": "Empty: everybody that the campaign is for.",
            "least_chance": "From 0 to 1, as it was learned from past campaigns; empty: anybody.",
        }

    def __init__(self, *, user: User, record: Offer | None, initial: dict[str, Any], data: Any = None) -> None:
        begins: dict[str, Any] = (
            {"version": record.version} if record else {"currency": current_company().currency, "owner": user.pk}
        )
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        kept = record.product_id if record else None
        cast(RecordField, self.fields["product"]).reach(Product.objects.visible_to(user), kept, "a product")
        owners = User.objects.filter(is_active=True)
        if record is not None and record.owner_id:
            owners = owners | User.objects.filter(pk=record.owner_id)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners
        cast(forms.ModelChoiceField, self.fields["segment"]).queryset = Segment.objects.visible_to(user)
        groups = product_families()
        if record is not None and record.family and record.family not in dict(groups):
            groups = [*groups, (record.family, record.family)]
        cast(forms.ChoiceField, self.fields["family"]).choices = [("", "—"), *groups]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Offer.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is an offer of this name already.")
        return name

    def clean_words(self) -> str:
        words = " ".join(self.cleaned_data["words"].split())
        if "{" in words or "}" in words:
            raise ValidationError("No fields in here: it is filled in as it stands.")
        return words

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("product") and cleaned.get("family"):
            self.add_error("family", "Either a product or a group of products.")
        starts, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if starts and ends and ends < starts:
            self.add_error("valid_until", "It would end before it begins.")
        self._clean_benefit(cleaned)
        return cleaned

    def _clean_benefit(self, cleaned: dict[str, Any]) -> None:
        benefit, value = cleaned.get("benefit"), cleaned.get("benefit_value")
        if benefit == Benefit.NONE:
            cleaned["benefit_value"] = None
        elif "benefit_value" in cleaned and value is None:
            self.add_error("benefit_value", "Say how much.")
        elif value is not None and value <= 0 and benefit != Benefit.PRICE:
            self.add_error("benefit_value", "Say how much it is cheaper, above 0.")
        elif value is not None and value < 0:
            self.add_error("benefit_value", "A price is not below 0.")
        elif value is not None and benefit == Benefit.PERCENT and value > 100:
            self.add_error("benefit_value", "No more than 100 %.")

    @property
    def offer_fields(self) -> dict[str, Any]:
        """The cleaned values of the offer."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
