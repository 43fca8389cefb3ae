"""Which rows a bulk change is about: the ticked ones, or all that match what the list was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict

from crm.access import scope_of
from crm.bulk.editing import editing_of
from crm.choices import Scope, Verb
from crm.field_rights import hidden_specs
from crm.filtering.filtersets import SEARCH, filterset_for
from crm.filtering.trees.asked import FILTER, asked_tree
from crm.filtering.trees.asking import TreeList
from crm.models import User
from crm.primary_keys import key_in

MOST_TICKED = 1_000


class CannotChoose(ValueError):
    """The rows cannot be told any more; the message is a sentence for the person."""


@dataclass(frozen=True)
class Choice:
    """Rows of a list: the ticked `keys`, or without any all that match the `filter` and the search `words`."""

    label: str
    keys: tuple[int, ...] = ()
    filter: str = ""
    words: str = ""

    @classmethod
    def read(cls, label: str, data: QueryDict) -> Choice:
        """What a form or an address says: `pk` for each ticked row, or `all` with `filter` and `q`."""
        if data.get("all"):
            return cls(label, (), data.get(FILTER, ""), data.get(SEARCH, ""))
        keys = {key for text in data.getlist("pk") if (key := key_in(text)) is not None}
        if not keys:
            raise CannotChoose("Nothing was ticked.")
        if len(keys) > MOST_TICKED:
            raise CannotChoose(f"At most {MOST_TICKED:,} rows are ticked one by one; choose all that match instead.")
        return cls(label, tuple(sorted(keys)))

    @property
    def parameters(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {"list": self.label, "keys": list(self.keys), "filter": self.filter, "words": self.words}

    @classmethod
    def kept(cls, parameters: dict[str, Any]) -> Choice:
        return cls(parameters["list"], tuple(parameters["keys"]), parameters["filter"], parameters["words"])

    def rows(self, user: User) -> QuerySet[Any]:
        """The chosen rows that the person may see. Raises CannotChoose where the filter cannot be asked any more."""
        visible: QuerySet[Any] = apps.get_model(self.label).objects.visible_to(user)
        if self.keys:
            return visible.filter(pk__in=self.keys)
        hidden, editing = hidden_specs(user, self.label), editing_of(self.label)
        tree = asked_tree(TreeList(self.label, user, hidden), self.filter)
        if tree.problems or editing is None:
            raise CannotChoose(" ".join(tree.problems) or "This list is not changed as a whole.")
        data = QueryDict(mutable=True)
        data[SEARCH] = self.words
        filters = filterset_for(self.label, editing.search, hidden)
        asking = SimpleNamespace(user=user)
        return tree.narrow(filters(data=tree.beside(data), queryset=visible, request=asking).qs)

    def writable(self, user: User, verb: str = Verb.CHANGE, *, by_charge: bool = False) -> QuerySet[Any]:
        """Those of them that the person may change (or do another verb with)."""
        model = apps.get_model(self.label)
        if scope_of(user, model, verb) == Scope.ALL:
            return self.rows(user)
        manager: Any = model.objects
        allowed = manager.in_charge_of(user, verb) if by_charge else manager.visible_to(user, verb)
        return self.rows(user).filter(pk__in=allowed.values("pk"))
