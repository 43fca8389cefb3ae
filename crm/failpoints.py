"""Places where a test lets a process die or wait. Without `CRM_FAILPOINTS` they do nothing; only tests may set it.

`CRM_FAILPOINTS="mail.after_smtp=kill@3,mail.before_smtp=sleep:0.5"`: the third time the first is reached the process is
killed as by `kill -9`; each time the second is reached it waits for half a second.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass
class Armed:
    """What happens at one failpoint: `kill`, `raise` or `sleep:SECONDS`, each time or only at the `at`-th."""

    action: str
    at: int = 0
    reached: int = 0

    def reach(self) -> None:
        self.reached += 1
        if self.at and self.reached != self.at:
            return
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.action == "raise":
            raise RuntimeError("A failpoint was reached.")
        time.sleep(float(self.action.removeprefix("sleep:")))


def failpoint(name: str) -> None:
    """Do what the environment says for this place; nothing, outside tests."""
    armed = _armed().get(name)
    if armed is not None:
        armed.reach()


@cache
def _armed() -> dict[str, Armed]:
    return dict(map(_read, settings.CRM_FAILPOINTS))


def _read(words: str) -> tuple[str, Armed]:
    name, _, rest = words.partition("=")
    action, _, at = rest.partition("@")
    return name.strip(), Armed(action.strip(), int(at or 0))
