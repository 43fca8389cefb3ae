"""Which tiles there are for a person, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from crm.catalogue import catalogues
from crm.dashboards.layout import PLACE
from crm.layouts.reading import layout_for
from crm.models import User
from crm.tiles.segments import segment_choices
from crm.tiles.showing import kept_apart
from crm.tiles.spec import DashboardTile, Question, TileContent

PERIODS = (("month", "Month"), ("quarter", "Quarter"), ("year", "Year"))
USUAL = "quarter"
NOTHING = TileContent()


@dataclass(frozen=True)
class ShownTile:
    """A tile with what it shows; None: nothing yet, or `is_broken`."""

    tile: DashboardTile
    content: TileContent | None
    is_broken: bool = False


def tiles_for(user: User) -> dict[str, DashboardTile]:
    """The tiles that a person may have, by name, as the dashboard of their role is arranged."""
    known = {tile.name: tile for catalogue in catalogues() for tile in catalogue.tiles}
    layout = layout_for(user, PLACE.name)
    names = [block.panel for block in layout.blocks] if layout else list(known)
    return {name: known[name] for name in names if name in known and known[name].may(user)}


def show_tile(tile: DashboardTile, user: User, question: Question) -> ShownTile:
    """A fault in a tile is logged, and is its own alone."""
    found = kept_apart(tile.name, lambda: tile.read(user, question) or NOTHING)
    if found is None:
        return ShownTile(tile, None, is_broken=True)
    return ShownTile(tile, None if found is NOTHING else found)


def question_of(asked: QueryDict, user: User, usual: str = USUAL) -> Question:
    """What an address asks. What is not known is as if it were not asked; so is a segment that the person may not know
    of."""
    period, segment = asked.get("period", ""), asked.get("segment", "")
    return Question(period if period in dict(PERIODS) else usual, segment if segment in segment_choices(user) else "")
