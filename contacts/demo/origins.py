"""Where the demo's names come from, what they could buy, which accounts are reviewed, and who answers for a segment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from contacts.choices import ListKind
from contacts.models import AcquiredList, MarketCategory, Responsibility
from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from crm.demo.process import Ints
from crm.demo.staff import KEY_ACCOUNTS
from crm.demo.writing import nullable

# name, kind, vendor, days since it came, days until the licence ends, cost, names, the contacts' source
LISTS = (
    ("Visitors of the fair in Hanover", ListKind.RESPONSE, "", 420, None, 5_400, 610, "trade fair"),
    ("Requests for the catalogue", ListKind.RESPONSE, "", 730, None, 1_150, 480, "catalogue request"),
    ("Joiners and fitters, south", ListKind.COMPILED, "Adresskontor Nord", 300, 200, 2_280, 1_900, "directory"),
    ("Architects, first edition", ListKind.COMPILED, "Branchendaten GmbH", 600, -40, 1_640, 820, "cold call"),
)
REQUIRED = {"business": ["industry", "email", "country"], "government": ["email", "phone", "employees"]}
ENTER = """
INSERT INTO contacts_listedcontact (acquired_list_id, contact_id, created_at)
SELECT %s, id, created_at FROM contacts_contact WHERE id IN (SELECT unnest(%s::bigint[])) AND source = %s ORDER BY id
"""
REVIEW_DAYS = 90


def load(house: House) -> Fill:
    """Write the lists, the facts of the categories and the segments down; the function that fills a batch."""
    made = [_list(house, *line) for line in LISTS]
    for key, required in REQUIRED.items():
        MarketCategory.objects.filter(key=key, required=[]).update(required=required)
    _segments(house)

    def fill(batch: Batch) -> None:
        if batch.book is None:
            raise RuntimeError("The loader of origins comes after that of contacts in CRM_DEMO_LOADERS.")
        ids = batch.book.id.tolist()
        with connection.cursor() as cursor:
            for acquired, (*_, source) in zip(made, LISTS, strict=True):
                cursor.execute(ENTER, [acquired.pk, ids, source])

    return fill


def account_facts(house: House, *, number: Ints, employees: Ints, is_account: NDArray[np.bool_]) -> dict[str, Any]:
    """What organizations could buy in a year, and of every fourth when it is looked over; a column each."""
    potential = (employees * (120 + number * 7919 % 380) + 50) // 100 * 100
    is_reviewed = is_account & (number % 4 == 0)
    reviewed = np.datetime64(house.end) - (number * 31 % 100).astype("m8[D]")
    return {
        "potential": nullable(potential, is_account),
        "review_days": nullable(np.full(len(number), REVIEW_DAYS), is_reviewed),
        "reviewed_on": nullable(reviewed, is_reviewed),
        "review_on": nullable(reviewed + np.timedelta64(REVIEW_DAYS), is_reviewed),
    }


def _list(
    house: House, name: str, kind: str, vendor: str, since: int, until: int | None, cost: int, names: int, source: str
) -> AcquiredList:
    end = house.end
    fields = {
        "kind": kind,
        "vendor": vendor,
        "received_on": end - dt.timedelta(days=since),
        "licence_ends_on": end + dt.timedelta(days=until) if until is not None else None,
        "cost": Decimal(cost),
        "names_delivered": names,
        "note": f"Their source is “{source}”.",
    }
    return AcquiredList.objects.get_or_create(name=name, defaults=fields)[0]


def _segments(house: House) -> None:
    """Key accounts answer for the best customers, and for those who are about to go."""
    reps = [person.id for person in house.in_team(KEY_ACCOUNTS) if person.role == Role.REP]
    for position, (value, days) in enumerate((("cannot lose", 30), ("champions", 60), ("at risk", 45)), start=1):
        fields = {"owner_id": reps[position % len(reps)], "review_days": days, "position": position * 10}
        Responsibility.objects.get_or_create(field="segment", value=value, defaults=fields)
