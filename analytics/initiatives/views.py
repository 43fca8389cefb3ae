"""The pages of initiatives: all of them, one with its plan, milestones, costs and outcome, its form."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from analytics import jobs
from analytics.initiatives import actions
from analytics.initiatives.choices import SOSTAC, THREE_M
from analytics.initiatives.forms import InitiativeForm
from analytics.initiatives.page import InitiativePage
from analytics.initiatives.states import figures_run, standings
from analytics.models import Initiative, ModelRun
from analytics.rights import sees_whole_base
from analytics.views import AnalysisView
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.models import User
from crm.once import MadeAlready, once
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage


def search_initiatives(rows: Any, text: str, user: User | None = None) -> Any:
    """Initiatives whose name holds the text."""
    return rows.filter(name__icontains=text.strip()) if text.strip() else rows


def may_run(user: User) -> bool:
    return can(user, Verb.RUN, ModelRun) and sees_whole_base(user)


class InitiativeListView(ListPage):
    model = Initiative
    heading = "Initiatives"
    default_sort = "-starts_on"
    search = staticmethod(search_initiatives)
    search_hint = "Name of an initiative"
    phone = {"state": "cell-end", "value": "cell-secondary", "result": "cell-secondary-end"}
    template_name = "analytics/initiatives/list.html"
    new_url_name = "analytics:initiative_create"
    new_label = "New initiative"
    export_url_name = "analytics:initiative_export"
    empty_title = "No initiatives yet"
    empty_text = "What you undertake for your customers: plan, budget, milestones, and the figure that is to move."

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"may_run": may_run(self.request.user)}


class InitiativeExportView(ListExport, InitiativeListView):
    """The list's rows as a file."""


class InitiativeDetailView(ScopedView):
    """One initiative: in time, in budget, its figure before and after, its notes."""

    model = Initiative

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record, user = cast(Initiative, self.get_record()), self.request.user
        (standing,) = standings([record], user)
        context = {
            "record": record,
            "standing": standing,
            "page": InitiativePage(standing, figures_run()),
            "milestones": record.milestones.all(),
            "costs": record.costs.all(),
            "sostac": [(label, getattr(record, name)) for name, label in SOSTAC],
            "three_m": [(label, getattr(record, name)) for name, label in THREE_M],
            "today": company_today(),
            "may_change": can(user, Verb.CHANGE, record),
            "may_delete": can(user, Verb.DELETE, record) and not record.started_on,
            "may_run": may_run(user),
            "currency": current_company().currency,
        }
        return render(request, "analytics/initiatives/detail.html", context)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner")


class InitiativeFormView(FormPage):
    """What planning and changing share."""

    model = Initiative
    form_class = InitiativeForm
    list_url_name = "analytics:initiative_list"


class InitiativeCreateView(InitiativeFormView):
    verb = Verb.ADD
    heading = "New initiative"
    submit_label = "Keep the plan"
    done = "“{record}” is planned. Start it when it begins."

    def save(self, form: InitiativeForm) -> Initiative:
        return actions.create_initiative(actor=self.request.user, fields=form.initiative_fields)


class InitiativeUpdateView(InitiativeFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: InitiativeForm) -> Initiative:
        return actions.change_initiative(
            actor=self.request.user, initiative=self.record, version=form.cleaned_data["version"],
            fields=form.initiative_fields,
        )  # fmt: skip


class InitiativeStartView(ActionView):
    model = Initiative
    verb = Verb.CHANGE
    done = "“{record}” has started. The figure before the start is kept with the next count."

    def act(self, record: Initiative) -> None:
        actions.start_initiative(actor=self.request.user, initiative=record)


class InitiativeEndView(ActionView):
    model = Initiative
    verb = Verb.CHANGE
    done = "“{record}” is done. Its figure is judged when the target day is over."

    def act(self, record: Initiative) -> None:
        actions.end_initiative(actor=self.request.user, initiative=record)


class InitiativeDeleteView(ActionView):
    model = Initiative
    verb = Verb.DELETE
    done = "“{record}” is deleted."

    def act(self, record: Initiative) -> None:
        actions.delete_initiative(actor=self.request.user, initiative=record)

    def get_success_url(self, record: Any) -> str:
        is_gone = not Initiative.objects.filter(pk=record.pk).exists()
        return reverse("analytics:initiative_list") if is_gone else super().get_success_url(record)


class InitiativeRunView(AnalysisView):
    """Asks for the figures of today; they are there when the job is done."""

    http_method_names = ["post"]
    verb = Verb.RUN

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not may_run(user):
            raise PermissionDenied

        def make() -> str:
            job = jobs.start_analysis(actor=user, as_of=company_today(), only=["initiatives"])
            return job.get_absolute_url()

        try:
            return redirect(once(user=user, data=request.POST, make=make))
        except MadeAlready as again:
            return redirect(again.url)
