"""Changes of many rows of a list: the dialog that asks, the start of the job, and taking it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_noop as _
from django.views import View

from crm.access import can
from crm.bulk.changes import ADD_TAG, ARCHIVE, REMOVE_TAG, RESTORE, SET, Change, editable_names, form_field
from crm.bulk.choosing import CannotChoose, Choice
from crm.bulk.editing import editing_of
from crm.bulk.jobs import start_bulk
from crm.bulk.undoing import may_undo, start_undo
from crm.catalogue import FieldSpec, fields_of
from crm.choices import Verb
from crm.customfields.forms import form_field as custom_form_field
from crm.field_rights import hidden_specs
from crm.filtering.counting import count_rows
from crm.jobs import finish_now
from crm.languages.speaking import for_machines, spoken_in
from crm.languages.telling import spoken_refusal
from crm.languages.words import is_translated
from crm.models import JobRun
from crm.once import MadeAlready, new_token, once
from crm.requests import SignedInRequest
from crm.templatetags.figures import plural
from crm.views.base import ScopedView

DONE_AT_ONCE = 1_000
REFUSED = 422
TITLES = {
    SET: _("Edit a field"),
    ADD_TAG: _("Add a tag"),
    REMOVE_TAG: _("Take a tag off"),
    ARCHIVE: _("Archive"),
    RESTORE: _("Restore"),
}
ASSIGN = "assign"


class BulkChangeView(ScopedView):
    """The dialog (GET, a part of the list page) and the start (POST) of one change of the chosen rows of a list."""

    request: SignedInRequest
    verb = Verb.CHANGE

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, self.verb, self.model):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(self, problem: str = "", status: int = 200) -> HttpResponse:
        data = self.request.POST or self.request.GET
        try:
            choice = Choice.read(self.label, data)
            rows = choice.rows(self.request.user)
        except CannotChoose as error:
            return render(self.request, "components/_bulk_dialog.html", {"problem": str(error)}, status=REFUSED)
        context = self.context(data, choice, rows) | {"problem": problem}
        return render(self.request, "components/_bulk_dialog.html", context, status=status)

    def context(self, data: Any, choice: Choice, rows: Any) -> dict[str, Any]:
        op, editing = data.get("op", SET), editing_of(self.label)
        noun = editing.noun if editing else "row"
        change = self.change(data)
        count = count_rows(rows)
        with for_machines():  # it comes back, and becomes the title of the job
            announced = plural(count.value, noun) if count.is_exact else f"{count} {noun}s"
        with translation.override(spoken_in(self.request)):  # a form that is refused is drawn in a POST
            shown = plural(count.value, noun) if is_translated() else announced
        writable = count_rows(choice.writable(self.request.user, change.verb, by_charge=change.is_by_charge))
        return {
            "op": op,
            "title": _("Assign") if op == ASSIGN else TITLES.get(op, TITLES[SET]),
            "choice": choice,
            "announced": announced,
            "shown": shown,
            "is_less": (writable.value, writable.is_exact) != (count.value, count.is_exact),
            "writable": writable,
            "fields": self.fields() if op == SET else [],
            "field": change.field,
            "widget": self.widget(change),
            "action": self.request.path,
            "form_token": data.get("form_token") or new_token(),
            "next": data.get("next", ""),
        }

    def change(self, data: Any) -> Change:
        """The change that a form says; to assign is to set the owner."""
        op, field = data.get("op", SET), data.get("field", "")
        if op == ASSIGN:
            op, field = SET, "owner"
        typed = tuple(text[:5_000].replace("\0", "") for text in data.getlist("value")[:200])
        return Change(self.label, op, field, typed)

    def fields(self) -> list[FieldSpec]:
        names, hidden = set(editable_names(self.request.user, self.label)), hidden_specs(self.request.user, self.label)
        return [spec for spec in fields_of(self.label) if spec.name in names - hidden]

    def widget(self, change: Change) -> Any:
        """The form field for the value, bound to nothing; None where none is chosen yet or none is needed."""
        if change.op in (ARCHIVE, RESTORE):
            return None
        if change.op in (ADD_TAG, REMOVE_TAG):
            return _one(forms.CharField(label="Tag", max_length=300, help_text="Several between commas."))
        if change.field not in editable_names(self.request.user, self.label):
            return None
        if change.definition is not None:
            return _one(custom_form_field(change.definition, self.request.user, None))
        spec = next(one for one in fields_of(self.label) if one.name == change.field)
        field = form_field(self.request.user, self.label, change.editing.by_spec[change.field])
        field.label = spec.label
        return _one(field)

    def post(self, request: HttpRequest) -> HttpResponse:
        user, data, made = self.request.user, request.POST, list[JobRun]()

        def make() -> str:
            choice = Choice.read(self.label, data)
            announced = data.get("announced", "")[:60]
            made.append(start_bulk(actor=user, choice=choice, change=self.checked(), announced=announced))
            return made[0].get_absolute_url()

        try:
            url = once(user=user, data=data, make=make)
        except MadeAlready as error:
            return self.lead(error.url)
        except CannotChoose as error:
            return self.show(str(error), REFUSED)
        except ValidationError as error:
            return self.show(spoken_refusal(self.request, error), REFUSED)
        return self.answer(url, made[0] if made else None)

    def checked(self) -> Change:
        change = self.change(self.request.POST)
        if not can(self.request.user, change.verb, self.model):
            raise ValidationError("You may not do this with these records.")
        return change

    def answer(self, url: str, job: JobRun | None) -> HttpResponse:
        """A small change is done at once, and the list is shown again; a large one is watched on the job's page."""
        if job is None or not self.is_small() or not finish_now(job):
            return self.lead(url)
        messages.success(self.request, format_html('{} <a href="{}">Take it back</a>', _sentence(job), url))
        back = self.request.POST.get("next", "")
        return self.lead(back if url_has_allowed_host_and_scheme(back, {self.request.get_host()}) else url)

    def lead(self, url: str) -> HttpResponse:
        """To another page; the dialog is swapped by htmx, which is told so in its own way."""
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if self.request.htmx else redirect(url)

    def is_small(self) -> bool:
        rows = Choice.read(self.label, self.request.POST).rows(self.request.user)
        return rows.order_by()[: DONE_AT_ONCE + 1].count() <= DONE_AT_ONCE


class BulkUndoView(View):
    """Takes a bulk change back: POST only; 404 for a job one may not know, 403 for one that may only be seen."""

    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        job = get_object_or_404(JobRun.objects.visible_to(request.user), pk=pk)
        if not can(request.user, Verb.CHANGE, job):
            raise PermissionDenied
        if not may_undo(request.user, job):
            messages.warning(request, "This is no change that could be taken back.")
            return redirect(job)
        made = list[JobRun]()

        def make() -> str:
            made.append(start_undo(actor=request.user, job=job))
            return made[0].get_absolute_url()

        url = once(user=request.user, data=request.POST, make=make)
        if made and job.result.get("changed", 0) <= DONE_AT_ONCE:
            finish_now(made[0])
        return redirect(url)


def _one(field: forms.Field) -> Any:
    """A field as a form of its own, named `value`."""
    field.required = False
    return type("ValueForm", (forms.Form,), {"value": field})()["value"]


def _sentence(job: JobRun) -> str:
    """`Owner set to Kim Lee: 200 contacts. 3 left as before: not yours to change.`"""
    result = job.result
    said = f"{job.title.rpartition(':')[0]}: {plural(result['changed'], result['noun'])}."
    if result["same"]:
        said += f" {plural(result['same'], result['noun'])} had it already."
    if result.get("unfit"):
        said += f" {plural(result['unfit'], result['noun'])} left as before: {result['why']}."
    if result["left"]:
        said += f" {plural(result['left'], result['noun'])} left as before: not yours to change."
    return said
