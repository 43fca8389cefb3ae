"""The first hour of a sales rep: a lead is written down."""

from __future__ import annotations

from django.urls import reverse

from crm.access import can
from crm.choices import Role, Verb
from crm.starting.reading import has_done
from crm.starting.spec import StartStep
from leads.models import Lead

STEPS = (
    StartStep(
        "lead",
        "Write down a lead",
        "Somebody who may become a customer: name, e-mail, where they come from.",
        "New lead",
        lambda: reverse("leads:lead_create"),
        has_done("leads.lead"),
        order=110,
        roles=(Role.REP,),
        may=lambda user: can(user, Verb.ADD, Lead),
        help="leads",
    ),
)
