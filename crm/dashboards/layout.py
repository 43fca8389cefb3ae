"""Which tiles a role has on its dashboard and in which order: arranged by administrators like any other layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.http import HttpRequest

from crm.catalogue import catalogues
from crm.layouts.places import Block, LayoutPlace


def shipped_tiles() -> tuple[Block, ...]:
    """The tiles of the apps for the shipped dashboard, in their order."""
    every = (tile for catalogue in catalogues() for tile in catalogue.tiles if not tile.is_further)
    tiles = sorted(every, key=lambda tile: tile.order)
    return tuple(Block(tile.label, panel=tile.name) for tile in tiles)


def draw_nothing(request: HttpRequest, record: models.Model, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """There are no fields on a dashboard: tiles alone, each drawn by itself."""
    return []


PLACE = LayoutPlace("crm.dashboard", "tiles", "Dashboard", shipped_tiles, draw=draw_nothing, order=900)
