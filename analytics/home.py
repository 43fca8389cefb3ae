"""What a young instance needs first, and which good customers drift away: cards of the home page."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from analytics.models import ModelRun, RfmScore
from contacts.models import Contact
from crm.access import can
from crm.choices import Role, Verb
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.models import ImportRun
from crm.requests import SignedInRequest
from crm.tiles.spec import HomeCard
from orders.models import Order

MOST = 6


def first_steps_card(request: HttpRequest) -> dict[str, Any] | None:
    """From an empty instance to scored customers, step by step; None when all is done, or not this person's to do."""
    user = cast(SignedInRequest, request).user
    if not (can(user, Verb.ADD, ImportRun) and can(user, Verb.IMPORT, Contact)):
        return None
    bring = reverse("crm:import_new")
    steps = [
        {
            "label": "Bring in your customers",
            "text": "A CSV or Excel file with a row for each is enough.",
            "url": f"{bring}?kind=contacts",
            "action": "Import contacts",
            "done": Contact.objects.exists(),
        },
        {
            "label": "Bring in what they bought",
            "text": "A row for each order or order line; customers that are not known yet are made on the way.",
            "url": f"{bring}?kind=orders",
            "action": "Import orders",
            "done": Order.objects.exists(),
        },
        {
            "label": "Score them",
            "text": "See who your best customers are, and whom you are about to lose.",
            "url": reverse("analytics:rfm_detail"),
            "action": "Score customers",
            "done": ModelRun.objects.exists(),
        },
    ]
    to_do = [step for step in steps if not step["done"]]
    return {"steps": steps, "next": to_do[0]} if to_do else None


def drifting_card(request: HttpRequest) -> dict[str, Any] | None:
    """The customers of the worst segments who once bought most, among those that the person may see."""
    user = cast(SignedInRequest, request).user
    if hidden_fields(user, RfmScore):
        return None
    rows = RfmScore.objects.visible_to(user).filter(tone="bad", contact__archived_at__isnull=True)
    scores = rows.select_related("contact").order_by("-monetary", "contact_id")[:MOST]
    return {"scores": scores, "currency": current_company().currency} if scores else None


CARDS = (
    HomeCard("first_steps", "crm/_first_steps.html", first_steps_card, order=1, label="First steps", place="wide"),
    HomeCard(
        "drifting",
        "analytics/_home_drifting.html",
        drifting_card,
        roles=(Role.REP, Role.MARKETER, Role.MANAGER),
        order=20,
        label="Customers who drift away",
        place="side",
    ),
)
