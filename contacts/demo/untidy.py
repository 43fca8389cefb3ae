"""People whom somebody typed in at the counter in a hurry: what the work lists of data quality are for."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from contacts.choices import PointKind
from contacts.keeping import refresh_search
from contacts.models import Address, Contact, ContactPoint
from contacts.normalising import normalise_point
from crm.demo.house import Batch, Fill, House

SOURCE = "walk-in"
# first name | last name | phone | e-mail | street | postal code | city | country
TYPED = """
GESINE | HOFSTETTER | 040 7310 4421 | GESINE.HOFSTETTER@Posteo.example | Bahrenfelder Weg 9 | D-22761 | Hamburg | DE
Marten | Vriesema | 050-3127744 | m.vriesema@kader.example | Oosterstraat  41 | 9711nr | Groningen | Netherlands
piotr | zieliński | 22 825 14 07 | piotr.zielinski@ramy.example | ul. Mokotowska 12 | 00640 | Warszawa | Polska
FIONA | MACALLISTER | 0131 496 0772 | fiona@macallister.example | 18 Broughton  Street | eh13ru | Edinburgh | Scotland
Solveig | Aune | 22 41 88 30 | Solveig.Aune@Aune.example | Grensen 7 | 0159 | Oslo | Norge
ÉLODIE | BERTRAND | 01 44 27 63 05 | elodie.bertrand@atelier.example | 22 rue du  Temple | 75004 | Paris | FR
jiří | hrubý | 224 930 115 | jiri.hruby@ramy.example | Vodičkova 30 | 11000 | Praha | Czech Republic
Chiara | Fontanelli | 055 238 8614 | CHIARA@fontanelli.example | Via dei Serragli 14 | 50124 | Firenze | Italia
UWE | KRÄMER-VOSS | 0221 9984 310 | uwe@kraemer-voss.example | Ehrenstraße 71 | 50672 | Köln | Deutschland
Maeve | Donnellan | (01) 677 3209 | maeve.donnellan@frames.example | 4 Crown Alley | d02tk74 | Dublin | IE
"""


def load(house: House) -> Fill:
    """The function that writes them down with the first batch."""
    return fill


def fill(batch: Batch) -> None:
    if batch.number:
        return
    house = batch.house
    rows = [[part.strip(" ") for part in line.split(" | ")] for line in TYPED.strip().splitlines()]
    people, points, addresses = [], [], []
    for place, (first, last, phone, email, street, code, city, country) in enumerate(rows):
        number, house.next_contact = house.next_contact, house.next_contact + 1
        person = Contact(
            external_id=f"K{number}", name=f"{first} {last}", first_name=first, last_name=last, source=SOURCE,
            created_on=house.end - dt.timedelta(days=3 + 5 * place),
        )  # fmt: skip
        people.append(person)
        points += [
            ContactPoint(
                contact=person, kind=kind, value=value, normalised=normalise_point(kind, value), is_primary=True
            )
            for kind, value in ((PointKind.PHONE, phone), (PointKind.EMAIL, email))
        ]
        addresses.append(Address(contact=person, street=street, postal_code=code, city=city, country=country))
    Contact.objects.bulk_create(people)
    ContactPoint.objects.bulk_create(points)
    Address.objects.bulk_create(addresses)
    typed = Contact.objects.filter(pk__in=[person.pk for person in people])
    typed.update(created_at=F("created_on"), updated_at=F("created_on"))  # the clock of the load is no fact of theirs
    refresh_search([person.pk for person in people])
    house.counts["contacts"] += len(people)
    house.counts["contact points"] += len(points)
