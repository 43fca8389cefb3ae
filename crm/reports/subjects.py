"""What reports are about: the lists that the apps name, as each person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.apps import apps
from django.urls import resolve, reverse

from crm.access import can
from crm.catalogue import catalogues
from crm.choices import Verb
from crm.exporting.later import view_of
from crm.field_rights import hidden_specs
from crm.filtering.trees.asking import TreeList
from crm.reports.spec import ReadyReport

if TYPE_CHECKING:
    from django.db import models

    from crm.models import User

EVERYTHING = {"view": "all"}  # no saved view, also where one opens first


@dataclass(frozen=True)
class Subject:
    """A list that can be reported on: the model's label, what the list is called, the name of its address."""

    label: str
    heading: str
    url_name: str

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def path(self) -> str:
        return reverse(self.url_name)

    def trees(self, user: User) -> TreeList:
        """The fields that this person may ask for, as filter trees know them."""
        return TreeList(self.label, user, hidden_specs(user, self.label))

    def page(self, user: User, filter: str = "", words: str = "") -> Any:
        """The list page as this person would get it with a filter and search words: the same rows, the same faults."""
        said = {name: value for name, value in (("filter", filter), ("q", words)) if value}
        return view_of(self.url_name, urlencode(EVERYTHING | said), user)


@cache
def all_subjects() -> dict[str, Subject]:
    """Every list that an app names, by the label of its model, in the order of the floors."""
    names = [name for catalogue in catalogues() if catalogue.reports for name in catalogue.reports.lists]
    found = [(name, resolve(reverse(name)).func.view_class) for name in names]  # type: ignore[attr-defined]
    return {
        page.model._meta.label_lower: Subject(page.model._meta.label_lower, page.heading, name) for name, page in found
    }


def subjects_for(user: User) -> dict[str, Subject]:
    """The lists that this person may open."""
    return {label: one for label, one in all_subjects().items() if can(user, Verb.VIEW, one.model)}


@cache
def all_ready() -> dict[str, ReadyReport]:
    """The ready reports by name, in the order of the floors."""
    ready = (one for catalogue in catalogues() if catalogue.reports for one in catalogue.reports.ready)
    return {one.name: one for one in ready}
