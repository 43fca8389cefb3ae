"""What an app says of a kind of records that can be searched, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class SearchHit:
    """One record that a search found, ready to show; `note` says which one it is."""

    title: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True)
class SearchFound:
    """What a source found: the best hits, how many there are (`is_capped`: at least); `guess` is what comes close."""

    hits: tuple[SearchHit, ...] = ()
    count: int = 0
    is_capped: bool = False
    guess: Callable[[], tuple[SearchHit, ...]] | None = None


@dataclass(frozen=True)
class SearchSource:
    """A kind of records that Ctrl-K and the search page find; `find(user, text, limit)` sees to what the user may see.

    `all_url_name` is the list that shows all of them by `?q=`; `show(user, ids)` draws some of them by id.
    """

    name: str
    label: str
    model: str
    find: Callable[[User, str, int], SearchFound]
    show: Callable[[User, Sequence[int]], dict[int, SearchHit]]
    all_url_name: str = ""
