"""What people type about quotes, parsed: a quote with its lines, a mail, words of an approval, a customer's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from contacts.models import Contact, ContactPoint
from contacts.queries import UNSEEN_CONTACT
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.field_rights import hidden_fields, read_only_fields
from crm.fields import RecordField, SectionedForm
from crm.languages.refusing import refused
from crm.mail.addresses import checked_mailbox, one_line
from crm.models import User
from orders.models import Product, ProductOption
from orders.options.queries import options_of
from orders.options.words import Chosen, chosen, in_words, surcharge_of
from pipeline.forms import day_input, people_to_give
from pipeline.models import Deal, Quote, QuoteLine
from pipeline.quotes.actions.making import MOST_LINES, LineInput
from pipeline.quotes.keeping import letterhead

PIECES: dict[str, Any] = {"max_digits": 16, "decimal_places": 4, "min_value": Decimal(0), "required": False}
PERCENT: dict[str, Any] = {
    "max_digits": 5, "decimal_places": 2, "min_value": Decimal(0), "max_value": Decimal(100), "required": False,
}  # fmt: skip
LARGEST = Decimal(10**12)
UNSEEN_DEAL = "a deal you cannot see"
FARTHEST = dt.timedelta(days=730)
LONGEST_MAIL = 20_000


class QuoteLineForm(forms.Form):
    """One line; a row that says nothing is no line. Without a price it takes the product's."""

    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    options = forms.CharField(
        required=False, max_length=4_000, widget=forms.TextInput(attrs={"placeholder": "Colour: Oak; Engraving: Ada"})
    )
    text = forms.CharField(
        required=False,
        max_length=1000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": "Words for the customer"}),
    )
    quantity = forms.DecimalField(**PIECES)
    unit_price = forms.DecimalField(label="Price", **PIECES)
    discount = forms.DecimalField(label="Discount %", **PERCENT)
    tax_rate = forms.DecimalField(label="Tax %", **PERCENT)
    ORDER = forms.IntegerField(required=False, widget=forms.HiddenInput())
    hidden_names: frozenset[str] = frozenset()
    currency = ""
    usual_tax = Decimal(0)
    offered: Mapping[int, Sequence[ProductOption]] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        product = cleaned.get("product")
        is_same_money = product is None or not self.currency or product.currency == self.currency
        cleaned["chosen"] = self._chosen(cleaned, is_same_money)
        if product is not None and not self.errors:
            cleaned["quantity"] = Decimal(1) if cleaned.get("quantity") is None else cleaned["quantity"]
            if cleaned.get("unit_price") is None:
                self._take_list_price(cleaned, product, is_same_money)
        if not self.errors and self.says_something(cleaned) and not cleaned.get("DELETE"):
            if (cleaned.get("quantity") is None) != (cleaned.get("unit_price") is None):
                raise ValidationError("A line needs both a quantity and a price, or neither: then it is a text.")
            if product is None and not cleaned.get("text"):
                raise ValidationError("Say what this line is: a product or a text.")
        price = (cleaned.get("unit_price") or 0) + surcharge_of(cleaned["chosen"])
        if not self.errors and (cleaned.get("quantity") or 0) * price >= LARGEST:
            raise ValidationError("This line comes to a trillion or more; please check its numbers.")
        if not self.errors and price < 0:
            self.add_error("options", "The options make the price fall below nothing.")
        return cleaned

    @staticmethod
    def says_something(cleaned: Mapping[str, Any]) -> bool:
        return any(cleaned.get(name) not in (None, "") for name in ("product", "text", "quantity", "unit_price"))

    def _take_list_price(self, cleaned: dict[str, Any], product: Product, is_same_money: bool) -> None:
        if product.unit_price is None:
            self.add_error("unit_price", "This product has no list price: say what a piece costs.")
        elif not is_same_money:
            self.add_error(
                "unit_price",
                refused(
                    "%(product)s has a price in %(currency)s: say it in %(own)s.",
                    product=product,
                    currency=product.currency,
                    own=self.currency,
                ),
            )
        else:
            cleaned["unit_price"] = product.unit_price

    def _chosen(self, cleaned: dict[str, Any], is_same_money: bool) -> tuple[Chosen, ...]:
        """The options of the line. A line that stands there is held to them only where they, or its product, change."""
        product, text = cleaned.get("product"), cleaned.get("options") or ""
        is_new = not self.initial or {"product", "options"} & set(self.changed_data)
        offered = (
            self.offered.get(product.pk, []) if product is not None and is_new and not cleaned.get("DELETE") else []
        )
        try:
            return chosen(text, offered, takes_surcharges=is_same_money)
        except ValidationError as error:
            self.add_error("options", error)
            return ()

    def in_words(self) -> str:
        """`2 × Frames at 10`; empty for a line that says nothing. What is hidden from the person is left out."""
        key = self._typed("product")
        product = (cast(RecordField, self.fields["product"]).widget.known or {}).get(key) if key else None
        quantity, price, discount = (self._typed(name) for name in ("quantity", "unit_price", "discount"))
        if self["DELETE"].value() or not (product or self._typed("text")):
            return ""
        parts = [f"{quantity} × {product}" if product and quantity else str(product or ""), self._typed("text")]
        parts += [self._typed("options"), f"at {price}" if price else "", f"less {discount} %" if discount else ""]
        return ", ".join(part for part in parts if part)

    def _typed(self, name: str) -> str:
        value = None if name in self.hidden_names else self[name].value()
        return "" if value is None else str(value).strip()

    @property
    def line(self) -> LineInput:
        said = self.cleaned_data
        tax = said["tax_rate"]
        return LineInput(
            product=said["product"],
            text=said["text"],
            options=said["chosen"],
            quantity=said["quantity"],
            unit_price=said["unit_price"],
            discount=said["discount"] or Decimal(0),
            tax_rate=self.usual_tax if tax is None and said["quantity"] is not None else tax or Decimal(0),
        )


class BaseLines(BaseFormSet):
    """The lines of a quote in their order; the products of all of them are read at once."""

    ordering_widget = forms.HiddenInput

    def __init__(self, *args: Any, extra: int, user: User, currency: str, tax: Decimal, **kwargs: Any) -> None:
        self.extra = extra
        self.hidden, self.fixed = hidden_fields(user, QuoteLine), read_only_fields(user, QuoteLine)
        super().__init__(*args, **kwargs)
        keys = {str(form["product"].value() or "") for form in self.forms}
        found = Product.objects.filter(pk__in=[key for key in keys if key.isdecimal() and len(key) < 19])
        known = {str(product.pk): product for product in found}
        offered = options_of(int(key) for key in known) if known and self.is_bound else {}
        for form in self.forms:
            form.fields["product"].know(known)
            form.offered, form.currency, form.usual_tax = offered, currency, tax

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"
        form.hidden_names = self.hidden
        for name in self.fixed & set(form.fields):
            form.fields[name].disabled = True

    @property
    def lines(self) -> list[LineInput]:
        """The lines that say something and are not taken out, by the place that they were given."""
        said = [form for form in self.forms if QuoteLineForm.says_something(form.cleaned_data)]
        kept = [form for form in said if not form.cleaned_data.get("DELETE")]
        return [form.line for form in sorted(kept, key=_place)]


def _place(form: Any) -> int:
    place = form.cleaned_data.get("ORDER")
    return LARGEST_PLACE if place is None else int(place)


LARGEST_PLACE = 10**6
LineForms = forms.formset_factory(
    QuoteLineForm, formset=BaseLines, extra=0, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class QuoteForm(SectionedForm, forms.ModelForm):
    """A quote and its lines (`lines`, a formset)."""

    layout = (
        ("", (("contact", "recipient"), ("deal",), ("title",), ("valid_until", "currency"), ("owner", "discount"))),
        ("Words on the document", (("intro",), ("terms",))),
    )
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Customer")
    recipient = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:contact_options", required=False, label="For",
        help_text="The person whom it is addressed to.",
    )  # fmt: skip
    deal = RecordField(queryset=Deal.objects.none(), url_name="pipeline:deal_options", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Quote
        fields = (
            "contact", "recipient", "deal", "title", "valid_until", "currency", "owner", "discount", "intro", "terms",
        )  # fmt: skip
        widgets = {
            "valid_until": day_input(),
            "intro": forms.Textarea(attrs={"rows": 3}),
            "terms": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "valid_until": "Valid until",
            "discount": "Discount over all lines in %",
            "intro": "Above the lines",
            "terms": "Below the lines",
        }

    def __init__(self, *, user: User, record: Quote | None, initial: dict[str, Any], data: Any = None) -> None:
        head = letterhead()
        first_lines = initial.pop("lines", None)
        super().__init__(data=data, instance=record, initial={**self._initial_of(record, user, head), **initial})
        self.record = record
        people = Contact.objects.visible_to(user)
        for name in ("contact", "recipient"):
            kept = getattr(record, f"{name}_id") if record else None
            cast(RecordField, self.fields[name]).reach(people, kept, UNSEEN_CONTACT)
        deals = Deal.objects.visible_to(user, Verb.CHANGE).current()
        cast(RecordField, self.fields["deal"]).reach(deals, record.deal_id if record else None, UNSEEN_DEAL)
        owner = cast(forms.ModelChoiceField, self.fields["owner"])
        owner.queryset = people_to_give(user, record, Quote)
        owner.required = record is None
        if record and not Quote.objects.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists():
            owner.disabled = True
        self.fields["discount"].required = False
        money = str(self["currency"].value() or (record.currency if record else "")).strip().upper()
        make_lines: Any = LineForms
        stored = self._lines_of(record) if record else first_lines or []
        self.lines = make_lines(
            data=data,
            prefix="lines",
            initial=stored,
            extra=0 if stored else 2,
            user=user,
            currency=money,
            tax=head.tax_rate,
        )
        self.empty_tax = head.tax_rate

    def clean_discount(self) -> Decimal:
        return self.cleaned_data["discount"] or Decimal(0)

    def clean_valid_until(self) -> dt.date:
        day: dt.date = self.cleaned_data["valid_until"]
        today, was = company_today(), self.record.valid_until if self.record else None
        if day == was:
            return day
        if day < today:
            raise ValidationError("This day has passed.")
        if day > today + FARTHEST:
            raise ValidationError("At most two years ahead, please.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        deal, contact = cleaned.get("deal"), cleaned.get("contact")
        customers = {deal.organization_id, deal.contact_id} - {None} if deal else set()
        if contact is not None and customers and contact.pk not in customers:
            self.add_error("deal", "This deal is with another customer.")
        return cleaned

    def is_valid(self) -> bool:
        is_right = all([super().is_valid(), self.lines.is_valid()])
        if is_right and not self.lines.lines:
            self.add_error(None, "A quote needs at least one line.")
            return False
        return is_right

    def further_state(self) -> dict[str, list[str]]:
        """The lines in words, for who saved at the same time as somebody else."""
        return {"Lines": [words for line in self.lines if (words := line.in_words())]}

    @property
    def quote_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

    @staticmethod
    def _initial_of(record: Quote | None, user: User, head: Any) -> dict[str, Any]:
        if record is not None:
            return {"version": record.version, "discount": short(record.discount) or None}
        return {
            "discount": None,
            "currency": current_company().currency,
            "valid_until": company_today() + dt.timedelta(days=head.valid_days),
            "owner": user.pk,
            "intro": head.intro,
            "terms": head.terms,
        }

    @staticmethod
    def _lines_of(record: Quote) -> list[dict[str, Any]]:
        rows = QuoteLine.objects.filter(quote=record).order_by("position")
        names = ("product", "text", "quantity", "unit_price", "discount", "tax_rate")
        return [
            {name: short(row[name]) for name in names}
            | {"discount": short(row["discount"]) or None, "options": options_in_words(row["options"])}
            for row in rows.values("options", *names)
        ]


def options_in_words(options: Sequence[Mapping[str, Any]]) -> str:
    """`Colour: Oak (+4.50)`, as the form of a line takes it."""
    return in_words(Chosen(one["name"], one["value"], Decimal(one["surcharge"])) for one in options)


def short(value: Any) -> Any:
    """`2.5000` -> `2.5`: a number without the zeros that nobody typed."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


class SendForm(SectionedForm, forms.Form):
    """The mail that a quote goes out with; the document and the link are added by themselves."""

    layout = (("", (("to",), ("subject",), ("text",))),)
    to = forms.CharField(label="Recipient", max_length=600)
    subject = forms.CharField(max_length=300)
    text = forms.CharField(
        label="Mail", max_length=LONGEST_MAIL, widget=forms.Textarea(attrs={"rows": 9}),
        help_text="The document goes with it; the link to read, accept or decline the quote stands below your words.",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Quote, initial: dict[str, Any], data: Any = None) -> None:
        company = letterhead().company_name or current_company().name
        whom = record.recipient or record.contact
        name = f" {whom.name}" if can(user, Verb.VIEW, whom) else ""
        start = {
            "to": mail_of(user, record),
            "subject": f"Our quote {record.number}: {record.title}"[:300],
            "text": f"Hello{name},\n\nhere is our quote {record.number}. It is valid until "
            f"{record.valid_until.day} {record.valid_until:%B %Y}.\n\nKind regards\n{user.name}\n{company}",
            "version": record.version,
        }
        super().__init__(data=data, initial={**start, **initial})

    def clean_to(self) -> str:
        checked_mailbox(self.cleaned_data["to"], "The recipient")
        return str(self.cleaned_data["to"])

    def clean_subject(self) -> str:
        return one_line(self.cleaned_data["subject"], "The subject")

    @property
    def mail(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("to", "subject", "text")}


def mail_of(user: User, quote: Quote) -> str:
    """The main e-mail address of the person whom it is for, else of the customer, if this person may see it."""
    if "email" in hidden_fields(user, Contact):
        return ""
    keys = [key for key in (quote.recipient_id, quote.contact_id) if key is not None]
    rows = ContactPoint.objects.visible_to(user).filter(kind="email", contact__in=keys).order_by("-is_primary", "pk")
    found = dict(reversed(list(rows.values_list("contact", "value"))))
    return next((str(found[key]) for key in keys if key in found), "")


class WordsForm(SectionedForm, forms.Form):
    """Some words with a decision."""

    layout = (("", (("words",),)),)
    words = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Quote, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial={"version": record.version, **initial})


class AcceptForm(forms.Form):
    """A customer's yes."""

    name = forms.CharField(max_length=120, label="Your name")
    email = forms.EmailField(max_length=320, required=False, label="Your e-mail address")
    is_meant = forms.BooleanField(label="I accept this quote on behalf of the customer named above.")


class DeclineForm(forms.Form):
    """A customer's no."""

    name = forms.CharField(max_length=120, required=False, label="Your name")
    words = forms.CharField(max_length=1000, required=False, label="Why not?", widget=forms.Textarea(attrs={"rows": 3}))
