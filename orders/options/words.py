"""Options as people and files write them: choices one to a line, chosen ones in one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm.languages.refusing import refused
from orders.choices import OptionKind

SIGNED = re.compile(r"^(?P<name>.*\S)\s+(?P<sign>[+\-\u2212])\s*(?P<sum>\d{1,12}(?:[.,]\d{1,4})?)$")
PRICED = re.compile(r"^(?P<value>.*\S)\s*\((?P<sum>[+-]\d{1,12}(?:[.,]\d{1,4})?)\)$")
LONGEST_CHOICE = 120
LONGEST_NAME, LONGEST_VALUE = 80, 300
MOST_CHOICES = 100


@dataclass(frozen=True)
class Chosen:
    """One option of a line: its name, what was chosen, and what that costs more a piece."""

    name: str
    value: str
    surcharge: Decimal = Decimal(0)


def read_choice(line: str) -> tuple[str, Decimal]:
    """`Oak + 4.50` -> (`Oak`, 4.50); without a sum the surcharge is 0. Raises ValidationError for too long a name."""
    line = line.strip()
    found = SIGNED.match(line)
    name, surcharge = line, Decimal(0)
    if found:
        name = found["name"]
        surcharge = Decimal(found["sum"].replace(",", ".")) * (1 if found["sign"] == "+" else -1)
    if len(name) > LONGEST_CHOICE:
        raise refused("A choice has at most %(most)s characters.", most=LONGEST_CHOICE)
    return name, surcharge


def write_choice(name: str, surcharge: Decimal) -> str:
    """The way back: `Oak + 4.50`."""
    if not surcharge:
        return name
    return f"{name} {'+' if surcharge > 0 else '-'} {plain(abs(surcharge))}"


def plain(value: Decimal) -> str:
    """`4.5000` -> `4.50`: cents at least, and no zeros behind them."""
    whole, _, rest = f"{value:f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def in_words(options: Iterable[Chosen]) -> str:
    """`Colour: Oak (+4.50); Engraving: Ada`, as the import reads it back."""
    return "; ".join(
        f"{one.name}: {one.value}"
        + (f" ({'+' if one.surcharge > 0 else '-'}{plain(abs(one.surcharge))})" if one.surcharge else "")
        for one in options
    )


def surcharge_of(options: Sequence[Chosen]) -> Decimal:
    """What all of them cost more a piece."""
    return sum((one.surcharge for one in options), Decimal(0))


def read_chosen(text: str) -> list[tuple[str, str, Decimal | None]]:
    """`Colour: Oak (+4.50); Engraving: Ada` -> (name, value, surcharge or None). Raises ValidationError."""
    found: list[tuple[str, str, Decimal | None]] = []
    for part in (one.strip() for one in text.split(";")):
        if not part:
            continue
        name, colon, rest = part.partition(":")
        name, rest = name.strip(), rest.strip()
        if not colon or not name or not rest:
            raise refused(
                "“%(part)s” is no option: write it as Colour: Oak, with a semicolon between two.", part=part[:60]
            )
        priced = PRICED.match(rest)
        surcharge = Decimal(priced["sum"].replace(",", ".")) if priced else None
        value = priced["value"].strip() if priced else rest
        if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise refused("“%(part)s…” is too long for an option.", part=part[:60])
        if name.casefold() in {known.casefold() for known, _, _ in found}:
            raise refused("The option %(name)s stands there twice.", name=name)
        found.append((name, value, surcharge))
    return found


def chosen(text: str, offered: Sequence[Any], *, takes_surcharges: bool) -> tuple[Chosen, ...]:
    """What a line says, held against the options of its product.

    A surcharge that is written down counts; else the product's own, where its money is the order's
    (`takes_surcharges`). Raises ValidationError for a choice that there is not and for an option that has to be said.
    """
    known = {option.name.casefold(): option for option in offered}
    said = [
        _held(known.get(name.casefold()), name, value, sum_, takes_surcharges)
        for name, value, sum_ in read_chosen(text)
    ]
    names = {one.name.casefold() for one in said}
    if missing := [option.name for option in offered if option.is_required and option.name.casefold() not in names]:
        raise refused("Still to be said: %(missing)s.", missing=", ".join(missing))
    return tuple(said)


def _held(option: Any, name: str, value: str, surcharge: Decimal | None, takes: bool) -> Chosen:
    if option is None:
        return Chosen(name, value, surcharge or Decimal(0))
    if option.kind == OptionKind.TEXT:
        own = option.surcharge
    else:
        choices = {one.name.casefold(): one for one in option.choices.all()}
        if value.casefold() not in choices:
            if surcharge is None:
                names = ", ".join(one.name for one in choices.values())
                raise refused("%(name)s is one of: %(names)s.", name=option.name, names=names)
            return Chosen(option.name, value, surcharge)
        value, own = choices[value.casefold()].name, choices[value.casefold()].surcharge
    if surcharge is None and own and not takes:
        raise refused(
            "The surcharge of %(name)s is in another currency: write it down, as (%(own)s).",
            name=option.name,
            own=f"{own:+.2f}",
        )
    return Chosen(option.name, value, own if surcharge is None else surcharge)
