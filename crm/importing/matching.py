"""By what a row is known to be a record that is there already, and which rows may write."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from crm.importing.errors import UnreadableFile
from crm.importing.kinds import EXTERNAL_ID, ImportKind
from crm.importing.mapping import BOTH, ImportOptions

CREATE, UPDATE = "create", "update"
WRITES = (
    (BOTH, "New and known ones"),
    (CREATE, "Only new ones; known ones stay as they are"),
    (UPDATE, "Only known ones; others are left out"),
)


def with_match(kind: ImportKind, options: ImportOptions) -> ImportKind:
    """The kind as its rows are told apart by `options.match`: what that needs is needed, the external id is not.

    Raises UnreadableFile where rows of this kind cannot be told apart so.
    """
    is_plain = options.match == EXTERNAL_ID and options.write == BOTH
    if not kind.matches and not is_plain:
        raise UnreadableFile(f"{kind.label} are told apart in one way only: leave out by what they are matched.")
    if options.match == EXTERNAL_ID:
        return kind
    way = next((one for one in kind.matches if one.name == options.match), None)
    if way is None:
        names = ", ".join(one.name for one in kind.matches)
        raise UnreadableFile(f"{kind.label} cannot be matched by “{options.match[:40]}”, only by one of: {names}.")
    fields = (replace(one, required=_is_needed(one.name, one.required, way.needs)) for one in kind.fields)
    return replace(kind, fields=tuple(fields))


def guess_match(kind: ImportKind, fields: Collection[str]) -> str:
    """By what rows of a file with these fields are known: the external id where there is one, else the first way whose
    fields are all there."""
    ways = [] if EXTERNAL_ID in fields else [one for one in kind.matches if one.name != EXTERNAL_ID]
    return next((one.name for one in ways if one.needs and set(one.needs) <= set(fields)), EXTERNAL_ID)


def _is_needed(name: str, was: bool, needs: tuple[str, ...]) -> bool:
    return name in needs or (was and name != EXTERNAL_ID)


@dataclass(frozen=True)
class RowDiff:
    """What a dry run would make of one row: its number, the record's name, whether it is new, (field, old, new)."""

    row: int
    name: str
    is_new: bool
    fields: list[tuple[str, str, str]]

    def to_json(self) -> dict[str, object]:
        return {"row": self.row, "name": self.name, "is_new": self.is_new, "fields": [list(one) for one in self.fields]}
