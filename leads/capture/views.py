"""The pages on which marketers build forms and see what they bring."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from leads.capture import actions
from leads.capture.fields import PublicForm
from leads.capture.forms import CaptureFormForm
from leads.capture.queries import form_lines, newest_submissions
from leads.models import CaptureForm


class CaptureFormListView(ScopedView):
    """All forms with how many they brought and how many of these became customers."""

    model = CaptureForm

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, CaptureForm):
            raise PermissionDenied
        context = {
            "lines": form_lines(),
            "may_add": can(self.request.user, Verb.ADD, CaptureForm),
            "empty": {
                "title": "No forms yet",
                "text": "Build one and put it on your site, as HTML or in a frame: what people send becomes leads.",
                "icon": "ui-checks",
                "action_label": "New form",
                "action_url": reverse("leads:form_create") if can(self.request.user, Verb.ADD, CaptureForm) else "",
            },
        }
        return render(request, "leads/capture/list.html", context)


class CaptureFormDetailView(ScopedView):
    """One form: what it looks like, how it is embedded, what came by it."""

    model = CaptureForm

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        capture = self.get_record()
        url = f"{settings.CRM_BASE_URL}{capture.public_path}"
        context = {
            "record": capture,
            "url": url,
            "line": form_lines(capture.pk)[0],
            "form": PublicForm(capture=capture),
            "submissions": newest_submissions(self.request.user, capture),
            "may_change": can(self.request.user, Verb.CHANGE, capture),
        }
        return render(request, "leads/capture/detail.html", context)


class CaptureFormFormView(FormPage):
    model = CaptureForm
    form_class = CaptureFormForm
    list_url_name = "leads:form_list"


class CaptureFormCreateView(CaptureFormFormView):
    verb = Verb.ADD
    heading = "New form"
    submit_label = "Make the form"
    done = "The form is there. Below is how to put it on a site."

    def save(self, form: CaptureFormForm) -> CaptureForm:
        return actions.create_form(actor=self.request.user, fields=form.form_fields)


class CaptureFormUpdateView(CaptureFormFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved {record}."

    def save(self, form: CaptureFormForm) -> Any:
        return actions.change_form(
            actor=self.request.user,
            form=self.record,
            version=form.cleaned_data["version"],
            fields=form.form_fields,
        )
