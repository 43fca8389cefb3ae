"""A quote as a PDF: typst sets it in a process of its own, within a time and a memory that it cannot exceed.

What people typed reaches the typesetter as JSON in a file beside the template, never as a part of its source: nothing
of it is read as markup. It reads nothing outside of its folder, and only fonts that came with the packages.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from crm.company import company_today
from pipeline.models import Quote
from pipeline.quotes.drawing.document import Document, document_of, logo_of
from pipeline.quotes.drawing.pictures import without_pictures

HERE = Path(__file__).parent
SECONDS = 20
FONT_PACKAGES = (
    "fontpkg_inter", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_devanagari", "fontpkg_noto_sans_thai",
    "noto_cjk_sans_otc",
)  # fmt: skip
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
"""Control characters, which no font can show."""
logger = logging.getLogger(__name__)


def draw_quote(quote: Quote, *, is_final: bool = False) -> bytes:
    """The PDF; a draft's says so, unless it is about to be sent. Raises ValidationError where it cannot be drawn."""
    return draw(document_of(quote, company_today(), is_final=is_final), logo_of())


def draw(document: Document, logo: Any = None) -> bytes:
    """The PDF of these words, with a stored picture as the logo."""
    with tempfile.TemporaryDirectory(prefix="quote-") as name:
        folder = Path(name)
        shutil.copyfile(HERE / "quote.typ", folder / "quote.typ")
        data = asdict(document) | {"name": document.reading_aid, "logo": _put_logo(folder, logo)}
        (folder / "quote.json").write_text(json.dumps(_visible(data), ensure_ascii=True), encoding="ascii")
        return _compiled(folder)


def _compiled(folder: Path) -> bytes:
    output = folder / "quote.pdf"
    command = [sys.executable, "-I", str(HERE / "compile.py"), str(folder), str(output), *font_folders()]
    try:
        subprocess.run(command, cwd=folder, env={}, capture_output=True, check=True, timeout=SECONDS)
        return output.read_bytes()
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or b""
        logger.error("A quote could not be drawn: %s %s", type(error).__name__, said[-300:].decode(errors="replace"))
        raise ValidationError(
            "The document could not be drawn. Shorter texts may help; the log says more to an administrator."
        ) from error


def _put_logo(folder: Path, logo: Any) -> str:
    """The file of the logo beside the template; empty where there is none, or it is gone."""
    ending = PICTURES.get(logo.content_type) if logo is not None else None
    if ending is None:
        return ""
    try:
        with logo.file.open("rb") as content:
            (folder / f"logo.{ending}").write_bytes(content.read())
    except OSError:
        logger.warning("The logo of the letterhead is gone; quotes are drawn without it.")
        return ""
    return f"logo.{ending}"


def _visible(value: Any) -> Any:
    """The same without characters that nobody sees or no font has, and without halves that cannot be written."""
    if isinstance(value, str):
        return without_pictures(value.translate(UNSEEN).encode("utf-8", "replace").decode("utf-8"))
    if isinstance(value, dict):
        return {name: _visible(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible(one) for one in value]
    return value


@cache
def font_folders() -> tuple[str, ...]:
    """Where the fonts of the packages lie."""
    specs = (find_spec(name) for name in FONT_PACKAGES)
    return tuple(place for spec in specs if spec for place in spec.submodule_search_locations or ())
