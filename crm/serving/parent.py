"""What the process that started us is doing: `make run` must end when its make is asked to, or is gone."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

MAKES = {"make", "gmake"}


def _status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def _blocks_interrupt(pid: int) -> bool:
    return bool(int(_status(pid).get("SigBlk", "0"), 16) & 1 << (signal.SIGINT - 1))


@dataclass(frozen=True)
class Parent:
    """The parent as it was when we started."""

    pid: int = field(default_factory=os.getppid)

    def has_ended(self) -> bool:
        """Whether the parent is gone, or is a make that got SIGINT.

        A make that gets SIGINT alone (not from a terminal, which tells the whole group) waits for its child without
        telling it; SIGINT is blocked in it while it waits so.
        """
        if os.getppid() != self.pid:
            return True
        return _status(self.pid).get("Name") in MAKES and _blocks_interrupt(self.pid)
