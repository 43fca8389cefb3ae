"""vCards 4.0 (RFC 6350), a card a row: the other end of `crm.importing.vcards`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crm.exporting.csv import keep_apostrophe
from crm.exporting.formats import Format

FIELDS = (
    "external_id", "kind", "name", "first_name", "last_name", "organization", "email", "phone", "street", "city",
    "region", "postal_code", "country", "website", "birthday", "tags",
)  # fmt: skip
"""What a card says; a list (e-mail addresses, numbers) is one property each, the first of them preferred."""
LONGEST_LINE = 75
ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": ""})


def card_lines(names: Sequence[str], headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A card for each row; `names` are of `FIELDS`, those that are missing are not told."""
    for row in rows:
        yield card_of(dict(zip(names, row, strict=True)))


def card_of(said: Mapping[str, Any]) -> str:
    """One card. A text that import would take an apostrophe off gets another."""
    lines = ["BEGIN:VCARD", "VERSION:4.0"]
    add = lines.append
    if said.get("external_id"):
        add(f"UID:{_text(said['external_id'])}")
    add(f"KIND:{'org' if said.get('kind') == 'organization' else 'individual'}")
    add(f"FN:{_text(said.get('name'))}")
    if said.get("last_name") or said.get("first_name"):
        add(f"N:{_text(said.get('last_name'))};{_text(said.get('first_name'))};;;")
    if said.get("organization"):
        add(f"ORG:{_text(said['organization'])}")
    for name, label in (("email", "EMAIL"), ("phone", "TEL")):
        for place, value in enumerate(_several(said.get(name)), start=1):
            add(f"{label};PREF={min(place, 100)}:{_text(value)}")
    address = [said.get(name) for name in ("street", "city", "region", "postal_code", "country")]
    if any(address):
        add(f"ADR;PREF=1:;;{';'.join(map(_text, address))}")
    if said.get("website"):
        add(f"URL:{_text(said['website'])}")
    if isinstance(said.get("birthday"), dt.date):
        add(f"BDAY:{said['birthday']:%Y%m%d}")
    if tags := _several(said.get("tags")):
        add(f"CATEGORIES:{','.join(map(_text, tags))}")
    add("END:VCARD")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _several(value: Any) -> list[str]:
    return [] if not value else [value] if isinstance(value, str) else list(value)


def _text(value: Any) -> str:
    return keep_apostrophe(str(value or "")).translate(ESCAPES)


def _folded(line: str) -> str:
    """No line longer than 75 bytes; no character is cut in two."""
    found, part, size = [], "", 0
    for sign in line:
        width = len(sign.encode("utf-8", "replace"))
        if size + width > LONGEST_LINE:
            found.append(part)
            part, size = " ", 1
        part += sign
        size += width
    return "\r\n".join([*found, part])


VCARD = Format("vcf", "vCards", "text/vcard; charset=utf-8", card_lines)
