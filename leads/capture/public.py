"""The public side of forms: what a stranger sees and sends. Nothing that is stored is ever shown here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.company import company_at_hand
from crm.customfields.definitions import definitions_at_hand
from crm.foreign.tokens import Purpose, make_token, read_token
from leads.capture.actions import TooMany, confirm_submission, submission_of, take_submission
from leads.capture.fields import UTM, PublicForm
from leads.models import CaptureForm, CaptureSubmission

STAMP = "stamp"
FASTEST = dt.timedelta(seconds=3)
STAMP_GOOD_FOR = dt.timedelta(hours=24)
REFUSED, FLOODED = 422, 429


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class PublicFormView(View):
    """One form by its secret address. It is sent from other sites too, so no cookie is asked for: what is sent counts
    only with a stamp of ours that is some seconds old. Without one the typed values come back to be looked at again."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company, definitions_at_hand():
            request.company = company  # type: ignore[attr-defined]
            found = CaptureForm.objects.filter(token=kwargs["token"], is_active=True).first()
            if found is None:
                raise Http404("There is no such form.")
            self.capture: CaptureForm = found
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            return framed(response, self.capture)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        given = {name: request.GET.get(name, "")[:120] for name in UTM}
        return self.show(PublicForm(capture=self.capture, initial=given))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = PublicForm(request.POST, capture=self.capture)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        if form.is_caught:  # a machine is thanked like anybody
            return self.thank()
        age = _age(request.POST.get(STAMP, ""), self.capture.pk)
        if age is None or age < FASTEST:
            return self.show(form, is_again=True)
        try:
            self.take(form)
        except TooMany:
            return self.show(form, status=FLOODED, is_flooded=True)
        return self.thank()

    def take(self, form: PublicForm) -> None:
        take_submission(
            form=self.capture,
            values=form.values,
            utm=form.utm,
            has_consent=bool(form.cleaned_data.get("consent")),
            ip=str(get_adapter().get_client_ip(self.request)),
        )

    def show(self, form: PublicForm, *, status: int = 200, is_again: bool = False, is_flooded: bool = False) -> Any:
        stamp = make_token(Purpose.FORM, {"form": self.capture.pk, "at": timezone.now().timestamp()}, STAMP_GOOD_FOR)
        context = {
            "capture": self.capture,
            "form": form,
            "stamp": stamp,
            "is_again": is_again,
            "is_flooded": is_flooded,
        }
        return render(self.request, "leads/capture/public_form.html", context, status=status)

    def thank(self) -> HttpResponse:
        context = {"capture": self.capture, "waits": self.capture.confirms}
        return render(self.request, "leads/capture/public_thanks.html", context)


@method_decorator(login_not_required, name="dispatch")
class PublicConfirmView(View):
    """The link of the confirming mail: a look changes nothing (programs follow links), the button does."""

    submission: CaptureSubmission

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company, definitions_at_hand():
            request.company = company  # type: ignore[attr-defined]
            found = submission_of(kwargs["token"])
            if found is None:
                raise Http404("This link is wrong, or too old.")
            self.submission = found
            return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        self.submission = confirm_submission(submission=self.submission)
        return self.show()

    def show(self) -> HttpResponse:
        context = {"capture": self.submission.form, "is_done": self.submission.confirmed_at is not None}
        return render(self.request, "leads/capture/public_confirm.html", context)


def framed(response: HttpResponse, capture: CaptureForm) -> HttpResponse:
    """The answer may stand in a frame of the sites that the form allows, and of no other."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if capture.allowed_sites:
        response._csp_replace = {"frame-ancestors": ["'self'", *capture.allowed_sites]}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
    return response


def _age(stamp: str, form_id: int) -> dt.timedelta | None:
    """How long ago the form was shown; None for a stamp that is not of this form, or too old."""
    found = read_token(Purpose.FORM, stamp) if stamp else None
    if found is None or found.get("form") != form_id:
        return None
    return dt.timedelta(seconds=timezone.now().timestamp() - found["at"])
