"""Draws the icon sprite from the installed Bootstrap Icons: `manage.py build_icons`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm.icons import NAMES, SPRITE

BODY = re.compile(r"<svg[^>]*?viewBox=\"(?P<box>[^\"]+)\"[^>]*>(?P<body>.*)</svg>", re.DOTALL)


def symbol(name: str, source: str) -> str:
    """One `<symbol>` of the sprite from the text of one icon file."""
    found = BODY.search(source)
    if found is None:
        raise CommandError(f"The icon file {name}.svg has no drawing in it.")
    body = re.sub(r"\s*\n\s*", "", found["body"]).strip()
    return f'<symbol id="{name}" viewBox="{found["box"]}" fill="currentColor">{body}</symbol>'


class Command(BaseCommand):
    help = "Writes static/icons.svg from the icon files in node_modules. Run it after changing crm/icons.py."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "node_modules" / "bootstrap-icons" / "icons"
        missing = [name for name in NAMES if not (folder / f"{name}.svg").exists()]
        if missing:
            raise CommandError(f"These icons are not in {folder.name}: {', '.join(missing)}. Correct crm/icons.py.")
        symbols = [symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in sorted(NAMES)]
        target = Path(settings.BASE_DIR) / "static" / SPRITE
        target.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n",
            encoding="utf-8",
        )
        self.stdout.write(f"{len(symbols)} icons, {target.stat().st_size // 1024} KB: static/{SPRITE}")
