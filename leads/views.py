"""The pages of leads: list, record, form, the steps of a lead's life, options for select fields."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop as _
from django.views import View

from crm.agenda.actions import create_task
from crm.choices import Verb
from crm.filtering.searching import search_rows
from crm.layouts.facts import fields_by_fact
from crm.once import led_to, sent_before
from crm.requests import SignedInRequest
from crm.timeline import moment_asked
from crm.views.base import ActionView, ScopedView
from crm.views.cells import CellEditView
from crm.views.facts import FactPage
from crm.views.forms import REFUSED, FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from leads import actions, queries
from leads.allocation.actions import create_and_give
from leads.choices import STATUS_TONES, LeadStatus
from leads.conversion.actions import in_force, is_reversible, made_by
from leads.forms import LeadForm, MoveForm, ScoreForm, TouchForm, known_sources
from leads.layouts import FACTS, FORM
from leads.models import Lead, LeadQuerySet

MOST_OPTIONS = 20


class LeadListView(ListPage):
    model = Lead
    heading = "Leads"
    default_sort = "-created_at"
    search_hint = "Name, organization, e-mail, phone or id"
    phone = {"status": "cell-end", "organization": "cell-secondary", "clock": "cell-secondary-end"}
    new_url_name = "leads:lead_create"
    new_label = "New lead"
    import_url_name = "crm:import_list"
    export_url_name = "leads:lead_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "leads:lead_bulk"
    further_bulk = (("enrol", "Sequence", ""),)
    empty_title = "No leads yet"
    empty_text = "Publish a form, bring a list in, or write the first one down (n l)."

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("search_text", "message")


class LeadExportView(ListExport, LeadListView):
    """The list's rows as a file."""


class LeadCellView(CellEditView):
    """Changes one cell of the list."""

    model = Lead
    list_url_name = "leads:lead_list"


class LeadDetailView(RecordPage):
    model = Lead
    template_name = "leads/lead_detail.html"
    own_tab = ("history", _("History"))

    def get_queryset(self) -> Any:
        return queries.for_record(cast(LeadQuerySet, super().get_queryset()), self.request.user)

    def get_context_data(self) -> dict[str, Any]:
        context, lead = super().get_context_data(), self.record
        context["status_tone"] = STATUS_TONES.get(lead.status, "neutral")
        if self.tab:
            return context
        user = self.request.user
        return context | {
            "history": queries.history_of(user, lead),
            "touch_form": TouchForm(user=user, lead=lead),
            "next_task": queries.next_task_of(lead),
            **self._conversion(lead),
        }

    def _conversion(self, lead: Lead) -> dict[str, Any]:
        """Whether it can be taken back, and what else was made (a deal), where the person may see it."""
        if lead.status != LeadStatus.CONVERTED:
            return {}
        conversion = in_force(lead)
        made = made_by(self.request.user, conversion) if conversion else None
        return {"reversible": conversion is not None and is_reversible(conversion), "made": made}


class LeadHistoryView(ScopedView):
    """The older part of a lead's history."""

    model = Lead

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lead = self.get_record()
        moment = moment_asked(request.GET.get("before", ""))
        context = {"record": lead, "history": queries.history_of(self.request.user, lead, moment)}
        return render(request, "leads/_entries.html", context)


class LeadFormView(FormPage):
    """What making and changing a lead share."""

    model = Lead
    form_class = LeadForm
    template_name = "leads/lead_form.html"
    layout_place = FORM.name
    list_url_name = "leads:lead_list"

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"sources": known_sources(self.request.user)}


class LeadCreateView(LeadFormView):
    verb = Verb.ADD
    heading = "New lead"
    submit_label = "Create lead"
    done = "{record.name} is in your leads."

    def save(self, form: LeadForm) -> Lead:
        lead = create_and_give(actor=self.request.user, fields=form.lead_fields, custom=form.custom)
        if lead.contact_id:
            messages.info(self.request, "They are known already: it is a lead of that contact, whose facts stay.")
        return lead


class LeadUpdateView(LeadFormView):
    verb: str = Verb.CHANGE
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

    def save(self, form: LeadForm) -> Lead:
        return actions.change_lead(
            actor=self.request.user,
            lead=self.record,
            version=form.cleaned_data["version"],
            fields=form.lead_fields,
            custom=form.custom,
        )


class LeadFactView(FactPage, LeadUpdateView):
    """One fact of a lead, edited where it stands on its page: `?fact=` names it."""

    facts = {"name": ("first_name", "last_name"), **fields_by_fact(FACTS)}
    template_name = "leads/_fact_form.html"


class TouchCreateView(ScopedView):
    """Logs a touch with the lead, and the follow-up that goes with it. Whoever sees the lead may."""

    model = Lead
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lead, user = self.get_record(), self.request.user
        form = TouchForm(request.POST, user=user, lead=lead)
        if form.is_valid():
            try:
                self.save(lead, form)
            except ValidationError as error:
                form.add_error(None, error)
        if form.errors:
            return render(request, "leads/touch_page.html", {"record": lead, "touch_form": form}, status=REFUSED)
        messages.success(request, "It is logged.")
        return redirect(lead)

    @transaction.atomic
    def save(self, lead: Lead, form: TouchForm) -> None:
        user, data = self.request.user, self.request.POST
        if sent_before(user=user, data=data) is not None:
            return
        actions.log_touch(actor=user, lead=lead, **form.touch)
        if form.task_fields:
            create_task(actor=user, record=lead, fields=form.task_fields)
        led_to(user=user, data=data, url=lead.get_absolute_url())


class LeadMoveView(FormPage):
    """Not yet, until a day; or not pursued, with the reason."""

    model = Lead
    form_class = MoveForm
    verb = Verb.CHANGE
    heading = "What about {record.name}?"
    submit_label = "Save"
    done = "{record.name}: noted."

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET.get("to", "")
        return {"status": wanted} if wanted in LeadStatus.values else {}

    def save(self, form: MoveForm) -> Lead:
        return actions.move_lead(actor=self.request.user, lead=self.record, **form.move)


class LeadScoreView(FormPage):
    """Sets the score by hand, or lets it be computed again."""

    model = Lead
    form_class = ScoreForm
    verb = Verb.CHANGE
    heading = "The score of {record.name}"
    done = "Saved."

    def save(self, form: ScoreForm) -> Lead:
        lead: Lead = self.record
        actions.override_score(actor=self.request.user, lead=lead, score=form.cleaned_data["score"])
        return lead


class LeadArchiveView(ActionView):
    model = Lead
    verb = Verb.DELETE
    done = "{record.name} is archived. It is out of the lists; restore it from its page."

    def act(self, record: Lead) -> None:
        actions.archive_lead(actor=self.request.user, lead=record)


class LeadRestoreView(ActionView):
    model = Lead
    verb = Verb.DELETE
    done = "{record.name} is back."

    def act(self, record: Lead) -> None:
        actions.restore_lead(actor=self.request.user, lead=record)


class LeadOptionsView(View):
    """Leads that the person may see, for a select field: `?q=` words; at most 20, by name."""

    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        text = request.GET.get("q", "").replace("\0", "")[:200]
        rows = search_rows(Lead.objects.visible_to(self.request.user).current(), text, self.request.user)
        found = rows.order_by("sort_name", "id").values_list("pk", "name", "organization")[:MOST_OPTIONS]
        named = [(pk, name, works_at if works_at != name else "") for pk, name, works_at in found]
        options = [{"value": str(pk), "text": " · ".join(filter(None, (name, at)))} for pk, name, at in named]
        return JsonResponse({"options": options})
