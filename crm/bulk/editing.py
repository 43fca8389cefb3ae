"""What can be changed from a list: which fields of a model, to what, and what has to follow. Apps bring it as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q, QuerySet

from crm.catalogue import catalogues
from crm.filtering.searching import search_rows

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class EditField:
    """A catalogue field that can be written from a list: the model's own field `name`.

    `offered(user)` are the records that a relation may be set to; `only` are look-ups of the rows that have the field
    at all; `by_charge`: only who is in charge of a row by their own right may write it, not by a share. Offered records
    that are many are looked up at `options_url_name` while typing. `choices` are what a text is one of. `takes(value)`
    are the rows that may have this value beside what else stands in them. Others are left as they are, and counted
    where `but` says why.
    """

    spec: str
    name: str
    offered: Callable[[User], QuerySet[Any]] | None = None
    only: tuple[tuple[str, Any], ...] = ()
    by_charge: bool = False
    options_url_name: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    takes: Callable[[Any], Q] | None = None
    but: str = ""


@dataclass(frozen=True)
class Editing:
    """How the records of one model are changed from its list.

    `change(actor=, record=, version=, fields=, custom=)` is the app's own action on one record; `after(keys)` keeps
    right what hangs on changed fields. `search` is the list's search; `only` are look-ups that a row has to meet.
    """

    noun: str
    fields: tuple[EditField, ...]
    change: Callable[..., Any]
    after: Callable[[Sequence[int]], Any] | None = None
    search: Callable[..., QuerySet[Any]] = search_rows
    tags: str = ""
    archived_at: str = "archived_at"
    custom: bool = False
    only: tuple[tuple[str, Any], ...] = ()

    @property
    def by_spec(self) -> dict[str, EditField]:
        return {one.spec: one for one in self.fields}


@cache
def editings() -> dict[str, Editing]:
    """Every model that can be changed from its list, by label."""
    return {label: editing for catalogue in catalogues() for label, editing in catalogue.editing.items()}


def editing_of(model: type[models.Model] | str) -> Editing | None:
    """How records of a model are changed from a list; None where they are not."""
    label = model if isinstance(model, str) else model._meta.label_lower
    return editings().get(label)
