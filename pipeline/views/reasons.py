"""The page of the reasons that are offered when a deal is won or lost."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.languages.telling import spoken, spoken_refusal
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from pipeline import actions
from pipeline.actions.pipelines import hold_names
from pipeline.choices import Outcome
from pipeline.models import OutcomeReason
from pipeline.stage_forms import ReasonForm


class ReasonListView(ScopedView):
    """The reasons of won and of lost deals, in the order in which they are offered."""

    model = OutcomeReason

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, OutcomeReason):
            raise PermissionDenied
        rows = list(OutcomeReason.objects.visible_to(user))
        context = {
            "groups": [
                (outcome, label, [(row, _deals_with(row)) for row in rows if row.outcome == outcome])
                for outcome, label in ((Outcome.WON.value, _("Won deals")), (Outcome.LOST.value, _("Lost deals")))
            ],
            "sees_deals": not hides(user, "pipeline.deal.reason"),
            "may_add": can(user, Verb.ADD, OutcomeReason),
            "may_change": can(user, Verb.CHANGE, OutcomeReason),
            "may_remove": can(user, Verb.DELETE, OutcomeReason),
        }
        return render(request, "pipeline/reasons.html", context)


class ReasonFormView(FormPage):
    model: Any = OutcomeReason
    form_class: Any = ReasonForm
    places = ("position",)
    list_url_name = "pipeline:reason_list"

    def get_success_url(self, record: Any) -> str:
        return reverse("pipeline:reason_list")

    def get_cancel_url(self) -> str:
        return reverse("pipeline:reason_list")


class ReasonCreateView(ReasonFormView):
    """`?outcome=` is won or lost."""

    verb = Verb.ADD
    heading = "New reason"
    done = "The reason is offered from now on."

    def get_initial(self) -> dict[str, Any]:
        outcome = self.request.GET.get("outcome", "")
        return {"outcome": outcome if outcome in (Outcome.WON, Outcome.LOST) else Outcome.LOST}

    def save(self, form: ReasonForm) -> OutcomeReason:
        return actions.save_reason(actor=self.request.user, reason=None, fields=form.reason_fields)


class ReasonUpdateView(ReasonFormView):
    verb = Verb.CHANGE
    heading = "Reason {record}"

    def refuse_stale(self) -> None:
        hold_names()
        super().refuse_stale()

    def save(self, form: ReasonForm) -> OutcomeReason:
        return actions.save_reason(actor=self.request.user, reason=self.record, fields=form.reason_fields)


class ReasonRemoveView(ScopedView):
    model = OutcomeReason
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        reason = self.get_record()
        try:
            actions.remove_reason(actor=self.request.user, reason=reason)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(
                request,
                spoken(
                    request,
                    "“%(reason)s” is not offered any more. Deals that ended for it keep its words.",
                    reason=reason,
                ),
            )
        return redirect("pipeline:reason_list")


def _deals_with(reason: OutcomeReason) -> str:
    """The list of the deals that ended so, for this reason."""
    return f"{reverse('pipeline:deal_list')}?{urlencode({'outcome': reason.outcome, 'reason': reason.name})}"
