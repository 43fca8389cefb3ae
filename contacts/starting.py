"""The first hour: the customers come in, and somebody new writes down a call."""

from __future__ import annotations

from django.urls import reverse

from contacts.models import Contact
from crm.access import can
from crm.choices import Role, Verb
from crm.models import ImportRun, User
from crm.starting.reading import has_done
from crm.starting.spec import StartStep


def _may_import(user: User) -> bool:
    return can(user, Verb.ADD, ImportRun) and can(user, Verb.IMPORT, Contact)


STEPS = (
    StartStep(
        "customers",
        "Bring in your customers",
        "A CSV or Excel file with a row for each is enough; a page shows what each column becomes before anything is"
        " written.",
        "Import contacts",
        lambda: f"{reverse('crm:import_new')}?kind=contacts",
        lambda user: Contact.objects.exists(),
        order=50,
        is_setup=True,
        roles=(Role.MARKETER, Role.MANAGER),
        may=_may_import,
        help="importing",
    ),
    StartStep(
        "call",
        "Write down a call",
        "Find a customer with Ctrl and K, open their page, press c and say what was spoken.",
        "Choose a customer",
        lambda: reverse("contacts:contact_list"),
        has_done("contacts.interaction"),
        order=120,
        roles=(Role.REP, Role.AGENT),
        help="customers",
    ),
)
