"""Numbers as people write them: 1,234.56 and 1.234,56 and 1 234,56 and (12.00) and €12.

Whether a comma is a decimal mark cannot be told from `1,234` alone, so it is decided for the column as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

_GAP = "\\s'\u2019\u00a0\u2009\u202f"
_BLANKS = re.compile(f"[{_GAP}]+")
_GROUPED_BY_BLANKS = re.compile(rf"\d{{1,3}}(?:[{_GAP}]\d{{3}})+(?:[.,]\d*)?")
_MONEY_SIGNS = re.compile(
    r"^(?:[$€£¥₹₽₩₺₫฿]|[A-Z]{3}(?![A-Za-z])|kr\.?|Fr\.)\s*|\s*(?:[$€£¥₹₽₩₺₫฿]|(?<![A-Za-z])[A-Z]{3}|kr\.?|Fr\.)$"
)
_POINT = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+")
_COMMA = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|,\d+")


class DecimalMark(StrEnum):
    """What parts the whole from the fraction. OPEN: the column does not say, so what can be either is refused."""

    POINT = "point"
    COMMA = "comma"
    OPEN = "open"


class MarkVotes:
    """Collects what the texts of a column say about its decimal mark."""

    def __init__(self) -> None:
        self.point = self.comma = self.open_point = self.open_comma = self.plain = 0

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._add(strip_number(text)[1])

    def _add(self, body: str) -> None:
        if body.isdigit() or not body:
            self.plain += bool(body)
            return
        point, comma = bool(_POINT.fullmatch(body)), bool(_COMMA.fullmatch(body))
        if point and comma:
            self.open_comma += "," in body
            self.open_point += "." in body
        else:
            self.point += point
            self.comma += comma

    def decide(self, *, trust_point: bool) -> DecimalMark:
        """The mark of the column. `trust_point`: without other evidence, `1.234` is a number with a fraction."""
        if self.point or self.comma:
            return DecimalMark.POINT if self.point >= self.comma else DecimalMark.COMMA
        if self.open_comma or (self.open_point and not trust_point):
            return DecimalMark.OPEN
        return DecimalMark.POINT

    @property
    def is_mostly_open(self) -> bool:
        """At least half of the texts can be read in two ways, and no other text helps."""
        unclear = self.open_comma + self.open_point
        return not (self.point or self.comma) and unclear > 0 and unclear >= self.plain


def strip_number(text: str) -> tuple[bool, str]:
    """(is negative, digits and marks): without signs, parentheses, currency and blanks between groups."""
    text = text.strip().replace("\u2212", "-")
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    text = _MONEY_SIGNS.sub("", text).strip()
    if text[:1] in "+-":
        negative, text = negative ^ (text[:1] == "-"), text[1:].strip()
    elif text[-1:] == "-":
        negative, text = not negative, text[:-1].strip()
    text = _MONEY_SIGNS.sub("", text).strip()
    if _GROUPED_BY_BLANKS.fullmatch(text):
        text = _BLANKS.sub("", text)
    return negative, text


def parse_number(text: str, mark: DecimalMark, *, whole: bool = False) -> Decimal | str:
    """The number, or the reason why the text is none. `whole`: a mark before three digits parts thousands."""
    negative, body = strip_number(text)
    if not (body.isascii() and body.isdigit()):
        refused = _refusal(text, body, mark, whole)
        if refused:
            return refused
        body = _plain(body, mark, whole)
    number = Decimal(body)
    return -number if negative else number


def _refusal(text: str, body: str, mark: DecimalMark, whole: bool) -> str:
    point, comma = bool(_POINT.fullmatch(body)) and body.isascii(), bool(_COMMA.fullmatch(body)) and body.isascii()
    if not (point or comma):
        hint = " (if it means “not given”, say so in the options)" if body.isalpha() or "/" in body else ""
        return f"“{text[:60]}” is not a number{hint}"
    if mark is DecimalMark.OPEN and point and comma and not whole:
        return (
            f"“{text[:60]}” can be read in two ways; say in the options whether the decimal mark is a point or a comma"
        )
    if mark is DecimalMark.POINT and not point:
        return f"“{text[:60]}” has a decimal comma, but the numbers of this column have a decimal point"
    if mark is DecimalMark.COMMA and not comma:
        return f"“{text[:60]}” has a decimal point, but the numbers of this column have a decimal comma"
    return ""


def _plain(body: str, mark: DecimalMark, whole: bool) -> str:
    if mark is DecimalMark.OPEN:
        if whole and _POINT.fullmatch(body) and _COMMA.fullmatch(body):
            return body.replace(",", "").replace(".", "")
        mark = DecimalMark.POINT if _POINT.fullmatch(body) else DecimalMark.COMMA
    if mark is DecimalMark.COMMA:
        return body.replace(".", "").replace(",", ".")
    return body.replace(",", "")
