"""The page of targets, and setting one."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from pipeline import actions
from pipeline.forms import TargetForm
from pipeline.models import Deal, Target
from pipeline.month_board import first_of
from pipeline.target_page import lines_of, quarter_of, targets_in


class TargetListView(ScopedView):
    """`?from=` is the first day of a quarter, the running one unless told."""

    model = Target
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, today = self.request.user, company_today()
        if not can(user, Verb.VIEW, Target) or not can(user, Verb.VIEW, Deal):
            raise PermissionDenied
        if hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
            raise PermissionDenied
        quarter = self._quarter(request.GET.get("from", ""), today)
        name = f"Q{quarter.month // 3 + 1} {quarter.year}"
        context = {
            "name": name,
            "chips": [
                {"label": label, "url": f"?from={first_of(quarter, step).isoformat()}", "active": not step}
                for label, step in (("Quarter before", -3), (name, 0), ("Next quarter", 3))
            ],
            "lines": lines_of(user, targets_in(user, quarter), today),
            "may_add": can(user, Verb.ADD, Target),
            "may_change": can(user, Verb.CHANGE, Target),
        }  # fmt: skip
        return render(request, "pipeline/targets.html", context)

    @staticmethod
    def _quarter(text: str, today: dt.date) -> dt.date:
        try:
            day = dt.date.fromisoformat(text) if text else today
            quarter = quarter_of(day)
            first_of(quarter, 12), first_of(quarter, -24)
        except ValueError as error:
            raise Http404("No quarter begins on that day.") from error
        return quarter


class TargetFormView(FormPage):
    model = Target
    form_class = TargetForm
    list_url_name = "pipeline:target_list"

    def get_success_url(self, record: Any) -> str:
        return f"{reverse('pipeline:target_list')}?{urlencode({'from': quarter_of(record.starts_on).isoformat()})}"

    def get_cancel_url(self) -> str:
        return reverse("pipeline:target_list")


class TargetCreateView(TargetFormView):
    verb = Verb.ADD
    heading = "A target"
    done = "The target is set."

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": quarter_of(company_today()), "months": 3}

    def save(self, form: TargetForm) -> Target:
        return actions.set_target(actor=self.request.user, fields=form.target_fields)


class TargetUpdateView(TargetFormView):
    verb = Verb.CHANGE
    heading = "{record}"

    def save(self, form: TargetForm) -> Target:
        return actions.change_target(
            actor=self.request.user,
            target=self.record,
            version=form.cleaned_data["version"],
            fields=form.target_fields,
        )


class TargetRemoveView(ScopedView):
    model = Target
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self.get_record()
        back = quarter_of(target.starts_on).isoformat()
        actions.remove_target(actor=self.request.user, target=target)
        messages.success(request, "The target is taken away.")
        return redirect(f"{reverse('pipeline:target_list')}?{urlencode({'from': back})}")
