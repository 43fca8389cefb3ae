"""What an app says of a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class StartStep:
    """One thing to do. `url` is the address of the page that does it, one click away; `is_done` looks at the data.

    Steps of `roles` are shown to these; a step of the set-up (`is_setup`) is about the whole house, and for
    administrators whatever the roles. `may` says who can do it at all. `help` is a chapter, or a section of one;
    `is_post` says that the address is called by a button.
    """

    name: str
    label: str
    text: str
    action: str
    url: Callable[[], str]
    is_done: Callable[[User], bool]
    order: int
    is_setup: bool = False
    roles: tuple[str, ...] = ()
    may: Callable[[User], bool] = lambda user: True
    help: str = ""
    is_post: bool = False
