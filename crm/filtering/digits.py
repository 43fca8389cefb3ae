"""Finding a number by any piece of it. Three-letter pieces of digits are too common to find a phone number by: each is
in one of a hundred. Five digits are in one of ten thousand, and an index of them answers at once."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Transform

PIECE = 5
# numbers differ in their last digits and begin alike: the first pieces are in a tenth of all, and cost the index most
MOST_PIECES = 4


class DigitPieces(Transform):
    """`crm_digit_pieces(value)`: every five digits in a row. As a look-up: `search_text__digit_pieces__contains`."""

    lookup_name = "digit_pieces"
    function = "crm_digit_pieces"
    output_field = ArrayField(models.TextField())


models.TextField.register_lookup(DigitPieces)


def pieces_of(digits: str) -> list[str]:
    """The last few of every five in a row, by which the index finds it.

    >>> pieces_of("4420712")
    ['44207', '42071', '20712']
    >>> pieces_of("4420712345")
    ['20712', '07123', '71234', '12345']
    """
    return [digits[at : at + PIECE] for at in range(len(digits) - PIECE + 1)][-MOST_PIECES:]


def holds_number(path: str, word: str) -> Q:
    """What is true besides of every text at `path` that holds `word`, where `word` is a long number."""
    is_long = len(word) >= PIECE and word.isascii() and word.isdigit()
    return Q(**{f"{path}__digit_pieces__contains": pieces_of(word)}) if is_long else Q()
