"""The first hour: the page of the set-up, its buttons, and the removal of the demo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from crm.company import current_company
from crm.demo.removing.marks import demo_is_there
from crm.demo.removing.work import may_remove, start_removing
from crm.languages.telling import spoken, spoken_refusal
from crm.mail.actions import send_mail
from crm.mail.choices import MailKind
from crm.requests import SignedInRequest
from crm.starting.reading import close_first_steps, close_setup, first_steps, may_set_up, setup_steps, skip_step

TEST_TEXT = "This mail was sent from {company} to see whether mail leaves. It does."


class StartView(View):
    """All steps of the set-up for administrators; for everybody else the first steps of their role."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        is_setup = may_set_up(user)
        company = current_company()
        context = {
            "steps": setup_steps(user) if is_setup else first_steps(user),
            "is_setup": is_setup,
            "is_closed": is_setup and company.setup_closed_at is not None,
            "is_demo": is_setup and demo_is_there(),
        }
        return render(request, "starting/start.html", context)


class SetupOnly(View):
    """Buttons of those who set the house up."""

    request: SignedInRequest
    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not may_set_up(self.request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class StartSkipView(SetupOnly):
    """`name` of a step to pass over; with `again` to take it up."""

    def post(self, request: HttpRequest) -> HttpResponse:
        skip_step(actor=self.request.user, name=request.POST.get("name", ""), is_skipped=not request.POST.get("again"))
        return redirect("crm:start")


class StartMailView(SetupOnly):
    """A mail to oneself, to see whether mail leaves."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user, company = self.request.user, current_company()
        try:
            mail = send_mail(
                actor=user,
                kind=MailKind.AT_LEAST_ONCE,
                to=user.email or "",
                subject=f"A test from {company.name}",
                text=TEST_TEXT.format(company=company.name),
            )
        except ValidationError as refusal:
            messages.error(request, spoken_refusal(request, refusal))
            return redirect("crm:start")
        messages.success(
            request,
            spoken(request, "A mail to %(email)s is on its way. This page says what becomes of it.", email=user.email),
        )
        return redirect("crm:mail_detail", pk=mail.pk)


class StartCloseView(View):
    """Puts the steps away: the set-up for all administrators (`again` shows it anew), else the person's own."""

    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        user, again = self.request.user, bool(request.POST.get("again"))
        if may_set_up(user):
            close_setup(actor=user, is_closed=not again)
        else:
            close_first_steps(actor=user)
        if again:
            return redirect("crm:start")
        messages.success(request, "The steps are put away. Ctrl-K finds them under “First steps”.")
        return redirect("crm:home")


class DemoRemoveView(View):
    """Asks whether the demo company is to go; POST starts the job."""

    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_remove(self.request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "starting/remove_demo.html", {"is_demo": demo_is_there()})

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            job = start_removing(actor=self.request.user)
        except ValidationError as refusal:
            messages.error(request, spoken_refusal(request, refusal))
            return redirect("crm:start")
        return redirect(job.get_absolute_url())
