"""A group of child processes that live and die together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE = 1.0  # seconds before a dead child is started again; doubled each time, up to LONGEST_PAUSE
LONGEST_PAUSE = 30.0
CALM_AFTER = 60.0  # seconds a child must live for its pause to be short again
GRACE = 1.5  # seconds for children that got the same Ctrl-C
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child: get SIGTERM when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process that is to be running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float = 0.0

    def start(self) -> None:
        """Start it now."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  (this process has one thread)
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self, now: float) -> None:
        """Start it again when it has died and its pause is over."""
        if self.is_alive or self.process is None:
            return
        if not self.due_at:
            self.pause = FIRST_PAUSE if now - self.started_at > CALM_AFTER else min(self.pause * 2, LONGEST_PAUSE)
            self.due_at = now + self.pause
            sys.stderr.write(f"{self.name} ended ({self.process.returncode}); it starts again in {self.pause:.0f} s\n")
        elif now >= self.due_at:
            self.due_at = 0.0
            self.start()


@dataclass
class Group:
    """The children, and the signals that end them."""

    children: list[Child] = field(default_factory=list)

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            child.start()

    def revive(self) -> None:
        """Start again what has died."""
        for child in self.children:
            child.revive(time.monotonic())

    def stop(self, seconds: float) -> None:
        """Ask every child to end; after `seconds` kill the rest with everything below it.

        Ctrl-C has reached the children too: those that end by it are left alone for a moment.
        """
        self._wait(GRACE)
        self._send(signal.SIGTERM)
        self._wait(seconds)
        for child in self.children:
            if child.process is not None and child.is_alive:
                for pid in [*descendants(child.process.pid), child.process.pid]:
                    _kill(pid)
                child.process.wait()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while any(child.is_alive for child in self.children) and time.monotonic() < end:
            time.sleep(0.05)

    def _send(self, what: signal.Signals) -> None:
        for child in self.children:
            if child.process is not None and child.is_alive:
                child.process.send_signal(what)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, parents first."""
    below: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            words = tasks.read_text().split()
        except FileNotFoundError:  # it has ended meanwhile
            continue
        for word in words:
            below += [int(word), *descendants(int(word))]
    return below
