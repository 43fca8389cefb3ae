"""The pages of routing: the rules in order, how colleagues take tickets, what nobody can take."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.queries import UNSEEN_CONTACT
from crm.access import can, veil
from crm.choices import Verb
from crm.field_rights import mask
from crm.languages.telling import spoken
from crm.once import once
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from service.models import RoutingRule, Ticket, TicketIntake
from service.routing import actions
from service.routing.forms import RuleForm, TicketIntakeForm
from service.routing.queries import intake_lines, rule_lines, waiting

LIST = "service:rule_list"


class RuleListView(ScopedView):
    """The rules in the order in which they are asked, who takes how many, and what waits for somebody."""

    model = RoutingRule

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, RoutingRule):
            raise PermissionDenied
        left = waiting(user) if can(user, Verb.VIEW, Ticket) else None
        if left is not None:
            shown = [*left.without_rule, *left.nobody_free]
            veil(user, shown, {"contact": UNSEEN_CONTACT})
            for ticket in shown:
                mask(user, ticket)
        context = {
            "rules": rule_lines(),
            "intakes": intake_lines(user),
            "waiting": left,
            "may_change": can(user, Verb.CHANGE, RoutingRule),
            "may_add_intake": can(user, Verb.ADD, TicketIntake),
        }
        return render(request, "service/routing/list.html", context)


class RuleFormView(FormPage):
    model = RoutingRule
    form_class = RuleForm
    list_url_name = LIST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, RoutingRule):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class RuleCreateView(RuleFormView):
    verb = Verb.ADD
    heading = "New rule of routing"
    submit_label = "Make the rule"
    done = "The rule “{record}” gives tickets away from now on."

    def save(self, form: RuleForm) -> RoutingRule:
        people = list(form.cleaned_data["people"])
        return actions.create_routing_rule(actor=self.request.user, fields=form.rule_fields, people=people)


class RuleUpdateView(RuleFormView):
    verb = Verb.CHANGE
    heading = "Rule “{record}”"
    done = "Saved “{record}”."

    def save(self, form: RuleForm) -> RoutingRule:
        return actions.change_routing_rule(
            actor=self.request.user,
            rule=self.record,
            version=form.cleaned_data["version"],
            fields=form.rule_fields,
            people=list(form.cleaned_data["people"]),
        )


class RuleRemoveView(ScopedView):
    model = RoutingRule
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = self.get_record()
        actions.remove_routing_rule(actor=self.request.user, rule=rule)
        messages.success(request, spoken(request, "The rule “%(rule)s” is removed.", rule=rule))
        return redirect(LIST)


class RoutingStartView(ScopedView):
    """Gives away all unsolved tickets that nobody has."""

    model = RoutingRule
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.CHANGE, RoutingRule):
            raise PermissionDenied
        return redirect(
            once(user=user, data=request.POST, make=lambda: actions.start_routing(actor=user).get_absolute_url())
        )


class IntakeFormView(FormPage):
    model = TicketIntake
    form_class = TicketIntakeForm
    list_url_name = LIST
    heading = "How {record} takes tickets"
    done = "Saved how {record} takes tickets."

    def save(self, form: TicketIntakeForm) -> TicketIntake:
        intake = self.record or TicketIntake()
        return actions.save_ticket_intake(actor=self.request.user, intake=intake, fields=form.intake_fields)

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class IntakeCreateView(IntakeFormView):
    verb = Verb.ADD
    heading = "How a colleague takes tickets"


class IntakeUpdateView(IntakeFormView):
    verb = Verb.CHANGE
