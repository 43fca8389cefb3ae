"""What tickets cost, by the activity rates of their channels: one amount a ticket, one for each answer of a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from service.choices import MessageKind
from service.models import Message, TouchCost

MONEY = DecimalField(max_digits=18, decimal_places=2)
NOTHING = Value(Decimal(0), output_field=MONEY)


def with_cost(tickets: QuerySet[Any]) -> QuerySet[Any]:
    """Tickets with what each cost as `cost_amount`, in the company's currency: the rule of `service.figures`."""
    rates = TouchCost.objects.filter(channel=OuterRef("channel"))
    replies = Message.objects.filter(ticket=OuterRef("pk"), kind=MessageKind.OUT).filter(
        Q(author__isnull=False) | Q(outgoing=None)
    )
    count = Subquery(replies.order_by().values("ticket").annotate(n=Count("pk")).values("n"))
    a_ticket, a_reply = (Coalesce(Subquery(rates.values(name)), NOTHING) for name in ("ticket_amount", "reply_amount"))
    return tickets.annotate(cost_amount=a_ticket + a_reply * Coalesce(count, 0))
