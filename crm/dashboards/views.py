"""The page of a dashboard, each tile of it as a part, and the table of a tile as a file."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.dashboards.layout import PLACE
from crm.dashboards.queries import PERIODS, question_of, show_tile, tiles_for
from crm.exporting.csv import csv_lines
from crm.log import log_export
from crm.models import Layout
from crm.requests import SignedInRequest
from crm.tiles.segments import segment_choices
from crm.tiles.spec import DashboardTile, Question


class TileView(View):
    """What the addresses of dashboards share: what is asked, and the tiles of the person."""

    request: SignedInRequest

    @cached_property
    def question(self) -> Question:
        return question_of(self.request.GET, self.request.user)

    @cached_property
    def tiles(self) -> dict[str, DashboardTile]:
        return tiles_for(self.request.user)

    @property
    def asked(self) -> str:
        """The question as the parameters of an address."""
        return urlencode({"period": self.question.period, "segment": self.question.segment})

    def tile(self) -> DashboardTile | None:
        """The tile that the address names; None where it names none. 404 for one that the person may not have."""
        name = self.request.GET.get("tile", "")
        if name and name not in self.tiles:
            raise Http404("There is no such tile.")
        return self.tiles.get(name)


class DashboardView(TileView):
    """All tiles that the person may have; each is asked for when the page stands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        question, segments = self.question, segment_choices(self.request.user)
        context = {
            "tiles": [(tile, self._part(tile)) for tile in self.tiles.values()],
            "periods": self._choices("period", PERIODS, question.period),
            "segments": segments,
            "question": question,
            "arrange_url": self._arrange_url(),
            "takes_segment": any("segment" in tile.takes for tile in self.tiles.values()),
        }
        return render(request, "dashboards/dashboard.html", context)

    def _arrange_url(self) -> str:
        may_arrange = can(self.request.user, Verb.CHANGE, Layout)
        return f"{reverse('crm:layout')}?place={PLACE.name}" if may_arrange else ""

    def _part(self, tile: DashboardTile) -> str:
        return f"{reverse('dashboards:tile')}?tile={tile.name}&{self.asked}"

    def _choices(self, name: str, pairs: Any, chosen: str) -> list[dict[str, Any]]:
        found = []
        for value, label in pairs:
            query = self.request.GET.copy()
            query[name] = value
            found.append({"label": label, "url": f"?{query.urlencode()}", "active": value == chosen})
        return found


class TilePartView(TileView):
    """One tile (`?tile=`) as a part of the page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tile = self.tile()
        if tile is None:
            return HttpResponse()
        may_export = can(self.request.user, Verb.EXPORT, apps.get_model(tile.exported))
        one = show_tile(tile, self.request.user, self.question)
        context = {
            "one": one,
            "values": json.dumps(one.content.data, cls=DjangoJSONEncoder) if one.content else "",
            "question": self.question,
            "csv_url": f"{reverse('dashboards:tile_file')}?tile={tile.name}&{self.asked}" if may_export else "",
            "file": f"{tile.name}-{self.question.period}-{company_today().isoformat()}",
            "is_for_all": bool(self.question.segment) and "segment" not in tile.takes,
        }
        return render(request, "dashboards/_tile.html", context)


class TileFileView(TileView):
    """The table behind a tile as CSV."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tile = self.tile()
        if tile is None:
            return redirect("dashboards:dashboard")
        model = apps.get_model(tile.exported)
        if not can(self.request.user, Verb.EXPORT, model):
            raise PermissionDenied
        content = show_tile(tile, self.request.user, self.question).content
        rows = [content.heads, *([_plain(cell) for cell in row] for row in content.rows)] if content else [[tile.label]]
        log_export(actor=self.request.user, kind=model, what=f"the tile “{tile.label}”")
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        name = f"{tile.name}-{self.question.period}-{company_today().isoformat()}"
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response  # type: ignore[return-value]


def _plain(cell: Any) -> Any:
    return cell.text if cell.value is None else cell.value
