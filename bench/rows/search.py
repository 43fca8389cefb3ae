"""Search in the list of contacts: a rare word, a name that many have, a common piece, two letters, a phone number;
and what select fields and Ctrl-K find while somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from django.db import connection

from bench.measuring import Line, alternate, beside
from bench.rows.pages import costs, page
from bench.world import World, pointed_at
from contacts.actions import PointInput, create_contact
from contacts.choices import PointKind
from contacts.models import Contact

OF_BOTH = ("last name of many", "two letters")  # many have them in either base: the same words, so the same rows drawn
OWN_NUMBER = "+493076543217"


def words() -> dict[str, str]:
    """What is typed, by what kind of word it is, taken from the base that is searched: what one contact has in a small
    base, ten have in a large one, and a page of ten rows is not to be measured beside a page of one."""
    people = Contact.objects.filter(archived_at=None, kind="person").order_by("-pk")[10:500]
    contact = next((one for one in people if Contact.objects.filter(name=one.name).count() == 1), people[0])
    # the demo's numbers are of the few that nobody has, so that each is that of a thousand people: one of one person
    create_contact(
        actor=None,
        fields={"kind": "person", "name": "Anneke Oosterhuis"},
        points=[PointInput(PointKind.PHONE, OWN_NUMBER)],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_name FROM contacts_contact TABLESAMPLE SYSTEM (1) REPEATABLE (1) WHERE last_name <> ''"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
        common = cursor.fetchone()
        cursor.execute(
            "SELECT left(sort_name, 2) FROM contacts_contact TABLESAMPLE SYSTEM (1) REPEATABLE (1)"
            " WHERE kind = 'person' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
        beginning = cursor.fetchone()
    return {
        "whole name": contact.name,
        "external id": contact.external_id or contact.name,
        "phone number": OWN_NUMBER.lstrip("+"),
        "last name of many": common[0] if common else contact.last_name,
        "common piece (an)": "ann",
        "two letters": beginning[0] if beginning else contact.name[:2],
    }


def measure(world: World) -> Iterator[Line]:
    """Each beside the floor's search for the same text."""
    us, floor, small = (world.visitor(port) for port in (world.port, world.floor_port, world.small_port))
    typed = words()
    with pointed_at(world.databases.work_name(world.small_rows)):
        typed_small = words() | {one: typed[one] for one in OF_BOTH}
    for what, text in typed.items():
        path, small_path = (f"/contacts/?q={quote(one)}" for one in (text, typed_small[what]))
        cases = {
            "us": page(us, path),
            "floor": page(floor, f"/search/?q={quote(text)}"),
            "small": page(small, small_path),
        }
        for case in cases.values():
            case()
        found = alternate(cases)
        yield beside("search", what, found["us"], found["floor"], most=3, name="floor")
        yield beside(
            "search", f"{what}, growth", found["us"], found["small"], most=1.3, name=f"at {world.small_rows:,}"
        )
        yield from costs("search", what, path, 12)
    for what in ("whole name", "two letters"):
        text = quote(typed[what])
        cases = {
            "options": page(us, f"/contacts/options/?q={text}", is_part=True),
            "palette": page(us, f"/search/palette/?q={text}", is_part=True),
            "floor": page(floor, f"/search/?q={text}"),
        }
        for case in cases.values():
            case()
        found = alternate(cases)
        yield beside("search", f"select field, {what}", found["options"], found["floor"], most=3, name="floor")
        yield beside("search", f"Ctrl-K, {what}", found["palette"], found["floor"], most=3, name="floor")
