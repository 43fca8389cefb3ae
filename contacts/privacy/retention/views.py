"""The pages of the retention rules: all kinds, one with what it would do now, what a night did; holds on a person."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.models import Contact, Hold, PrivacyRequest, RetentionRule, RetentionRun
from contacts.privacy.retention import actions, holds, running
from contacts.privacy.retention.forms import HoldForm, RuleForm
from contacts.privacy.retention.kinds import AgedKind
from contacts.privacy.retention.rules import Rule, kinds, look, rule_of, rules
from crm.access import can
from crm.choices import Verb
from crm.filtering.patience import OutOfPatience, patience
from crm.models import User
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.parts import PartFormPage

RULES = "privacy:retention"
RUNS = 12
LONGEST_LOOK = 4_000
"""Milliseconds of one statement, for the page of a rule."""


class RetentionView(ScopedView):
    """Every kind of data with its rule, and the nights of late."""

    model = RetentionRule

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, RetentionRule):
            raise PermissionDenied
        context = {
            "rules": rules(),
            "runs": RetentionRun.objects.visible_to(self.request.user).select_related("actor")[:RUNS],
            "may_change": can(self.request.user, Verb.CHANGE, RetentionRule),
        }
        return render(request, "contacts/privacy/retention.html", context)


class RuleUpdateView(FormPage):
    """One rule, with what it would do now."""

    model = RetentionRule
    verb = Verb.CHANGE
    form_class = RuleForm
    template_name = "contacts/privacy/rule.html"
    list_url_name = RULES
    done = "Saved."

    @property
    def kind(self) -> AgedKind:
        kind = kinds().get(self.record.kind)
        if kind is None:
            raise Http404("The product does not know this kind of data any more.")
        return kind

    def save(self, form: RuleForm) -> RetentionRule:
        version = form.cleaned_data.pop("version")
        return actions.change_rule(actor=self.request.user, rule=self.record, version=version, fields=form.cleaned_data)

    def get_success_url(self, record: RetentionRule) -> str:
        return reverse("privacy:retention_rule", args=[record.pk])

    def get_cancel_url(self) -> str:
        return reverse(RULES)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        stored = RetentionRule.objects.get(pk=self.record.pk)
        shown = outlook_of(rule_of(self.kind, stored), self.request.user)
        return super().get_context_data(form) | {"heading": self.kind.title, "kind": self.kind, **shown}


class TrialView(ScopedView):
    """Lets a worker count what every rule would do, those that are off too: POST only."""

    model = RetentionRule
    verb = Verb.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, RetentionRule):
            raise PermissionDenied
        return redirect(running.start_run(actor=self.request.user, is_trial=True))


class RunDetailView(ScopedView):
    """What a night did, or would do: by kind, with what was held back, and why."""

    model = RetentionRun

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run: RetentionRun = self.get_record()
        job = run.job
        unknown = [key for key in run.counts if key not in kinds()]
        lines: list[dict[str, Any]] = [
            {"title": kinds()[key].title if key in kinds() else key, **run.counts[key]}
            for key in [*kinds(), *unknown]
            if key in run.counts
        ]
        for line in lines:
            line["people"] = people_of(self.request.user, line.get("first", []))
        context = {
            "run": run,
            "with_people": [line for line in lines if line["people"]],
            "lines": lines,
            "job": job if job and can(self.request.user, Verb.VIEW, job) else None,
            "works": run.finished_at is None and job is not None and not job.is_finished,
        }
        return render(request, "contacts/privacy/run.html", context)


class HoldCreateView(PartFormPage):
    """Keeps a person's data, whatever a rule or a request says."""

    model = Hold
    whole_model = Contact
    verb = Verb.VIEW
    form_class = HoldForm
    heading = "Hold the data of {record}"
    submit_label = "Hold them"
    done = "Held: no rule and no request erases them now."
    tab = "privacy"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with suppress(Http404):  # answered as for any part
            if self.whole and not can(self.request.user, Verb.RUN, PrivacyRequest):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: HoldForm) -> Contact:
        holds.place_hold(actor=self.request.user, contact=self.whole, **form.cleaned_data)
        whole: Contact = self.whole
        return whole


class HoldEndView(ActionView):
    """From now on the hold keeps nothing."""

    model = Hold
    verb = Verb.VIEW
    done = "The hold has ended."

    def act(self, record: Hold) -> None:
        if not can(self.request.user, Verb.RUN, PrivacyRequest):
            raise PermissionDenied
        holds.end_hold(actor=self.request.user, hold=record)

    def get_success_url(self, record: Hold) -> str:
        return f"{record.contact.get_absolute_url()}?tab=privacy"


def people_of(user: User, keys: list[int]) -> list[Contact]:
    """Those of these contacts that the person may see."""
    rows: list[Contact] = list(Contact.objects.visible_to(user).filter(pk__in=keys).order_by("sort_name", "pk"))
    return rows


def outlook_of(rule: Rule, user: User) -> dict[str, Any]:
    """What a rule would do now, for its page; nothing where that takes too long."""
    try:
        with patience(LONGEST_LOOK):
            outlook = look(rule)
    except OutOfPatience:
        return {"outlook": None, "people": []}
    return {"outlook": outlook, "people": people_of(user, outlook.first), "before": rule.times().before}
