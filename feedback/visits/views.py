"""The pages of mystery shopping."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from feedback.models import Checklist, MysteryVisit
from feedback.visits import actions
from feedback.visits.choices import MARK_TONES, VisitState
from feedback.visits.forms import ChecklistForm, MarkForm, VisitForm
from feedback.visits.queries import marks_of, search_checklists, search_visits, visit_figures
from feedback.visits.specs import state_pill

PERIODS = ((90, "90 days"), (365, "A year"), (1_095, "Three years"))


class VisitListView(ListPage):
    model = MysteryVisit
    heading = "Mystery visits"
    name_column = "checklist"
    default_sort = "-planned_on"
    search = staticmethod(search_visits)
    search_hint = "Checklist, shop, number"
    phone = {"score": "cell-end", "site": "cell-secondary", "state": "cell-secondary-end"}
    new_url_name = "feedback:visit_create"
    new_label = "Plan a visit"
    export_url_name = "feedback:visit_export"
    import_url_name = "crm:import_list"
    template_name = "feedback/visits/visit_list.html"
    empty_title = "No visits yet"
    empty_text = "Make a checklist of what a touch point should be like, then plan visits by it."

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = [("All", ""), *((state.label, f"state={state.value}") for state in VisitState)]
        shown = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown}


class VisitExportView(ListExport, VisitListView):
    """The list's rows as a file."""


class VisitDetailView(RecordPage):
    """A visit with its marks."""

    model = MysteryVisit
    template_name = "feedback/visits/visit_detail.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("checklist", "touch_point", "shopper")

    def get_context_data(self) -> dict[str, Any]:
        visit = cast(MysteryVisit, self.record)
        marks = [(one, MARK_TONES.get(one.mark, "neutral") if one.mark is not None else "") for one in marks_of(visit)]
        return super().get_context_data() | {"state_pill": state_pill(visit), "marks": marks}


class VisitFormView(FormPage):
    """What planning and changing share."""

    model = MysteryVisit
    form_class = VisitForm
    list_url_name = "feedback:visit_list"


class VisitCreateView(VisitFormView):
    """`?checklist=` takes one of them."""

    verb = Verb.ADD
    heading = "Plan a visit"
    submit_label = "Plan it"
    done = "Planned: {record}."

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("checklist", "")
        return {"planned_on": company_today() + dt.timedelta(days=7), **({"checklist": asked} if asked else {})}

    def save(self, form: VisitForm) -> MysteryVisit:
        return actions.plan_visit(actor=self.request.user, fields=form.visit_fields)


class VisitUpdateView(VisitFormView):
    verb = Verb.CHANGE
    heading = "Edit: {record}"

    def save(self, form: VisitForm) -> MysteryVisit:
        return actions.change_visit(
            actor=self.request.user, visit=self.record, version=form.cleaned_data["version"], fields=form.visit_fields
        )


class VisitMarkView(FormPage):
    """What was found, item by item."""

    model = MysteryVisit
    form_class = MarkForm
    verb = Verb.CHANGE
    template_name = "feedback/visits/mark_form.html"
    heading = "What was found: {record}"
    submit_label = "Save the marks"
    done = "Saved: {record}."
    list_url_name = "feedback:visit_list"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("checklist")

    def get_initial(self) -> dict[str, Any]:
        return {"visited_on": company_today()}

    def save(self, form: MarkForm) -> MysteryVisit:
        return actions.mark_visit(
            actor=self.request.user, visit=self.record, version=form.cleaned_data["version"],
            visited_on=form.cleaned_data["visited_on"], marks=form.marks, comment=form.cleaned_data["comment"],
        )  # fmt: skip


class VisitDropView(ActionView):
    model = MysteryVisit
    done = "It is called off."

    def act(self, record: MysteryVisit) -> None:
        actions.drop_visit(actor=self.request.user, visit=record)


class VisitFiguresView(ScopedView):
    """What the visits score; `?days=` back from today."""

    model = MysteryVisit

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 365
        found = visit_figures(self.request.user, since=company_today() - dt.timedelta(days=days))
        groups = (("By touch point", "Touch point", found.touch_points), ("By place", "Where", found.sites))
        context = {"found": found, "groups": groups, "days": days, "periods": PERIODS}
        return render(request, "feedback/visits/figures.html", context)


class ChecklistListView(ListPage):
    model = Checklist
    heading = "Checklists"
    default_sort = "name"
    search = staticmethod(search_checklists)
    search_hint = "Name of a checklist"
    phone = {"touch_point": "cell-secondary", "is_used": "cell-end"}
    new_url_name = "feedback:checklist_create"
    new_label = "New checklist"
    empty_title = "No checklists yet"
    empty_text = "A checklist says what is looked at during a visit, and how much each thing counts."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not can(self.request.user, Verb.VIEW, Checklist):
            raise PermissionDenied
        return super().get(request, *args, **kwargs)


class ChecklistFormView(FormPage):
    """What making and changing share."""

    model = Checklist
    form_class = ChecklistForm
    template_name = "feedback/visits/checklist_form.html"
    list_url_name = "feedback:checklist_list"


class ChecklistCreateView(ChecklistFormView):
    verb = Verb.ADD
    heading = "New checklist"
    submit_label = "Make the checklist"
    done = "“{record}” is made: plan visits by it."

    def save(self, form: ChecklistForm) -> Checklist:
        return actions.create_checklist(actor=self.request.user, fields=form.checklist_fields, items=form.items.items)


class ChecklistUpdateView(ChecklistFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"

    def save(self, form: ChecklistForm) -> Checklist:
        return actions.change_checklist(
            actor=self.request.user, checklist=self.record, version=form.cleaned_data["version"],
            fields=form.checklist_fields, items=form.items.items,
        )  # fmt: skip
