"""Ways onward from a list: pages of apps above it that take along what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.apps import apps
from django.urls import reverse

from crm.access import can
from crm.catalogue import catalogues
from crm.choices import Verb

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class ListLink:
    """A page that begins with rows of a list: it reads their filter tree (`filter`), and a `name` for them, from its
    address. It is offered to who may do `verb` on `model`."""

    label: str
    icon: str
    url_name: str
    model: str
    verb: str = Verb.ADD

    def url_for(self, tree: str, name: str = "") -> str:
        """The page for the rows of a filter tree, which is a text here."""
        said = {"filter": tree} | ({"name": name} if name else {})
        return f"{reverse(self.url_name)}?{urlencode(said)}"


def links_from(label: str, user: User) -> list[ListLink]:
    """The ways onward from the list of a model that are open to a person."""
    offered = (link for catalogue in catalogues() for link in catalogue.list_links.get(label, ()))
    return [link for link in offered if can(user, link.verb, apps.get_model(link.model))]
