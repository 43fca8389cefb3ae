"""The pages of selling alerts: the list, one of them, its answers, and what they bring."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from analytics.alerts import actions
from analytics.alerts.measuring import compare, still_open
from analytics.alerts.panels import answering
from analytics.alerts.queries import lines_of
from analytics.models import ModelRun, SellAlert
from analytics.queries import failure_after, last_run
from analytics.rights import sees_whole_base
from analytics.steps.alerts import HORIZON_DAYS
from analytics.views import AnalysisView
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.filtering.searching import finds_names_only, search_condition
from crm.languages.telling import spoken_refusal
from crm.models import User
from crm.views.base import ActionView, ScopedView
from crm.views.forms import REFUSED
from crm.views.lists import ListExport, ListPage


def search_alerts(rows: Any, text: str, user: User | None = None) -> Any:
    """Alerts of the customers whom the text finds."""
    if not text.strip():
        return rows
    found = Contact.objects.filter(search_condition(text, names_only=finds_names_only(user, "contacts.contact")))
    return rows.filter(contact__in=found.order_by().values("pk"))


class AlertListView(ListPage):
    model = SellAlert
    heading = "Selling alerts"
    name_column = "contact"
    default_sort = "-expected_value"
    search = staticmethod(search_alerts)
    search_hint = "Customer"
    phone = {"expected_value": "cell-end", "kind": "cell-secondary", "state": "cell-secondary-end"}
    template_name = "analytics/alerts/list.html"
    export_url_name = "analytics:alert_export"
    empty_title = "No alerts yet"
    empty_text = "Every night the orders are searched for what customers may buy next, and for who drifts away."

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"sees_effect": sees_whole_base(self.request.user)}


class AlertExportView(ListExport, AlertListView):
    """The list's rows as a file."""


class AlertDetailView(ScopedView):
    """One alert: its evidence, what to do, the answers."""

    model = SellAlert

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "product", "instead_of", "answered_by")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        alert = self.get_record()
        may_answer = can(self.request.user, Verb.CHANGE, alert) and alert.is_open
        (line,) = lines_of(self.request.user, [alert])
        context = {"line": line, "record": alert, "may_answer": may_answer, "answers": answering()}
        context["currency"] = current_company().currency
        return render(request, "analytics/alerts/detail.html", context)


class AlertAnswerView(ActionView):
    """What the answers share: from a list the line is replaced, else one is led back to where one came from."""

    model = SellAlert
    verb = Verb.CHANGE

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "product", "instead_of")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.headers.get("HX-Request"):
            return super().post(request, *args, **kwargs)
        alert, said, status = self.get_record(), self.done, 200
        try:
            self.act(alert)
        except ValidationError as error:
            said, status = spoken_refusal(request, error), REFUSED
        return render(request, "analytics/alerts/_answered.html", {"said": said, "alert": alert}, status=status)

    def get_success_url(self, record: Any) -> str:
        wanted = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}, self.request.is_secure())
        return wanted if is_ours else super().get_success_url(record)


class AlertAcceptView(AlertAnswerView):
    done = "Taken up: a call stands in your tasks for today."

    def act(self, record: SellAlert) -> None:
        actions.accept_alert(actor=self.request.user, alert=record)


class AlertDismissView(AlertAnswerView):
    """`reason` says why, if one does."""

    done = "Dismissed. It is not told again for months."

    def act(self, record: SellAlert) -> None:
        actions.dismiss_alert(actor=self.request.user, alert=record, reason=self.request.POST.get("reason", "")[:12])


class AlertSnoozeView(AlertAnswerView):
    """`days` from today, a week unless told."""

    done = "Put off."

    def act(self, record: SellAlert) -> None:
        text = self.request.POST.get("days", "") or "7"
        if not (text.isascii() and text.isdecimal() and len(text) < 5):
            raise ValidationError("Say by how many days it is put off.")
        until = company_today() + dt.timedelta(days=int(text))
        actions.snooze_alert(actor=self.request.user, alert=record, until=until)


class AlertEffectView(AnalysisView):
    """What the alerts bring beside those that nobody saw: figures of the whole base."""

    scores = SellAlert

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.sees_all:
            raise PermissionDenied
        today, run = company_today(), last_run("alerts")
        context = {
            "rows": compare(today),
            "horizon": HORIZON_DAYS,
            "open": still_open(today),
            "run": run,
            "sentences": run.metrics.get("sentences", ()) if run else (),
            "failure": failure_after(run, "alerts"),
            "may_run": can(self.request.user, Verb.RUN, ModelRun),
            "currency": current_company().currency,
        }
        return render(request, "analytics/alerts/effect.html", context)
