"""Releasing what a restored instance holds back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.holding import release_sending
from crm.languages.telling import spoken_refusal
from crm.models import Company
from crm.requests import SignedInRequest


class SendingReleaseView(View):
    """The button of the banner; for who may change the company."""

    http_method_names = ["post"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.CHANGE, Company):
            raise PermissionDenied
        try:
            release_sending(actor=request.user)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, "Mail leaves again.")
        return redirect("crm:mail_list")
