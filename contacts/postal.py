"""An address in lines as its country writes it on a letter.

Which way round town and code stand, whether the region belongs to it, and how regions are shortened, is the postal
services' own, as the Universal Postal Union collects it. The street stays as it was typed. Countries that are not
named write the code before the town and no region, as most do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contacts.countries import country_names
from contacts.postcodes import WITHOUT_POSTCODES, tidy_postcode

if TYPE_CHECKING:
    from contacts.models import Address

BEFORE = "{code} {city}"
AFTER = "{city} {code}"
BELOW = "{city}|{code}"
ABOVE = "{code}|{city}"
SHAPES: dict[str, str] = {
    **dict.fromkeys(WITHOUT_POSTCODES, "{city}"),
    **dict.fromkeys(("GB", "GG", "IE", "IM", "JE", "DO", "EG", "FK", "GI", "IQ", "KE", "LK", "SH", "SZ", "ZA"), BELOW),
    **dict.fromkeys(("AM", "EC", "MN"), ABOVE),
    **dict.fromkeys(("BH", "BN", "BT", "KH", "KR", "LB", "MM", "MV", "NP", "NZ", "SA", "SG", "TH", "TW"), AFTER),
    **dict.fromkeys(("CU", "LV"), "{city}, {code}"),
    **dict.fromkeys(("BD", "PK"), "{city} - {code}"),
    **dict.fromkeys(("US", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"), "{city}, {region} {code}"),
    **dict.fromkeys(("AU", "CA"), "{city} {region} {code}"),
    **dict.fromkeys(("AR", "CN", "IT", "MY", "VE"), "{code} {city} {region}"),
    "BR": "{city} - {region}|{code}",
    "GT": "{code}-{city}",
    "ID": "{city} {code}|{region}",
    "IN": "{city} - {code}|{region}",
    "JP": "{city}, {region} {code}",
    "MX": "{code} {city}, {region}",
    "VN": "{city}|{region} {code}",
}
"""By country, the lines between the street and the country; `|` parts lines. What is empty goes with its sign."""
SHORT = {
    "US": """Alabama AL|Alaska AK|Arizona AZ|Arkansas AR|California CA|Colorado CO|Connecticut CT|Delaware DE
District of Columbia DC|Washington, D.C. DC|Florida FL|Georgia GA|Hawaii HI|Idaho ID|Illinois IL|Indiana IN|Iowa IA
Kansas KS|Kentucky KY|Louisiana LA|Maine ME|Maryland MD|Massachusetts MA|Michigan MI|Minnesota MN|Mississippi MS
Missouri MO|Montana MT|Nebraska NE|Nevada NV|New Hampshire NH|New Jersey NJ|New Mexico NM|New York NY
North Carolina NC|North Dakota ND|Ohio OH|Oklahoma OK|Oregon OR|Pennsylvania PA|Rhode Island RI|South Carolina SC
South Dakota SD|Tennessee TN|Texas TX|Utah UT|Vermont VT|Virginia VA|Washington WA|West Virginia WV|Wisconsin WI
Wyoming WY""",
    "CA": """Alberta AB|British Columbia BC|Manitoba MB|New Brunswick NB|Newfoundland and Labrador NL|Nova Scotia NS
Northwest Territories NT|Nunavut NU|Ontario ON|Prince Edward Island PE|Quebec QC|Québec QC|Saskatchewan SK|Yukon YT""",
    "AU": """Australian Capital Territory ACT|New South Wales NSW|Northern Territory NT|Queensland QLD
South Australia SA|Tasmania TAS|Victoria VIC|Western Australia WA""",
    "BR": """Acre AC|Alagoas AL|Amapá AP|Amazonas AM|Bahia BA|Ceará CE|Distrito Federal DF|Espírito Santo ES|Goiás GO
Maranhão MA|Mato Grosso MT|Mato Grosso do Sul MS|Minas Gerais MG|Pará PA|Paraíba PB|Paraná PR|Pernambuco PE|Piauí PI
Rio de Janeiro RJ|Rio Grande do Norte RN|Rio Grande do Sul RS|Rondônia RO|Roraima RR|Santa Catarina SC|São Paulo SP
Sergipe SE|Tocantins TO""",
}
REGIONS = {
    country: {
        name.casefold(): short for name, _, short in (one.rpartition(" ") for one in text.replace("\n", "|").split("|"))
    }
    for country, text in SHORT.items()
}


def address_lines(
    *, street: str, postal_code: str, city: str, region: str, country: str, names_country: bool = True
) -> list[str]:
    """The lines of a letter; `country` is two letters, or a name that stays as it is (then the code stands first).

    >>> address_lines(street="301 Hamilton Avenue", postal_code="94303", city="Palo Alto", region="California",
    ...               country="US")
    ['301 Hamilton Avenue', 'Palo Alto, CA 94303', 'United States']
    >>> address_lines(street="Turkuer Str. 30", postal_code="18107", city="Rostock", region="", country="DE")
    ['Turkuer Str. 30', '18107 Rostock', 'Germany']
    """
    code = tidy_postcode(postal_code, country)
    short = REGIONS.get(country, {}).get(region.strip().casefold(), region.strip())
    said = {"code": code, "city": city.strip(), "region": region.strip() if not code else short}
    lines = [street.strip(), *(_line(part, said) for part in SHAPES.get(country, BEFORE).split("|"))]
    if names_country:
        lines.append(country_names().get(country, country))
    return [line for line in lines if line]


def lines_of(address: Address, *, with_region: bool = False) -> list[str]:
    """The lines of an address; `with_region` adds the region to the town where letters do without it."""
    parts = {name: getattr(address, name) for name in ("street", "postal_code", "city", "region", "country")}
    if with_region and address.region and not names_region(address.country):
        lines = address_lines(**{**parts, "region": ""}, names_country=False)
        place = lines[1:] if address.street else lines
        said = [*lines[:-1], f"{lines[-1]}, {address.region}"] if place else [*lines, address.region]
        return [line for line in (*said, address.country_name) if line]
    return address_lines(**parts)


def postal_lines(address: Address, *, home: str = "") -> list[str]:
    """The lines of a letter below the name: the country in capitals, as the Universal Postal Union asks for on letters
    across a border, and only where it is not `home` (two letters)."""
    parts = {name: getattr(address, name) for name in ("street", "postal_code", "city", "region", "country")}
    lines = address_lines(**parts, names_country=False)
    if address.country and address.country != home:
        lines.append(address.country_name.upper())
    return [line.strip() for text in lines for line in text.split("\n") if line.strip()]


def names_region(country: str) -> bool:
    """Whether the region is written on letters to a country."""
    return "{region}" in SHAPES.get(country, BEFORE)


def _line(shape: str, said: dict[str, str]) -> str:
    """A line of its parts; a sign between two of them goes where one is missing."""
    found, between = "", ""
    rest = shape
    while rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        between = before or between
        if value := said[name]:
            found += (between if found else "") + value
            between = ""
    return found
