"""What can be arranged, as the apps bring it: a place is a form or the side of a record page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crm.catalogue import catalogues

if TYPE_CHECKING:
    from django.db import models
    from django.http import HttpRequest


@dataclass(frozen=True)
class Item:
    """A field: in a form `is_wide` takes a line of its own; `is_needed` cannot be left out."""

    name: str
    label: str
    is_wide: bool = False
    is_needed: bool = False


@dataclass(frozen=True)
class Block:
    """Fields under a title, or (`panel`) a part of the page that an app brings as a whole."""

    title: str
    items: tuple[Item, ...] = ()
    panel: str = ""


@dataclass(frozen=True)
class LayoutPlace:
    """`model:part` names it. `shipped()` are all its blocks as they come, with the custom fields of the house; for the
    side of a page `draw(request, record, blocks)` makes of each block of fields what a panel's template gets as `data`.
    Where nobody has arranged it, the arrangement of the place named `like` counts.
    """

    model: str
    part: str
    label: str
    shipped: Callable[[], tuple[Block, ...]]
    draw: Callable[[HttpRequest, models.Model, Sequence[Block]], Sequence[dict[str, Any]]] | None = None
    template: str = ""
    like: str = ""
    order: int = 100

    @property
    def name(self) -> str:
        return f"{self.model}:{self.part}"


@cache
def places() -> dict[str, LayoutPlace]:
    """All places by name, by their `order` and the lowest floor first."""
    found = [place for catalogue in catalogues() for place in catalogue.layouts]
    return {place.name: place for place in sorted(found, key=lambda place: place.order)}
