"""Data of persons in orders and what belongs to them. Numbers and sums stay: they are the books of the company."""

from __future__ import annotations

from contacts.privacy.tables import Person, PersonalData, PersonalTable
from crm.templatetags.figures import plural
from orders.models import Invoice, Subscription
from orders.models.invoices import UNPAID


def what_runs(person: Person) -> list[str]:
    """Money that is still owed, and contracts that go on."""
    owed = Invoice.objects.filter(contact__in=person.ids, state__in=UNPAID)
    running = Subscription.objects.filter(contact__in=person.ids, ended_on=None)
    counts = ((owed.count(), "unpaid invoice"), (running.count(), "running subscription"))
    return [plural(count, words, f"{words}s") for count, words in counts if count]


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
)  # fmt: skip
