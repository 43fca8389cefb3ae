"""The form page: make a record or change one. What a person typed survives every refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.conflicts import OPENED, is_untouched, merge, opened_state, state_in_words, state_of
from crm.field_rights import read_only_fields
from crm.fields import SectionedForm
from crm.languages.refusing import leaves
from crm.languages.telling import spoken_after
from crm.languages.words import Titled
from crm.layouts.reading import layout_for
from crm.navigation import nav_label
from crm.once import NOT_TYPED, TOKEN_FIELD, MadeAlready, led_before, new_token, once
from crm.saving import StaleRecord
from crm.templatetags.figures import words
from crm.views.base import ScopedView

REFUSED, CONFLICT = 422, 409


def add_refusal(form: forms.BaseForm, error: ValidationError) -> None:
    """What an action refused, at its field, or on top where the form has no such field."""
    at = set(getattr(error, "error_dict", {})) - {NON_FIELD_ERRORS}
    form.add_error(None, error if at <= set(form.fields) else ValidationError(leaves(error)))


class FormPage(ScopedView):
    """A form about a record; with `pk` in the address that record is changed, without one it is made.

    A page names its `form_class` (called with `user`, `record`, `data`, `initial`) and its one action in `save`; with a
    `layout_place` it stands as it is arranged for the person.
    """

    form_class: type[forms.BaseForm]
    layout_place = ""
    # fields that say a place among others: it moves with them, which is no change of the record
    places: tuple[str, ...] = ()
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
        version: int = getattr(record, "version", 0)
        return version

    @cached_property
    def record(self) -> Any:
        """The record of this address, None on a page that makes one."""
        return self.get_record() if "pk" in self.kwargs else None

    @property
    def subject(self) -> Any:
        """The record that the form is about."""
        return self.record

    def get_initial(self) -> dict[str, Any]:
        return {}

    def make_form(self, data: Any = None) -> Any:
        make: Callable[..., Any] = self.form_class
        fixed = read_only_fields(self.request.user, self.model)
        initial = {name: value for name, value in self.get_initial().items() if name not in fixed}
        form = make(data=data, user=self.request.user, record=self.subject, initial=initial)
        if isinstance(form, SectionedForm):
            form.take_rights(self.request.user, self.model)
            if layout := layout_for(self.request.user, self.layout_place):
                form.take_layout(layout)
        return form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.make_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "pk" in self.kwargs and (refused := self.refused_record()):
            return refused
        if not self.record and (url := led_before(user=self.request.user, data=request.POST, files=request.FILES)):
            return redirect(url)
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        try:
            if self.record:
                return redirect(self.saved(form))
            data, files = request.POST, request.FILES
            return redirect(once(user=self.request.user, data=data, files=files, make=lambda: self.saved(form)))
        except StaleRecord as stale:
            return self.show_conflict(form, stale)
        except ObjectDoesNotExist:  # deleted this very moment
            return self.show_typed(404)
        except ValidationError as error:
            add_refusal(form, error)
            is_again = isinstance(error, MadeAlready)
            return self.show(form, CONFLICT if is_again else REFUSED, token=new_token() if is_again else "")

    @transaction.atomic
    def saved(self, form: Any) -> str:
        """Do it, say it; where it leads."""
        if self.record and "version" not in form.fields:
            self.refuse_stale()
        record = self.save(form)
        url = self.get_success_url(record)
        messages.success(self.request, spoken_after(self.request, self.done, record=record))
        return url

    def refuse_stale(self) -> None:
        """For records without a version: raise where the record stands otherwise than when the form was opened."""
        mine, opened = self.record, opened_state(self.request.POST)
        stored = self.model._default_manager.select_for_update().get(pk=mine.pk)
        self.record = stored
        stands = state_of(self.make_form())
        for name in self.places:
            if name in opened and is_untouched(self.request.POST, name):
                stands[name] = opened[name]
        if opened and opened != stands:
            raise StaleRecord(stored)
        self.record = mine

    def refused_record(self) -> HttpResponse | None:
        """A page with what was typed, where the record is gone or out of reach since the form was opened."""
        try:
            self.record  # noqa: B018 - read once, kept
        except Http404:
            return self.show_typed(404)
        except PermissionDenied:
            return self.show_typed(403)
        return None

    def show_typed(self, status: int) -> HttpResponse:
        """What was typed, for a record that cannot be saved: 404 when it is gone, 403 when it may only be seen."""
        typed = [
            (self._label_of(name), "\n".join(values))
            for name, values in self.request.POST.lists()
            if name not in NOT_TYPED and any(values)
        ]
        context = {"typed": typed, "is_gone": status == 404}
        return render(self.request, "crm/form_gone.html", context, status=status)

    def show_conflict(self, form: Any, stale: StaleRecord) -> HttpResponse:
        """Somebody saved in between: theirs beside mine; what only they changed is taken over."""
        self.record = stale.record
        current = self.make_form()
        form.conflict = merge(form, current)
        form.take_version(self.version_of(stale.record))
        form.add_error(None, stale.sentence)
        return self.show(form, status=CONFLICT, opened=state_in_words(current))

    def _label_of(self, name: str) -> str:
        field = getattr(self.form_class, "base_fields", {}).get(name)
        return str(field.label or words(name)) if field else words(name)

    def get_success_url(self, record: Any) -> str:
        address: Callable[[], str] = record.get_absolute_url
        return address()

    def get_cancel_url(self) -> str:
        return self.record.get_absolute_url() if self.record else reverse(self.list_url_name)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return {
            "form": form,
            "record": self.record,
            "heading": Titled(self.heading, record=self.record),
            "submit_label": self.submit_label,
            "cancel_url": self.get_cancel_url(),
            "list_label": nav_label(self.list_url_name),
            "list_url_name": self.list_url_name,
        }

    def show(self, form: Any, status: int = 200, token: str = "", opened: str = "") -> HttpResponse:
        """The page; a form that comes back keeps its token and how the record stood when it was opened."""
        kept = form.data if form.is_bound else {}
        hidden = (
            {OPENED: opened or kept.get(OPENED) or (state_in_words(form) if not form.is_bound else "")}
            if self.record
            else {TOKEN_FIELD: token or kept.get(TOKEN_FIELD) or new_token()}
        )
        context = {**self.get_context_data(form), "hidden_words": hidden}
        return render(self.request, self.template_name, context, status=status)
