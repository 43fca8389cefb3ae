"""Dashboards that managers of the demo put together and share: one for the sales meeting, one for service."""

from __future__ import annotations

from crm.choices import Role
from crm.demo.house import Fill, House
from crm.models import Dashboard

# name | roles that it is shared with | period that it begins with | tiles in their order
BOARDS = """
Sales meeting | manager, rep | quarter | sales, pipeline, lead_sources, campaigns
Week in service | manager, agent | month | tickets_by_queue, service, nps
"""


def load(house: House) -> Fill:
    """Once for the house; nothing for each batch."""
    manager = next(iter(house.with_role(Role.MANAGER)))
    for line in BOARDS.strip().splitlines():
        name, roles, period, tiles = (part.strip() for part in line.split("|"))
        fields = {"roles": roles.split(", "), "period": period, "tiles": tiles.split(", ")}
        Dashboard.objects.get_or_create(owner_id=manager.id, name=name, defaults=fields)
    return lambda batch: None
