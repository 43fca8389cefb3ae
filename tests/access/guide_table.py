"""The first hour and the demo are for administrators; the help is for everybody, but for one chapter (tests/guide)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.access.law import EVERYBODY, SCOPES, Address, button, form, page

GUIDE_ADDRESSES: dict[str, Address] = {
    "crm:start": page("house"),
    "crm:start_skip": button("company", "change", has_record=False),
    "crm:start_mail": button("company", "change", has_record=False),
    "crm:start_close": button("house", "view", has_record=False),
    "crm:demo_remove": form("company", "change"),
    "crm:adoption": page("adoption"),
    "crm:adoption_rows": page("adoption"),
    "crm:adoption_export": page("adoption", "export"),
    "crm:company": form("company", "change"),
    "pipeline:letterhead": form("company", "change"),
    "service:hours": form("segment table", "change"),
    "crm:styleguide": page("company", "change"),
    "crm:guide": page("house"),
    "crm:guide_panel": page("house"),
    "crm:guide_chapter": Address("chapter of the help"),
}
SCOPES["chapter of the help"] = {"view": EVERYBODY}
GUIDE_MAKERS: dict[str, Callable[..., Any]] = {"chapter of the help": lambda owner, name: SimpleNamespace(pk="leads")}
