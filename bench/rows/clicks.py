"""The way through us to the page that a link of a mail leads to: beside an empty page, and while the table of clicks is
locked, so that nothing can be written about them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from functools import partial

from bench.measuring import Case, Line, alternate, beside, middle
from bench.rows.pages import page
from bench.sites import HOST, BenchError
from bench.world import World
from campaigns.mail.composing import tracked
from campaigns.models import Hit, Recipient

TO = "https://example.com/frames?a=1"
PATIENCE_SECONDS = 30.0
AGENT = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}


def measure(world: World) -> Iterator[Line]:
    """Beside the floor's empty page; with the table of clicks locked beside without; none of them lost."""
    row = Recipient.objects.order_by("pk").first()
    if row is None:
        raise BenchError("The base has no recipient of a campaign.")
    path = "/" + tracked(row)(TO).split("/", 3)[3]
    us = http.client.HTTPConnection(HOST, world.port, timeout=PATIENCE_SECONDS)
    before, clicks = Hit.objects.count(), 0

    def click() -> None:
        nonlocal clicks
        us.request("GET", path, headers=AGENT)
        answer = us.getresponse()
        answer.read()
        clicks += 1
        if answer.status != http.client.FOUND or answer.headers["Location"] != TO:
            raise BenchError(f"A click led to {answer.status} {answer.headers['Location']}")

    def locked() -> float:
        with world.as_owner() as owner, owner.transaction():
            owner.execute("LOCK TABLE campaigns_hit IN ACCESS EXCLUSIVE MODE")
            return middle(click)

    cases: dict[str, Case] = {
        "us": partial(middle, click),
        "locked": locked,
        "floor": page(world.visitor(world.floor_port), "/"),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("click", "redirect of a link in a mail", found["us"], found["floor"], most=3, name="empty floor page")
    yield beside("click", "while the click cannot be written", found["locked"], found["us"], most=1.3, name="else")
    until = time.monotonic() + PATIENCE_SECONDS
    while Hit.objects.count() - before < clicks and time.monotonic() < until:
        time.sleep(0.1)
    if (written := Hit.objects.count() - before) != clicks:
        raise BenchError(f"Of {clicks} clicks {written} were written down.")
