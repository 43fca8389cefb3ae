"""A template and its words become a PDF: typst sets it in a process of its own, within a time and a memory that it
cannot exceed.

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
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from crm.typesetting.pictures import without_pictures

HERE = Path(__file__).parent
SECONDS = 20
FONT_PACKAGES = (
    "fontpkg_inter", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_devanagari", "fontpkg_noto_sans_thai",
    "noto_cjk_sans_otc",
)  # fmt: skip
UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, 0xFFFE, 0xFFFF))
"""Control characters and what is no character at all, which no font can show and no picture may hold."""
logger = logging.getLogger(__name__)


def set_document(template: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a template (a `.typ` file of ours that reads `document.json`) and its data; `pictures` are files
    beside it, by name. Raises ValidationError where it cannot be drawn."""
    with tempfile.TemporaryDirectory(prefix="document-") as name:
        folder = Path(name)
        shutil.copyfile(template, folder / "document.typ")
        words = json.dumps(visible(dict(data)), ensure_ascii=True)
        (folder / "document.json").write_text(words, encoding="ascii")
        for file, content in (pictures or {}).items():
            (folder / file).write_bytes(content)
        return _compiled(folder)


def _compiled(folder: Path) -> bytes:
    output = folder / "document.pdf"
    command = [sys.executable, "-I", str(HERE / "compile.py"), str(folder), str(output), *font_folders()]
    try:
        subprocess.run(command, cwd=folder, env={}, capture_output=True, check=True, timeout=SECONDS)
        return output.read_bytes()
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or b""
        logger.error("A document could not be drawn: %s %s", type(error).__name__, said[-300:].decode(errors="replace"))
        raise ValidationError(
            "The document could not be drawn. Shorter texts may help; the log says more to an administrator."
        ) from error


def visible(value: Any) -> Any:
    """The same without characters that nobody sees or no font has, and without halves that cannot be written."""
    if isinstance(value, str):
        return without_pictures(value.translate(UNSEEN).encode("utf-8", "replace").decode("utf-8"))
    if isinstance(value, dict):
        return {name: visible(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [visible(one) for one in value]
    return value


@cache
def font_folders() -> tuple[str, ...]:
    """Where the fonts of the packages lie."""
    specs = (find_spec(name) for name in FONT_PACKAGES)
    return tuple(place for spec in specs if spec for place in spec.submodule_search_locations or ())
