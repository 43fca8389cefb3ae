"""The page of a mail to a lead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from contacts.models import Interaction
from crm.access import can
from crm.choices import Verb
from crm.once import led_to, new_token, sent_before
from crm.views.base import ScopedView
from crm.views.forms import REFUSED, add_refusal
from leads.models import Lead
from leads.writing.actions import write_to_lead
from leads.writing.forms import MailForm
from leads.writing.queries import Beginning, mail_to_answer, new_mail


class LeadMailView(ScopedView):
    """A mail to a lead; `answer` is the number of the touch whose mail it answers. Whoever sees the lead and may log
    touches may."""

    model = Lead

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.ADD, Interaction):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lead, key = self.get_record(), request.GET.get("answer", "")
        begun = self.beginning(lead, key)
        if begun is None:
            raise Http404("There is no such mail.")
        initial = {name: getattr(begun, name) for name in ("to", "subject", "quoted")}
        return self.show(lead, key, MailForm(initial=initial))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lead, form, key = self.get_record(), MailForm(request.POST), request.POST.get("answer", "")
        begun = self.beginning(lead, key)
        if begun is None:
            form.add_error(None, "The mail that this answers is not there any more: write a new one instead.")
        elif form.is_valid():
            try:
                self.save(lead, begun, form)
            except ValidationError as error:
                add_refusal(form, error)
        if form.errors:
            return self.show(lead, key, form, REFUSED)
        messages.success(request, "The mail is on its way.")
        return redirect(lead)

    def beginning(self, lead: Lead, key: str) -> Beginning | None:
        return mail_to_answer(self.request.user, lead, key) if key else new_mail(self.request.user, lead)

    @transaction.atomic
    def save(self, lead: Lead, begun: Beginning, form: MailForm) -> None:
        user, data, said = self.request.user, self.request.POST, form.cleaned_data
        if sent_before(user=user, data=data) is not None:
            return
        parts = {name: said[name] for name in ("to", "subject", "text")}
        write_to_lead(actor=user, lead=lead, begun=begun, below=said["quoted"], **parts)
        led_to(user=user, data=data, url=lead.get_absolute_url())

    def show(self, lead: Lead, key: str, form: MailForm, status: int = 200) -> HttpResponse:
        token = form.data.get("form_token") or new_token()
        context = {"record": lead, "form": form, "answer": key, "form_token": token}
        return render(self.request, "leads/mail_page.html", context, status=status)
