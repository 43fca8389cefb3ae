"""The pages of a quote and of a deal beside the floor's record, and the PDF beside a page with one word on it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db.models import Count

from bench.measuring import Line, alternate, beside, middle
from bench.rows.pages import costs, page
from bench.rows.record import busiest
from bench.world import World
from crm.typesetting.setting import HERE, font_folders
from pipeline.models import Deal, Quote
from pipeline.quotes.drawing.drawing import draw_quote

DRAWINGS = 3  # a round of a document is the middle one of so many


def draw_barely() -> None:
    """What the typesetter needs by itself: its process, the fonts, one page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "document.typ").write_text("Quote")
        command = [sys.executable, "-I", str(HERE / "compile.py"), name, str(folder / "quote.pdf"), *font_folders()]
        subprocess.run(command, cwd=folder, env={}, capture_output=True, check=True, timeout=60)


def measure(world: World) -> Iterator[Line]:
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    quote = Quote.objects.annotate(n=Count("lines")).order_by("-n", "pk")[0]
    deal = Deal.objects.filter(organization__isnull=False).annotate(n=Count("changes")).order_by("-n", "pk")[0]
    cases = {
        "quote": page(us, quote.get_absolute_url()),
        "deal": page(us, deal.get_absolute_url()),
        "floor": page(floor, f"/record/{busiest()}/"),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("quote", "page of a quote", found["quote"], found["floor"], most=3, name="floor")
    yield beside("quote", "page of a deal", found["deal"], found["floor"], most=3, name="floor")
    yield from costs("quote", "page of a quote", quote.get_absolute_url(), 16)
    yield from costs("quote", "page of a deal", deal.get_absolute_url(), 16)
    drawn = alternate(
        {
            "us": partial(middle, partial(draw_quote, quote), DRAWINGS),
            "bare": partial(middle, draw_barely, DRAWINGS),
        }
    )
    yield beside("quote", "PDF", drawn["us"], drawn["bare"], most=2, name="one word, set alone")
