"""Data of persons in orders and what belongs to them. Numbers and sums stay: they are the books of the company."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from contacts.choices import Act, ContactKind
from contacts.models import Contact, ContactQuerySet, Interaction
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Times
from contacts.privacy.tables import Person, PersonalData, PersonalTable
from crm.templatetags.figures import plural
from orders.models import Invoice, Order, Subscription
from orders.models.invoices import UNPAID


def what_runs(person: Person) -> list[str]:
    """Money that is still owed, and contracts that go on."""
    owed = Invoice.objects.filter(contact__in=person.ids, state__in=UNPAID)
    running = Subscription.objects.filter(contact__in=person.ids, ended_on=None)
    counts = ((owed.count(), "unpaid invoice"), (running.count(), "running subscription"))
    return [plural(count, words, f"{words}s") for count, words in counts if count]


def _quiet(before: dt.datetime) -> ContactQuerySet:
    """Persons whom we know for longer, and who had nothing to do with us since."""
    since = Interaction.objects.filter(contact=OuterRef("pk"), occurred_at__gte=before)
    persons = Contact.objects.filter(
        kind=ContactKind.PERSON, merged_into=None, erased_at=None, created_at__lt=before, updated_at__lt=before
    )
    return persons.exclude(Exists(since))


def enquirers(before: dt.datetime) -> QuerySet[Contact]:
    return _quiet(before).exclude(Exists(Order.objects.filter(contact=OuterRef("pk"))))


def former_customers(before: dt.datetime) -> QuerySet[Contact]:
    orders = Order.objects.filter(contact=OuterRef("pk"))
    return _quiet(before).filter(Exists(orders)).exclude(Exists(orders.filter(ordered_at__gte=before)))


def _ordered_since(times: Times) -> QuerySet[Any]:
    rows = Order.objects.filter(ordered_at__gte=times.ordered_since)
    return rows.order_by().values("contact")


def _owing(times: Times) -> QuerySet[Any]:
    return Invoice.objects.filter(state__in=UNPAID).order_by().values("contact")


def _running(times: Times) -> QuerySet[Any]:
    return Subscription.objects.filter(ended_on=None).order_by().values("contact")


AGES = (
    AgedKind(
        "orders.enquirers",
        "People who never ordered",
        Act.ERASE,
        36,
        "Nothing of theirs was changed since, nothing passed between them and us, and there is no order.",
        "contacts.contact",
        enquirers,
        contact="pk",
    ),
    AgedKind(
        "orders.former",
        "Customers of long ago",
        Act.ERASE,
        120,
        "Their last order is older, and so is everything else between them and us.",
        "contacts.contact",
        former_customers,
        contact="pk",
    ),
)
KEEPING = (
    KeptBack("ordered within the years that the books are kept", _ordered_since),
    KeptBack("an unpaid invoice", _owing, is_open=True),
    KeptBack("a running subscription", _running, is_open=True),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable("orders.order", ("contact",), keeps=("number", "import_key", "channel", "offer_code")),
        PersonalTable("orders.orderline", ("order__contact",), keeps=("external_id",), title="Lines of orders"),
        PersonalTable("orders.lineoption", ("order__contact",), keeps=("name",), title="Options that they chose"),
        PersonalTable("orders.invoice", ("contact",), keeps=("number", "external_id")),
        PersonalTable("orders.payment", ("invoice__contact",), keeps=("external_id",)),
        PersonalTable("orders.subscription", ("contact",), keeps=("external_id", "plan")),
        PersonalTable("orders.subscriptionrenewal", ("subscription__contact",)),
        PersonalTable("orders.productregistration", ("contact",), keeps=("channel",), title="Registered products"),
        PersonalTable("orders.loyaltymember", ("contact",), title="Loyalty"),
        PersonalTable("orders.pointsentry", ("member__contact",), title="Points"),
    ),
    without={
        "Words of the house itself: what it sells, and the programme.": (
            "orders.product", "orders.productoption", "orders.optionchoice", "orders.loyaltyprogramme",
            "orders.loyaltytier",
        ),
    },
    stands=(what_runs,),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
