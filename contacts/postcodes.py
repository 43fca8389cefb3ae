r"""How postal codes are written, by country: patterns of what can be right, and the way to write one tidily.

`POSTCODES` has a regular expression (of PostgreSQL and Python alike) for the code in capitals; countries that are not
named are not judged. Sources: the postal services' own descriptions, as the Universal Postal Union collects them.
"""

from __future__ import annotations

import re

_FOUR, _FIVE, _SIX = r"^[0-9]{4}$", r"^[0-9]{5}$", r"^[0-9]{6}$"
POSTCODES = {
    **dict.fromkeys(("AT", "AU", "BE", "BG", "CH", "DK", "HU", "LI", "LU", "NO", "NZ", "PH", "SI", "ZA"), _FOUR),
    **dict.fromkeys(("DE", "EE", "ES", "FI", "FR", "HR", "ID", "IT", "MX", "MY", "RS", "TH", "TR", "UA"), _FIVE),
    **dict.fromkeys(("CN", "CO", "IN", "KZ", "RO", "RU", "SG"), _SIX),
    "BR": r"^[0-9]{5}-?[0-9]{3}$",
    "CA": r"^[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$",
    "CZ": r"^[0-9]{3} ?[0-9]{2}$",
    "GB": r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$",
    "GR": r"^[0-9]{3} ?[0-9]{2}$",
    "IE": r"^[A-Z][0-9][0-9W] ?[A-Z0-9]{4}$",
    "JP": r"^[0-9]{3}-?[0-9]{4}$",
    "KR": r"^[0-9]{5}$",
    "NL": r"^[1-9][0-9]{3} ?[A-Z]{2}$",
    "PL": r"^[0-9]{2}-[0-9]{3}$",
    "PT": r"^[0-9]{4}-[0-9]{3}$",
    "SE": r"^[0-9]{3} ?[0-9]{2}$",
    "SK": r"^[0-9]{3} ?[0-9]{2}$",
    "US": r"^[0-9]{5}(-[0-9]{4})?$",
}
WITHOUT_POSTCODES = frozenset(
    "AE AG AO BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GM GQ GY HK KI KM KN KP ML MO MR NR NU QA RW"
    " SB SC SL SR SS ST SY TD TG TK TL TO TV UG VU YE ZW".split()
)
# where the blank or the dash stands: (country, sign, how many stand behind it)
_PARTED = {
    "BR": ("-", 3), "CA": (" ", 3), "CZ": (" ", 2), "GB": (" ", 3), "GR": (" ", 2), "IE": (" ", 4), "JP": ("-", 4),
    "NL": (" ", 2), "PL": ("-", 3), "PT": ("-", 3), "SE": (" ", 2), "SK": (" ", 2),
}  # fmt: skip


def tidy_postcode(code: str, country: str) -> str:
    """The code as the country writes it, where it can be one; else as it came, without outer blanks.

    >>> tidy_postcode("ec1a1bb", "GB"), tidy_postcode("D-24103", "DE"), tidy_postcode("nowhere", "DE")
    ('EC1A 1BB', '24103', 'nowhere')
    """
    plain, without_sign = (
        re.sub(r"[\s-]", "", text).upper() for text in (code, re.sub(r"^\s*[A-Za-z]{1,3}\s*-", "", code))
    )
    for candidate in (plain, without_sign, plain.removeprefix(country)):
        sign, behind = _PARTED.get(country, ("", 0))
        if country == "US" and len(candidate) == 9:
            sign, behind = "-", 4
        written = f"{candidate[:-behind]}{sign}{candidate[-behind:]}" if sign else candidate
        if country in POSTCODES and re.match(POSTCODES[country], written):
            return written
    return code.strip()
