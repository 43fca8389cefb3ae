"""The page of promises and of the hours that they count."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.accounts.step_up import StepUp
from crm.choices import Verb
from crm.languages.telling import spoken, spoken_refusal
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from service.models import ServiceHours, SlaPolicy
from service.promises import actions
from service.promises.forms import HoursSetForm, PromiseForm
from service.promises.queries import standing

LIST = "service:promise_list"


class PromiseListView(ScopedView):
    """Every promise in the order in which they are asked, the hours, and what was changed lately."""

    model = SlaPolicy

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, SlaPolicy):
            raise PermissionDenied
        context = {
            "found": standing(user),
            "may_add": can(user, Verb.ADD, SlaPolicy),
            "may_change": can(user, Verb.CHANGE, SlaPolicy),
            "may_delete": can(user, Verb.DELETE, SlaPolicy),
            "may_add_hours": can(user, Verb.ADD, ServiceHours),
            "may_change_hours": can(user, Verb.CHANGE, ServiceHours),
            "may_delete_hours": can(user, Verb.DELETE, ServiceHours),
        }
        return render(request, "service/promises/list.html", context)


class PromiseFormView(FormPage):
    model: Any = SlaPolicy
    form_class: Any = PromiseForm
    places = ("position",)
    list_url_name = LIST

    def refuse_stale(self) -> None:
        actions.hold_promises()
        super().refuse_stale()

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class PromiseCreateView(PromiseFormView):
    verb = Verb.ADD
    heading = "New promise"
    done = "The promise “{record}” is kept from now on. Unsolved tickets follow within minutes."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ServiceHours.objects.exists() and can(self.request.user, Verb.ADD, ServiceHours):
            messages.info(request, "A promise counts working hours: say first when somebody is there.")
            return redirect("service:hours_create")
        return super().get(request, *args, **kwargs)

    def save(self, form: PromiseForm) -> SlaPolicy:
        return actions.save_promise(actor=self.request.user, promise=None, fields=form.promise_fields)


class PromiseUpdateView(PromiseFormView):
    verb = Verb.CHANGE
    heading = "Promise “{record}”"
    done = "Saved “{record}”. Unsolved tickets follow within minutes."

    def save(self, form: PromiseForm) -> SlaPolicy:
        return actions.save_promise(actor=self.request.user, promise=self.record, fields=form.promise_fields)


class HoursFormView(StepUp, PromiseFormView):
    model = ServiceHours
    form_class = HoursSetForm


class HoursCreateView(HoursFormView):
    verb = Verb.ADD
    heading = "New working hours"
    done = "The hours “{record}” are there. A promise says which hours it counts."

    def save(self, form: HoursSetForm) -> ServiceHours:
        return actions.save_hours(actor=self.request.user, hours=None, fields=form.hours_fields)


class HoursUpdateView(HoursFormView):
    verb = Verb.CHANGE
    heading = "Working hours “{record}”"
    done = "Saved “{record}”. Unsolved tickets follow within minutes."

    def save(self, form: HoursSetForm) -> ServiceHours:
        return actions.save_hours(actor=self.request.user, hours=self.record, fields=form.hours_fields)


class _RemoveView(ScopedView):
    verb = Verb.DELETE
    http_method_names = ["post"]

    def remove(self, record: Any) -> str:
        """Call the action; what is said then."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.get_record()
        try:
            done = self.remove(record)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, done)
        return redirect(LIST)


class PromiseRemoveView(_RemoveView):
    model = SlaPolicy

    def remove(self, record: SlaPolicy) -> str:
        actions.remove_promise(actor=self.request.user, promise=record)
        return spoken(
            self.request, "“%(record)s” is promised no more. Unsolved tickets follow within minutes.", record=record
        )


class HoursRemoveView(StepUp, _RemoveView):
    model = ServiceHours

    def remove(self, record: ServiceHours) -> str:
        actions.remove_hours(actor=self.request.user, hours=record)
        return spoken(self.request, "The hours “%(record)s” are taken away.", record=record)
