"""The list of contacts by the API, with a token: plain, filtered, a deep page by its key, growth with the rows."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from bench.measuring import Line, alternate, beside
from bench.rows.lists import asked_for, deep_key
from bench.rows.pages import costs, page
from bench.world import World

PLAIN = "/api/v1/contacts"
# what the floor's page and the list show
SHOWN = urlencode({"fields": "name,place,owner,segment,r,f,m,revenue,recency"})


def measure(world: World) -> Iterator[Line]:
    """Beside the floor's list of the same fifty rows; every call counts itself against the token's limit, too."""
    us, small = world.caller(world.port), world.caller(world.small_port)
    floor = world.visitor(world.floor_port)
    plain, filtered = f"{PLAIN}?{SHOWN}", f"{PLAIN}?{SHOWN}&{asked_for()}"
    cases = {
        "floor": page(floor, "/list/"),
        "first": page(us, plain),
        "deep": page(us, f"{plain}&after={deep_key()}"),
        "filtered": page(us, filtered),
        "small": page(small, plain),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("api", "first page of contacts", found["first"], found["floor"], most=2.5, name="floor")
    yield beside("api", "two related filters", found["filtered"], found["floor"], most=2.5, name="floor")
    yield beside("api", "page by key in the middle", found["deep"], found["first"], most=1.2, name="first page")
    yield beside("api", "growth", found["first"], found["small"], most=1.3, name=f"at {world.small_rows:,} rows")
    yield from costs("api", "first page of contacts", plain, 12)
    yield from costs("api", "two related filters", filtered, 12)
