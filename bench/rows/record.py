"""The record page of a contact of whom much is known, and its timeline."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from bench.measuring import Line, alternate, beside
from bench.rows.pages import costs, page
from bench.world import World, pointed_at
from contacts.models import Interaction
from crm.models import User


def busiest(email: str = "") -> int:
    """The contact with most interactions among the latest ones (that a person may see)."""
    seen = Interaction.objects.visible_to(User.objects.get(email=email) if email else None)
    latest = seen.order_by("-pk").values("contact_id")[:20_000]
    rows = Interaction.objects.filter(contact_id__in=latest).values("contact_id").annotate(n=Count("pk"))
    return int(rows.order_by("-n")[0]["contact_id"])


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
        "floor": page(floor, f"/record/{pk}/"),
        "small": page(small, f"/contacts/{small_pk}/"),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    yield beside("record", "busy contact", found["us"], found["floor"], most=3, name="floor")
    yield beside("record", "timeline alone", found["timeline"], found["floor"], most=3, name="floor")
    yield beside("record", "growth", found["us"], found["small"], most=1.3, name=f"at {world.small_rows:,} rows")
    yield from costs("record", "busy contact", path, 16)
