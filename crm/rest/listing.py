"""Lists of the API: the filters, the search and the order of the list pages; pages by key; chosen fields.

Names come from an allow-list only (the filters of the catalogues and the words below); anything else is a 400.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime

from crm.catalogue import shipped_fields_of
from crm.filtering.filtersets import address, filterset_for, problems_of
from crm.filtering.keyset import BadKey, Page, Position, Sort, read_key, write_key
from crm.filtering.matches import Matches
from crm.filtering.trees.asked import FILTER, asked_tree
from crm.filtering.trees.asking import TreeList
from crm.rest.problems import wrong_question
from crm.rest.resources import Resource, chosen_names
from crm.rest.tokens import ApiRequest, has_scope

PAGE_SIZE, LARGEST_PAGE = 50, 200
LONGEST_VALUE = 2_000
OWN_WORDS = frozenset({"after", "sort", "page_size", "fields", "updated_since"})


class ApiList:
    """One request for a list. Raises a 400 that says everything that is wrong with it."""

    def __init__(self, resource: Resource, request: HttpRequest, rows: QuerySet[Any] | None = None) -> None:
        self.resource, self.request = resource, cast(ApiRequest, request)
        self.parameters = request.GET
        self.problems: list[str] = []
        user = self.request.user
        self.hidden = resource.hidden(user, with_scores=has_scope(request, resource.scores_scope))
        rows = resource.rows(user) if rows is None else rows
        self.tree = asked_tree(TreeList(resource.label, user, frozenset(self.hidden)), request.GET.get(FILTER, ""))
        self.filterset = filterset_for(resource.label, resource.search, frozenset(self.hidden))(
            data=self.tree.beside(request.GET), queryset=rows, request=request
        )
        self.problems += self._unknown_names() or problems_of(self.filterset)
        self.problems += self.tree.problems
        self.names = self._names()
        self.sort = self._sort()
        self.page_size = self._page_size()
        self.after = self._after()
        self.updated_since = self._updated_since()
        if self.problems:
            raise wrong_question(self.problems)

    @cached_property
    def page(self) -> Page:
        """The rows of this page, read as the lists read theirs."""
        rows = self.tree.narrow(self.filterset.qs)
        if self.updated_since:
            rows = rows.filter(**{f"{self.resource.updated_path}__gte": self.updated_since})
        matches = Matches(
            rows=rows,
            all_rows=self.filterset.queryset,
            sort=self.sort,
            is_narrowed=self._is_narrowed(),
            with_relations=lambda found: self.resource.with_relations(found, self.names),
        )
        return matches.page(self.page_size, self.after)

    def response(self) -> JsonResponse:
        records = self.page.records
        following = write_key(self.sort, records[-1]) if self.page.has_next else None
        return JsonResponse(
            {
                "items": self.resource.shown(self.request.user, records, self.names),
                "next": address(self.request.path, self.parameters, after=following) if following else None,
                "after": following,
            },
            json_dumps_params={"ensure_ascii": False},
        )

    def _is_narrowed(self) -> bool:
        asked = {name for name, values in self.parameters.lists() if any(values)}
        return bool(self.updated_since or asked - OWN_WORDS)

    def _unknown_names(self) -> list[str]:
        own = OWN_WORDS if self.resource.updated_path else OWN_WORDS - {"updated_since"}
        unknown = sorted(set(self.parameters) - own - {FILTER} - set(self.filterset.base_filters))
        asked = [(name, values) for name, values in self.parameters.lists() if name != FILTER]
        long = [name for name, values in asked if any(len(one) > LONGEST_VALUE for one in values)]
        return [f"There is no filter named “{name[:60]}”." for name in unknown] + [
            f"The value of “{name[:60]}” is longer than {LONGEST_VALUE:,} characters." for name in long
        ]

    def _names(self) -> Sequence[str]:
        known = [name for name in self.resource.specs if name not in self.hidden]
        names, unknown = chosen_names(self.parameters.get("fields", ""), known)
        self.problems += [f"There is no field named “{name[:60]}”." for name in unknown[:5]]
        return names

    def _sort(self) -> Sort:
        word = self.parameters.get("sort", "") or self.resource.default_sort
        sorts = {
            spec.name: spec for spec in (*shipped_fields_of(self.resource.label), *self.resource.extras) if spec.sort
        }
        spec = sorts.get(word.removeprefix("-"))
        if spec is None or spec.name in self.hidden:
            self.problems.append(f"This list cannot be sorted by “{word[:60]}”.")
            word = self.resource.default_sort
            spec = sorts[word.removeprefix("-")]
        return Sort(spec.name, spec.sort_path, is_descending=word.startswith("-"))

    def _page_size(self) -> int:
        text = self.parameters.get("page_size", str(PAGE_SIZE))
        if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= LARGEST_PAGE):
            self.problems.append(f"`page_size` is a number from 1 to {LARGEST_PAGE}.")
            return PAGE_SIZE
        return int(text)

    def _after(self) -> Position | None:
        key = self.parameters.get("after", "")
        if not key:
            return None
        try:
            return read_key(self.resource.model, self.sort, key)
        except BadKey as problem:
            self.problems.append(str(problem))
            return None

    def _updated_since(self) -> dt.datetime | None:
        text = self.parameters.get("updated_since", "")
        if not text or not self.resource.updated_path:
            return None
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 9998:
            self.problems.append("`updated_since` is a moment with its zone, such as 2026-03-02T12:00:00Z.")
            return None
        return moment
