"""The pages of the rules of scoring."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.fields import SectionedForm
from crm.models import SavedView, User
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from leads.choices import Scored
from leads.models import ScoreRule
from leads.scoring import actions
from leads.scoring.engine import problem_of

KEEP = "keep"


class ScoreRuleForm(SectionedForm, forms.ModelForm):
    """Points for who they are (a saved view) or for what they do (a channel, and how fast it is forgotten)."""

    layout = (
        ("", (("name", "position"), ("kind", "points"), ("is_active",))),
        ("Who they are", (("segment",),)),
        ("What they do", (("channel", "direction"), ("half_life_days",))),
    )
    segment = forms.ChoiceField(
        required=False, help_text="The filter of a saved view of the leads, as it is when you save."
    )

    class Meta:
        model = ScoreRule
        fields = ("name", "position", "kind", "points", "channel", "direction", "half_life_days", "is_active")
        help_texts = {
            "channel": "Empty: any touch.",
            "half_life_days": "After so many days a touch counts half.",
            "points": "From -100 to 100; the sum is held between 0 and 100.",
        }

    def __init__(self, *, user: User, record: ScoreRule | None, initial: dict[str, Any], data: Any = None) -> None:
        kept = {"segment": KEEP} if record and record.segment else {}
        super().__init__(data=data, instance=record, initial={**kept, **initial})
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "leads.lead")}
        mine = [(KEEP, f"As it was: {record.segment}")] if record and record.segment else []
        named = [(key, view.name) for key, view in self.views.items()]
        self.fields["segment"].choices = [("", "all leads"), *mine, *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Scored.FIT and cleaned.get("segment") in self.views:
            problem = problem_of(ScoreRule(tree=self.views[cleaned["segment"]].filter))
            if problem:
                self.add_error("segment", problem)
        return cleaned

    @property
    def rule_fields(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        chosen = self.cleaned_data["segment"]
        if chosen == KEEP:
            return given
        view = self.views.get(chosen)
        return given | {"segment": view.name if view else "", "tree": dict(view.filter) if view else {}}


class ScoreRuleListView(ScopedView):
    """The rules in their order."""

    model = ScoreRule

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, ScoreRule):
            raise PermissionDenied
        rules = [(rule, problem_of(rule)) for rule in ScoreRule.objects.all()]
        context = {"rules": rules, "may_change": can(self.request.user, Verb.CHANGE, ScoreRule)}
        return render(request, "leads/score_rules.html", context)


class ScoreRuleFormView(FormPage):
    model = ScoreRule
    form_class = ScoreRuleForm
    list_url_name = "leads:score_rule_list"
    heading = "A rule of scoring"
    done = "Saved; a worker scores the leads anew."

    def save(self, form: ScoreRuleForm) -> ScoreRule:
        rule = self.record or ScoreRule()
        return actions.save_score_rule(actor=self.request.user, rule=rule, fields=form.rule_fields)

    def get_success_url(self, record: Any) -> str:
        return reverse("leads:score_rule_list")

    def get_cancel_url(self) -> str:
        return reverse("leads:score_rule_list")


class ScoreRuleCreateView(ScoreRuleFormView):
    verb = Verb.ADD


class ScoreRuleUpdateView(ScoreRuleFormView):
    verb = Verb.CHANGE


class ScoreRuleRemoveView(ScopedView):
    model = ScoreRule
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actions.remove_score_rule(actor=self.request.user, rule=self.get_record())
        messages.success(request, "The rule is removed; a worker scores the leads anew.")
        return redirect("leads:score_rule_list")
