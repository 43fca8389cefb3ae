"""What a card says, as cells of a row, in the columns that fields of contacts are named after."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crm.importing.vcards.properties import Property

COLUMNS = (
    "external_id", "kind", "name", "first_name", "last_name", "organization", "department", "title",
    "email", "phone", "further_emails", "further_phones",
    "fax", "street", "postal_code", "city", "region", "country",
    "website", "birthday", "tags", "nickname", "note",
)  # fmt: skip
KINDS = {"individual": "person", "org": "organization"}
LATE = frozenset({"FAX", "PAGER", "BBS", "MODEM", "PCS", "VIDEO", "TEXTPHONE"})
DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?")
SCHEME = re.compile(r"(?:tel|mailto|callto|sip):", re.IGNORECASE)


@dataclass
class Card:
    """One card as it is read: its properties, and the line of its BEGIN."""

    line: int
    properties: list[Property] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Those of a name, the preferred ones first, that hold anything."""
        found = [one for one in self.properties if one.name == name and one.text]
        return sorted(found, key=lambda one: one.preference)

    def first(self, name: str) -> str:
        return next((one.text for one in self.all(name)), "")

    @property
    def has_picture(self) -> bool:
        return any(one.name in ("PHOTO", "LOGO") for one in self.properties)


def cells_of(card: Card) -> dict[str, str]:
    """The cells of a card by the names of `COLUMNS`; those that it says nothing of are left out."""
    cells: dict[str, str] = {}
    for read in READERS:
        cells |= {name: text for name, text in read(card).items() if text}
    cells["external_id"] = card.first("UID") or _own_id(cells)
    return cells


def _names(card: Card) -> dict[str, str]:
    last, first = [*_names_of(card), "", ""][:2]
    company = next((one.parts() for one in card.all("ORG")), [])
    kind = KINDS.get(card.first("KIND").lower(), "")
    if card.first("X-ABSHOWAS").upper() == "COMPANY":
        kind = "organization"
    whole = card.first("FN") or " ".join(part for part in (first, last) if part)
    name = whole or " ".join(company[:1]) or card.first("NICKNAME")
    is_firm = kind == "organization" or (not whole and bool(company))
    return {
        "kind": "organization" if is_firm else kind,
        "name": name.replace("\n", " "),
        "first_name": first,
        "last_name": last,
        "organization": "" if is_firm and company[:1] in ([name], [""]) else " ".join(company[:1]),
        "department": ", ".join(part for part in company[1:] if part),
        "title": card.first("TITLE"),
        "nickname": card.first("NICKNAME"),
    }


def _names_of(card: Card) -> list[str]:
    """Family name, given name, further ones, of the first N."""
    return next((one.parts() for one in card.all("N")), [])


def _points(card: Card) -> dict[str, str]:
    emails = list(dict.fromkeys(_bare(one) for one in card.all("EMAIL")))
    voices = sorted(card.all("TEL"), key=lambda one: bool(one.types & LATE))
    phones = list(dict.fromkeys(_bare(one) for one in voices if not one.types & LATE))
    faxes = [_bare(one) for one in voices if "FAX" in one.types]
    return {
        **_first_and_others("email", emails),
        **_first_and_others("phone", phones),
        "fax": "".join(faxes[:1]),
        "website": card.first("URL"),
    }


def _bare(one: Property) -> str:
    """`tel:+44-20;ext=5` -> `+44-20;ext=5`: without what says that it is one."""
    return SCHEME.sub("", one.text, count=1)


def _first_and_others(name: str, values: Sequence[str]) -> dict[str, str]:
    """The first in a column of its own; the others between commas, which stand for nothing within one of them."""
    others = [value.replace(",", " ") for value in values[1:]]
    return {name: "".join(values[:1]), f"further_{name}s": ", ".join(others)}


def _address(card: Card) -> dict[str, str]:
    """The preferred address: box, flat and street stand in one line, as they would on an envelope."""
    parts = next((one.parts() for one in card.all("ADR") if any(one.parts())), [])
    box, flat, street, city, region, code, country = [*parts, *[""] * 7][:7]
    lines = [line.strip(" ,") for part in (street, flat, box) for line in part.split("\n")]
    is_plain = not (flat or box) and card.first("VERSION") == "4.0"  # as we write it ourselves
    return {
        "street": street if is_plain else ", ".join(line for line in lines if line),
        "postal_code": code,
        "city": city,
        "region": region,
        "country": country,
    }


def _rest(card: Card) -> dict[str, str]:
    tags = [tag for one in card.all("CATEGORIES") for part in one.parts(",") for tag in part.split(",")]
    days = (_day(one) for one in card.all("BDAY"))
    return {
        "birthday": next((day for day in days if day), ""),
        "tags": ", ".join(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
        "note": "\n\n".join(one.text for one in card.all("NOTE")),
    }


READERS: tuple[Callable[[Card], dict[str, str]], ...] = (_names, _points, _address, _rest)


def _day(one: Property) -> str:
    """A whole day as `1980-03-21`; empty for one without its year, which no record can hold."""
    found = DAY.fullmatch(one.text)
    if found is None or one.parameters.get("X-APPLE-OMIT-YEAR") == [found[1]]:
        return ""
    try:
        return dt.date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""


def _own_id(cells: dict[str, str]) -> str:
    """The id of a card that has none: the same for the same name, first address and number, whichever file it is in."""
    said = "\n".join(cells.get(name, "").casefold() for name in ("name", "email", "phone", "organization"))
    return f"vcard-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:20]}"
