"""What a contact's page tells of sales beside its history, by one question: how many rows of each kind there are, the
newest purchase, what is owed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Func, JSONField, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, JSONObject

from contacts.models import Contact
from crm.access import visible_words
from crm.catalogue import RecordRead
from crm.company import company_today
from crm.database.kept import ANY_KEY, KeptStatement, Shelf
from crm.models import User
from orders.models import Invoice, Order, OrderLine, ProductRegistration, Subscription
from orders.models.invoices import UNPAID

KEPT, ALONG = "_sales_told", "sales_told_along"
COUNTED: tuple[Any, ...] = (Order, Subscription, Invoice, ProductRegistration)
_questions: Shelf[KeptStatement] = Shelf()


class Told(NamedTuple):
    """Rows that hang on a contact, by kind; its newest purchase and sums of its unsettled invoices, as JSON."""

    orders: int = 0
    subscriptions: int = 0
    invoices: int = 0
    registrations: int = 0
    last_order: Any = None
    unsettled: Any = ()


@dataclass(frozen=True)
class Balance:
    """What a contact owes in one currency; below zero the house owes it. `overdue` is the part past its last day."""

    currency: str
    open: Decimal
    overdue: Decimal
    count: int
    oldest_due_on: dt.date | None


def told_of(user: User | None, contact: Contact) -> Told:
    """What of a contact's sales the person may see; one question a reading of the contact."""
    if KEPT not in contact.__dict__:
        along = contact.__dict__.pop(ALONG, None)
        if along is None:
            (along,) = _questions.get_or_make(_words(user), lambda: _question(user)).ask(contact.pk)[:1] or [Told()]
        contact.__dict__[KEPT] = Told(*along)
    told: Told = contact.__dict__[KEPT]
    return told


def balances_of(user: User | None, contact: Contact) -> list[Balance]:
    """What is open of the contact's invoices, each currency by itself; nothing where all is settled."""
    today, by_currency = company_today(), dict[str, list[dict[str, Any]]]()
    for row in map(_read, told_of(user, contact).unsettled):
        by_currency.setdefault(row["currency"], []).append(row)
    return [_balance(currency, rows, today) for currency, rows in sorted(by_currency.items())]


def _balance(currency: str, rows: list[dict[str, Any]], today: dt.date) -> Balance:
    late = [row for row in rows if row["can_be_late"] and row["due_on"] and row["due_on"] < today]
    return Balance(
        currency,
        sum((row["open"] for row in rows), Decimal(0)),
        sum((row["open"] for row in late), Decimal(0)),
        sum(row["count"] for row in rows),
        min((row["due_on"] for row in late), default=None),
    )


def json_of(row: Any) -> dict[str, Any]:
    """An object of `Told`: as text, or read along with the contact."""
    read: dict[str, Any] = json.loads(row) if isinstance(row, str) else dict(row)
    return read


def _read(row: Any) -> dict[str, Any]:
    read = json_of(row)
    due_on = dt.date.fromisoformat(read["due_on"]) if read["due_on"] else None
    return read | {"open": Decimal(read["open"]), "due_on": due_on}


def _words(user: User | None) -> tuple[str, ...]:
    return tuple(visible_words(model, user) for model in COUNTED)


def _question(user: User | None) -> KeptStatement:
    return KeptStatement.of(Contact.objects.filter(pk=ANY_KEY).values_list(*_asked(user)))


def _asked(user: User | None) -> list[Any]:
    """The parts of `Told`."""
    counted = [_counted(model.objects.visible_to(user).filter(contact=OuterRef("pk"))) for model in COUNTED]
    return [*counted, _last_order(user), _unsettled(user)]


def _last_order(user: User | None) -> Subquery:
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("pk"))
    said = {name: Cast(name, TextField()) for name in ("ordered_on", "amount", "currency")}
    shown = JSONObject(id="pk", lines=Coalesce(Subquery(lines.values("n")), 0), **said)
    rows = Order.objects.visible_to(user).filter(contact=OuterRef("pk"), is_purchase=True)
    return Subquery(rows.order_by("-ordered_on", "-ordered_at", "-pk").values(shown=shown)[:1])


def _unsettled(user: User | None) -> ArraySubquery:
    """Unsettled invoices added up by currency, last day and whether they can be late: nothing changes at midnight."""
    can_be_late = Case(When(Q(state__in=UNPAID, open_amount__gt=0), then=Value(True)), default=Value(False))
    rows = Invoice.objects.visible_to(user).filter(~Q(open_amount=0), contact=OuterRef("pk")).order_by()
    summed = rows.annotate(can_be_late=can_be_late).values("currency", "due_on", "can_be_late")
    amount = Cast(Sum("open_amount"), TextField())
    told = JSONObject(currency="currency", due_on="due_on", can_be_late="can_be_late", open=amount, count=Count("pk"))
    return ArraySubquery(summed.values(told=told))


def _counted(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("contact").annotate(n=Count("pk")).values("n")), 0)


def _along(user: User) -> dict[str, Any]:
    return {ALONG: Func(*_asked(user), function="jsonb_build_array", output_field=JSONField())}


# the page of a contact reads it with the contact
READ = RecordRead(_along, _words)
