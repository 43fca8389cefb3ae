"""What people type about orders and products, parsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils import timezone

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, read_only_fields
from crm.fields import RecordField, SectionedForm
from crm.languages.refusing import refused
from crm.models import User
from orders.actions import LINE_FIELDS, LineInput
from orders.choices import SalesChannel
from orders.models import Order, OrderLine, Product, ProductOption
from orders.options.queries import chosen_of, options_of
from orders.options.words import Chosen, chosen, in_words, surcharge_of
from orders.queries import TIMES, order_version

MOMENT = "%Y-%m-%dT%H:%M"
COMPUTED_OF = {"quantity", "unit_price", "discount", "options"}
LARGEST = Decimal(10**12)
LARGEST_ORDER = Decimal(10**13)
FIRST_YEAR, LAST_YEAR = 1800, 2199
PIECES: dict[str, Any] = {"max_digits": 16, "decimal_places": 4, "required": False}


class OrderLineForm(forms.Form):
    """One line; a row that says nothing is no line."""

    line_id = forms.IntegerField(required=False, widget=forms.HiddenInput())
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    options = forms.CharField(
        required=False,
        max_length=4_000,
        widget=forms.TextInput(attrs={"placeholder": "Colour: Oak; Engraving: Ada"}),
    )
    quantity = forms.DecimalField(**PIECES)
    unit_price = forms.DecimalField(label="Price", **PIECES)
    discount = forms.DecimalField(**PIECES)
    amount = forms.DecimalField(label="Total", max_digits=18, decimal_places=4, required=False)
    unit_cost = forms.DecimalField(label="Unit cost", min_value=0, **PIECES)
    hidden_names: frozenset[str] = frozenset()
    currency = ""
    offered: Mapping[int, Sequence[ProductOption]] = {}

    def clean(self) -> dict[str, Any]:
        """A line without a price takes its product's, where that is in the order's currency; one without any total is
        refused.

        A total that was left as it stood gives way to a quantity, price or discount that was changed.
        """
        cleaned = super().clean() or {}
        is_computed = cleaned.get("quantity") is not None and cleaned.get("unit_price") is not None
        if is_computed and "amount" not in self.changed_data and COMPUTED_OF & set(self.changed_data):
            cleaned["amount"] = None
        product = cleaned.get("product")
        is_same_money = product is None or not self.currency or product.currency == self.currency
        cleaned["chosen"] = self._chosen(cleaned, is_same_money)
        if cleaned.get("unit_price") is None and cleaned.get("amount") is None and product is not None:
            if not is_same_money and product.unit_price is not None:
                self.add_error(
                    "unit_price",
                    refused(
                        "%(product)s has a price in %(currency)s: say it in %(own)s.",
                        product=product,
                        currency=product.currency,
                        own=self.currency,
                    ),
                )
            cleaned["unit_price"] = product.unit_price
        has_total = cleaned.get("amount") is not None or (
            cleaned.get("quantity") is not None and cleaned.get("unit_price") is not None
        )
        if self.has_changed() and not has_total and not self.errors and not cleaned.get("DELETE"):
            raise ValidationError("A line needs its total, or a quantity and a price.")
        if not self.errors and max(self.worth(cleaned)) >= LARGEST:
            raise ValidationError("This line comes to a trillion or more; please check its numbers.")
        return cleaned

    def _chosen(self, cleaned: dict[str, Any], is_same_money: bool) -> tuple[Chosen, ...]:
        """The options of the line. A line that stands there is held to them only where they, or its product, change."""
        product, text = cleaned.get("product"), cleaned.get("options") or ""
        is_new = not self.initial or {"product", "options"} & set(self.changed_data)
        is_out = cleaned.get("DELETE") or not self.has_changed() or (cleaned.get("quantity") or 0) < 0
        offered = self.offered.get(product.pk, []) if product is not None and is_new and not is_out else []
        try:
            return chosen(text, offered, takes_surcharges=is_same_money)
        except ValidationError as error:
            self.add_error("options", error)
            return ()

    def in_words(self) -> str:
        """`2 x Frames at 10, 20 in all`, with a times sign; empty for a line that says nothing, or is taken out.

        What is hidden from the person is left out: the page carries these words.
        """
        quantity, price, amount = (self._typed(name) for name in ("quantity", "unit_price", "amount"))
        key = self._typed("product")
        product = (cast(RecordField, self.fields["product"]).widget.known or {}).get(key) if key else None
        if self["DELETE"].value() or not (quantity or price or amount or product):
            return ""
        parts = [f"{quantity} {TIMES} {product or 'no product'}" if quantity else str(product or "no product")]
        parts += [self._typed("options")]
        parts += [f"at {price}" if price else "", f"{amount} in all" if amount else ""]
        return ", ".join(part for part in parts if part)

    def _typed(self, name: str) -> str:
        value = None if name in self.hidden_names else self[name].value()
        return "" if value is None else str(value).strip()

    @staticmethod
    def worth(values: dict[str, Any]) -> tuple[Decimal, Decimal]:
        """What the line comes to in money and in cost, without their signs."""
        quantity = values.get("quantity")
        pieces = Decimal(1) if quantity is None else quantity
        amount = values.get("amount")
        if amount is None:
            price = (values.get("unit_price") or 0) + surcharge_of(values.get("chosen") or ())
            amount = pieces * price - (values.get("discount") or 0)
        return abs(amount), abs(pieces * (values.get("unit_cost") or 0))

    @property
    def line(self) -> LineInput:
        values = {name: self.cleaned_data[name] for name in ("line_id", *LINE_FIELDS)}
        options = self.cleaned_data["chosen"]
        return LineInput(**{**values, "discount": values["discount"] or Decimal(0), "options": options})


class BaseLines(BaseFormSet):
    """The lines of an order; the products of all of them are read at once."""

    def __init__(self, *args: Any, extra: int, user: User, currency: str, **kwargs: Any) -> None:
        self.extra = extra
        self.hidden, self.fixed = hidden_fields(user, OrderLine), read_only_fields(user, OrderLine)
        if "unit_price" in self.hidden:  # the options say their surcharges
            self.hidden, self.fixed = self.hidden | {"options"}, self.fixed | {"options"}
        super().__init__(*args, **kwargs)
        keys = {str(form["product"].value() or "") for form in self.forms}
        found = Product.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
        known = {str(product.pk): product for product in found}
        offered = options_of(int(key) for key in known) if known and self.is_bound else {}
        for form in self.forms:
            form.fields["product"].know(known)
            form.offered, form.currency = offered, currency

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"
        form.hidden_names = self.hidden
        for name in self.fixed & set(form.fields):
            form.fields[name].disabled = True

    def clean(self) -> None:
        """Refuses a page whose lines are not those of the order, and sums that an order cannot hold."""
        if any(form.initial and not getattr(form, "cleaned_data", {"": ""}) for form in self.forms):
            raise ValidationError("The lines could not be told apart. Please load the page again.")
        worths = [OrderLineForm.worth(form.cleaned_data) for form in self.forms if form.is_valid()]
        if worths and max(sum(column) for column in zip(*worths, strict=True)) >= LARGEST_ORDER:
            raise ValidationError("The lines add up to more than an order can hold; please check their numbers.")

    @property
    def lines(self) -> list[LineInput]:
        """The lines that say something and are not taken out."""
        forms_with_lines = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.line for form in forms_with_lines if not form.cleaned_data.get("DELETE")]


LineForms = forms.formset_factory(
    OrderLineForm, formset=BaseLines, extra=0, can_delete=True, max_num=500, absolute_max=500
)


class OrderForm(SectionedForm, forms.ModelForm):
    """An order and its lines (`lines`, a formset). Who sees everything may enter a sale without a customer."""

    layout = (("", (("contact",), ("number", "ordered_at"), ("channel", "currency"), ("partner", "offer_code"))),)

    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    partner = RecordField(
        queryset=Contact.objects.none(),
        url_name="contacts:contact_options",
        required=False,
        help_text="Who sold it for us, if it was not us.",
    )
    channel = forms.ChoiceField(required=False)
    ordered_at = forms.DateTimeField(
        label="When", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Order
        fields = ("contact", "number", "ordered_at", "channel", "currency", "partner", "offer_code")
        help_texts = {"offer_code": "As the customer gives it, if they have one."}

    def __init__(self, *, user: User, record: Order | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial={**self._initial_of(record), **initial})
        customers, partners = cast(RecordField, self.fields["contact"]), cast(RecordField, self.fields["partner"])
        customers.reach(
            Contact.objects.visible_to(user, Verb.CHANGE), record.contact_id if record else None, UNSEEN_CONTACT
        )
        partners.reach(Contact.objects.visible_to(user), record.partner_id if record else None, UNSEEN_CONTACT)
        self.fields["contact"].required = scope_of(user, Order, Verb.VIEW) != Scope.ALL
        known = SalesChannel.choices
        free = [(record.channel, record.channel)] if record and record.channel not in SalesChannel.values else []
        self.fields["channel"].choices = [("", "—"), *known, *[pair for pair in free if pair[0]]]  # type: ignore[attr-defined]
        make_lines: Any = LineForms
        extra = 1 if record else 3
        money = str(self["currency"].value() or (record.currency if record else "")).strip().upper()
        initial_lines = self._lines_of(record)
        self.lines = make_lines(
            data=data, prefix="lines", initial=initial_lines, extra=extra, user=user, currency=money
        )

    def clean_ordered_at(self) -> dt.datetime:
        moment: dt.datetime = self.cleaned_data["ordered_at"]
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise refused(
                "The year has to be between %(first_year)s and %(last_year)s.",
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
        return moment

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.lines.is_valid()])

    def further_state(self) -> dict[str, list[str]]:
        """The lines in words, for who saved at the same time as somebody else."""
        return {"Lines": [words for line in self.lines if (words := line.in_words())]}

    @property
    def order_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @staticmethod
    def _initial_of(record: Order | None) -> dict[str, Any]:
        if record is not None:
            return {"version": order_version(record)}
        return {"ordered_at": timezone.localtime(), "currency": current_company().currency}

    @staticmethod
    def _lines_of(record: Order | None) -> list[dict[str, Any]]:
        if record is None:
            return []
        rows = OrderLine.objects.filter(order=record).order_by("position")
        found = list(rows.values("pk", *LINE_FIELDS))
        said = chosen_of(row["pk"] for row in found)
        lines = [{**row, "line_id": row["pk"], "options": in_words(said[row["pk"]])} for row in found]
        return [{name: _short(value) for name, value in line.items()} for line in lines]


def _short(value: Any) -> Any:
    """`2.5000` -> `2.5`: a number without the zeros that nobody typed."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


class ProductForm(SectionedForm, forms.ModelForm):
    """A product with its list price and cost."""

    layout = (
        ("", (("name",), ("family", "external_id"), ("unit_price", "unit_cost", "currency"), ("warranty_months",))),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Product
        fields = ("name", "family", "external_id", "unit_price", "unit_cost", "currency", "warranty_months")

    def __init__(self, *, user: User, record: Product | None, initial: dict[str, Any], data: Any = None) -> None:
        start = {"version": record.version} if record else {"currency": current_company().currency}
        super().__init__(data=data, instance=record, initial={**start, **initial})

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    @property
    def product_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
