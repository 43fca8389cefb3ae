"""The pages of reports: all of them, one with its builder, its table as a file."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.exporting.formats import CSV, WORKBOOK, format_called
from crm.filtering.filtersets import tree_chips
from crm.filtering.trees.builder import offered_fields
from crm.filtering.trees.nodes import as_data
from crm.log import log_export
from crm.models import SavedReport
from crm.reports.building import Builder
from crm.reports.definitions import Definition, asked_by, definition_of, kept_as
from crm.reports.offering import by_area, ready_for, saved_for
from crm.reports.reading import Report
from crm.reports.results import as_in_file, result_of
from crm.reports.spec import ReadyReport
from crm.views.base import ScopedView

WRONG_QUESTION = 400
FORMATS = (CSV, WORKBOOK)


class ReportListView(ScopedView):
    """The person's own reports and those shared with them, then the ready ones, area by area."""

    model = SavedReport

    def get(self, request: HttpRequest) -> HttpResponse:
        saved = saved_for(self.request.user)
        changeable = set(SavedReport.objects.visible_to(self.request.user, Verb.CHANGE).values_list("pk", flat=True))
        context = {
            "saved": [(one, one.pk in changeable) for one in saved],
            "areas": by_area(list(ready_for(self.request.user).values())),
            "nothing": {
                "icon": "bar-chart-line",
                "title": "No reports of your own yet",
                "text": "Take a ready one below and change it, or press “Report” above the rows of any list.",
            },
        }
        return render(request, "reports/report_list.html", context)


class ReportView(ScopedView):
    """One report: its builder, its chart and table. `?part=filters` answers the filter builder, `?part=count` how many
    rows match; an htmx request the builder and the result alone."""

    model = SavedReport
    heading = ""
    sentence = ""

    @property
    def standing(self) -> Definition:
        """What is asked where the address asks nothing."""
        return Definition()

    @cached_property
    def report(self) -> Report:
        asked = self.request.GET
        if "subject" not in asked:
            return Report(self.standing, self.request.user)
        definition = asked_by(asked)
        if asked.get("was", definition.subject) != definition.subject:  # another list has other fields
            definition = Definition(subject=definition.subject)
        report = Report(definition, self.request.user)
        if not (asked.get("was") == definition.subject or set(asked) & {"row1", "column", "measure1"}):
            report = Report(definition.changed(rows=report.first_rows), self.request.user)
        return report

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        part = request.GET.get("part", "")
        if part == "filters":
            return self.filters()
        if part == "count":
            return self.count()
        is_part = self.request.htmx and not self.request.htmx.boosted
        response = render(request, "reports/_report.html" if is_part else "reports/report.html", self.context())
        if is_part:
            response["HX-Push-Url"] = self.address(self.report.definition)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def address(self, definition: Definition) -> str:
        return f"{self.request.path}?{definition.query}" if definition.subject else self.request.path

    def filters(self) -> HttpResponse:
        """The filter builder of the list, which leads back here."""
        report = self.report
        if report.subject is None:
            raise Http404("There is no such list.")
        kept = {name: value for name, value in report.definition.parameters.items() if name != "filter"}
        cleared = self.address(report.definition.changed(filter=""))
        said = {
            "fields": offered_fields(report.trees),
            "tree": as_data(report.node),
            "kept": kept,
            "path": self.request.path,
            "cleared": cleared,
        }
        context = {"builder": json.dumps(said), "apply_label": "Show the report"}
        return render(self.request, "components/_filter_builder.html", context)

    def count(self) -> JsonResponse:
        """How many rows match, for the filter builder, or what is wrong."""
        report = self.report
        problems = report.page.listing.problems if report.subject else report.problems
        said = "" if problems else str(report.page.listing.count)
        return JsonResponse({"count": said, "problems": problems}, status=WRONG_QUESTION if problems else 200)

    def context(self) -> dict[str, Any]:
        report = self.report
        definition = report.definition
        result = result_of(report) if definition.subject else None
        problems = report.problems if definition.subject else []
        shown = result if result is not None and not problems else None
        query = definition.query
        return {
            "report": report,
            "heading": self.heading or (report.title if definition.subject and report.subject else "New report"),
            "sentence": self.sentence,
            "builder": Builder(report, self.request.path),
            "result": shown,
            "chart": json.dumps(shown.chart, cls=DjangoJSONEncoder) if shown and shown.chart.get("series") else "",
            "problems": problems,
            "chips": self.chips(),
            "filters_url": f"{self.request.path}?{query}&part=filters" if report.subject else "",
            "file_url": self.file_url() if shown else "",
            "save_url": self.save_url() if shown else "",
            "definition_words": json.dumps(definition.parameters),
            "file_name": f"report-{company_today(self.request.company).isoformat()}",
        }

    def chips(self) -> list[Any]:
        report = self.report
        if report.subject is None or report.page.listing.tree.problems:
            return []
        asked = self.request.GET.copy()
        asked.clear()
        asked.update(report.definition.parameters)
        return tree_chips(report.page.listing.tree, asked, self.request.path)

    def save_url(self) -> str:
        if not can(self.request.user, Verb.ADD, SavedReport):
            return ""
        said = {"name": self.heading or self.report.title, "sentence": self.sentence}
        return f"{reverse('reports:report_create')}?{urlencode(self.report.definition.parameters | said)}"

    def file_url(self) -> str:
        subject = self.report.subject
        if subject is None or not can(self.request.user, Verb.EXPORT, subject.model):
            return ""
        said = {"name": self.heading} if self.heading else {}
        return f"{reverse('reports:file')}?{urlencode(self.report.definition.parameters | said)}"


class ReadyReportView(ReportView):
    """A report that comes with the product."""

    @cached_property
    def ready(self) -> ReadyReport:
        found = ready_for(self.request.user).get(self.kwargs["name"])
        if found is None:
            raise Http404("There is no such report.")
        return found

    @property
    def standing(self) -> Definition:
        return definition_of(self.ready)

    def context(self) -> dict[str, Any]:
        self.heading, self.sentence = self.ready.label, self.ready.sentence
        is_changed = self.report.definition.parameters != self.standing.parameters
        return super().context() | {"ready": self.ready, "is_changed": is_changed}


class SavedReportView(ReportView):
    """A report that somebody saved; what is changed on its page stays in the address until it is kept."""

    @cached_property
    def saved(self) -> SavedReport:
        found: SavedReport = self.get_record()
        return found

    @property
    def standing(self) -> Definition:
        return kept_as(self.saved.definition)

    def context(self) -> dict[str, Any]:
        self.heading, self.sentence = self.saved.name, self.saved.sentence
        user = self.request.user
        return super().context() | {
            "saved": self.saved,
            "is_changed": self.report.definition.parameters != self.standing.parameters,
            "may_change": can(user, Verb.CHANGE, self.saved),
            "may_delete": can(user, Verb.DELETE, self.saved),
        }


class ReportFileView(ScopedView):
    """The table of a report as a file (`?format=xlsx`), of the rows that the person may export."""

    model = SavedReport

    def get(self, request: HttpRequest) -> HttpResponseBase:
        report = Report(asked_by(request.GET), self.request.user)
        if report.subject is None:
            raise Http404("There is no such list.")
        if not can(self.request.user, Verb.EXPORT, report.subject.model):
            raise PermissionDenied
        form = format_called(request.GET.get("format", ""), FORMATS)
        if form is None:
            return self._refuse([f"A format is one of {', '.join(one.name for one in FORMATS)}."])
        result = result_of(report, Verb.EXPORT)
        if report.problems:
            return self._refuse(report.problems)
        heads = [head.label for head in result.heads]
        if result.groups:
            above = [label for label, width in result.groups for _ in range(width)]
            heads = [f"{over}: {head}" if over else head for over, head in zip(above, heads, strict=True)]
        lines = [[as_in_file(one.value if one.value is not None else one.text) for one in (*row.keys, *row.figures)]
                 for row in (*result.rows, *result.totals)]  # fmt: skip
        name = " ".join(request.GET.get("name", "").split())[:80] or report.title
        what, narrowed = (
            f"the report “{name}”",
            f"{report.title}; {', '.join(self._narrowed(report))}".removesuffix("; "),
        )
        log_export(actor=self.request.user, kind=report.subject.model, what=what, narrowed=narrowed)
        response = StreamingHttpResponse(form.write(heads, heads, lines), content_type=form.content_type)
        day = company_today(self.request.company).isoformat()
        response["Content-Disposition"] = f'attachment; filename="report-{day}.{form.name}"'
        return response

    @staticmethod
    def _narrowed(report: Report) -> list[str]:
        return [f"{chip.label}: {chip.value}" for chip in report.page.listing.chips]

    @staticmethod
    def _refuse(sentences: list[str]) -> HttpResponse:
        return HttpResponse("\n".join(sentences), status=WRONG_QUESTION, content_type="text/plain; charset=utf-8")
