"""A quote as a PDF: its words (`document`), its logo and its template, set by `crm.typesetting`."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crm.company import company_today
from crm.typesetting.setting import set_document
from pipeline.models import Quote
from pipeline.quotes.drawing.document import Document, document_of, logo_of

TEMPLATE = Path(__file__).parent / "quote.typ"
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
logger = logging.getLogger(__name__)


def draw_quote(quote: Quote, *, is_final: bool = False) -> bytes:
    """The PDF; a draft's says so, unless it is about to be sent. Raises ValidationError where it cannot be drawn."""
    return draw(document_of(quote, company_today(), is_final=is_final), logo_of())


def draw(document: Document, logo: Any = None) -> bytes:
    """The PDF of these words, with a stored picture as the logo."""
    pictures = _picture(logo)
    data = asdict(document) | {"name": document.reading_aid, "logo": next(iter(pictures), "")}
    return set_document(TEMPLATE, data, pictures)


def _picture(logo: Any) -> dict[str, bytes]:
    """The file of the logo by its name; empty where there is none, or it is gone."""
    ending = PICTURES.get(logo.content_type) if logo is not None else None
    if ending is None:
        return {}
    try:
        with logo.file.open("rb") as content:
            return {f"logo.{ending}": content.read()}
    except OSError:
        logger.warning("The logo of the letterhead is gone; quotes are drawn without it.")
        return {}
