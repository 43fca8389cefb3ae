"""The link of an invitation: a new colleague sets their first password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from crm.accounts.actions import change_password
from crm.accounts.mails import invited_person
from crm.forms import FirstPasswordForm


@method_decorator((login_not_required, never_cache), name="dispatch")
class InvitationView(FormView):
    """Opening the link changes nothing: mail scanners open links too."""

    template_name = "account/invitation.html"
    form_class = FirstPasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.person = invited_person(kwargs["token"])
        if self.person is None:
            return render(request, "account/invitation_void.html", status=404)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "person": self.person}

    def form_valid(self, form: FirstPasswordForm) -> HttpResponse:
        assert self.person is not None  # noqa: S101 - dispatch has seen to it
        change_password(actor=self.person, user=self.person, password=form.cleaned_data["password"])
        messages.success(self.request, "Your password is saved. Sign in with it.")
        return redirect("account_login")
