"""The record page: header, tabs, panels on the side. What stands in them, the apps' catalogues say."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_noop as _

from crm.access import can, veil
from crm.catalogue import RecordPanel, panels_of, unseen_words
from crm.choices import Verb
from crm.field_rights import hidden_fields, mask
from crm.layouts.places import places
from crm.layouts.reading import layout_for
from crm.views.base import ScopedView

MAIN = "record-main"
PLACES = {"pills": "pill", "more_actions": "action"}


class RecordPage(ScopedView):
    """One record that the person may see. `?tab=` names the open tab; the first is the page's own.

    A tab's context is read only when it is open; on the page it is fetched alone (`record-main`). A panel's
    template gets what its context returned as `data`.
    What is hidden from the person is taken off the record before anything is drawn; `hidden` has its names.
    """

    template_name = ""
    side_part = "side"
    own_tab = ("", _("Overview"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.record = self.get_record()
        label = self.model._meta.label_lower
        veil(self.request.user, [self.record], unseen_words(label))
        mask(self.request.user, self.record)
        self.panels = {panel.name: panel for panel in panels_of(self.model._meta.label_lower, "tab")}
        self.tab = request.GET.get("tab", "")
        if self.tab and self.tab not in self.panels:
            raise Http404("This record has no such part.")
        response = render(request, self.template_name, self.get_context_data())
        patch_vary_headers(response, ["HX-Request"])
        return response

    @property
    def is_tab_alone(self) -> bool:
        """Whether only the open tab is asked for, to take the place of the one that was open."""
        return bool(self.request.htmx) and self.request.htmx.target == MAIN

    def get_context_data(self) -> dict[str, Any]:
        return {
            "record": self.record,
            "hidden": hidden_fields(self.request.user, self.model),
            "tabs": self._tabs(),
            "tab": self._drawn([self.panels[self.tab]]) if self.tab else None,
            **({} if self.is_tab_alone else self._panels_beside()),
            "base": "layouts/_record_part.html" if self.is_tab_alone else "base.html",
            "may_change": can(self.request.user, Verb.CHANGE, self.record),
            "may_delete": can(self.request.user, Verb.DELETE, self.record),
        }

    def _panels_beside(self) -> dict[str, Any]:
        label = self.model._meta.label_lower
        drawn = {name: self._drawn(panels_of(label, place)) for name, place in PLACES.items()}
        return drawn | {"panels": self._side(label)}

    def _side(self, label: str) -> list[dict[str, Any]]:
        """Groups of facts and panels, as they are arranged for the person."""
        panels = {panel.name: panel for panel in panels_of(label, "side")}
        name = f"{label}:{self.side_part}"
        layout, place = layout_for(self.request.user, name), places().get(name)
        if layout is None or place is None or place.draw is None:
            return self._drawn(panels.values())
        groups = iter(place.draw(self.request, self.record, [one for one in layout.blocks if not one.panel]))
        drawn = []
        for block in layout.blocks:
            if block.panel:
                drawn += self._drawn([panels[block.panel]])
            elif data := next(groups):
                drawn.append({"name": "facts", "label": block.title, "template": place.template, "data": data})
        return drawn

    def _tabs(self) -> list[dict[str, Any]]:
        """Tabs with their counts; a tab that has nothing to say to this record (`count` None, context None) is out."""
        path = self.request.path
        own, label = self.own_tab
        tabs = [{"name": own, "label": label, "url": path, "active": not self.tab, "count": None}]
        for name, panel in self.panels.items():
            count = panel.count(self.request, self.record) if panel.count else None
            if count is not None or panel.count is None:
                url, is_open = f"{path}?tab={name}", name == self.tab
                tabs.append({"name": name, "label": panel.label, "url": url, "active": is_open, "count": count})
        return tabs

    def _drawn(self, panels: Any) -> list[dict[str, Any]]:
        """Panels with something to show, each {name, label, template, data}."""
        drawn: list[tuple[RecordPanel, Any]] = [(panel, panel.context(self.request, self.record)) for panel in panels]
        return [
            {"name": panel.name, "label": panel.label, "template": panel.template, "data": data}
            for panel, data in drawn
            if data is not None
        ]
