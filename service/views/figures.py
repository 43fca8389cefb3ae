"""The figures of service."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hidden_specs
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from service.choices import DueFor
from service.figure_cards import figure_cards, flow_chart, urls_of
from service.figures import service_figures
from service.marks import DIMENSIONS
from service.models import Ticket, TouchCost

PERIODS = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("A year")))


class FiguresView(ScopedView):
    """`?days=` of the tickets that were opened in them, grouped `?by=`."""

    model = Ticket
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, asked = self.request.user, request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
        hidden = hidden_specs(user, "service.ticket")
        shown = {name: label for name, label in DIMENSIONS.items() if name not in hidden}
        by = request.GET.get("by", "")
        by = by if by in shown else "queue"
        since = company_today() - dt.timedelta(days=days)
        found = service_figures(user, since=since, by=by)
        sees_costs = can(user, Verb.VIEW, TouchCost) and TouchCost.objects.exists()
        context = {
            "found": found,
            "figures": figure_cards(found, since, self.request.company.currency if sees_costs else ""),
            "promises": [(DueFor(one.kind).label, one) for one in found.promises],
            "periods": [(number, label, f"?{urlencode({'days': number, 'by': by})}") for number, label in PERIODS],
            "days": days,
            "lines": [(line, urls_of(line, since, by)) for line in found.lines],
            "dimension": shown[by],
            "tabs": [
                {"label": label, "url": f"?{urlencode({'days': days, 'by': name})}", "active": name == by}
                for name, label in shown.items()
            ],
            "evenings": found.evenings[::-1],
            "flow": flow_chart(found.evenings),
            "sees_costs": sees_costs,
        }
        return render(request, "service/figures.html", context)
