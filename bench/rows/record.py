"""The record page of a contact of whom much is known, and timelines: of that one, of one with very many opens."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef

from bench.measuring import Line, alternate, beside
from bench.rows.pages import costs, page
from bench.world import World, pointed_at
from contacts.choices import BULK_CHANNELS
from contacts.models import Contact, Interaction
from crm.models import User


def busiest(email: str = "") -> int:
    """The contact with most to tell among those told of lately (whom a person may see)."""
    told = Interaction.objects.exclude(channel__in=BULK_CHANNELS)
    seen = told.visible_to(User.objects.get(email=email) if email else None)
    latest = seen.order_by("-occurred_at").values("contact_id")[:20_000]
    rows = told.filter(contact_id__in=latest).values("contact_id").annotate(n=Count("pk"))
    return int(rows.order_by("-n")[0]["contact_id"])


def with_most_opens() -> int:
    """Whom `bench.touches` gave one open by so many customers, last of all."""
    return int(Interaction.objects.order_by("-pk").values_list("contact_id", flat=True)[0])


def newest() -> int:
    """A contact that was made lately, with nothing but the newsletter in its history."""
    told = Interaction.objects.filter(contact=OuterRef("pk")).exclude(channel__in=BULK_CHANNELS)
    rows = Contact.objects.filter(~Exists(told), archived_at=None).order_by("-pk")
    return int(rows.values_list("pk", flat=True)[1])


def measure(world: World) -> Iterator[Line]:
    """Beside the floor's record with fifty interactions."""
    us, floor, small = (world.visitor(port) for port in (world.port, world.floor_port, world.small_port))
    pk = busiest()
    with pointed_at(world.databases.work_name(world.small_rows)):
        small_pk = busiest()
    path = f"/contacts/{pk}/"
    cases = {
        "us": page(us, path),
        "timeline": page(us, f"{path}timeline/", is_part=True),
        "opens": page(us, f"/contacts/{with_most_opens()}/timeline/", is_part=True),
        "new": page(us, f"/contacts/{newest()}/timeline/", is_part=True),
        "floor": page(floor, f"/record/{pk}/"),
        "small": page(small, f"/contacts/{small_pk}/"),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("record", "busy contact", found["us"], found["floor"], most=3, name="floor")
    yield beside("record", "timeline alone", found["timeline"], found["floor"], most=3, name="floor")
    opens = Interaction.objects.filter(contact=with_most_opens()).count()
    what = f"timeline of one with {opens:,} opens"
    yield beside("record", what, found["opens"], found["new"], most=1.3, name="a new contact")
    yield beside("record", "growth", found["us"], found["small"], most=1.3, name=f"at {world.small_rows:,} rows")
    yield from costs("record", "busy contact", path, 16)
