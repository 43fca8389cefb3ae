"""Invoices, payments and registrations on a contact's timeline. They have a day, no time: they stand at its noon."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, DecimalField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext

from crm.access import visible_words
from crm.catalogue import TimelineEntry, TimelineSource
from crm.company import current_company
from crm.database.kept import ANY_KEY, ANY_MOMENT, LONG_AGO, KeptStatement, Shelf
from crm.field_rights import hides
from crm.languages.words import in_words
from crm.models import User
from crm.paths import path_of
from crm.templatetags.figures import money
from orders.models import Invoice, Payment, ProductRegistration

_kept: Shelf[KeptStatement] = Shelf()
DAY = dt.timedelta(days=1)
MONEY = ("orders.invoice.amount", "orders.payment.amount")


def noon_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=current_company().zone)


def _text(value: Any) -> Any:
    return Cast(value, CharField())


def _rows(what: str, rows: QuerySet[Any], day: str, target: str, name: str, amount: str, currency: str) -> Any:
    """One kind as columns that a union takes."""
    told = {
        "what": Value(what, CharField()),
        "day": Cast(F(day), DateField()),
        "target": Cast(F(target), BigIntegerField()),
        "name": _text(F(name)),
        "amount": Cast(F(amount) if amount else Value(None), DecimalField(max_digits=18, decimal_places=4)),
        "currency": _text(F(currency) if currency else Value("")),
    }
    fresh = {f"told_{key}": value for key, value in told.items()}
    return rows.order_by().annotate(**fresh).values_list("pk", *(f"told_{key}" for key in told))


def _invoices(user: User | None, contact_id: int) -> Any:
    rows = Invoice.objects.visible_to(user).filter(contact=contact_id)
    return _rows("invoice", rows, "issued_on", "pk", "number", "amount", "currency")


def _payments(user: User | None, contact_id: int) -> Any:
    rows = Payment.objects.visible_to(user).filter(invoice__contact=contact_id)
    return _rows("payment", rows, "paid_on", "invoice", "invoice__number", "amount", "invoice__currency")


def _registrations(user: User | None, contact_id: int) -> Any:
    rows = ProductRegistration.objects.visible_to(user).filter(contact=contact_id)
    return _rows("registration", rows, "registered_on", "pk", "serial", "", "product__name")


KINDS = {"invoices": (_invoices,), "payments": (_payments,), "registrations": (_registrations,)}
EVERYTHING = (_invoices, _payments, _registrations)


def _entries(
    kinds: Any,
    user: User | None,
    contact_id: int,
    before: dt.datetime | None,
    limit: int,
    since: dt.datetime | None = None,
) -> Any:
    if before:
        rows = _union(kinds, user, contact_id, limit, told_day__lte=_until(before))
    else:
        # a day in any zone: the server reads the moment in its own
        rows = _newest(kinds, user, limit).ask(contact_id, since - 2 * DAY if since else LONG_AGO)
    hidden = hides(user, *MONEY)
    return [_entry(row, hidden) for row in rows]


def _newest(kinds: Any, user: User | None, limit: int) -> KeptStatement:
    """The question of every page of a contact."""
    key = (kinds, limit, *(visible_words(model, user) for model in (Invoice, Payment, ProductRegistration)))
    since = Cast(Value(ANY_MOMENT, DateTimeField()), DateField())
    return _kept.get_or_make(key, lambda: KeptStatement.of(_union(kinds, user, ANY_KEY, limit, told_day__gte=since)))


def _until(before: dt.datetime) -> dt.date:
    """The last day whose noon is before a moment."""
    day = before.astimezone(current_company().zone).date()
    return day if noon_of(day) < before else day - DAY


def _union(kinds: Any, user: User | None, contact_id: int, limit: int, **days: Any) -> Any:
    first, *others = [kind(user, contact_id).filter(**days) for kind in kinds]
    rows = first.union(*others, all=True) if others else first
    return rows.order_by("-told_day", "-pk")[:limit]


def _entry(row: tuple[Any, ...], hidden: bool) -> TimelineEntry:
    pk, what, day, target, name, amount, currency = row
    at = noon_of(day)
    if what == "registration":
        url = path_of("orders:registration_detail", target)
        return TimelineEntry(
            at,
            "patch-check",
            in_words("Registered %(product)s", product=currency),
            f"registration-{pk}",
            in_words("Serial %(number)s", number=name),
            url=url,
        )
    url = path_of("orders:invoice_detail", target)
    told = "" if hidden else f" · {money(abs(amount), currency)}"
    if what == "invoice":
        noun = gettext("Credit note") if amount < 0 else gettext("Invoice")
        return TimelineEntry(at, "receipt", f"{noun} {name}{told}", f"invoice-{pk}", url=url)
    said = gettext("Money back for %(invoice)s") if amount < 0 else gettext("Payment for %(invoice)s")
    return TimelineEntry(at, "cash-coin", f"{said % {'invoice': name}}{told}", f"payment-{pk}", url=url, tone="good")


def entries_before(
    user: User | None, contact_id: int, before: dt.datetime | None, limit: int, since: dt.datetime | None = None
) -> list[TimelineEntry]:
    """A contact's newest invoices, payments and registrations strictly before a moment, in one query."""
    found: list[TimelineEntry] = _entries(EVERYTHING, user, contact_id, before, limit, since)
    return found


def _part(name: str, label: str) -> TimelineSource:
    def entries(user: User | None, contact_id: int, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
        found: list[TimelineEntry] = _entries(KINDS[name], user, contact_id, before, limit)
        return found

    return TimelineSource(name, label, entries)


AFTER_SALES = TimelineSource(
    "after_sales",
    "Invoices and registrations",
    entries_before,
    is_bounded=True,
    parts=(_part("invoices", "Invoices"), _part("payments", "Payments"), _part("registrations", "Registrations")),
)
