"""The measures of the look, read from the one file that names them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings

from crm.styleguide.colours import contrast, is_colour

FILE = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
BLOCK = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")
TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
LIGHT, DARK, SIZES, DENSE = '[data-bs-theme="light"]', '[data-bs-theme="dark"]', ":root", '[data-density="dense"]'
TEXT_LEAST, SIGN_LEAST = 4.5, 3.0
"""WCAG 2.2: of text (1.4.3), and of signs and lines that say something (1.4.11)."""
TEXT_PAIRS = (
    ("ink", "panel"), ("ink", "ground"), ("ink-2", "panel"), ("ink-2", "ground"), ("ink-3", "panel"),
    ("ink-3", "ground"), ("accent", "panel"), ("accent-strong", "accent-soft"), ("on-accent", "accent"),
    ("good", "good-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("good", "panel"), ("bad", "panel"),
    *((f"tint-ink-{number}", f"tint-{number}") for number in range(6)),
)  # fmt: skip
SIGN_PAIRS = (("focus", "panel"), ("focus", "ground"), *((f"series-{number}", "panel") for number in (1, 2, 3)))


@cache
def tokens() -> dict[str, dict[str, str]]:
    """`light`, `dark`, `sizes`, `dense`: each token with its value, in the order of the file."""
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}, "sizes": {}, "dense": {}}
    text = re.sub(r"/\*.*?\*/", "", FILE.read_text(encoding="utf-8"), flags=re.DOTALL)
    for block in BLOCK.finditer(re.sub(r"@font-face\s*\{[^}]*\}", "", text)):
        selectors = {one.strip() for one in block["selectors"].split(",")}
        values = {name: value.strip() for name, value in TOKEN.findall(block["body"])}
        if any(name.startswith("bs-") for name in values):
            continue
        for kind, selector in (("light", LIGHT), ("dark", DARK), ("dense", DENSE)):
            if selector in selectors:
                found[kind] |= values
        if selectors == {SIZES}:
            found["sizes"] = values | found["sizes"]
    return found


def swatches(theme: str) -> list[tuple[str, str]]:
    """(name, value) of each token of a theme that is a colour."""
    return [(name, value) for name, value in tokens()[theme].items() if is_colour(value)]


def contrasts(theme: str) -> list[dict[str, object]]:
    """Each pair that stands on one another: its ratio, what it needs, whether it has it."""
    named = tokens()[theme]
    pairs = [(*pair, TEXT_LEAST) for pair in TEXT_PAIRS] + [(*pair, SIGN_LEAST) for pair in SIGN_PAIRS]
    lines = []
    for above, below, least in pairs:
        ratio = contrast(named[above], named[below])
        lines.append(
            {
                "above": above,
                "below": below,
                "above_value": named[above],
                "below_value": named[below],
                "ratio": round(ratio, 2),
                "least": least,
                "is_enough": ratio >= least,
            }
        )
    return lines
