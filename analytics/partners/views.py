"""The page of direct sales beside channel partners, and its file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from analytics.partners.queries import ALL, DIRECT, PARTNERS, Way, ways
from analytics.rights import sees_whole_base
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.exporting.formats import CSV
from crm.field_rights import hides
from crm.filtering.patience import OutOfPatience
from crm.log import log_export
from crm.views.base import ScopedView
from orders.lines.margin_page import MONEY
from orders.models import Order
from orders.periods import TOO_LONG, PeriodForm

HEADS = (
    "Way", "Revenue", "Share of revenue", "Margin", "Margin of revenue", "Customers", "Customers before", "Came back",
    "Retention", "NPS", "Answers",
)  # fmt: skip


class PartnersView(ScopedView):
    """Revenue, margin, retention and satisfaction, direct and by each partner: for who may see all customers."""

    model = Order

    def get(self, request: HttpRequest) -> HttpResponseBase:
        user = self.request.user
        if not sees_whole_base(user) or scope_of(user, Order, Verb.VIEW) != Scope.ALL:
            raise PermissionDenied
        if hides(user, *MONEY, "orders.order.partner", "feedback.response.nps"):
            raise PermissionDenied
        form = PeriodForm.of(request.GET)
        days = form.days
        found: list[Way] = []
        if form.is_valid():
            try:
                found = ways(user, **form.cleaned_data)
            except OutOfPatience:
                form.add_error("first", TOO_LONG)
        may_export = can(user, Verb.EXPORT, Order)
        if request.GET.get("format") == "csv" and form.is_valid():
            if not may_export:
                raise PermissionDenied
            return self.file(found)
        context = {
            "form": form,
            "rows": [(way, self.url_of(way, days)) for way in found],
            "direct": found[0] if found else None,
            "whole": found[2] if found else None,
            "has_partners": len(found) > 3,
            "file_url": f"?{urlencode({**days, 'format': 'csv'})}" if may_export and found else "",
        }
        return render(request, "analytics/partners/partners.html", context, status=200 if form.is_valid() else 400)

    @staticmethod
    def url_of(way: Way, days: dict[str, Any]) -> str:
        """The order lines behind a row."""
        asked = {"ordered_on_min": days["first"], "ordered_on_max": days["last"]}
        if way.key in (DIRECT, PARTNERS):
            asked["sold_by"] = "direct" if way.key == DIRECT else "partner"
        elif way.key != ALL:
            asked["partner_contact"] = way.key
        return f"{reverse('orders:line_list')}?{urlencode(asked)}"

    def file(self, found: list[Way]) -> StreamingHttpResponse:
        lines = [
            [
                way.label, way.money.revenue, way.share, way.money.margin, way.money.margin_share, way.customers,
                way.before, way.kept, way.retention, way.nps.score, way.nps.n,
            ]
            for way in found
        ]  # fmt: skip
        log_export(actor=self.request.user, kind=Order, what="direct sales beside partners")
        told = [["" if value is None else value for value in line] for line in lines]
        response = StreamingHttpResponse(CSV.write(HEADS, HEADS, told), content_type=CSV.content_type)
        name = f"direct-and-partners-{company_today().isoformat()}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
