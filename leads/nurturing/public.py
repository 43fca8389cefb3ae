"""The link below each mail of a sequence: say no, without an account.

A look changes nothing (programs follow links); the button does, and so does the one click of a mail program
(RFC 8058), which sends no cookie and so no token of a form. Nothing that is stored is shown.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from contacts.models import Purpose as MailPurpose
from crm.company import company_at_hand
from crm.foreign.tokens import Purpose, read_token
from leads.models import Enrolment
from leads.nurturing.actions import say_no


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class UnsubscribeView(View):
    """Takes the no of whoever holds the link; saying it twice is saying it once."""

    enrolment: Enrolment | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company:
            request.company = company  # type: ignore[attr-defined]
            said = read_token(Purpose.UNSUBSCRIBE, kwargs["token"]) or {}
            rows = Enrolment.objects.select_related("sequence")
            self.enrolment = rows.filter(pk=said["enrolment"]).first() if "enrolment" in said else None
            if self.enrolment is None:
                return self.show(404)
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.enrolment is not None:
            say_no(enrolment=self.enrolment)
        return self.show(is_done=True)

    def show(self, status: int = 200, *, is_done: bool = False) -> HttpResponse:
        key = self.enrolment.sequence.purpose if self.enrolment else ""
        label = MailPurpose.objects.filter(key=key).values_list("label", flat=True).first() or key
        context = {"is_done": is_done, "purpose": label, "is_void": self.enrolment is None}
        response = render(self.request, "leads/nurturing/public.html", context, status=status)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response
