"""People who stand in the demo's book twice, as they do in every house: written down anew at a fair, with a slip."""

from __future__ import annotations

import datetime as dt

import numpy as np

from contacts.keeping import refresh_search
from contacts.models import Address, Contact, ContactPoint
from crm.demo.house import Batch, Fill, House

SHARE = 0.008
SOURCE = "trade fair"
POINT_FIELDS = ("kind", "label", "value", "normalised", "is_primary")
ADDRESS_FIELDS = ("label", "street", "postal_code", "city", "region", "country", "is_primary")


def load(house: House) -> Fill:
    """The function that writes down some people of a batch a second time."""
    return fill


def fill(batch: Batch) -> None:
    house, book = batch.house, batch.book
    if book is None:
        raise RuntimeError("The loader of twins comes after that of contacts in CRM_DEMO_LOADERS.")
    rng = batch.rng("twins")
    people = np.flatnonzero(~book.is_organization)
    chosen = np.sort(rng.choice(people, int(len(people) * SHARE), replace=False))
    known = Contact.objects.prefetch_related("points", "addresses").in_bulk(book.id[chosen].tolist())
    twins, points, addresses = [], [], []
    for contact in (known[key] for key in book.id[chosen].tolist()):
        way = int(rng.integers(3))
        twin = _again(contact, way, int(rng.integers(30, 300)), house)
        twins.append(twin)
        kept = [one for one in contact.points.all() if way != 1 or one.kind == "phone"]
        points += [ContactPoint(contact=twin, **{name: getattr(one, name) for name in POINT_FIELDS}) for one in kept]
        if way != 0 or not kept:
            addresses += [
                Address(contact=twin, **{name: getattr(one, name) for name in ADDRESS_FIELDS})
                for one in contact.addresses.all()
            ]
    Contact.objects.bulk_create(twins)
    ContactPoint.objects.bulk_create(points)
    Address.objects.bulk_create(addresses)
    refresh_search([twin.pk for twin in twins])
    house.counts["contacts"] += len(twins)
    house.counts["contact points"] += len(points)


def _again(contact: Contact, way: int, days: int, house: House) -> Contact:
    """The same person some time later: with two letters changed over, with an initial only, or as they were."""
    first, last = contact.first_name, contact.last_name
    if way == 0 and len(last) > 3:
        last = last[:2] + last[3] + last[2] + last[4:]
    elif way == 1 and first:
        first = f"{first[0]}."
    since = contact.created_on or house.end
    number, house.next_contact = house.next_contact, house.next_contact + 1
    return Contact(
        external_id=f"K{number}",
        name=f"{first} {last}".strip() or contact.name,
        first_name=first,
        last_name=last,
        birthday=contact.birthday if way == 2 else None,
        owner_id=contact.owner_id,
        team_id=contact.team_id,
        markets=contact.markets,
        organization_id=contact.organization_id,
        main_country=contact.main_country if way != 0 else "",
        source=SOURCE,
        created_on=min(since + dt.timedelta(days=days), house.end),
    )
