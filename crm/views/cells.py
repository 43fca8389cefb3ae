"""One cell of a list, changed where it stands: a small form of one field of one record."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from crm.bulk.changes import cell_names, form_field
from crm.bulk.editing import EditField, editing_of
from crm.catalogue import FieldSpec, fields_of
from crm.choices import Verb
from crm.conflicts import opened_state, state_of
from crm.customfields.definitions import Definition, definitions_of
from crm.customfields.forms import as_sent, take_custom
from crm.customfields.forms import form_field as custom_form_field
from crm.customfields.specs import value_of
from crm.fields import RecordField, SectionedForm
from crm.saving import StaleRecord
from crm.views.forms import REFUSED, FormPage

WITHOUT = "This record has no such field: it is one of another kind."
NOT_IN_CHARGE = "Only who is in charge of this record by their own right can give it to somebody else."
GONE = {404: "This record is gone, or out of your sight by now.", 403: "You may see this record, but not change it."}


class CellForm(SectionedForm, forms.Form):
    """One field with the version of the record that it was opened at."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, name: str, field: forms.Field, version: int, value: Any, data: Any = None) -> None:
        self.definition: Definition | None = None
        super().__init__(data=data, initial={"version": version, name: value})
        self.name, self.layout = name, (("", ((name,),)),)
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.definition is not None and self.name in cleaned:
            take_custom(self, self.definition)
        return cleaned

    @property
    def value(self) -> Any:
        return self.cleaned_data[self.name]


class CellEditView(FormPage):
    """`?field=` names the field by its name in the list, `?columns=` what the row shows; the list's script puts the
    form over the cell, and the row in place of the one that stood there. Without scripts it is a page of its own.

    A list names its `model` and `list_url_name`; what can be changed says the app's `Editing`.
    """

    verb = Verb.CHANGE
    heading = "{record}"
    template_name = "layouts/cell.html"

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @cached_property
    def asked(self) -> Any:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def spec(self) -> FieldSpec:
        """The field of the list that is changed; 404 for one that there is not, 403 for one that may not be."""
        names = cell_names(self.request.user, self.label)
        if not names:
            raise PermissionDenied
        asked = self.asked.get("field") or names[0]
        spec = next((one for one in fields_of(self.label) if one.name == asked), None)
        if spec is None:
            raise Http404("This list has no such field.")
        if asked not in names:
            raise PermissionDenied
        return spec

    @cached_property
    def definition(self) -> Definition | None:
        return next((one for one in definitions_of(self.label) if one.name == self.spec.name), None)

    @cached_property
    def edit(self) -> EditField | None:
        editing = editing_of(self.label)
        return editing.by_spec.get(self.spec.name) if editing else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if problem := self.refusal():
            return self.say(problem)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if refused := self.refused_record():
            return refused
        if problem := self.refusal():
            return self.say(problem, REFUSED)
        return super().post(request, *args, **kwargs)

    def refusal(self) -> str:
        """Why this cell of this record cannot be changed, in a sentence."""
        rows: Any = self.model._default_manager
        edit, pk = self.edit if self.spec else None, self.record.pk
        if edit and edit.only and not rows.filter(pk=pk, **dict(edit.only)).exists():
            return f"Not possible here: {edit.but}." if edit.but else WITHOUT
        if edit and edit.by_charge and not rows.in_charge_of(self.request.user, Verb.CHANGE).filter(pk=pk).exists():
            return NOT_IN_CHARGE
        return ""

    def make_form(self, data: Any = None) -> CellForm:
        version = self.version_of(self.record)
        name, user, definition = self.spec.name, self.request.user, self.definition
        if definition is not None:
            value = as_sent(value_of(definition, self.record))
            field = custom_form_field(definition, user, value)
        elif self.edit is not None:
            value = self._stored(self.edit)
            field = form_field(user, self.label, self.edit)
            if isinstance(field, RecordField):
                field.reach(self.edit.offered(user), value, self.spec.unseen or "–")  # type: ignore[misc]
            elif isinstance(field, forms.ModelChoiceField) and value is not None:
                rows = self.edit.offered(user)  # type: ignore[misc]
                field.queryset = rows | rows.model._default_manager.filter(pk=value)
            elif self.edit.choices is not None and value not in dict(field.choices):  # type: ignore[attr-defined]
                field.choices = [*field.choices, (value, value)]  # type: ignore[attr-defined]
            field.label = self.spec.label
        else:
            raise PermissionDenied
        form = CellForm(name=name, field=field, version=version, value=value, data=data)
        form.definition = definition
        return form

    def _stored(self, edit: EditField) -> Any:
        field = self.model._meta.get_field(edit.name)
        return getattr(self.record, getattr(field, "attname", edit.name))

    def save(self, form: CellForm) -> Any:
        editing = editing_of(self.label)
        if editing is None:
            raise PermissionDenied
        return editing.change(
            actor=self.request.user,
            record=self.record,
            version=form.cleaned_data["version"],
            fields={self.edit.name: form.value} if self.edit else {},
            custom={self.definition.key: form.value} if self.definition else {},
        )

    @transaction.atomic
    def saved(self, form: CellForm) -> str:
        """On the list, the row itself says that it is done."""
        return super().saved(form) if not self.request.htmx else self.get_success_url(self.save(form))

    def show_conflict(self, form: Any, stale: StaleRecord) -> HttpResponse:
        """What others changed in other fields stays, and no word is lost over it."""
        self.record = stale.record
        if opened_state(form.data) == state_of(self.make_form()):
            form.cleaned_data["version"] = self.version_of(stale.record)
            try:
                return redirect(self.saved(form))
            except StaleRecord as again:
                stale = again
        return super().show_conflict(form, stale)

    def get_success_url(self, record: Any) -> str:
        if not self.request.htmx:
            return super().get_success_url(record)
        shown = {"part": "row", "pk": record.pk, "columns": self.asked.get("columns", "")}
        return f"{reverse(self.list_url_name)}?{urlencode(shown)}"

    def get_context_data(self, form: Any) -> dict[str, Any]:
        context = super().get_context_data(form)
        return context | {"field": self.spec, "columns": self.asked.get("columns", ""), "list_url": self.list_url_name}

    def show(self, form: Any, status: int = 200, token: str = "", opened: str = "") -> HttpResponse:
        if self.request.htmx:
            self.template_name = "components/_cell_form.html"
        return self.over_the_cell(super().show(form, status, token, opened))

    def show_typed(self, status: int) -> HttpResponse:
        return self.say(GONE[status], REFUSED) if self.request.htmx else super().show_typed(status)

    def say(self, problem: str, status: int = 200) -> HttpResponse:
        """A sentence where the form would stand, and what was typed."""
        typed = [word for name, words in self.request.POST.lists() if name == self.asked.get("field") for word in words]
        template = "components/_cell_refused.html" if self.request.htmx else "layouts/cell_refused.html"
        context = {"problem": problem, "typed": typed, "list_url": self.list_url_name}
        return self.over_the_cell(render(self.request, template, context, status=status))

    def over_the_cell(self, response: HttpResponse) -> HttpResponse:
        """Refused, the form goes back to where it stood instead of the row."""
        if self.request.htmx and response.status_code >= 400:
            response.status_code = REFUSED
            response["HX-Retarget"], response["HX-Reswap"] = "#cell-editor", "innerHTML"
        return response
