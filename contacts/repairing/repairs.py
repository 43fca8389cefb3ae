"""What can be repaired: which rows may need it, and what each would become. Nothing here writes.

A proposal is made only where the new form is certain to mean the same: a number that can be read, a name of a country
that is known. The rest stays as it is, for people to mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.db.models import F, Q, QuerySet

from contacts.choices import ContactKind, PointKind
from contacts.countries import country_code, country_names
from contacts.models import Address, Contact, ContactPoint
from contacts.normalising import normalise_email, normalise_phone
from contacts.postcodes import POSTCODES, tidy_postcode
from crm.company import current_company
from crm.importing.values import EMAIL

CHUNK = 2_000
UNSAID = ("normalised", "first_name", "last_name")
"""Columns that go along with one that is shown."""
WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SMALL_WORDS = frozenset(
    {"von", "van", "de", "der", "den", "zu", "du", "la", "le", "da", "di", "del", "dos", "af", "av"}
)


@dataclass(frozen=True)
class Proposal:
    """One row's change: its key and contact, the text as it is and as it would be, and the columns that say so, each
    with what must stand there still."""

    pk: int
    contact_id: int
    contact_name: str
    old: str
    new: str
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True)
class Repair:
    """A kind of repair. `rows(contacts)` are those that may need it, `propose(row, country)` what one becomes (None:
    it stays); `needs` are the fields that a person must be allowed to write, `fault` what it mends."""

    name: str
    label: str
    help: str
    model: type[Any]
    needs: tuple[str, ...]
    fault: str
    rows: Callable[[QuerySet[Contact]], QuerySet[Any]]
    propose: Callable[[Any, str], tuple[dict[str, str], dict[str, str]] | None]

    def proposals(self, contacts: QuerySet[Contact], keys: list[int] | None = None) -> Iterator[Proposal]:
        """The proposals for these contacts, in the order of the rows; of them those for the rows `keys` alone."""
        rows = self.rows(contacts).order_by("pk")
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        country = current_company().country
        for row in rows.iterator(chunk_size=CHUNK):
            found = self.propose(row, country)
            if found is None:
                continue
            before, after = found
            if before == after:
                continue
            contact_id = row.pk if self.model is Contact else row.contact_id
            shown = [name for name in after if name in before and name not in UNSAID]
            old, new = (", ".join(filter(None, (said[name] for name in shown))) for said in (before, after))
            name = row.name if self.model is Contact else row.contact.name
            yield Proposal(row.pk, contact_id, name, old, new, before, after)


def _points(kind: str, contacts: QuerySet[Contact]) -> QuerySet[Any]:
    return ContactPoint.objects.filter(kind=kind, contact__in=contacts.order_by()).select_related("contact")


def _phone_rows(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    rows = _points(PointKind.PHONE, contacts).annotate(country=F("contact__main_country"))
    return rows.exclude(normalised__startswith="+")


def _phone(row: Any, country: str) -> tuple[dict[str, str], dict[str, str]] | None:
    here = country_code(row.country) if row.country else country
    if here not in country_names():  # of a country that nobody knows: not of ours, then
        return None
    normalised = normalise_phone(row.value, here)
    if not normalised.startswith("+"):
        return None
    number = phonenumbers.parse(normalised)
    if not phonenumbers.is_valid_number(number):
        return None
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return {"value": row.value, "normalised": row.normalised}, {"value": shown, "normalised": normalised}


def _email_rows(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    return _points(PointKind.EMAIL, contacts).filter(~Q(value=F("normalised")) | Q(value__regex=r"[\s<>:]|[A-Z]"))


def _email(row: Any, country: str) -> tuple[dict[str, str], dict[str, str]] | None:
    new = normalise_email(re.sub(r"\s+", "", row.value).removeprefix("mailto:").strip("<>;,"))
    if not EMAIL.fullmatch(new):
        return None
    return {"value": row.value, "normalised": row.normalised}, {"value": new, "normalised": new}


def _country_rows(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    known = list(country_names())
    return _addresses(contacts).exclude(country__in=known).exclude(country="")


def _country(row: Any, country: str) -> tuple[dict[str, str], dict[str, str]] | None:
    new = country_code(row.country)
    return ({"country": row.country}, {"country": new}) if new in country_names() else None


def _name_rows(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    untidy = r"^\s|\s$|\s\s"
    one_case = Q(kind=ContactKind.PERSON) & (
        Q(name__regex=r"^[^[:lower:]]{4,}$") | Q(name__regex=r"^[^[:upper:]]{4,}$")
    )
    return contacts.filter(one_case | Q(name__regex=untidy)).only("pk", "kind", "name", "first_name", "last_name")


def _name(row: Any, country: str) -> tuple[dict[str, str], dict[str, str]] | None:
    before = {name: getattr(row, name) for name in ("name", "first_name", "last_name")}
    is_shouted = row.kind == ContactKind.PERSON and row.name in (row.name.upper(), row.name.lower())
    return before, {name: tidy_name(text, is_shouted=is_shouted) for name, text in before.items()}


def tidy_name(text: str, *, is_shouted: bool) -> str:
    """Blanks closed up; a name in one case gets capitals.

    >>> tidy_name(" ANNEKE  VAN DER BERG-O'NEIL ", is_shouted=True)
    "Anneke van der Berg-O'Neil"
    """
    text = " ".join(text.split())
    if not is_shouted:
        return text
    return WORDS.sub(lambda found: _capital(found.group()), text)


def _capital(word: str) -> str:
    low = word.lower()
    if low in SMALL_WORDS:
        return low
    return "".join(part.capitalize() if part not in "'’" else part for part in re.split(r"(['’])", low))


def _address_rows(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    untidy = Q(city__regex=r"^\s|\s$|\s\s") | Q(street__regex=r"^\s|\s$|\s\s")
    wrong = Q()
    for code, pattern in POSTCODES.items():
        tidy = pattern.replace(" ?", " ").replace("-?", "-")
        wrong |= Q(country=code) & ~Q(postal_code__regex=tidy)
    return _addresses(contacts).filter(untidy | (wrong & ~Q(postal_code="")))


def _address(row: Any, country: str) -> tuple[dict[str, str], dict[str, str]] | None:
    before = {name: getattr(row, name) for name in ("street", "postal_code", "city")}
    after = {name: " ".join(text.split()) for name, text in before.items()}
    after["postal_code"] = tidy_postcode(row.postal_code, row.country)
    return before, after


def _addresses(contacts: QuerySet[Contact]) -> QuerySet[Any]:
    return Address.objects.filter(contact__in=contacts.order_by()).select_related("contact")


REPAIRS = {
    one.name: one
    for one in (
        Repair(
            "phones", "Phone numbers", "Written with their country, which is that of the address, else the company's.",
            ContactPoint, ("phone",), "invalid:phone", _phone_rows, _phone,
        ),
        Repair(
            "emails", "E-mail addresses", "In lower case, without blanks and brackets.",
            ContactPoint, ("email",), "invalid:email", _email_rows, _email,
        ),
        Repair(
            "countries", "Countries", "Names of countries as the two letters of ISO 3166.",
            Address, ("country",), "invalid:country", _country_rows, _country,
        ),
        Repair(
            "names", "Names", "Blanks closed up; names of people in one case get capitals.",
            Contact, ("name", "first_name", "last_name"), "untidy:name", _name_rows, _name,
        ),
        Repair(
            "addresses", "Addresses", "Postal codes as their country writes them, blanks closed up.",
            Address, ("postal_code", "street", "city"), "invalid:postal_code", _address_rows, _address,
        ),
    )
}  # fmt: skip
