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
    (s, m, l): those whose sums may take longer than a page may. `place` is top (above the figures), wide (above the
    columns), main (the work) or side (what surrounds it).
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


@dataclass(frozen=True)
class Question:
    """What is asked of the tiles of a dashboard: the length of a period (month, quarter, year) and, for those that can
    be narrowed, one segment (its name; empty: everybody)."""

    period: str = "quarter"
    segment: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the table behind a chart: as it is read, as it stands in a file (`value`), and where its rows are."""

    text: str
    value: Any = None
    url: str = ""


@dataclass(frozen=True)
class TileContent:
    """What a tile shows: figures, a drawing with its data, the table behind it, and how all of it is made.

    `chart` names a drawing of `static/js/charts/`; `heads` and `rows` are the table, the newest or largest first;
    `explanation` says formula, day, run, number of observations and what is left out. `note` says of when it is.
    """

    figures: Sequence[Figure] = ()
    chart: str = ""
    data: Any = None
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    explanation: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class DashboardTile:
    """A tile that dashboards are put together of. `may` says who may have it at all; `read` answers what it shows to a
    person, None where there is nothing yet (`empty` says what is missing). `exported` is the model whose right to
    export its file needs. `takes` names what of the question it heeds: period, segment. `is_further` ones are for
    dashboards that people put together: the shipped one has the others."""

    name: str
    label: str
    read: Callable[[User, Question], TileContent | None]
    may: Callable[[User], bool]
    exported: str
    empty: str
    takes: frozenset[str] = frozenset()
    order: int = 100
    is_further: bool = False
