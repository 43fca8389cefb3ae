"""The page of a form that strangers fill in by a secret address. Nothing that is stored is ever shown on it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.company import company_at_hand
from crm.customfields.definitions import definitions_at_hand
from crm.foreign.strangers import FASTEST, STAMP, TooMany, age_of, stamp_of

REFUSED, FLOODED = 422, 429


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class StrangersFormView(View):
    """It is sent from other sites too, so no cookie is asked for: what is sent counts only with a stamp of ours that is
    some seconds old. Without one the typed values come back to be looked at again.

    A page says how its record is found by the token (`find`), its form, its one action (`take`), and two templates,
    which get the record as `capture`. The record has `allowed_sites`, in whose frames it may stand.
    """

    template_name = ""
    thanks_template_name = ""
    key_prefix: str = ""

    def find(self, token: str) -> Any:
        """The record of the address; None where there is none, or none in use."""
        raise NotImplementedError

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> Any:
        raise NotImplementedError

    def take(self, form: Any, ip: str) -> None:
        """Call the action. Raises TooMany."""
        raise NotImplementedError

    @property
    def form_key(self) -> Any:
        """What a stamp is of."""
        return f"{self.key_prefix}{self.capture.pk}" if self.key_prefix else self.capture.pk

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company, definitions_at_hand():
            request.company = company  # type: ignore[attr-defined]
            request.language = company.language or settings.LANGUAGE_CODE  # type: ignore[attr-defined] # as its words
            self.capture = self.find(kwargs["token"])
            if self.capture is None:
                raise Http404("There is no such form.")
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            return framed(response, self.capture.allowed_sites)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show(self.make_form())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        if form.is_caught:  # a machine is thanked like anybody
            return self.thank()
        age = age_of(request.POST.get(STAMP, ""), self.form_key)
        if age is None or age < FASTEST:
            return self.show(form, is_again=True)
        try:
            self.take(form, str(get_adapter().get_client_ip(request)))
        except TooMany:
            return self.show(form, status=FLOODED, is_flooded=True)
        return self.thank()

    def show(self, form: Any, *, status: int = 200, is_again: bool = False, is_flooded: bool = False) -> HttpResponse:
        context = {
            "capture": self.capture,
            "form": form,
            "stamp": stamp_of(self.form_key),
            "is_again": is_again,
            "is_flooded": is_flooded,
        }
        return render(self.request, self.template_name, context, status=status)

    def thank(self) -> HttpResponse:
        return render(self.request, self.thanks_template_name, {"capture": self.capture, **self.thanks_context()})

    def thanks_context(self) -> dict[str, Any]:
        return {}


def framed(response: HttpResponse, allowed_sites: list[str]) -> HttpResponse:
    """The answer may stand in a frame of the sites that the form allows, and of no other."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if allowed_sites:
        response._csp_replace = {"frame-ancestors": ["'self'", *allowed_sites]}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
    return response
