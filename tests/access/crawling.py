"""Walks the site as one person: every address that needs no record, what it links to, and the whole API."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from tests.access.table import ADDRESSES
from tests.drills.tally import IS_LONG

LINK = re.compile(r'(?:href|hx-get|data-pick-url|data-src)="(/[^"]*)"')
LEFT = re.compile(r"^/(static|admin|accounts|api)/")
OF_A_KIND = 3 if IS_LONG else 2
MOST_PAGES = 2_000 if IS_LONG else 400
ASKED = ("_list", "_options", "_export", ":board", ":search", ":palette")  # what takes words, or has filters


def kind_of(path: str) -> str:
    """Addresses of one kind: ids and the values of queries folded, their names kept."""
    bare, _, query = path.partition("?")
    names = sorted({part.partition("=")[0] for part in query.split("&") if part})
    value = re.search(r"(?:tab|part|columns|kind|fact)=([a-z_]+)", query)
    return re.sub(r"\d+", "N", bare) + "?" + ",".join(names) + (value[1] if value else "")


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def starts(records: dict[str, list[int]]) -> list[str]:
    """Addresses without a record, with the words of their queries; and those of the given records, by kind."""
    paths = []
    for name, address in ADDRESSES.items():
        if "GET" not in address.methods or name.startswith(("api:", "account")):
            continue
        if not address.has_record:
            path = reverse(name)
            paths += [path]
            paths += [f"{path}?q=canary", f"{path}?part=filters"] if name.endswith(ASKED) else []
        else:
            paths += [reverse(name, args=[pk]) for pk in records.get(address.kind, [])]
    return paths


def crawl(client: Client, records: dict[str, list[int]], *more: str) -> Iterator[tuple[str, int, str]]:
    """(address, status, text) of every page that can be found, a few of each kind; `more` are looked at first."""
    waiting, seen = deque([*more, *starts(records)]), set[str]()
    kinds = Counter[str]()
    while waiting and len(seen) < MOST_PAGES:
        path = html.unescape(waiting.popleft()).partition("#")[0]
        if path in seen or LEFT.match(path) or kinds[kind_of(path)] >= OF_A_KIND:
            continue
        seen.add(path)
        kinds[kind_of(path)] += 1
        response = client.get(path)
        text = text_of(response)
        yield path, response.status_code, text
        waiting.extend(LINK.findall(text))
