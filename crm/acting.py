"""Who acts: the person, the job and the request behind what is written now. Doors say it, the database keeps it.

A door (a request, a job, a command) opens `acting(...)`; the database connection passes it on (`crm.database`), so that
every change of a row is kept with it (`crm.past`), however the change is made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Acting:
    """Nobody is the system itself: a command, a job without a person, a visitor who is not signed in yet.

    `door` is one of `crm.choices.Door`; `token_id` the API token that opened it.
    """

    actor_id: int | None = None
    job_id: int | None = None
    request_id: str = ""
    door: str = ""
    token_id: int | None = None

    def to_text(self) -> str:
        """As the database is told: JSON, empty where there is nothing to tell."""
        known = {"actor": self.actor_id, "job": self.job_id, "request": self.request_id}
        known |= {"door": self.door, "token": self.token_id}
        told = {name: value for name, value in known.items() if value}
        return json.dumps(told) if told else ""


NOBODY = Acting()
_current: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def current_acting() -> Acting:
    """Who acts here and now."""
    return _current.get()


def new_request_id() -> str:
    """A number for a request or a run of a command, by which all that it did is found again."""
    return secrets.token_hex(8)


@contextmanager
def acting(
    *, actor_id: int | None = None, job_id: int | None = None, request_id: str = "", door: str = ""
) -> Iterator[Acting]:
    """Everything written inside is kept as theirs; without a `door` it is the one that stands open."""
    now = Acting(actor_id, job_id, request_id, door or _current.get().door)
    token = _current.set(now)
    try:
        yield now
    finally:
        _current.reset(token)


def acts(actor_id: int | None, *, door: str = "", token_id: int | None = None) -> None:
    """From here on, to the end of what `acting` opened, this person acts: somebody has just signed in."""
    now = _current.get()
    _current.set(replace(now, actor_id=actor_id, door=door or now.door, token_id=token_id))
