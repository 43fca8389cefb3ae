"""The pages of retention actions: all of them with what holds customers, one with what came of it, its form."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics.models import ModelRun
from analytics.queries import last_run
from analytics.rights import sees_whole_base
from analytics.views import StartsSteps
from campaigns.models import RetentionAction
from campaigns.retaining import actions
from campaigns.retaining.figures import balance_of, effect_of, warnings_of
from campaigns.retaining.forms import RetentionActionForm
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hides
from crm.models import JobRun, User
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage


def figures_for(user: User) -> ModelRun | None:
    """The last run, for who may see figures of the whole base."""
    return last_run("retaining") if can(user, Verb.VIEW, ModelRun) and sees_whole_base(user) else None


def shows_nps(user: User) -> bool:
    return not hides(user, "feedback.response.nps")


class RetentionActionListView(ScopedView):
    """All actions, each with its effect; what holds the customers, and the warning where it is penalties."""

    model = RetentionAction

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        run = figures_for(user)
        rows = [(one, effect_of(one, run)) for one in self.get_queryset().select_related("segment", "owner")]
        balance = balance_of(run)
        context = {
            "run": run,
            "rows": rows,
            "balance": balance,
            "warnings": warnings_of(
                balance, [(one, effect) for one, effect in rows if effect], shows_nps=shows_nps(user)
            ),
            "sees_figures": sees_whole_base(user),
            "shows_nps": shows_nps(user),
            "may_add": can(user, Verb.ADD, RetentionAction),
            "may_run": can(user, Verb.RUN, ModelRun) and sees_whole_base(user),
            "currency": current_company().currency,
        }
        return render(request, "campaigns/retaining/list.html", context)


class RetentionActionDetailView(ScopedView):
    """One action: what it is, who it is for, what came of it beside those kept out."""

    model = RetentionAction

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        action, user = cast(RetentionAction, self.get_record()), self.request.user
        run = figures_for(user)
        effect = effect_of(action, run)
        context = {
            "record": action,
            "effect": effect,
            "groups": [(_("It is done for"), effect.treated), (_("Kept out by lot"), effect.control)] if effect else [],
            "run": run,
            "may_change": can(user, Verb.CHANGE, action),
            "may_delete": can(user, Verb.DELETE, action) and not action.started_on,
            "sees_figures": sees_whole_base(user),
            "shows_nps": shows_nps(user),
            "currency": current_company().currency,
        }
        return render(request, "campaigns/retaining/detail.html", context)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("segment", "owner")


class RetentionActionFormView(FormPage):
    """What planning and changing share."""

    model = RetentionAction
    form_class = RetentionActionForm
    list_url_name = "campaigns:retention_action_list"


class RetentionActionCreateView(RetentionActionFormView):
    verb = Verb.ADD
    heading = "New retention action"
    submit_label = "Keep the plan"
    done = "“{record}” is planned. Start it when it begins."

    def save(self, form: RetentionActionForm) -> RetentionAction:
        return actions.create_retention_action(actor=self.request.user, fields=form.action_fields)


class RetentionActionUpdateView(RetentionActionFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: RetentionActionForm) -> RetentionAction:
        return actions.change_retention_action(
            actor=self.request.user, action=self.record, version=form.cleaned_data["version"],
            fields=form.action_fields,
        )  # fmt: skip


class RetentionActionStartView(ActionView):
    model = RetentionAction
    verb = Verb.CHANGE
    done = "“{record}” has started: its customers are written down."

    def act(self, record: RetentionAction) -> None:
        actions.start_retention_action(actor=self.request.user, action=record)


class RetentionActionEndView(ActionView):
    model = RetentionAction
    verb = Verb.CHANGE
    done = "“{record}” is over. What came of it stays."

    def act(self, record: RetentionAction) -> None:
        actions.end_retention_action(actor=self.request.user, action=record)


class RetentionActionDeleteView(ActionView):
    model = RetentionAction
    verb = Verb.DELETE
    done = "“{record}” is deleted."

    def act(self, record: RetentionAction) -> None:
        actions.delete_retention_action(actor=self.request.user, action=record)

    def get_success_url(self, record: Any) -> str:
        return reverse("campaigns:retention_action_list")


class RetentionActionRunView(StartsSteps):
    """Asks for the figures of today; they are there when the job is done."""

    steps = ("retaining",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.sees_all:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def url_of(self, job: JobRun) -> str:
        return job.get_absolute_url()
