"""CPU seconds of this process, and of PostgreSQL with all its children, the dead ones too; memory of this process."""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def of_server(postmaster: int) -> float:
    """What PostgreSQL has used since its start."""
    return _used(postmaster, with_dead_children=True) + sum(_used(pid) for pid in _children(postmaster))


def of_us() -> float:
    """What this process has used."""
    return time.process_time()


def most_memory() -> int:
    """The most memory that this process had (KiB). Not `ru_maxrss`: that begins with what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _used(pid: int, *, with_dead_children: bool = False) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(word) for word in words[11 : 15 if with_dead_children else 13]) / TICKS
