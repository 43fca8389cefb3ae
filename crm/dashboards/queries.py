"""Which dashboards and tiles there are for a person, and what each tile shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.catalogue import catalogues
from crm.dashboards.choices import PeriodLength
from crm.dashboards.layout import PLACE
from crm.layouts.reading import layout_for
from crm.models import Dashboard, User
from crm.tiles.segments import segment_choices
from crm.tiles.showing import kept_apart
from crm.tiles.spec import DashboardTile, Question, TileContent

USUAL = PeriodLength.QUARTER.value
HOUSE_NAME = "Dashboard"
NOTHING = TileContent()


@dataclass(frozen=True)
class ShownTile:
    """A tile with what it shows; None: nothing yet, or `is_broken`."""

    tile: DashboardTile
    content: TileContent | None
    is_broken: bool = False


def all_tiles() -> dict[str, DashboardTile]:
    """The tiles of all apps by name, in their order."""
    tiles = sorted((tile for catalogue in catalogues() for tile in catalogue.tiles), key=lambda tile: tile.order)
    return {tile.name: tile for tile in tiles}


def ready_tiles(user: User) -> dict[str, DashboardTile]:
    """The tiles that a person may see, by name: dashboards are put together of them."""
    return {name: tile for name, tile in all_tiles().items() if tile.may(user)}


def tiles_for(user: User) -> dict[str, DashboardTile]:
    """The tiles of the shipped dashboard, by name, as it is arranged for the person's role."""
    ready = ready_tiles(user)
    layout = layout_for(user, PLACE.name)
    names = [block.panel for block in layout.blocks if block.panel] if layout else _shipped(ready)
    return {name: ready[name] for name in names if name in ready}


def _shipped(ready: Mapping[str, DashboardTile]) -> list[str]:
    return [name for name, tile in ready.items() if not tile.is_further]


def tiles_of(user: User, dashboard: Dashboard | None) -> dict[str, DashboardTile]:
    """The tiles of a dashboard that the person may see, in its order; None is the shipped one."""
    if dashboard is None:
        return tiles_for(user)
    ready = ready_tiles(user)
    return {name: ready[name] for name in dashboard.tiles if name in ready}


def first_dashboard(user: User) -> Dashboard | None:
    """The dashboard that opens first for a person; None: the shipped one."""
    if user.first_dashboard is None:
        return None
    found: Dashboard | None = Dashboard.objects.visible_to(user).filter(pk=user.first_dashboard).first()
    return found


def show_tile(tile: DashboardTile, user: User, question: Question) -> ShownTile:
    """A fault in a tile is logged, and is its own alone."""
    found = kept_apart(tile.name, lambda: tile.read(user, question) or NOTHING)
    if found is None:
        return ShownTile(tile, None, is_broken=True)
    return ShownTile(tile, None if found is NOTHING else found)


def question_of(asked: Mapping[str, Any], user: User, dashboard: Dashboard | None = None) -> Question:
    """What an address asks, over what the dashboard begins with. What is not known is as if it were not asked; so is a
    segment that the person may not know of."""
    usual_period, usual_segment = (dashboard.period, dashboard.segment) if dashboard else (USUAL, "")
    period, segment = asked.get("period", ""), asked.get("segment", usual_segment)
    if period not in PeriodLength.values:
        period = usual_period
    return Question(period, segment if segment and segment in segment_choices(user) else "")
