"""An address as it is written on a letter: where postal code, town and region stand differs by country.

Sources: Universal Postal Union, "Addressing systems" by country; the country in capitals in its English name, as the
UPU asks for on letters across a border.
"""

from __future__ import annotations

from contacts.models import Address

# how the line of the town is written; countries that are not named write the code before the town
CODE_BEHIND = "AU CA HK ID IN KH KR LV MM NP NZ PK SG TH TW US VN".split()
CODE_BELOW = "CO GB GG IE IM JE JM KE MT NG PE TR UA ZA".split()
WITH_REGION = "AR AU BR CA CN CO IN IT MX MY US VE".split()


def postal_lines(address: Address, *, home: str = "") -> list[str]:
    """The lines below the name; that of the country only where it is not `home` (two letters). Empty parts are left
    out."""
    code, town, region, country = address.postal_code, address.city, address.region, address.country
    shown_region = region if country in WITH_REGION else ""
    if country in CODE_BELOW:
        lines = [address.street, _joined(", ", town, shown_region), code]
    elif country in CODE_BEHIND:
        lines = [address.street, _joined(" ", _joined(", ", town, shown_region), code)]
    else:
        lines = [address.street, _joined(" ", code, town, shown_region)]
    if country and country != home:
        lines.append(address.country_name.upper())
    return [line for text in lines for line in text.split("\n") if line.strip()]


def _joined(by: str, *parts: str) -> str:
    return by.join(part.strip() for part in parts if part.strip())
