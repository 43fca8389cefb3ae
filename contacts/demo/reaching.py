"""E-mail addresses, telephone numbers and handles of the demo's contacts: of domains and ranges that reach nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from contacts.choices import PointKind
from contacts.demo.drafts import Draft
from contacts.models import ContactPoint
from crm.demo.house import Batch
from crm.demo.names import ascii_letters
from crm.demo.places import MOBILES, draw_mobiles, draw_phones
from crm.demo.process import Ints
from crm.demo.writing import copy_columns

MAILBOXES = ("mailbox.example", "post.example", "inbox.example", "webmail.example")
DESKS = ("info", "office", "contact", "hello", "orders")


@dataclass
class Points:
    """Contact points of one kind: rows of the draft, as written and as compared."""

    kind: str
    label: str
    rows: Ints
    value: list[str]
    normalised: list[str]
    is_primary: bool = True


def draw_points(batch: Batch, draft: Draft) -> list[Points]:
    """All points of the batch's contacts, in the order in which they are written."""
    rng = batch.rng("points")
    return list(_points(rng, draft))


def write_points(contact_ids: Ints, points: list[Points]) -> int:
    return sum(
        copy_columns(
            ContactPoint,
            {
                "contact": contact_ids[group.rows],
                "kind": group.kind,
                "label": group.label,
                "value": group.value,
                "normalised": group.normalised,
                "is_primary": group.is_primary,
            },
            count=len(group.rows),
        )
        for group in points
        if len(group.rows)
    )


def searched(size: int, points: list[Points]) -> list[str]:
    """What a contact is found by: its points in the order of writing, phones as bare digits."""
    found = [""] * size
    for group in points:
        for row, text in zip(group.rows.tolist(), group.normalised, strict=True):
            word = text.lstrip("+") if group.kind == PointKind.PHONE else text
            found[row] = f"{found[row]} {word}" if found[row] else word
    return found


def _points(rng: np.random.Generator, draft: Draft) -> Iterator[Points]:
    rows = _some(rng, draft.size, 0.88)
    addresses = _addresses(rng, draft, rows)
    yield Points(PointKind.EMAIL, "", rows, addresses, addresses)
    rows = _some(rng, draft.size, 0.72)
    yield _phones(rows, draw_phones(rng, draft.home.country[rows]))
    has_mobile = np.isin(draft.home.country[rows], list(MOBILES)) & (rng.random(len(rows)) < 0.25)
    mobiles = draw_mobiles(rng, draft.home.country[rows[has_mobile]])
    yield _phones(rows[has_mobile], mobiles, label="mobile", is_primary=False)
    rows = np.flatnonzero((draft.domain != "") & draft.is_organization & (rng.random(draft.size) < 0.1))
    names = [ascii_letters(name).replace("-", "_")[:30] for name in draft.name[rows]]
    yield Points(PointKind.HANDLE, "", rows, [f"@{name}" for name in names], names)


def _some(rng: np.random.Generator, size: int, share: float) -> Ints:
    return np.flatnonzero(rng.random(size) < share)


def _phones(rows: Ints, written: list[str], *, label: str = "", is_primary: bool = True) -> Points:
    return Points(PointKind.PHONE, label, rows, written, [text.replace(" ", "") for text in written], is_primary)


def _addresses(rng: np.random.Generator, draft: Draft, rows: Ints) -> list[str]:
    """first.last at the organization's domain or at a mailbox; a desk such as info@ for organizations."""
    dice = rng.integers(0, 1 << 30, len(rows)).tolist()
    columns = (draft.first_name[rows], draft.last_name[rows], draft.domain[rows], dice)
    return [_address(*row) for row in zip(*columns, strict=True)]


def _address(first: str, last: str, domain: str, luck: int) -> str:
    if not last:
        return f"{DESKS[luck % len(DESKS)]}@{domain}"
    person = f"{ascii_letters(first)}.{ascii_letters(last)}"
    if domain:
        return f"{person}@{domain}"
    number = luck // 7 % 100
    return f"{person}{number if number < 60 else ''}@{MAILBOXES[luck % len(MAILBOXES)]}"
