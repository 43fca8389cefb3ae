r"""Texts into values of a type, written as PostgreSQL's COPY wants them (`\N` is: not given).

A converter remembers what it made of a text, so that a text that comes a thousand times is parsed once.
A text that is no value of the type becomes a `Bad` with the reason, in words for the person who brought the file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from crm.exporting.csv import FORMULA_STARTS, PLAIN_NUMBER
from crm.importing.dates import DateOrder, parse_date, parse_moment
from crm.importing.encodings import NO_RESULT
from crm.importing.numbers import DecimalMark, parse_number

NULL = r"\N"
UTC = ZoneInfo("UTC")
MEMO_LIMIT = 200_000
EMAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]{1,64}@(?:[^@\s,;<>()\[\]\\\".]{1,63}\.)+[^@\s,;<>()\[\]\\\".]{2,63}")
NAMED_EMAIL = re.compile(r"[^<>@]*<\s*([^<>\s]+)\s*>")
SEVERAL_EMAILS = re.compile(r"[^@\s,;]@[^@\s,;]")
BETWEEN_NUMBERS = re.compile(r"[/,;|]|\b(?:or|and)\b")
WHOLE_NUMBER = 7
"""Digits: a part of a number between its signs has fewer."""
TRUE_TEXTS = frozenset({"yes", "true", "t", "y", "1", "on", "x"})
FALSE_TEXTS = frozenset({"no", "false", "f", "n", "0", "off"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_COPY_SPECIAL = re.compile(r"[\\\t\n\r]")
_COPY_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


class Bad(str):
    """The reason why a text is no value of its field."""

    __slots__ = ()


class ValueType(StrEnum):
    """What a field holds; `POSTGRES_TYPES` gives the column type of the staging table."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    EMAIL = "email"
    PHONE = "phone"
    COUNTRY = "country"
    TAGS = "tags"
    CHOICE = "choice"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Limits:
    """What a value must keep to. Integers without a `maximum` must fit into 4 bytes."""

    max_length: int | None = None
    max_digits: int = 18
    decimal_places: int = 4
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    normalise: Callable[[str], str] | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The choices, each once: several words may mean the same."""
        return tuple(dict.fromkeys(value for value, _ in self.choices))


@dataclass(frozen=True)
class Reading:
    """What was decided for a column as a whole: how its numbers and its dates are written, and in which zone."""

    mark: DecimalMark = DecimalMark.POINT
    order: DateOrder = DateOrder.NONE
    zone: ZoneInfo = UTC


Parser = Callable[[str], str]


class Converter(dict[str, str]):
    """A memory from texts to COPY texts (or `Bad`); `has_bad` says whether any was refused so far."""

    def __init__(
        self,
        parse: Parser,
        *,
        required: bool = False,
        nulls: frozenset[str] = frozenset(),
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.parse = parse
        self.empty: str = Bad("nothing stands here, but this field is needed") if required else NULL
        self.nulls = nulls
        self.values_map = dict(values or {})
        self.has_bad = False

    def __missing__(self, text: str) -> str:
        if len(self) > MEMO_LIMIT:
            self.clear()
        found = self[text] = self._convert(text.strip())
        if found.__class__ is Bad:
            self.has_bad = True
        return found

    def _convert(self, text: str) -> str:
        text = self.values_map.get(text, text)
        if not text or text in self.nulls:
            return self.empty
        if _UNSTORABLE.search(text):
            return Bad(unstorable(text))
        return self.parse(text)


def unstorable(text: str) -> str:
    """Why a text with a NUL or with broken bytes cannot be stored."""
    if text == NO_RESULT:
        return "a formula stands here without its result: open the workbook in Excel and save it again"
    if "\x00" in text:
        return f"{quoted(text)} holds a NUL character, which no text can hold"
    return f"{quoted(text)} holds bytes that are no text in the file's encoding (is it another one?)"


def quoted(text: str) -> str:
    """The text in quotation marks, shortened and without characters that cannot be shown."""
    shown = "".join(c if c.isprintable() else "�" for c in text[:60])
    return f"“{shown}{'…' if len(text) > 60 else ''}”"


def plain_text(text: str) -> str:
    """The text without the apostrophe that an export put before it, lest a spreadsheet runs it as a formula."""
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) and not PLAIN_NUMBER.match(text[1:]):
        return text[1:]
    return text


def copy_escape(text: str) -> str:
    return _COPY_SPECIAL.sub(lambda found: _COPY_ESCAPES[found[0]], text)


def copy_unescape(text: str) -> str | None:
    """The value of a COPY text, for showing it; None when it is not given."""
    if text == NULL:
        return None
    if "\\" not in text:
        return text
    plain = {"t": "\t", "n": "\n", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: plain.get(found[1], found[1]), text)


def parser_for(kind: ValueType, limits: Limits, reading: Reading) -> Parser:
    """The function that makes COPY texts of texts that are not empty."""
    return _PARSERS[kind](limits, reading)


def _text(limits: Limits, reading: Reading) -> Parser:
    longest = limits.max_length

    def parse(text: str) -> str:
        text = plain_text(text)
        if limits.normalise:
            text = limits.normalise(text)
        if longest is not None and len(text) > longest:
            return Bad(f"{quoted(text)} has {len(text):,} characters; this field holds {longest:,}")
        return copy_escape(text)

    return parse


def _decimal(limits: Limits, reading: Reading) -> Parser:
    bound = 10 ** (limits.max_digits - limits.decimal_places)

    def parse(text: str) -> str:
        number = parse_number(text, reading.mark)
        if isinstance(number, str):
            return Bad(number)
        if not -bound < number < bound:
            return Bad(f"{quoted(text)} is too large a number for this field")
        return _bounded(f"{number:f}", number, text, limits)

    return parse


def _integer(limits: Limits, reading: Reading) -> Parser:
    limits_text = "is out of the range of this field"

    def parse(text: str) -> str:
        number = parse_number(text, reading.mark, whole=True)
        if isinstance(number, str):
            return Bad(number)
        if number != number.to_integral_value():
            return Bad(f"{quoted(text)} is not a whole number")
        if not -(2**31) <= number < 2**31:
            return Bad(f"{quoted(text)} {limits_text}")
        return _bounded(str(int(number)), number, text, limits)

    return parse


def _bounded(found: str, number: object, text: str, limits: Limits) -> str:
    if limits.minimum is not None and number < limits.minimum:  # type: ignore[operator]
        return Bad(f"{quoted(text)} is below {limits.minimum}")
    if limits.maximum is not None and number > limits.maximum:  # type: ignore[operator]
        return Bad(f"{quoted(text)} is above {limits.maximum}")
    return found


def _date(limits: Limits, reading: Reading) -> Parser:
    def parse(text: str) -> str:
        found = parse_date(text, reading.order)
        return found.isoformat() if isinstance(found, dt.date) else Bad(found)

    return parse


def _datetime(limits: Limits, reading: Reading) -> Parser:
    """Naive times are in the zone: one that a clock change skips is moved on by the hour, one that it repeats is
    the first of the two."""
    zone = reading.zone

    def parse(text: str) -> str:
        found = parse_moment(text, reading.order)
        if isinstance(found, str):
            return Bad(found)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found.astimezone(dt.UTC).isoformat(sep=" ")

    return parse


def _boolean(limits: Limits, reading: Reading) -> Parser:
    def parse(text: str) -> str:
        folded = text.casefold()
        if folded in TRUE_TEXTS:
            return "t"
        return "f" if folded in FALSE_TEXTS else Bad(f"{quoted(text)} is neither yes nor no")

    return parse


def _several(text: str, what: str) -> str:
    return f"{quoted(text)} holds several {what}: keep one, and put the others into a column of further ones"


def _email(limits: Limits, reading: Reading) -> Parser:
    longest = limits.max_length or 254

    def parse(text: str) -> str:
        address = plain_text(text).removeprefix("mailto:")
        if named := NAMED_EMAIL.fullmatch(address):
            address = named[1]
        if len(address) > longest or not EMAIL.fullmatch(address):
            several = len(SEVERAL_EMAILS.findall(address))
            return Bad(
                _several(text, "e-mail addresses") if several > 1 else f"{quoted(text)} is not an e-mail address"
            )
        return copy_escape(address)

    return parse


def _phone(limits: Limits, reading: Reading) -> Parser:
    def parse(text: str) -> str:
        text = plain_text(text)
        digits = sum(map(str.isdigit, text))
        if not 3 <= digits <= 24 or len(text) > 60:
            return Bad(f"{quoted(text)} is not a phone number")
        if sum(sum(map(str.isdigit, part)) >= WHOLE_NUMBER for part in BETWEEN_NUMBERS.split(text)) > 1:
            return Bad(_several(text, "phone numbers"))
        return copy_escape(text)

    return parse


def _tags(limits: Limits, reading: Reading) -> Parser:
    longest = limits.max_length or 60
    known = {name.casefold(): value for value, label in limits.choices for name in (label, value)}

    def parse(text: str) -> str:
        tags = list(dict.fromkeys(plain_text(tag.strip()) for tag in re.split(r"[,;|]", text) if tag.strip()))
        if known:
            unknown = [tag for tag in tags if tag.casefold() not in known]
            if unknown:
                return Bad(f"{quoted(unknown[0])} is none of: {', '.join(limits.values)}")
            tags = [known[tag.casefold()] for tag in tags]
        for tag in tags:
            if len(tag) > longest:
                return Bad(f"{quoted(tag)} is longer than the {longest} characters of a tag")
        return copy_escape(array_literal(tags))

    return parse


def array_literal(items: list[str]) -> str:
    r"""A PostgreSQL array: `{"a","say \"b\""}`."""
    return "{" + ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items) + "}"


def _choice(limits: Limits, reading: Reading) -> Parser:
    by_name = {name.casefold(): value for value, label in limits.choices for name in (label, value)}

    def parse(text: str) -> str:
        found = by_name.get(text.casefold())
        if found is None:
            return Bad(f"{quoted(text)} is none of: {', '.join(limits.values)}")
        return copy_escape(found)

    return parse


def _currency(limits: Limits, reading: Reading) -> Parser:
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}

    def parse(text: str) -> str:
        code = signs.get(text, text.upper())
        return code if re.fullmatch("[A-Z]{3}", code) else Bad(f"{quoted(text)} is not a currency such as EUR")

    return parse


_PARSERS: dict[ValueType, Callable[[Limits, Reading], Parser]] = {
    ValueType.TEXT: _text,
    ValueType.INTEGER: _integer,
    ValueType.DECIMAL: _decimal,
    ValueType.DATE: _date,
    ValueType.DATETIME: _datetime,
    ValueType.BOOLEAN: _boolean,
    ValueType.EMAIL: _email,
    ValueType.PHONE: _phone,
    ValueType.COUNTRY: _text,
    ValueType.TAGS: _tags,
    ValueType.CHOICE: _choice,
    ValueType.CURRENCY: _currency,
}
