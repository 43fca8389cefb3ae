"""E-mail addresses, phone numbers and handles in the one form in which they are compared and found."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from contacts.choices import PointKind


def normalise_email(value: str) -> str:
    """`Mia@Example.COM ` -> `mia@example.com`."""
    return value.strip().lower()


def normalise_phone(value: str, country: str = "") -> str:
    """E.164 where the number can be read (`country`: two letters, for numbers without +), else the bare digits.

    >>> normalise_phone("0113 496 0188", "GB")
    '+441134960188'
    """
    region = country.upper() if re.fullmatch(r"[A-Za-z]{2}", country) else None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return _digits(value)
    if not phonenumbers.is_possible_number(number):
        return _digits(value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _digits(value: str) -> str:
    """The digits of any script, as 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) for sign in value if sign.isdecimal())


def national_digits(normalised: str, country: str) -> str:
    """The digits of an international number as people of its own country write it; empty for one of another country.

    >>> national_digits("+49401234567", "DE")
    '0401234567'
    """
    if not normalised.startswith("+") or not country:
        return ""
    number = phonenumbers.parse(normalised)
    if number.country_code != phonenumbers.country_code_for_region(country):
        return ""
    return re.sub(r"\D", "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def normalise_handle(value: str) -> str:
    """`@Mia_K` -> `mia_k`."""
    return value.strip().lstrip("@").lower()


def normalise_point(kind: str, value: str, country: str = "") -> str:
    """The form of any contact point; empty where nothing of it can be compared (a phone without a digit)."""
    if kind == PointKind.PHONE:
        return normalise_phone(value, country)
    return normalise_email(value) if kind == PointKind.EMAIL else normalise_handle(value)
