"""Pictures that strangers bring: looked at before they are unpacked, drawn anew before they are shown."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from typing import IO

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_POINTS = 25_000_000
"""Of a picture that we draw anew: 100 MB of memory for a moment."""
MAX_POINTS_UNSEEN = 170_000_000
"""Of a picture that is only kept: more would bring down the viewer of whoever opens it; Pillow stops soon after."""
MAX_SIDE = 2_400
FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # we look at the size ourselves


class BadPicture(Exception):
    """The picture cannot be taken; the message is a sentence that says why."""


def points_of(stream: IO[bytes]) -> float:
    """Width times height, as the head of the file says; 0 when it says nothing that can be read."""
    width, height = size_of(stream)
    return width * height


def size_of(stream: IO[bytes]) -> tuple[float, float]:
    """Width and height, as the head of the file says; 0 when it says nothing that can be read."""
    stream.seek(0)
    try:
        with Image.open(stream, formats=FORMATS) as picture:
            return picture.width, picture.height
    except Image.DecompressionBombError:
        return math.inf, math.inf
    except FAULTS:
        return 0, 0


def drawn_anew(stream: IO[bytes], *, side: int = MAX_SIDE, for_mails: bool = False) -> bytes:
    """The picture alone, upright and at most `side` points high and wide: no place or camera in it, nothing behind it.

    Of a moving picture the first frame stays. `for_mails`: what Outlook cannot show becomes what it can, WebP a PNG
    where something shines through, else a JPEG, and colours of printers those of screens. Raises BadPicture.
    """
    if points_of(stream) > MAX_POINTS:
        raise BadPicture("The picture has more than 25 million points. Please make it smaller and try again.")
    stream.seek(0)
    made = io.BytesIO()
    try:
        with Image.open(stream, formats=FORMATS) as picture:
            kind = picture.format or "PNG"
            picture.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((side, side))
            if for_mails:
                kind, upright = _for_mails(kind, upright)
            upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
            upright.save(made, format=kind, **({"quality": 90} if kind in {"JPEG", "WEBP"} else {}))
    except FAULTS as error:
        raise BadPicture("The picture is broken. Please save it again and try once more.") from error
    return made.getvalue()


def _for_mails(kind: str, picture: Image.Image) -> tuple[str, Image.Image]:
    """The format in which every mail program shows the picture, and the picture in colours that it takes."""
    if kind == "WEBP":
        kind = "PNG" if picture.has_transparency_data else "JPEG"
    return kind, picture.convert("RGB") if kind == "JPEG" and picture.mode not in ("RGB", "L") else picture
