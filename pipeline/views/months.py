"""The open deals by expected month, and moving one to another day."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides, read_only_fields
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.boards import BoardMovePage
from pipeline import actions
from pipeline.forms import ExpectForm
from pipeline.models import Deal, Pipeline
from pipeline.month_board import Asked, columns_of


class MonthBoardView(ScopedView):
    """`?owner=me` shows the own deals alone, `?pipeline=` those of one pipeline."""

    model = Deal
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.expected_on"):
            raise PermissionDenied
        is_own = request.GET.get("owner") == "me"
        pipelines = list(Pipeline.objects.visible_to(user))
        chosen = next((one for one in pipelines if str(one.pk) == request.GET.get("pipeline")), None)
        asked = Asked(user, is_own, chosen)
        shows_money = not hides(user, "pipeline.deal.amount")
        context = {
            "columns": columns_of(asked, company_today(), shows_money=shows_money),
            "shows_money": shows_money,
            "may_change": can(user, Verb.CHANGE, Deal) and "expected_on" not in read_only_fields(user, Deal),
            "choices": [
                {"label": "All deals", "url": "?", "active": not is_own and chosen is None},
                {"label": "Mine", "url": "?owner=me", "active": is_own},
                *(
                    {"label": str(one), "url": f"?pipeline={one.pk}", "active": one == chosen}
                    for one in (pipelines if len(pipelines) > 1 else [])
                ),
            ],
        }
        return render(request, "pipeline/months.html", context)


class DealExpectView(BoardMovePage):
    """When a deal is expected to close. `month` (its first day) moves it there and keeps the day of the month."""

    model = Deal
    form_class = ExpectForm
    verb = Verb.CHANGE
    heading = "When {record.title} will close"
    submit_label = "Move"
    done = "{record.title} is expected then."

    def save(self, form: ExpectForm) -> Deal:
        cleaned = form.cleaned_data
        return actions.change_deal(
            actor=self.request.user,
            deal=self.record,
            version=cleaned["version"],
            fields={name: cleaned[name] for name in ("expected_on", "forecast_category") if name in form.asked},
        )

    def get_success_url(self, record: Any) -> str:
        return reverse("pipeline:month_board")

    def get_cancel_url(self) -> str:
        return reverse("pipeline:month_board")
