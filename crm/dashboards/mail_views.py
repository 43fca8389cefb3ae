"""Mailed dashboards: which there are, set one up, change it, end it, leave it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import with_rights
from crm.choices import Verb
from crm.dashboards.forms import SubscriptionForm
from crm.dashboards.subscribing import change_subscription, end_subscription, leave_subscription, subscribe
from crm.languages.telling import spoken_refusal
from crm.models import DashboardDelivery, DashboardSubscription
from crm.views.base import ScopedView
from crm.views.forms import FormPage


class MailListView(ScopedView):
    """What is mailed by the person or to them: when, to whom, and what became of it last."""

    model = DashboardSubscription

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        rows = with_rights(self.get_queryset(), user).select_related("dashboard", "owner")
        rows = list(rows.prefetch_related("recipients").order_by("next_at", "id"))
        newest = DashboardDelivery.objects.filter(subscription__in=rows).order_by("subscription_id", "-due_at", "-id")
        last = {one.subscription_id: one for one in newest.distinct("subscription_id")}
        nothing = {
            "icon": "envelope",
            "title": "No dashboard is mailed yet",
            "text": "Open a dashboard and choose “Mail on schedule”: it comes as a PDF, on the days that you name.",
            "action_label": "Mail a dashboard",
            "action_url": reverse("dashboards:mail_create"),
        }
        found = [
            {"one": row, "last": last.get(row.pk), "is_mine": user.pk in {one.pk for one in row.recipients.all()}}
            for row in rows
        ]
        return render(request, "dashboards/mail_list.html", {"rows": found, "nothing": nothing})


class MailFormView(FormPage):
    """What setting up and changing share."""

    model = DashboardSubscription
    form_class = SubscriptionForm
    list_url_name = "dashboards:mail_list"
    template_name = "dashboards/mail_form.html"


class MailCreateView(MailFormView):
    """`?dashboard=` chooses one."""

    verb = Verb.ADD
    heading = "Mail a dashboard"
    submit_label = "Mail it"
    done = "It is mailed from now on: {record}."

    def get_initial(self) -> dict[str, Any]:
        key = self.request.GET.get("dashboard", "")
        return {"dashboard": int(key)} if key.isdecimal() else {}

    def save(self, form: SubscriptionForm) -> DashboardSubscription:
        return subscribe(actor=self.request.user, fields=form.values, people=form.people)


class MailUpdateView(MailFormView):
    verb = Verb.CHANGE
    heading = "A mailed dashboard"
    done = "Saved: {record}."

    def save(self, form: SubscriptionForm) -> DashboardSubscription:
        return change_subscription(
            actor=self.request.user,
            subscription=self.record,
            version=form.cleaned_data["version"],
            fields=form.values,
            people=form.people,
        )


class MailEndView(ScopedView):
    model = DashboardSubscription
    http_method_names = ["post"]
    verb = Verb.DELETE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        end_subscription(actor=self.request.user, subscription=self.get_record())
        messages.success(request, "It is mailed no more.")
        return redirect("dashboards:mail_list")


class MailLeaveView(ScopedView):
    """Where the link of a mail leads: the question, and its answer."""

    model = DashboardSubscription

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            "record": self.get_record(),
            "question": "No more of these mails?",
            "submit_label": "No more mails",
            "cancel_url": reverse("dashboards:mail_list"),
        }
        return render(request, "dashboards/mail_leave.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            leave_subscription(actor=self.request.user, subscription=self.get_record())
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, "You get no more of these mails.")
        return redirect("dashboards:mail_list")
