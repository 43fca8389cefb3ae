"""The page of a dashboard, each tile of it as a part, the table of a tile as a file, the whole as a PDF."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.dashboards.choices import PeriodLength
from crm.dashboards.drawing.document import draw_dashboard
from crm.dashboards.layout import PLACE
from crm.dashboards.mailing import file_name
from crm.dashboards.queries import HOUSE_NAME, first_dashboard, question_of, ready_tiles, show_tile, tiles_of
from crm.dashboards.subscribing import send_now
from crm.exporting.csv import csv_lines
from crm.languages.telling import spoken, spoken_refusal
from crm.log import log_export
from crm.models import Dashboard, Layout
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.tiles.segments import segment_choices
from crm.tiles.spec import DashboardTile, Question


def board_url(dashboard: Dashboard | None) -> str:
    """The page of a dashboard; None: of the shipped one."""
    return dashboard.get_absolute_url() if dashboard else reverse("dashboards:house")


class BoardView(View):
    """What the addresses of one dashboard share: `dashboard` (None: the shipped one) and what is asked of it."""

    request: SignedInRequest

    @cached_property
    def dashboard(self) -> Dashboard | None:
        """That of the address's key; 404 for one that the person may not see."""
        return self.read(self.kwargs.get("pk"))

    def read(self, key: Any) -> Dashboard | None:
        if not key:
            return None
        if not str(key).isdecimal():
            raise Http404("There is no such dashboard.")
        return get_object_or_404(Dashboard.objects.visible_to(self.request.user), pk=key)

    @property
    def asked(self) -> QueryDict:
        return self.request.GET

    @cached_property
    def question(self) -> Question:
        return question_of(self.asked.dict(), self.request.user, self.dashboard)

    @cached_property
    def tiles(self) -> dict[str, DashboardTile]:
        return tiles_of(self.request.user, self.dashboard)

    @property
    def as_asked(self) -> str:
        """The question as the parameters of an address."""
        return urlencode({"period": self.question.period, "segment": self.question.segment})


class DashboardView(BoardView):
    """All tiles of a dashboard that the person may have; each is asked for when the page stands."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        user, board, question = self.request.user, self.dashboard, self.question
        begun = board.segment if board and "segment" not in self.asked else ""
        key = board.pk if board else ""
        context = {
            "board": board,
            "heading": board.name if board else HOUSE_NAME,
            "tabs": self._tabs(),
            "tiles": [(tile, self._part(tile)) for tile in self.tiles.values()],
            "periods": self._choices("period", PeriodLength.choices, question.period),
            "segments": segment_choices(user),
            "question": question,
            "arrange_url": self._arrange_url(),
            "takes_segment": any("segment" in tile.takes for tile in self.tiles.values()),
            "lost_segment": begun if begun != question.segment else "",
            "pdf_url": f"{reverse('dashboards:pdf')}?dashboard={key}&{self.as_asked}",
            "mail_url": f"{reverse('dashboards:mail_create')}?dashboard={key}",
            "copy_url": f"{reverse('dashboards:create')}?from={key}",
            "may_change": board is not None and can(user, Verb.CHANGE, board),
            "may_add": can(user, Verb.ADD, Dashboard),
            "is_first": user.first_dashboard == (board.pk if board else None),
            "left_out": len(board.tiles) - len(self.tiles) if board else 0,
        }  # fmt: skip
        return render(request, "dashboards/dashboard.html", context)

    def _part(self, tile: DashboardTile) -> str:
        return f"{reverse('dashboards:tile')}?tile={tile.name}&{self.as_asked}"

    def _tabs(self) -> list[dict[str, Any]]:
        """The shipped dashboard, the person's own and those shared with them; one of others that is looked at, too."""
        board = self.dashboard
        shown = list(Dashboard.objects.shown_to(self.request.user))
        if board is not None and board not in shown:
            shown.append(board)
        house = {"label": HOUSE_NAME, "url": reverse("dashboards:house"), "active": board is None}
        return [house, *({"label": one.name, "url": board_url(one), "active": one == board} for one in shown)]

    def _arrange_url(self) -> str:
        may_arrange = self.dashboard is None and can(self.request.user, Verb.CHANGE, Layout)
        return f"{reverse('crm:layout')}?place={PLACE.name}" if may_arrange else ""

    def _choices(self, name: str, pairs: Any, chosen: str) -> list[dict[str, Any]]:
        found = []
        for value, label in pairs:
            query = self.request.GET.copy()
            query[name] = value
            found.append({"label": label, "url": f"?{query.urlencode()}", "active": value == chosen})
        return found


class FirstDashboardView(DashboardView):
    """The dashboard with which the person begins."""

    @cached_property
    def dashboard(self) -> Dashboard | None:
        return first_dashboard(self.request.user)


class PdfView(BoardView):
    """A dashboard (`?dashboard=`) as a PDF, as its page shows it to the person."""

    @cached_property
    def dashboard(self) -> Dashboard | None:
        return self.read(self.asked.get("dashboard"))

    def get(self, request: HttpRequest) -> HttpResponse:
        name = self.dashboard.name if self.dashboard else HOUSE_NAME
        try:
            content = draw_dashboard(self.request.user, self.dashboard, self.question)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return redirect(board_url(self.dashboard))
        log_export(actor=self.request.user, kind=Dashboard, what=f"the dashboard “{name}” as PDF")
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{file_name(name)}"'
        return response


class SendView(BoardView):
    """Mails a dashboard to the person now, as its page shows it; sent twice, it is mailed once."""

    http_method_names = ["post"]

    @cached_property
    def dashboard(self) -> Dashboard | None:
        return self.read(self.asked.get("dashboard"))

    @property
    def asked(self) -> QueryDict:
        return self.request.POST

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return redirect(once(user=self.request.user, data=request.POST, make=self._send))
        except MadeAlready as again:
            return redirect(again.url)

    def _send(self) -> str:
        send_now(actor=self.request.user, dashboard=self.dashboard, question=self.question)
        messages.success(
            self.request, spoken(self.request, "It is on its way to %(email)s.", email=self.request.user.email)
        )
        return f"{board_url(self.dashboard)}?{self.as_asked}"


class TileView(BoardView):
    """One tile (`?tile=`) of those that the person may see, on whatever dashboard."""

    @cached_property
    def tiles(self) -> dict[str, DashboardTile]:
        return ready_tiles(self.request.user)

    def tile(self) -> DashboardTile | None:
        """The tile that the address names; None where it names none. 404 for one that the person may not have."""
        name = self.request.GET.get("tile", "")
        if name and name not in self.tiles:
            raise Http404("There is no such tile.")
        return self.tiles.get(name)


class TilePartView(TileView):
    """One tile as a part of the page."""

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
            "csv_url": f"{reverse('dashboards:tile_file')}?tile={tile.name}&{self.as_asked}" if may_export else "",
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
