"""The living style guide, for administrators: what the pieces look like now, in all their states."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from crm.icons import NAMES
from crm.requests import SignedInRequest
from crm.starting.reading import may_set_up
from crm.styleguide.colours import KINDS, TOLD_APART, as_seen, least_distance
from crm.styleguide.tokens import contrasts, swatches, tokens
from crm.tiles.spec import Figure

SERIES = ("series-1", "series-2", "series-3")
TEXTS = ("text", "small", "tiny")
WEIGHTS = ("medium", "strong", "heavy")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
LINES: dict[str, Any] = {
    "unit": "",
    "periods": MONTHS,
    "partial": [False] * 5 + [True],
    "series": [
        {"name": name, "points": [{"value": value, "url": ""} for value in values]}
        for name, values in {
            "Opened": (42, 48, 45, 60, 52, 31),
            "Solved": (38, 44, 49, 51, 55, 33),
            "Unsolved": (20, 24, 20, 29, 26, 24),
        }.items()
    ],
}
BARS: dict[str, Any] = {
    "names": ["Recommendation", "Web shop", "Trade fair", "Advertisement"],
    "values": [128, 96, 54, 22],
    "urls": [""] * 4,
    "low": [112, 82, 43, None],
    "high": [144, 110, 66, None],
}


class StyleguideView(View):
    """Colours with their contrasts, measures, pieces in light, dark and dense, charts, icons."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        if not may_set_up(self.request.user):
            raise PermissionDenied
        themes = [
            {"name": name, "swatches": swatches(name), "contrasts": contrasts(name), "sights": _sights(name)}
            for name in ("light", "dark")
        ]
        sizes = tokens()["sizes"]
        context = {
            "themes": themes,
            "sizes": [(name, value, tokens()["dense"].get(name, "")) for name, value in sizes.items()],
            "texts": TEXTS,
            "weights": WEIGHTS,
            "samples": [("light", "light", ""), ("dark", "dark", ""), ("dense", "light", "dense")],
            "figures": [
                Figure("Won this quarter", "€ 84,200", "of € 120,000", change="+12 %", change_tone="good", progress=70),
                Figure("Retention", "71.4 %", "of 1,204 customers", change="−1.2", change_tone="bad"),
            ],
            "steps": [
                {"label": "Choose a file", "state": "done", "url": ""},
                {"label": "Check the columns", "state": "current"},
                {"label": "Import", "state": ""},
            ],
            "empty": {"title": "No tasks yet", "text": "What you want to be reminded of stands here."},
            "heat": [range(7), range(6, -1, -1)],
            "lines": LINES,
            "bars": BARS,
            "icons": NAMES,
            "told_apart": TOLD_APART,
        }
        return render(request, "styleguide/styleguide.html", context)


def _sights(theme: str) -> list[dict[str, Any]]:
    """The series of charts as they are, and as who sees fewer colours sees them."""
    named = [tokens()[theme][name] for name in SERIES]
    seen = {"all colours": named} | {kind: [as_seen(colour, kind) for colour in named] for kind in KINDS}
    return [{"name": name, "colours": colours, "distance": least_distance(colours)} for name, colours in seen.items()]
