"""How many rows stand behind an address, whatever page shows them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from crm.models import User
from crm.tiles.showing import figures_for
from crm.tiles.spec import Figure

LIST_PATHS = ("/contacts/", "/leads/", "/deals/", "/tickets/", "/answers/", "/campaigns/", "/plays/", "/duplicates/")


def figures_of(user: User) -> dict[str, Figure]:
    """The figures of a person's home page, by label."""
    return {figure.label: figure for one in figures_for(user) for figure in one.read(user)}


def rows_behind(client: Client, url: str) -> int:
    """The number that a list says, or the rows of a plain page."""
    answer: Any = client.get(f"{url}{'&' if '?' in url else '?'}part=count")
    assert answer.status_code == 200, url
    if answer["Content-Type"] == "application/json":
        return int(answer.json()["count"].replace(",", ""))
    page = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return len(re.findall(r"<(?:tr|li)[^>]* data-href=", page))


def wrong_figures(client: Client, user: User) -> dict[str, tuple[int | None, int]]:
    """The figures that count rows and lead to a list with another number of them."""
    found = {
        label: (figure.rows, rows_behind(client, figure.url))
        for label, figure in figures_of(user).items()
        if figure.rows is not None
    }
    return {label: pair for label, pair in found.items() if pair[0] != pair[1]}
