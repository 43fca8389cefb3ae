"""Tiles as a page shows them: a fault in one is logged and said in its place, and never stops the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest

from crm.catalogue import catalogues
from crm.models import User
from crm.tiles.spec import Figure, HomeCard, HomeFigures

logger = logging.getLogger(__name__)
ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Shown:
    """A card as the page draws it: `data` for its template, `is_awaited` for one that is still asked for, or
    `is_broken`."""

    tile: HomeCard
    data: dict[str, Any] | None = None
    is_broken: bool = False
    is_awaited: bool = False


@dataclass(frozen=True)
class ShownFigures:
    """Figures as the row draws them."""

    tile: HomeFigures
    figures: tuple[Figure, ...] = ()
    is_broken: bool = False
    is_awaited: bool = False

    @property
    def places(self) -> range:
        """The places that are kept while they are asked for."""
        return range(self.tile.most)


def kept_apart(name: str, ask: Callable[[], ValueT]) -> ValueT | None:
    """What a tile answers; None where it fails, which is logged.

    Raises nothing: whatever goes wrong in one tile is that tile's alone. Inside a transaction a savepoint keeps what
    the database refused from stopping what is asked next.
    """
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return ask()
    except Exception:
        logger.exception("The tile %s could not be shown.", name)
        return None


NOTHING: dict[str, Any] = {}


def show_card(card: HomeCard, request: HttpRequest) -> Shown | None:
    """A card with its data; None where it has nothing to show."""
    found = kept_apart(card.name, lambda: card.context(request) or NOTHING)
    if found is None:
        return Shown(card, is_broken=True)
    return Shown(card, found) if found is not NOTHING else None


def show_figures(figures: HomeFigures, user: User) -> ShownFigures | None:
    """Figures that were read; None where there are none for this person."""
    found = kept_apart(figures.name, lambda: tuple(figures.read(user)))
    if found is None:
        return ShownFigures(figures, is_broken=True)
    return ShownFigures(figures, found) if found else None


def cards_for(user: User) -> list[HomeCard]:
    """The cards of this person's role, in their order."""
    cards = [card for catalogue in catalogues() for card in catalogue.home if not card.roles or user.role in card.roles]
    return sorted(cards, key=lambda card: card.order)


def figures_for(user: User) -> list[HomeFigures]:
    """The figures of this person's role, in their order."""
    found = [one for catalogue in catalogues() for one in catalogue.home_figures if user.role in one.roles]
    return sorted(found, key=lambda one: one.order)
