"""Who reads the help: everybody; the chapter for administrators is asked for in tests/guide."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.access.law import EVERYBODY, SCOPES, Address, page

GUIDE_ADDRESSES: dict[str, Address] = {
    "crm:guide": page("house"),
    "crm:guide_panel": page("house"),
    "crm:guide_chapter": Address("chapter of the help"),
}
SCOPES["chapter of the help"] = {"view": EVERYBODY}
GUIDE_MAKERS: dict[str, Callable[..., Any]] = {"chapter of the help": lambda owner, name: SimpleNamespace(pk="leads")}
