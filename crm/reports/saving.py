"""Pages on which a report is named, shared, kept and deleted."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from crm.choices import Verb
from crm.languages.telling import spoken, spoken_refusal
from crm.models import SavedReport
from crm.reports.actions import change_report, create_report, delete_report, keep_definition
from crm.reports.definitions import asked_by
from crm.reports.forms import SavedReportForm, read_definition
from crm.saving import StaleRecord
from crm.views.base import ScopedView
from crm.views.forms import FormPage


class ReportFormView(FormPage):
    """What saving and changing a report share."""

    model = SavedReport
    form_class = SavedReportForm
    list_url_name = "reports:report_list"


class ReportCreateView(ReportFormView):
    """The words of a report in the address say what is saved, `name` and `sentence` how the form begins."""

    verb = Verb.ADD
    heading = "Save this report"
    submit_label = "Save the report"
    done = "“{record}” is among your reports now."

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET
        return {
            "definition": json.dumps(asked_by(wanted).parameters),
            "name": wanted.get("name", "")[:80],
            "sentence": wanted.get("sentence", "")[:200],
        }

    def save(self, form: SavedReportForm) -> SavedReport:
        definition = form.cleaned_data["definition"]
        return create_report(actor=self.request.user, definition=definition, fields=form.report_fields)


class ReportUpdateView(ReportFormView):
    verb = Verb.CHANGE
    heading = "The report {record}"
    done = "Saved {record}."

    def save(self, form: SavedReportForm) -> SavedReport:
        return change_report(
            actor=self.request.user, report=self.record, version=form.cleaned_data["version"], fields=form.report_fields
        )


class ReportKeepView(ScopedView):
    """Makes a report ask what its page asks now."""

    model = SavedReport
    http_method_names = ["post"]
    verb = Verb.CHANGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        report: SavedReport = self.get_record()
        version = request.POST.get("version", "")
        try:
            definition = read_definition(self.request.user, request.POST.get("definition", ""))
            number = int(version) if version.isascii() and version.isdecimal() else 0
            keep_definition(actor=self.request.user, report=report, version=number, definition=definition)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        except StaleRecord:
            messages.error(request, "Somebody changed this report meanwhile. Open it again to see what it asks now.")
        else:
            messages.success(request, spoken(request, "“%(report)s” asks this from now on.", report=report))
        return redirect(report.get_absolute_url())


class ReportDeleteView(ScopedView):
    model = SavedReport
    http_method_names = ["post"]
    verb = Verb.DELETE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        report: SavedReport = self.get_record()
        delete_report(actor=self.request.user, report=report)
        messages.success(
            request, spoken(request, "The report “%(report)s” is gone; the records are as they were.", report=report)
        )
        return redirect("reports:report_list")
