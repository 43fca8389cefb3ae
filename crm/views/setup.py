"""The set-up page of an empty instance: the first visitor makes the company and its first administrator."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from crm.actions import AlreadySetUp, is_set_up, set_up_company
from crm.forms import SetupForm


@method_decorator(login_not_required, name="dispatch")
class SetupView(FormView):
    template_name = "crm/setup.html"
    form_class = SetupForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if is_set_up():
            return redirect("account_login")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SetupForm) -> HttpResponse:
        try:
            admin = set_up_company(**form.cleaned_data)
        except AlreadySetUp:
            messages.warning(self.request, "Somebody has just set this instance up; please sign in.")
            return redirect("account_login")
        login(self.request, admin)
        return redirect("crm:home")
