"""The list of very many tickets, the page of one of them, and tickets given away by rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Count

from bench.measuring import Line, alternate, at_most, beside, timed
from bench.rows.pages import costs, page
from bench.rows.record import busiest
from bench.world import World
from crm.choices import Role
from crm.models import User
from service.models import Message, RoutingRule, Ticket, TicketEvent, TicketIntake
from service.routing.actions import create_routing_rule
from service.routing.engine import route, unrouted

LISTS = {
    "all": "/tickets/",
    "unsolved": "/tickets/?at_hand=unsolved",
    "nobody's, by what is due": "/tickets/?at_hand=free&sort=due_at",
    "one word": "/tickets/?q=parcel",
}
ROUTED, MOST_SECONDS = 5_000, 20
# copies of the demo's tickets, each of another contact, over three years
CHOOSE = """
CREATE TEMP TABLE chosen AS
SELECT t.id, t.id + n * %(step)s AS copy, c.id AS contact, (n %% 1095) * interval '1 day' AS back
FROM service_ticket t CROSS JOIN generate_series(1, %(times)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM contacts_contact WHERE archived_at IS NULL) c
  ON c.place = (t.id * 7919 + n * 104729) %% %(contacts)s
LIMIT %(most)s
"""
MOVED = ("opened_at", "first_reply_at", "solved_at", "waiting_since", "message_at", "sent_at", "occurred_at")


def copied(model: type[models.Model], key: str, given: dict[str, str]) -> str:
    """The statement that copies the rows of the chosen tickets, with their moments moved and some columns given."""
    fields = [one for one in model._meta.concrete_fields if not isinstance(one, models.GeneratedField)]
    columns = [str(one.column) for one in fields if one.column not in ("id", "external_id", key)]
    values = [given.get(name, f"t.{name} - s.back" if name in MOVED else f"t.{name}") for name in columns]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({key}, {', '.join(columns)}) SELECT s.copy, {', '.join(values)}"
        f" FROM {table} t JOIN chosen s ON s.id = t.{key}"
    )


def grow(world: World) -> None:
    """So many tickets as the run has of deals and leads; then as tables that have been up for a day."""
    with world.as_owner() as connection:
        there, step = connection.execute("SELECT count(*), max(id) FROM service_ticket").fetchone()  # type: ignore[misc]
        contacts = connection.execute("SELECT count(*) FROM contacts_contact WHERE archived_at IS NULL").fetchone()[0]  # type: ignore[index]
        wanted = max(world.grown - there, 0)
        if wanted:
            values = {"step": step, "times": -(-wanted // there), "most": wanted, "contacts": contacts}
            connection.execute(CHOOSE, values)
            connection.execute(copied(Ticket, "id", {"contact_id": "s.contact", "organization_id": "NULL"}))
            for part in (Message, TicketEvent):
                connection.execute(copied(part, "ticket_id", {}))
            connection.execute("SELECT setval('service_ticket_id_seq', (SELECT max(id) FROM service_ticket))")
            connection.execute("DROP TABLE chosen")
        for model in (Ticket, Message, TicketEvent):
            connection.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def give_away(keys: list[int]) -> None:
    """All of them, and back again."""
    with transaction.atomic():
        given = route(keys).count
        transaction.set_rollback(True)
    if given != len(keys):
        raise AssertionError(f"{given:,} of {len(keys):,} tickets were given away")


def measure(world: World) -> Iterator[Line]:
    """Lists and a ticket's page beside their floors; some thousand tickets given away by rules."""
    grow(world)
    count = Ticket.objects.count()
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    talks = Message.objects.values("ticket").annotate(n=Count("pk")).order_by("-n", "-ticket")
    ticket = f"/tickets/{talks[0]['ticket']}/"
    cases = {name: page(us, path) for name, path in LISTS.items()}
    cases |= {
        "ticket": page(us, ticket),
        "floor": page(floor, "/list/"),
        "floor of one": page(floor, f"/record/{busiest()}/"),
    }
    for case in cases.values():
        case()
    found = alternate(cases)
    for name, path in LISTS.items():
        yield beside("tickets", f"{count:,}, {name}", found[name], found["floor"], most=2.5, name="floor")
        yield from costs("tickets", name, path, 12)
    yield beside("tickets", f"page of one of {count:,}", found["ticket"], found["floor of one"], most=3, name="floor")
    yield from costs("tickets", "page of one", ticket, 16)
    yield from _routed()


def _routed() -> Iterator[Line]:
    RoutingRule.objects.all().delete()
    TicketIntake.objects.all().delete()
    agents = list(User.objects.filter(role=Role.AGENT, is_active=True))
    rules: tuple[dict[str, Any], ...] = ({"words": ["parcel"]}, {"way": "least busy"})
    for place, fields in enumerate(rules, start=1):
        create_routing_rule(actor=None, fields={"name": f"Rule {place}", "position": place, **fields}, people=agents)
    keys = list(unrouted().values_list("pk", flat=True)[:ROUTED])
    seconds = alternate({"us": partial(timed, partial(give_away, keys))}, rounds=1)["us"].median
    what = f"{len(keys):,} given away by 2 rules ({len(keys) / seconds:,.0f} a second)"
    yield at_most("tickets", what, seconds, MOST_SECONDS, "s")
