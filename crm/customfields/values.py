"""The one place where values of custom fields are made valid: whatever door they come in by, they are stored alike.

Stored are texts, numbers, `true` and `false`, days as `YYYY-MM-DD`, lists of texts, and ids of contacts. A value that
is not given is not stored at all.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from crm.choices import FieldType
from crm.customfields.definitions import Definition
from crm.languages.refusing import leaves, refused
from crm.templatetags.figures import number

LONGEST_TEXT = 5_000
LONGEST_URL = 2_000
MOST_DIGITS = 15
EXACT = "A number of more than 15 digits cannot be kept exactly: use a text for it."
TRUE_TEXTS = frozenset({"yes", "true", "t", "y", "1"})
FALSE_TEXTS = frozenset({"no", "false", "f", "n", "0"})


def clean_value(definition: Definition, value: Any) -> Any:
    """The value as it is stored; None where it is not given. Raises ValidationError with a sentence."""
    if value is None or value in ([], ()) or (isinstance(value, str) and not value.strip()):
        if definition.is_required:
            raise ValidationError("Nothing stands here, but this field is needed.")
        return None
    return CLEANERS[FieldType(definition.type)](definition, value)


def clean_values(definitions: tuple[Definition, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by key, made valid. Raises ValidationError by key; a key that no definition has is one, too."""
    known = {definition.key: definition for definition in definitions}
    errors: dict[str, Any] = {key: ["There is no such custom field."] for key in values if key not in known}
    found = {}
    for key, definition in known.items():
        if key in values:
            try:
                found[key] = clean_value(definition, values[key])
            except ValidationError as error:
                errors[key] = leaves(error)
    if errors:
        raise ValidationError(errors)
    return {key: value for key, value in found.items() if value is not None}


def _text(definition: Definition, value: Any) -> str:
    text = str(value).strip()
    if "\x00" in text:
        raise ValidationError("This text holds a sign that cannot be stored.")
    if len(text) > LONGEST_TEXT:
        raise refused(
            "This text has %(text)s characters; the field holds %(most)s.",
            text=lambda: number(len(text)),
            most=lambda: number(LONGEST_TEXT),
        )
    return text


def _number(definition: Definition, value: Any) -> int | float:
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise refused("“%(value)s” is not a number.", value=str(value)[:60])
    number = number.normalize()
    if len(number.as_tuple().digits) > MOST_DIGITS or not -20 < number.adjusted() < 20:
        raise ValidationError(EXACT)
    return int(number) if number == number.to_integral_value() else float(number)


def _date(definition: Definition, value: Any) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    try:
        return (value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))).isoformat()
    except ValueError:
        raise refused("“%(value)s” is not a day; write it like 2026-06-30.", value=str(value)[:40]) from None


def _choice(definition: Definition, value: Any) -> str:
    known = {choice.casefold(): choice for choice in definition.choices}
    found = known.get(str(value).strip().casefold())
    if found is None:
        raise refused(
            "“%(value)s” is none of: %(choices)s.", value=str(value)[:60], choices=", ".join(definition.choices)
        )
    return found


def _choices(definition: Definition, value: Any) -> list[str] | None:
    parts = value if isinstance(value, (list, tuple)) else re.split(r"[,;|]", str(value))
    return list(dict.fromkeys(_choice(definition, part) for part in parts if str(part).strip())) or None


def _flag(definition: Definition, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    folded = str(value).strip().casefold()
    if folded in TRUE_TEXTS:
        return True
    if folded in FALSE_TEXTS:
        return False
    raise refused("“%(value)s” is neither yes nor no.", value=str(value)[:60])


def _contact(definition: Definition, value: Any) -> int:
    key = getattr(value, "pk", value)
    if isinstance(key, bool) or not isinstance(key, int) or key < 1:
        raise ValidationError("This is no contact.")
    return key


def _url(definition: Definition, value: Any) -> str:
    text = str(value).strip()
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        is_good = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", address)
        )
    except ValueError:
        is_good = False
    if not is_good or len(address) > LONGEST_URL:
        raise refused("“%(text)s” is not a web address; write it like https://example.org.", text=text[:60])
    return address


CLEANERS = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _choices,
    FieldType.FLAG: _flag,
    FieldType.CONTACT: _contact,
    FieldType.URL: _url,
}


def is_number(value: Any) -> bool:
    """Whether a stored value is a number that can be reckoned with."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
