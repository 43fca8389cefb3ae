"""What the trials are: which guard is taken out, by which change of one file, and which tests must then fail."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Trial:
    """`row` is the fault or attack (S1, R9) by the numbers of docs/security.md; `old` stands once in `file`."""

    row: str
    guard: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return TOP / self.file

    def taken_out(self, text: str) -> str:
        return text.replace(self.old, self.new)


def all_trials() -> list[Trial]:
    """Those of every table beside this file."""
    found = []
    for table in sorted(HERE.glob("*.toml")):
        for one in tomllib.loads(table.read_text())["trial"]:
            tests = one.pop("tests")
            found.append(Trial(**one, tests=tuple(tests) if isinstance(tests, list) else (tests,)))
    return found
