"""Search in a list: every word is somewhere in the record's `search_text`; a short one is a prefix of its name."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

from crm.filtering.folding import folded

SHORTEST_PART = 3
MOST_WORDS = 8
PHONE = re.compile(r"^[\d\s()+./-]+$")


def search_condition(text: str, prefix: str = "") -> Q:
    """The condition that a typed text means; `prefix` leads to the record that is searched (`contact__`).

    Under three characters only names that begin with it are found. A number with blanks and signs in it is looked for
    as a phone number too, without its leading zeros, so that `0113 496 0188` finds `+44 113 496 0188`.
    """
    text = " ".join(text.split())
    if len(text) < SHORTEST_PART:
        return Q(**{f"{prefix}sort_name__startswith": folded(text)})
    condition = Q()
    for word in text.split()[:MOST_WORDS]:
        condition &= Q(**{f"{prefix}search_text__contains": folded(word)})
    digits = re.sub(r"\D", "", text).lstrip("0") if PHONE.match(text) else ""
    if len(digits) >= SHORTEST_PART:
        condition |= Q(**{f"{prefix}search_text__contains": digits})
    return condition


def search_rows(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows of a model with `sort_name` and `search_text` that the typed text finds; all for an empty text."""
    return rows.filter(search_condition(text)) if text.strip() else rows
