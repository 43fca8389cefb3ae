"""The list of contacts: plain, filtered, a deep page by its key, growth with the rows, four people at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from analytics.models import RfmSegment
from bench.measuring import Line, alternate, at_least, beside
from bench.rows.pages import costs, page
from bench.sites import Visitor
from bench.world import REP, World
from contacts.models import Contact
from crm.filtering.keyset import Sort, write_key

PLAIN = "/contacts/"
CLIENTS, SECONDS = 4, 6.0


def asked_for() -> str:
    """Narrowed by a score and by an address: two other tables."""
    segment = RfmSegment.objects.order_by("position").values_list("name", flat=True)[0]
    return urlencode({"segment": segment, "country": "DE"})


def deep_key() -> str:
    """The key of a row in the middle of the list."""
    middle = Contact.objects.filter(archived_at=None, sort_name__gte="m").order_by("sort_name", "pk").first()
    return write_key(Sort("name", "sort_name"), middle)


def measure(world: World) -> Iterator[Line]:
    """Demands: rule 3 of the bench (CONTRIBUTING)."""
    us, floor, rep = world.visitor(world.port), world.visitor(world.floor_port), world.visitor(world.port, REP)
    small = world.visitor(world.small_port)
    filtered = f"{PLAIN}?{asked_for()}"
    cases = {
        "floor": page(floor, "/list/"),
        "first": page(us, PLAIN),
        "deep": page(us, f"{PLAIN}?after={deep_key()}"),
        "filtered": page(us, filtered),
        "rep": page(rep, PLAIN),
        "small": page(small, PLAIN),
        "small filtered": page(small, filtered),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("list", "first page, manager", found["first"], found["floor"], most=2.5, name="floor")
    yield beside("list", "first page, rep", found["rep"], found["floor"], most=2.5, name="floor")
    yield beside("list", "two related filters", found["filtered"], found["floor"], most=2.5, name="floor")
    yield beside("list", "page by key in the middle", found["deep"], found["first"], most=1.2, name="first page")
    name = f"at {world.small_rows:,} rows"
    yield beside("list", "growth, first page", found["first"], found["small"], most=1.3, name=name)
    yield beside("list", "growth, filtered", found["filtered"], found["small filtered"], most=1.3, name=name)
    yield from costs("list", "first page", PLAIN, 12)
    yield from costs("list", "two related filters", filtered, 12)
    rates = [throughput(world, port, path) for port, path in ((world.port, PLAIN), (world.floor_port, "/list/"))]
    yield at_least("list", f"pages a second, {CLIENTS} clients", *rates, least=0.4, name="floor", unit="/s")


def throughput(world: World, port: int, path: str) -> float:
    """Pages a second that several clients get who ask one after the other."""
    counts = [0] * CLIENTS
    end = time.monotonic() + SECONDS

    def ask(number: int, visitor: Visitor) -> None:
        while time.monotonic() < end:
            visitor.get(path)
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number, world.fresh_visitor(port))) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS
