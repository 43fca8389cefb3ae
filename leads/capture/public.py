"""The public side of forms: what a stranger sees and sends. Nothing that is stored is ever shown here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View

from crm.company import company_at_hand
from crm.customfields.definitions import definitions_at_hand
from crm.views.strangers import StrangersFormView
from leads.capture.actions import confirm_submission, submission_of, take_submission
from leads.capture.fields import UTM, PublicForm
from leads.models import CaptureForm, CaptureSubmission


class PublicFormView(StrangersFormView):
    """One form by its secret address."""

    template_name = "leads/capture/public_form.html"
    thanks_template_name = "leads/capture/public_thanks.html"

    def find(self, token: str) -> CaptureForm | None:
        return CaptureForm.objects.filter(token=token, is_active=True).first()

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> PublicForm:
        return PublicForm(data, capture=self.capture, initial=initial)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        given = {name: request.GET.get(name, "")[:120] for name in UTM}
        return self.show(self.make_form(initial=given))

    def take(self, form: PublicForm, ip: str) -> None:
        take_submission(
            form=self.capture,
            values=form.values,
            utm=form.utm,
            has_consent=bool(form.cleaned_data.get("consent")),
            ip=ip,
        )

    def thanks_context(self) -> dict[str, Any]:
        return {"waits": self.capture.confirms}


@method_decorator(login_not_required, name="dispatch")
class PublicConfirmView(View):
    """The link of the confirming mail: a look changes nothing (programs follow links), the button does."""

    submission: CaptureSubmission

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company, definitions_at_hand():
            request.company = company  # type: ignore[attr-defined]
            request.language = company.language or settings.LANGUAGE_CODE  # type: ignore[attr-defined] # as its words
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
