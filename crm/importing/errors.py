"""What can go wrong with a file, in sentences for the person who brought it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for NULs and lone surrogates, which neither a page nor the database can hold."""
    return _UNSTORABLE.sub("�", text)


def printable(text: str) -> str:
    """The text with U+FFFD for whatever cannot be shown."""
    return "".join(c if c.isprintable() else "�" for c in text)


class UnreadableFile(Exception):
    """The file as a whole cannot be taken in. `what` says why; `how` says what to do about it on the command line."""

    def __init__(self, what: str, how: str = "") -> None:
        super().__init__(f"{what} {how}".strip())
        self.what = what


class DatabaseBusy(UnreadableFile):
    """The database went away or was at odds with somebody else's work; trying again later may help."""


class NeedsAnswer(UnreadableFile):
    """The file leaves something open that only a person can say; `option` names the option that says it."""

    def __init__(self, what: str, how: str, option: str, column: str) -> None:
        super().__init__(what, how)
        self.option = option
        self.column = column


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that stays out: its number among the rows, its line in the file, the column at fault and the reason.

    Column and reason can be shown and stored; the cells are as they came.
    """

    number: int
    line: int
    column: str
    reason: str
    cells: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", storable(self.column))
        object.__setattr__(self, "reason", storable(self.reason))

    def sentence(self) -> str:
        """`line 7, column "amount": ...`, as people read it."""
        place = f'line {self.line}, column "{self.column}"' if self.column else f"line {self.line}"
        return f"{place}: {self.reason}"
