"""The page that tracks leads, and the costs behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import current_company
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from leads.models import Lead, LeadCost
from leads.tracking import actions
from leads.tracking.forms import CostForm, TrackingForm
from leads.tracking.marks import DIMENSIONS
from leads.tracking.queries import cohorts
from leads.tracking.showing import cards, funnel

SHOWN_COSTS = 50


class TrackingView(ScopedView):
    """The funnel of the leads that came in on some days, by source, list, owner or week."""

    model = Lead

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, company = self.request.user, current_company()
        form = TrackingForm(request.GET)
        days = (form.first_day, form.last_day)
        total = next(iter(cohorts(user, "total", *days, company.zone.key)), None)
        rows = cohorts(user, form.dimension, *days, company.zone.key)
        sees_costs = can(user, Verb.VIEW, LeadCost)
        context = {
            "form": form,
            "total": total,
            "rows": rows,
            "cards": cards(total, company.currency, sees_costs=sees_costs) if total else [],
            "funnel": funnel(total) if total else [],
            "dimension": DIMENSIONS[form.dimension],
            "tabs": self.tabs(form),
            "sees_costs": sees_costs,
            "costs": LeadCost.objects.all()[:SHOWN_COSTS] if sees_costs else [],
            "may_change_costs": can(user, Verb.CHANGE, LeadCost),
            "currency": company.currency,
            "is_narrowed": scope_of(user, Lead, Verb.VIEW) != Scope.ALL,
        }
        return render(request, "leads/tracking/page.html", context)

    def tabs(self, form: TrackingForm) -> list[dict[str, Any]]:
        days = {"first": form.first_day.isoformat(), "last": form.last_day.isoformat()}
        return [
            {
                "label": label,
                "url": f"?{urlencode({**days, 'by': name})}",
                "active": name == form.dimension,
                "count": None,
            }
            for name, label in DIMENSIONS.items()
        ]


class CostFormView(FormPage):
    model = LeadCost
    form_class = CostForm
    list_url_name = "leads:tracking"

    def get_success_url(self, record: Any) -> str:
        return reverse("leads:tracking")

    def get_cancel_url(self) -> str:
        return reverse("leads:tracking")


class CostCreateView(CostFormView):
    verb = Verb.ADD
    heading = "What leads cost"
    done = "The cost is in."

    def save(self, form: CostForm) -> LeadCost:
        return actions.create_cost(actor=self.request.user, fields=form.cost_fields)


class CostUpdateView(CostFormView):
    verb = Verb.CHANGE
    heading = "What leads cost"
    done = "Saved."

    def save(self, form: CostForm) -> LeadCost:
        return actions.change_cost(
            actor=self.request.user,
            cost=self.record,
            version=form.cleaned_data["version"],
            fields=form.cost_fields,
        )


class CostRemoveView(ScopedView):
    model = LeadCost
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actions.remove_cost(actor=self.request.user, cost=self.get_record())
        messages.success(request, "The cost is taken away.")
        return redirect("leads:tracking")
