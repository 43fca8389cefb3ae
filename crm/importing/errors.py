"""What can go wrong with a file, in sentences for the person who brought it."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    """A row that stays out: its number among the rows, its line in the file, the column at fault and the reason."""

    number: int
    line: int
    column: str
    reason: str
    cells: tuple[str, ...] = field(default=())

    def sentence(self) -> str:
        """`line 7, column "amount": ...`, as people read it."""
        place = f'line {self.line}, column "{self.column}"' if self.column else f"line {self.line}"
        return f"{place}: {self.reason}"
