"""Figures that count the rows of a list: one set of filters makes the count and the address, so they cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.apps import apps
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_specs
from crm.filtering.counting import count_rows
from crm.filtering.filtersets import filterset_for, problems_of
from crm.filtering.searching import search_rows
from crm.tiles.spec import Figure

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.access import VisibleQuerySet
    from crm.models import User


class Asker(HttpRequest):
    """A request that stands for a person where a filter asks who looks; it never came from a browser."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user


def rows_behind(user: User, label: str, asked: Mapping[str, Any]) -> QuerySet[Any] | None:
    """The rows of a list (`pipeline.deal`) with these filters, as its page shows them to the person; None for who may
    not see the list, or from whom a field of the filters is hidden."""
    model = apps.get_model(label)
    filters = filterset_for(label, search_rows, hidden_specs(user, label))
    if not can(user, Verb.VIEW, model) or not set(asked) <= set(filters.base_filters):
        return None
    data = QueryDict(urlencode(asked, doseq=True))
    rows = cast("VisibleQuerySet[Any]", model._default_manager.all()).visible_to(user)
    found = filters(data=data, queryset=rows, request=Asker(user))
    if problems := problems_of(found):
        raise ValueError(f"{label}: {' '.join(problems)}")
    return cast("QuerySet[Any]", found.qs)


def list_url(url_name: str, asked: Mapping[str, Any]) -> str:
    """The address of a list with these filters."""
    return f"{reverse(url_name)}?{urlencode(asked, doseq=True)}"


def count_figures(
    user: User, label: str, url_name: str, asked: Mapping[str, Any], *, says: str, **more: Any
) -> list[Figure]:
    """A figure (`says` is its label) that counts the rows of a list, above ten thousand by the planner's estimate; none
    for who may not see them."""
    rows = rows_behind(user, label, asked)
    if rows is None:
        return []
    count = count_rows(rows)
    return [Figure(says, str(count), url=list_url(url_name, asked), rows=count.value, **more)]
