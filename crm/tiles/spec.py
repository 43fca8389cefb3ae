"""What an app says of a tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from crm.models import User


@dataclass(frozen=True)
class Figure:
    """One figure with the way to its rows, as `components/_figure_card.html` draws it.

    `rows` is how many rows stand behind `url`, where the figure counts rows; None where it is money or a rate. `change`
    is drawn as a pill, `progress` (0 to 100) as a bar.
    """

    label: str
    value: str
    note: str = ""
    url: str = ""
    change: str = ""
    change_tone: str = "neutral"
    rows: int | None = None
    progress: int | None = None


@dataclass(frozen=True)
class HomeCard:
    """A card on a role's home page; `context` returns None when there is nothing to show to this person.

    `label` is what a person calls it. `is_late` cards are asked for when the page stands, in the room of `height`
    (s, m, l): those whose sums may take longer than a page may. `place` is wide (above the columns), main (the work) or
    side (what surrounds it).
    """

    name: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    roles: tuple[str, ...] = ()
    order: int = 100
    label: str = ""
    is_late: bool = False
    height: str = "m"
    place: str = "main"


@dataclass(frozen=True)
class HomeFigures:
    """Figures in the row on top of a role's home page: at most `most`, so much room is kept where they come late."""

    name: str
    label: str
    read: Callable[[User], Sequence[Figure]]
    roles: tuple[str, ...]
    order: int = 100
    is_late: bool = False
    most: int = 1
