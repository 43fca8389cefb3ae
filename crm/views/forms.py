"""The form page: make a record or change one. What a person typed survives every refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.field_rights import read_only_fields
from crm.fields import SectionedForm
from crm.saving import StaleRecord
from crm.views.base import ScopedView

REFUSED, CONFLICT = 422, 409


class FormPage(ScopedView):
    """A form about a record; with `pk` in the address that record is changed, without one it is made.

    A page names its `form_class` (called with `user`, `record`, `data`, `initial`) and its one action in `save`.
    """

    form_class: type[forms.BaseForm]
    template_name = "layouts/form.html"
    heading = ""
    list_url_name = ""
    submit_label = "Save"
    done = "Saved."

    def save(self, form: Any) -> Any:
        """Call the action with the form's cleaned data; the saved record."""
        raise NotImplementedError

    def version_of(self, record: Any) -> int:
        """The version that a record is of now."""
        version: int = record.version
        return version

    @cached_property
    def record(self) -> Any:
        """The record of this address, None on a page that makes one."""
        return self.get_record() if "pk" in self.kwargs else None

    def get_initial(self) -> dict[str, Any]:
        return {}

    def make_form(self, data: Any = None) -> Any:
        make: Callable[..., Any] = self.form_class
        fixed = read_only_fields(self.request.user, self.model)
        initial = {name: value for name, value in self.get_initial().items() if name not in fixed}
        form = make(data=data, user=self.request.user, record=self.record, initial=initial)
        if isinstance(form, SectionedForm):
            form.take_rights(self.request.user, self.model)
        return form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.make_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        try:
            record = self.save(form)
        except StaleRecord as stale:
            form.take_version(self.version_of(stale.record))
            form.add_error(None, stale.sentence)
            return self.show(form, status=CONFLICT)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(form, status=REFUSED)
        messages.success(request, self.done.format(record=record))
        return redirect(self.get_success_url(record))

    def get_success_url(self, record: Any) -> str:
        address: Callable[[], str] = record.get_absolute_url
        return address()

    def get_cancel_url(self) -> str:
        return self.record.get_absolute_url() if self.record else reverse(self.list_url_name)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return {
            "form": form,
            "record": self.record,
            "heading": self.heading.format(record=self.record),
            "submit_label": self.submit_label,
            "cancel_url": self.get_cancel_url(),
        }

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        return render(self.request, self.template_name, self.get_context_data(form), status=status)
