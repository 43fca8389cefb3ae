"""Taking things back: the page and the action that make a return of the lines of an order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from crm.fields import SectionedForm
from crm.log import log
from crm.models import User
from crm.templatetags.figures import plain_number
from crm.views.parts import PartFormPage
from orders.actions import SMALLEST, LineInput, create_order
from orders.models import Order, OrderLine
from orders.options.queries import chosen_of
from orders.options.words import in_words
from orders.queries import title_of

PREFIX = "line_"


def returnable(order: Order) -> list[tuple[OrderLine, Decimal]]:
    """The lines of an order that something is left of, each with how much: bought less what came back already."""
    lines = order.lines.filter(quantity__gt=0).select_related("product").annotate(back=Sum("returns__quantity"))
    found = [(line, cast(Decimal, line.quantity) + (line.back or 0)) for line in lines.order_by("position")]
    return [(line, left) for line, left in found if left > 0]


@transaction.atomic
def return_lines(*, actor: User | None, order: Order, quantities: Mapping[int, Decimal]) -> Order:
    """Make an order of negative lines that take these quantities (by line) back, each at what it was really paid.

    Raises for a quantity that is not there (any more); of two at once, one waits for the other.
    """
    Order.objects.select_for_update().get(pk=order.pk)
    left = {line.pk: (line, most) for line, most in returnable(order)}
    asked = {key: quantity for key, quantity in quantities.items() if quantity}
    if not asked:
        raise ValidationError("What comes back? Say a quantity of one line or more.")
    chosen = chosen_of(asked)
    lines: list[LineInput] = []
    for key, quantity in asked.items():
        line, most = left.get(key, (None, Decimal(0)))
        if line is None or not 0 < quantity <= most:
            raise ValidationError(
                f"At most {plain_number(most)} can come back of {line.product if line else 'a line'}."
            )
        amount = (line.amount * quantity / cast(Decimal, line.quantity)).quantize(SMALLEST, ROUND_HALF_UP)
        lines.append(
            LineInput(
                product=line.product,
                quantity=-quantity,
                unit_price=line.unit_price,
                amount=-amount,
                unit_cost=line.unit_cost,
                options=tuple(chosen[line.pk]),
                returned_line=line,
            )
        )
    fields = {
        "contact": order.contact,
        "partner": order.partner,
        "channel": order.channel,
        "currency": order.currency,
        "number": _number_of_return(order),
        "ordered_at": timezone.now(),
    }
    made = create_order(actor=actor, fields=fields, lines=lines)
    summary = f"Took {len(lines)} line{'s' if len(lines) > 1 else ''} back: {title_of(made)}"
    log(actor=actor, verb="return", object=order, contact_id=order.contact_id, summary=summary)
    return made


def _number_of_return(order: Order) -> str:
    """`SO-17-R1`: the number of the order and of its return."""
    if not order.number:
        return ""
    count = Order.objects.filter(lines__returned_line__order=order).distinct().count()
    return f"{order.number[:190]}-R{count + 1}"


class ReturnForm(SectionedForm, forms.Form):
    """How much of each line comes back."""

    def __init__(self, data: Any = None, *, user: User, record: Order, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        rows = returnable(record)
        chosen = chosen_of(line.pk for line, _ in rows)
        for line, most in rows:
            words = in_words(chosen[line.pk])
            label = f"{line.product or f'Line {line.position}'}{f' ({words})' if words else ''}"
            self.fields[f"{PREFIX}{line.pk}"] = forms.DecimalField(
                label=label, required=False, min_value=0, max_value=most, max_digits=16, decimal_places=4,
                help_text=f"{plain_number(most)} at most",
            )  # fmt: skip
        self.layout = (("What comes back", tuple((name,) for name in self.fields)),)

    @property
    def quantities(self) -> dict[int, Decimal]:
        return {int(name.removeprefix(PREFIX)): value for name, value in self.cleaned_data.items() if value}


class ReturnCreateView(PartFormPage):
    """Makes a return of an order; whoever may change the customer may."""

    model = Order
    whole_model = Order
    form_class = ReturnForm
    heading = "Return of {record}"
    submit_label = "Take it back"
    done = "{record} is written down."

    def save(self, form: ReturnForm) -> Order:
        return return_lines(actor=self.request.user, order=self.whole, quantities=form.quantities)

    def get_success_url(self, record: Any) -> str:
        address: str = record.get_absolute_url()
        return address
