"""The page of a table of one row: a form, guarded against two writers, saved by one action."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm.access import can
from crm.accounts.step_up import StepUp
from crm.choices import Verb
from crm.requests import SignedInRequest
from crm.views.forms import CONFLICT, REFUSED, add_refusal


class OneRowPage(StepUp):
    """The one row of `model`, for those who may change it and have shown who they are. `form_class` is a `GuardedForm`
    with `sections`: a heading and lines of fields. `save` calls the action. Where there is no row yet, the form stands
    over an unsaved one."""

    model: type[models.Model]
    form_class: Any
    heading = ""
    note = ""
    template_name = "crm/setting_up/one_row.html"
    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not can(self.request.user, Verb.CHANGE, self.model):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: Any) -> None:
        """Call the action with what was typed."""
        raise NotImplementedError

    def row(self, *, is_held: bool = False) -> Any:
        rows: Any = self.model._default_manager.all()
        return (rows.select_for_update() if is_held else rows).filter(pk=1).first() or self.model()

    def make_form(self, row: Any, data: Any = None, files: Any = None) -> Any:
        return self.form_class(data, files, instance=row)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.make_form(self.row()))

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            with transaction.atomic():
                form = self.make_form(self.row(is_held=True), request.POST, request.FILES)
                if form.is_valid():
                    self.save(form)
        except ValidationError as error:
            add_refusal(form, error)
        if form.errors:
            return self.show(form, CONFLICT if form.conflict else REFUSED)
        messages.success(request, "Saved.")
        return redirect(request.path)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        sections = [(legend, [[form[name] for name in line] for line in lines]) for legend, lines in form.sections]
        context = {"form": form, "heading": self.heading, "note": self.note, "sections": sections}
        return render(self.request, self.template_name, context, status=status)
