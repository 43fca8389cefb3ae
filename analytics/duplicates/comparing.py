"""Two contacts side by side: field by field what each has, how alike that is, and what it says, in words."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.mathematics.likeness import CODE
from analytics.models import DuplicatePair
from analytics.steps.duplicate_facts import FIELDS, HOUSE_NUMBER
from contacts.choices import PointKind
from contacts.models import Address, Contact
from crm.catalogue import fields_of
from crm.field_rights import hidden_fields
from crm.models import User
from crm.templatetags.figures import full_day, number, percent

CUSTOM = "custom."
LABELS = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "birthday": "Birthday",
    "organization": "Organization",
    "domain": "Domain of the e-mail",
    "email": "E-mail",
    "phone": "Phone",
    "website": "Website",
    "street": "Street",
    "house_number": "House number",
    "postal_code": "Postal code",
    "city": "City",
    "region": "Region",
}
# a part of another field, for rights as for eyes
STORED = {"house_number": "street", "domain": "email"}
OF_ADDRESS = ("street", "house_number", "postal_code", "city", "region")
LACKING = ("one of both has none", "says nothing")
FOLLOWS = ("", "follows from another field")
MOST_WORTH_SAYING = 1_000_000


@dataclass(frozen=True)
class Line:
    """A field of a pair: the values of both, how alike they are (`tone`: good, warn, bad), what that says."""

    label: str
    values: tuple[str, str]
    likeness: str
    says: str
    tone: str


def lines_of(pair: DuplicatePair, user: User | None) -> list[Line]:
    """The evidence of a pair for this person, the heaviest first; then what only one of both has. Fields that are
    hidden from the person are left out."""
    told = {name: (level, weight) for name, level, weight in pair.evidence}
    kind = pair.first.kind
    hidden = hidden_fields(user, Contact) | hidden_fields(user, Address)
    own = [spec for spec in fields_of("contacts.contact") if spec.path.startswith("custom__")]
    custom = {f"{CUSTOM}{spec.path.removeprefix('custom__')}": spec for spec in own}
    names = [*told, *(name for name in FIELDS[kind] if name not in told and name not in STORED)]
    lines = []
    for name in names:
        if STORED.get(name, name) in hidden or (name in custom and custom[name].name in hidden):
            continue
        label = custom[name].label if name in custom else LABELS.get(name)
        if label is None:
            continue
        values = _value(pair.first, name), _value(pair.second, name)
        if name in told:
            level, weight = told[name]
            lines.append(Line(label, values, _likeness(name, kind, level), _says(weight), _tone(weight)))
        elif any(values):
            lines.append(Line(label, values, *(FOLLOWS if all(values) else LACKING), ""))
    return lines


def in_short(pair: DuplicatePair, user: User | None, most: int = 3) -> str:
    """`E-mail the same; Last name spelled alike`: the heaviest evidence for one party."""
    lines = [line for line in lines_of(pair, user) if line.tone == "good"]
    return "; ".join(f"{line.label} {line.likeness}" for line in lines[:most])


def _likeness(name: str, kind: str, level: int) -> str:
    how = FIELDS[kind].get(name)
    comparison = how.comparison if how else CODE  # custom fields are compared as codes
    place = comparison.swapped(level)
    return comparison.levels[place] if place < len(comparison.levels) else comparison.levels[-1]


def _says(weight: float) -> str:
    """A weight in bits as how much more often it is so of one party than of two."""
    times = 2 ** min(abs(weight), 60)
    if times < 1.5:
        return "says little"
    more = f"over {number(MOST_WORTH_SAYING)}" if times > MOST_WORTH_SAYING else _rounded(times)
    return f"{more} times as often with {'one party' if weight > 0 else 'two'}"


def _rounded(times: float) -> str:
    """Two figures: `1.7`, `12`, `3,400`."""
    if times < 10:
        return f"{times:.1f}"
    digits = len(str(int(times))) - 2
    return str(number(round(times / 10**digits) * 10**digits))


def _tone(weight: float) -> str:
    return "good" if weight >= 1 else "bad" if weight <= -1 else ""


def _value(contact: Contact, name: str) -> str:
    """What a contact has, as it is shown; all of its e-mail addresses and phones."""
    if name in PointKind.values:
        return ", ".join(point.value for point in contact.points.all() if point.kind == name)
    if name.startswith(CUSTOM):
        return str(contact.custom.get(name.removeprefix(CUSTOM), "") or "")
    if name == "house_number":
        found = HOUSE_NUMBER.search(_value(contact, "street"))
        return found[0] if found else ""
    if name in OF_ADDRESS:
        main = next((one for one in contact.addresses.all() if one.is_primary), None)
        return str(getattr(main, name)) if main else ""
    if name == "domain":
        return ", ".join(text.partition("@")[2] for text in _value(contact, "email").split(", "))
    if name == "organization":
        return str(contact.organization or "")
    if name == "birthday":
        return full_day(contact.birthday) if contact.birthday else ""
    return str(getattr(contact, name))


def how_sure(probability: float) -> str:
    """`99.8 %`; never a round hundred, which no model can know."""
    return "over 99.9 %" if probability > 0.999 else str(percent(probability, 1))
