"""Dashboards of people's own: make (or copy) one, change it, delete it, open it first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from crm.choices import Verb
from crm.dashboards.actions import change_dashboard, create_dashboard, delete_dashboard, open_first
from crm.dashboards.forms import DashboardForm
from crm.dashboards.queries import HOUSE_NAME, tiles_for
from crm.dashboards.views import board_url
from crm.languages.telling import spoken
from crm.models import Dashboard
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.forms import FormPage


class DashboardFormView(FormPage):
    """What making and changing a dashboard share."""

    model = Dashboard
    form_class = DashboardForm
    list_url_name = "dashboards:dashboard"
    template_name = "dashboards/dashboard_form.html"


class DashboardCreateView(DashboardFormView):
    """`?from=` names the dashboard that it begins as a copy of."""

    verb = Verb.ADD
    heading = "A dashboard of your own"
    submit_label = "Make the dashboard"
    done = "“{record}” is a tab of your dashboard page now."

    def get_initial(self) -> dict[str, Any]:
        key = self.request.GET.get("from", "")
        if not key:
            return {"tiles": list(tiles_for(self.request.user))}
        if not key.isdecimal():
            raise Http404("There is no such dashboard.")
        other = get_object_or_404(Dashboard.objects.visible_to(self.request.user), pk=key)
        name = f"Copy of {other.name}"[:80]
        return {"name": name, "tiles": other.tiles, "period": other.period, "segment": other.segment}

    def save(self, form: DashboardForm) -> Dashboard:
        return create_dashboard(actor=self.request.user, fields=form.dashboard_fields)


class DashboardUpdateView(DashboardFormView):
    verb = Verb.CHANGE
    heading = "The dashboard {record}"
    done = "Saved {record}."

    def save(self, form: DashboardForm) -> Dashboard:
        return change_dashboard(
            actor=self.request.user,
            dashboard=self.record,
            version=form.cleaned_data["version"],
            fields=form.dashboard_fields,
        )


class DashboardDeleteView(ScopedView):
    model = Dashboard
    http_method_names = ["post"]
    verb = Verb.DELETE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        dashboard: Dashboard = self.get_record()
        delete_dashboard(actor=self.request.user, dashboard=dashboard)
        messages.success(
            request,
            spoken(request, "The dashboard “%(dashboard)s” is gone; what it showed is as it was.", dashboard=dashboard),
        )
        return redirect("dashboards:dashboard")


class OpenFirstView(View):
    """The dashboard that the person begins with from now on; without a key the shipped one."""

    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        key = request.POST.get("dashboard", "")
        dashboard = None
        if key:
            if not key.isdecimal():
                raise Http404("There is no such dashboard.")
            dashboard = get_object_or_404(Dashboard.objects.visible_to(self.request.user), pk=key)
        open_first(actor=self.request.user, dashboard=dashboard)
        messages.success(request, spoken(request, "“%(name)s” opens first from now on.", name=dashboard or HOUSE_NAME))
        return redirect(board_url(dashboard))
