"""What a list's address asks for, and the answer: rows of one page, columns, chips, sentences about what is wrong.

Names come from an allow-list only: the filters of the catalogues and the few words below. Anything else is a problem,
and a list with a problem shows no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from crm.access import veil
from crm.catalogue import FieldSpec, fields_of
from crm.filtering.counting import RowCount
from crm.filtering.filtersets import SEARCH, address, chips_of, filterset_for, problems_of, tree_chips
from crm.filtering.keyset import BadKey, Page, Position, Sort, read_key, write_key
from crm.filtering.matches import Matches
from crm.filtering.searching import SHORTEST_PART
from crm.filtering.trees.asked import FILTER, asked_tree
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.builder import joined, offered_fields
from crm.filtering.trees.nodes import Node, all_of, as_data, as_text, top_parts
from crm.primary_keys import key_in
from crm.saved_views.showing import with_view
from crm.tables import NUMBERS, Column, Heading, Table, make_rows

if TYPE_CHECKING:
    from crm.models import SavedView, User

OWN_WORDS = frozenset({"sort", "columns", "after", "before", "part", "view", "format"})
KEPT = ("q", "sort", "columns", "view")


@dataclass
class ListDesign:
    """How one list looks: its model, the column that names a row, the order, where cells stand on a phone, and the
    fields that are hidden from who asks, or that they may change in a cell."""

    label: str
    name_column: str
    default_sort: str
    search: Any
    phone: dict[str, str] = field(default_factory=dict)
    page_size: int = 50
    hidden: frozenset[str] = frozenset()
    editable: frozenset[str] = frozenset()

    @property
    def specs(self) -> dict[str, FieldSpec]:
        """The fields that may be shown, by name, the naming one first."""
        shown = [spec for spec in fields_of(self.label) if spec.column and spec.name not in self.hidden]
        return {spec.name: spec for spec in sorted(shown, key=lambda spec: spec.name != self.name_column)}


class Listing:
    """One request's view of a list. `rows` are the rows that the person may see; nothing here adds to them."""

    def __init__(
        self,
        design: ListDesign,
        request: HttpRequest,
        rows: QuerySet[Any],
        remembered: Sequence[str] = (),
        currency: str = "",
        view: SavedView | None = None,
    ) -> None:
        self.design, self.request, self.asked, self.view = design, request, request.GET, view
        self.parameters = with_view(request.GET, view, set(design.specs))
        self.currency, self.remembered = currency, remembered
        self.problems: list[str] = []
        trees = TreeList(design.label, cast("User", request.user), design.hidden)
        self.tree = asked_tree(trees, self.parameters.get(FILTER, ""))
        filters = filterset_for(design.label, design.search, design.hidden)
        self.filterset = filters(data=self.tree.beside(self.parameters), queryset=rows, request=request)
        self.problems += self._unknown_names() or problems_of(self.filterset)
        self.problems += self.tree.problems
        self.columns = self._columns()
        self.sort = self._sort()
        self.after, self.before = self._position("after"), self._position("before")

    @cached_property
    def matching(self) -> QuerySet[Any]:
        """All rows that match, of all pages, unordered; none where something that was asked cannot be read."""
        return self.filterset.queryset.none() if self.problems else self.tree.narrow(self.filterset.qs)

    @cached_property
    def matches(self) -> Matches:
        """How the matching rows are read."""
        return Matches(
            rows=self.matching,
            all_rows=self.filterset.queryset,
            sort=self.sort,
            is_narrowed=self.is_narrowed and not self.problems,
            with_relations=self._with_relations,
            may_stop=len(self.parameters.get(SEARCH, "").strip()) >= SHORTEST_PART,
        )

    @property
    def with_relations(self) -> QuerySet[Any]:
        """The matching rows together with what the shown columns need."""
        return self._with_relations(self.matching)

    def _with_relations(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        specs = [column.spec for column in self.columns]
        if select := sorted({name for spec in specs for name in spec.select}):
            rows = rows.select_related(*select)
        return rows.prefetch_related(*sorted({name for spec in specs for name in spec.prefetch}))

    @cached_property
    def page(self) -> Page:
        page = self.matches.page(self.design.page_size, self.after, self.before)
        self.veil(page.records)
        return page

    def veil(self, records: Sequence[Any]) -> None:
        """Take away the names of related records that the person may not see; read what columns need of all at once."""
        user = cast("User", self.request.user)
        for along in dict.fromkeys(column.spec.along for column in self.columns if column.spec.along):
            along(records, user)
        unseen = {name: column.spec.unseen for column in self.columns for name in column.spec.select}
        veil(user, records, {name: words for name, words in unseen.items() if words})

    @cached_property
    def count(self) -> RowCount:
        """A first page that is also the last is its own count."""
        if not self.page.has_next and not self.page.has_previous:
            return RowCount(len(self.page.records), is_exact=True)
        return self.matches.count

    @property
    def table(self) -> Table:
        return Table([self._heading(column) for column in self.columns], make_rows(self.columns, self.page.records))

    def row(self, key: str) -> Table:
        """One row by its id as this list shows it, whether it matches or not; none that the person may not see."""
        number = key_in(key)
        found = () if number is None else self.filterset.queryset.filter(pk=number)
        records = list(self._with_relations(found)) if found else []
        self.veil(records)
        return Table((), make_rows(self.columns, records))

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or a search is in force."""
        asked = {name for name, values in self.parameters.lists() if any(values)} - OWN_WORDS - {"pk"}
        return bool(self.problems or asked)

    @cached_property
    def chips(self) -> list[Any]:
        beside = chips_of(self.filterset, self.asked, self.request.path)
        return [*beside, *tree_chips(self.tree, self.asked, self.request.path)]

    @cached_property
    def joined_tree(self) -> Node | None:
        """All that narrows the list but the search, as one tree."""
        return joined(self.tree.node, self.filterset, self.asked)

    @property
    def builder(self) -> dict[str, Any]:
        """What the filter builder begins with: the fields, the tree, and the parameters that stay beside it."""
        kept = {name: self.asked[name] for name in KEPT if name in self.asked}
        tree = as_data(self.joined_tree)
        return {"fields": offered_fields(self.tree.trees), "tree": tree, "kept": kept, "path": self.request.path}

    @property
    def short_tree(self) -> str:
        """`joined_tree` for an address: by its short name where it has one and nothing was added to it."""
        is_kept = self.tree.text.startswith("~") and self.joined_tree == all_of(*top_parts(self.tree.node))
        return self.tree.text if is_kept else as_text(self.joined_tree)

    @property
    def query_of_all(self) -> str:
        """The parameters that mean all rows that match, for what is done with them."""
        query = QueryDict(mutable=True)
        query.update({"all": "1", FILTER: self.short_tree, SEARCH: self.parameters.get(SEARCH, "")})
        return query.urlencode()

    def address(self, without: Iterable[str] = (), **changes: str) -> str:
        """This list's address with some parameters changed or left out."""
        return address(self.request.path, self.asked, without, **changes)

    @property
    def next_url(self) -> str:
        return self.address(after=write_key(self.sort, self.page.records[-1])) if self.page.has_next else ""

    @property
    def previous_url(self) -> str:
        has_rows = self.page.has_previous and self.page.records
        return self.address(before=write_key(self.sort, self.page.records[0])) if has_rows else ""

    @property
    def columns_menu(self) -> list[dict[str, Any]]:
        """Every column that could be shown, with the address that shows or hides it; the naming one always stays."""
        shown = [column.name for column in self.columns]
        rest = self.address(without=("columns",))
        start = f"{rest}{'&' if '?' in rest else '?'}columns="
        return [
            {
                "name": name,
                "label": spec.label,
                "shown": name in shown,
                "toggle_url": f"{start}{quote_plus(','.join(_toggled(shown, name)))}",
            }
            for name, spec in self.design.specs.items()
            if name != self.design.name_column
        ]

    def _heading(self, column: Column) -> Heading:
        heading = Heading(column.name, column.label, column.align)
        if column.spec.sort:
            is_sorted = self.sort.name == column.name
            is_falling = not self.sort.is_descending if is_sorted else column.spec.kind in (*NUMBERS, "date")
            heading.sort_url = self.address(sort=f"-{column.name}" if is_falling else column.name)
            heading.sorted = ("desc" if self.sort.is_descending else "asc") if is_sorted else ""
        return heading

    def _unknown_names(self) -> list[str]:
        own = OWN_WORDS | ({"pk"} if self.parameters.get("part") in ("row", "ticked") else set())
        unknown = set(self.parameters) - own - {FILTER} - set(self.filterset.base_filters)
        return [f"This list has no filter named “{name[:60]}”." for name in sorted(unknown)]

    def _columns(self) -> list[Column]:
        specs = self.design.specs
        asked = [name for name in self.parameters.get("columns", "").split(",") if name]
        if unknown := [name for name in asked if name not in specs]:
            self.problems.append(f"This list has no column named “{unknown[0][:60]}”.")
            asked = []
        names = asked or [name for name in self.remembered if name in specs]
        names = names or [name for name, spec in specs.items() if spec.default]
        naming = self.design.name_column  # a right of a field may hide that, too
        names = list(dict.fromkeys([naming, *names] if naming in specs else names or list(specs)[:1]))
        phone, editable = self.design.phone, self.design.editable
        return [Column(specs[name], self.currency, phone.get(name, ""), is_editable=name in editable) for name in names]

    def _sort(self) -> Sort:
        word = self.parameters.get("sort", "") or self.design.default_sort
        spec = self.design.specs.get(word.removeprefix("-"))
        if spec is None or not spec.sort:
            self.problems.append(f"This list cannot be sorted by “{word[:60]}”.")
            word = self.design.default_sort
            spec = self.design.specs[word.removeprefix("-")]
        return Sort(spec.name, spec.sort_path, is_descending=word.startswith("-"))

    def _position(self, word: str) -> Position | None:
        key = self.parameters.get(word, "")
        if not key:
            return None
        try:
            return read_key(self.filterset.queryset.model, self.sort, key)
        except BadKey as problem:
            self.problems.append(str(problem))
            return None


def _toggled(shown: list[str], name: str) -> list[str]:
    return [one for one in shown if one != name] if name in shown else [*shown, name]
