"""What no restore may lose: kept apart of the database, in every backup, and done again after a restore."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Apart:
    """Lines of text under a `name` in the archive. `known()` gives all that this instance knows, whatever state its
    database is in; `put_back(lines)` does after a restore what they say, and tells it in sentences."""

    name: str
    known: Callable[[], Iterable[str]]
    put_back: Callable[[list[str]], list[str]]

    def as_file(self) -> bytes:
        return "".join(f"{line}\n" for line in self.known()).encode()


def apart() -> list[Apart]:
    return [import_string(name) for name in settings.CRM_KEPT_APART]
