"""Data of persons in orders and what belongs to them. Numbers and sums stay: they are the books of the company."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.choices import Act, ContactKind
from contacts.models import Contact, ContactQuerySet, Interaction
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Times
from contacts.privacy.tables import Person, PersonalData, PersonalTable
from crm.company import company_today
from crm.templatetags.figures import plural
from orders.models import Invoice, LoyaltyMember, Order, PointsEntry, ProductRegistration, Subscription
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
    return Order.objects.filter(ordered_at__gte=times.ordered_since)


def _owing(times: Times) -> QuerySet[Any]:
    return Invoice.objects.filter(state__in=UNPAID)


def _invoiced_since(times: Times) -> QuerySet[Any]:
    return Invoice.objects.filter(issued_on__gte=min(times.before, times.ordered_since).date())


def _running(times: Times) -> QuerySet[Any]:
    return Subscription.objects.filter(Q(ended_on=None) | Q(ended_on__gte=company_today()))


def _ran_since(times: Times) -> QuerySet[Any]:
    return Subscription.objects.filter(ended_on__gte=times.before.date())


def _registered_since(times: Times) -> QuerySet[Any]:
    since = times.before
    return ProductRegistration.objects.filter(
        Q(registered_on__gte=since.date()) | Q(warranty_ends_on__gte=since.date()) | Q(created_at__gte=since)
    )


def _joined_since(times: Times) -> QuerySet[Any]:
    return LoyaltyMember.objects.filter(Q(joined_on__gte=times.before.date()) | Q(created_at__gte=times.before))


def _points_since(times: Times) -> QuerySet[Any]:
    return PointsEntry.objects.filter(at__gte=times.before)


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
    KeptBack("the partner of an order within those years", _ordered_since, "partner"),
    KeptBack("an unpaid invoice", _owing, is_open=True),
    KeptBack("an invoice within the years that the books are kept", _invoiced_since),
    KeptBack("a running subscription", _running, is_open=True),
    KeptBack("a subscription of since then", _ran_since),
    KeptBack("a product registered since then, or with a warranty", _registered_since),
    KeptBack("became a member since then", _joined_since),
    KeptBack("points of since then", _points_since, "member__contact"),
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
