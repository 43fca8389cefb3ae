"""The write of a return: an order of negative lines. One transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.templatetags.figures import plain_number
from orders.actions import SMALLEST, LineInput, create_order
from orders.models import Order
from orders.options.queries import chosen_of
from orders.queries import title_of
from orders.returns.queries import returnable


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
            raise _too_many(line, most)
        amount = (line.amount * quantity / cast(Decimal, line.quantity)).quantize(SMALLEST, ROUND_HALF_UP)
        if quantity == most:  # the last of it takes what rounding has left
            amount = max(line.amount + (line.paid_back or 0), Decimal(0))
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


def _too_many(line: Any, most: Decimal) -> ValidationError:
    if line is None:
        return ValidationError("One of the lines is not of this order.")
    return refused(
        "At most %(most)s can come back of %(product)s.", most=lambda: plain_number(most), product=line.product
    )
