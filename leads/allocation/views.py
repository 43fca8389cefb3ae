"""The pages of allocation: the rules in order, how colleagues take leads, giving away what nobody owns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.languages.telling import spoken
from crm.once import once
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from leads.allocation import actions
from leads.allocation.engine import unassigned
from leads.allocation.forms import IntakeForm, RuleForm
from leads.allocation.queries import intake_lines, rule_lines
from leads.models import AllocationRule, Intake

LIST = "leads:rule_list"


class RuleListView(ScopedView):
    """The rules in the order in which they are asked, and how colleagues take leads."""

    model = AllocationRule

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, AllocationRule):
            raise PermissionDenied
        user = self.request.user
        context = {
            "rules": rule_lines(),
            "intakes": intake_lines(user),
            "waiting": unassigned().visible_to(user).count(),  # type: ignore[attr-defined]
            "may_change": can(user, Verb.CHANGE, AllocationRule),
            "may_add_intake": can(user, Verb.ADD, Intake),
        }
        return render(request, "leads/allocation/list.html", context)


class RuleFormView(FormPage):
    model = AllocationRule
    form_class = RuleForm
    list_url_name = LIST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, AllocationRule):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class RuleCreateView(RuleFormView):
    verb = Verb.ADD
    heading = "New rule of allocation"
    submit_label = "Make the rule"
    done = "The rule “{record}” gives leads away from now on."

    def save(self, form: RuleForm) -> AllocationRule:
        people = list(form.cleaned_data["people"])
        return actions.create_rule(actor=self.request.user, fields=form.rule_fields, people=people)


class RuleUpdateView(RuleFormView):
    verb = Verb.CHANGE
    heading = "Rule “{record}”"
    done = "Saved “{record}”."

    def save(self, form: RuleForm) -> AllocationRule:
        return actions.change_rule(
            actor=self.request.user,
            rule=self.record,
            version=form.cleaned_data["version"],
            fields=form.rule_fields,
            people=list(form.cleaned_data["people"]),
        )


class RuleRemoveView(ScopedView):
    model = AllocationRule
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = self.get_record()
        actions.remove_rule(actor=self.request.user, rule=rule)
        messages.success(request, spoken(request, "The rule “%(rule)s” is removed.", rule=rule))
        return redirect(LIST)


class AllocationStartView(ScopedView):
    """Gives away all open leads that nobody owns."""

    model = AllocationRule
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.CHANGE, AllocationRule):
            raise PermissionDenied
        return redirect(
            once(user=user, data=request.POST, make=lambda: actions.start_allocation(actor=user).get_absolute_url())
        )


class IntakeFormView(FormPage):
    model = Intake
    form_class = IntakeForm
    list_url_name = LIST

    def save(self, form: IntakeForm) -> Intake:
        intake = self.record or Intake()
        return actions.save_intake(actor=self.request.user, intake=intake, fields=form.intake_fields)

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class IntakeCreateView(IntakeFormView):
    verb = Verb.ADD
    heading = "How a colleague takes leads"
    done = "Saved how {record} takes leads."


class IntakeUpdateView(IntakeFormView):
    verb = Verb.CHANGE
    heading = "How {record} takes leads"
    done = "Saved how {record} takes leads."
