"""The import wizard: the list of imports, bring a file, say what its columns mean, start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm.access import can
from crm.catalogue import import_kinds
from crm.choices import Verb
from crm.company import current_company
from crm.customfields.definitions import takes_custom_fields
from crm.importing.actions import ImportUnderWay, create_import, keep_options, start_import, start_trial
from crm.importing.custom import with_stored_fields
from crm.importing.errors import UnreadableFile
from crm.importing.forms import MAX_UPLOAD_BYTES, MappingForm, UploadForm
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ROW_NUMBER, ImportOptions, guess_map
from crm.importing.mappings.fitting import fits_of
from crm.importing.preview import Preview, preview_import
from crm.importing.queries import RECENT_DAYS, recent_imports
from crm.importing.reading import open_table, sheet_choices
from crm.models import CustomField, ImportRun, JobRun
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.views.base import ScopedView

RECENT_IMPORTS = 100
MOST_FITS = 4


class ImportView(ScopedView):
    """Base of the wizard's pages."""

    request: SignedInRequest
    model = ImportRun

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("file", "job", "actor", "mapping")

    def steps(self, current: int) -> list[dict[str, str]]:
        """The wizard's steps, of which one is current."""
        labels = ("Choose a file", "Check the columns", "Import")
        states = ["done" if place < current else "current" if place == current else "" for place in range(len(labels))]
        return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


class ImportListView(ImportView):
    """The newest imports that the person may see."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, ImportRun):
            raise PermissionDenied
        days = request.GET.get("days", "") == str(RECENT_DAYS)
        rows = recent_imports(self.get_queryset()) if days else self.get_queryset()
        runs = list(rows[:RECENT_IMPORTS])
        kinds = import_kinds()
        for run in runs:
            run.kind_label = kinds[run.kind].label if run.kind in kinds else run.kind
        return render(
            request,
            "crm/imports/list.html",
            {"runs": runs, "is_recent": days, "may_add": can(self.request.user, Verb.ADD, ImportRun)},
        )


class ImportNewView(ImportView):
    """Brings a file in."""

    verb = Verb.ADD

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(UploadForm(user=self.request.user, initial={"kind": request.GET.get("kind", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, user=self.request.user)
        if form.is_valid():
            kind = import_kinds()[form.cleaned_data["kind"]]
            upload, user = form.cleaned_data["file"], self.request.user

            def make() -> str:
                return create_import(actor=user, kind=kind, upload=upload).get_absolute_url()

            try:
                return redirect(once(user=user, data=request.POST, files=request.FILES, make=make))
            except UnreadableFile as error:
                form.add_error("file", str(error))
            except MadeAlready as again:
                form.add_error(None, again)
        return self.show(form)

    def show(self, form: UploadForm) -> HttpResponse:
        context = {"form": form, "limit": MAX_UPLOAD_BYTES, "steps": self.steps(0)}
        return render(self.request, "crm/imports/upload.html", context)


class ImportMapView(ImportView):
    """What the columns mean. Each change is sent, kept, and answered by what the import would make of it."""

    template_name = "crm/imports/map.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self.get_record()
        if run.is_under_way:
            return redirect(run.job)
        kind = self.kind_of(run)
        options = ImportOptions.from_json(run.options)
        return self.show(run, kind, options)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.verb = Verb.CHANGE
        run = self.get_record()
        kind = self.kind_of(run)
        try:
            options = self.read_form(run, kind)
            keep_options(actor=self.request.user, run=run, options=options)
        except ImportUnderWay as meanwhile:  # started while this request was on its way: what we read is of before
            return self.led_to(meanwhile.job)
        return self.show(run, kind, options)

    def led_to(self, job: JobRun) -> HttpResponse:
        """To the page of the job, out of a part of a page, too."""
        url = job.get_absolute_url()
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if self.request.htmx else redirect(url)

    def kind_of(self, run: ImportRun) -> ImportKind:
        """The run's kind, if the person may import it."""
        kind = import_kinds().get(run.kind)
        if kind is None or not can(self.request.user, Verb.IMPORT, apps.get_model(kind.model)):
            raise PermissionDenied
        return with_stored_fields(kind)

    def read_form(self, run: ImportRun, kind: ImportKind) -> ImportOptions:
        """The options that were sent; columns that another way of reading does not have are guessed anew."""
        before = ImportOptions.from_json(run.options)
        form = self.mapping_form(run, kind, columns_of(run, kind, before), before, self.request.POST)
        if not form.is_valid():
            return before
        options = form.to_options()
        if options.way_of_reading == before.way_of_reading:
            return options
        columns = columns_of(run, kind, options)
        kept = tuple((column, name) for column, name in options.map if column in (*columns, ROW_NUMBER))
        return replace(
            options,
            map=kept or tuple(guess_map(kind, columns).items()),
            custom=tuple((column, name) for column, name in options.custom if column in columns),
            late=tuple(column for column in options.late if column in columns),
        )

    def show(self, run: ImportRun, kind: ImportKind, options: ImportOptions, status: int = 200) -> HttpResponse:
        found = preview_import(kind, Path(run.file.file.path), options, current_company().zone)
        form = self.mapping_form(run, kind, found.columns, options)
        context = {"run": run, "kind": kind, "form": form, "preview": found, "steps": self.steps(1)}
        context |= self.lines(form, found) | self.earlier(run, kind, found.columns)
        template = "crm/imports/_mapping.html" if self.request.htmx else self.template_name
        return render(self.request, template, context, status=status)

    def earlier(self, run: ImportRun, kind: ImportKind, columns: Sequence[str]) -> dict[str, Any]:
        """The earlier files with such columns, and the one that this file is read as."""
        fits = fits_of(self.request.user, kind, columns)
        current = next((fit for fit in fits if fit.mapping.pk == run.mapping_id), None)
        others = [fit for fit in fits if fit is not current][:MOST_FITS]
        name = self.request.POST.get("mapping_name", "")[:120]
        return {"fit": current, "other_fits": others, "mapping_name": name}

    def mapping_form(
        self, run: ImportRun, kind: ImportKind, columns: Sequence[str], options: ImportOptions, data: Any = None
    ) -> MappingForm:
        user = self.request.user
        may_add = takes_custom_fields(kind.custom_label) and can(user, Verb.ADD, CustomField)
        sheets = sheet_choices(Path(run.file.file.path))
        form = partial(MappingForm, data, user=user, kind=kind, columns=columns, options=options)
        return form(may_add_fields=may_add, sheets=sheets)

    def lines(self, form: MappingForm, found: Preview) -> dict[str, Any]:
        """The columns as lines of the page."""
        lines = form.column_lines(found.samples)
        return {"lines": lines, "unused": sum(not line["field"].value() for line in lines) + form.hidden_columns}


class ImportStartView(ImportMapView):
    """Keeps what was sent and hands the import to a worker."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.verb = Verb.CHANGE
        run = self.get_record()
        kind = self.kind_of(run)
        try:
            options = self.read_form(run, kind) if "encoding" in request.POST else ImportOptions.from_json(run.options)
            keep_options(actor=self.request.user, run=run, options=options)
            found = preview_import(kind, Path(run.file.file.path), options, current_company().zone)
            if not found.is_ready:
                return self.show(run, kind, options, status=422)
            return redirect(self.start(run, kind))
        except ImportUnderWay as meanwhile:
            messages.info(request, str(meanwhile))
            return self.led_to(meanwhile.job)
        except MadeAlready as again:
            messages.info(request, again.message)
            return self.show(run, kind, options, status=409)

    def start(self, run: ImportRun, kind: ImportKind) -> str:
        """Hand it to a worker; the address of the job."""
        return start_import(actor=self.request.user, run=run, kind=kind).get_absolute_url()


class ImportTryView(ImportStartView):
    """Has a worker do all of it and take it back: what would change is shown, and nothing is stored."""

    def start(self, run: ImportRun, kind: ImportKind) -> str:
        user = self.request.user

        def make() -> str:
            return start_trial(actor=user, run=run, kind=kind).get_absolute_url()

        return once(user=user, data=self.request.POST, make=make)


def columns_of(run: ImportRun, kind: ImportKind, options: ImportOptions) -> tuple[str, ...]:
    """The file's columns when it is read like this; none when it cannot be read so."""
    try:
        return open_table(Path(run.file.file.path), options.reading(kind)).columns
    except UnreadableFile:
        return ()
