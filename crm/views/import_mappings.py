"""Mappings of earlier files: used for a file or kept under a name on the wizard's page, looked after on their own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from crm.access import can, with_rights
from crm.catalogue import import_kinds
from crm.choices import Verb
from crm.importing.actions import ImportUnderWay, keep_options
from crm.importing.mapping import ImportOptions
from crm.importing.mappings.actions import delete_mapping, keep_mapping, use_mapping
from crm.importing.mappings.fitting import fits_of
from crm.languages.telling import spoken
from crm.models import ImportMapping
from crm.primary_keys import key_in
from crm.views.imports import ImportMapView, ImportView, columns_of

LONGEST_NAME = 120
SHOWN_MAPPINGS = 300


class MappingListView(ImportView):
    """What is kept of earlier files, by kind, with who kept it and what it was used for last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, ImportMapping):
            raise PermissionDenied
        rows = with_rights(ImportMapping.objects.visible_to(user), user).select_related("actor")
        mappings, kinds = list(rows[:SHOWN_MAPPINGS]), import_kinds()
        for one in mappings:
            one.kind_label = kinds[one.kind].label
            labels = {name: spec.label for name, spec in kinds[one.kind].by_name.items()}
            pairs = ImportOptions.from_json(one.options).map
            one.fields_fed = ", ".join(labels.get(name, name.removeprefix("custom_")) for _, name in pairs)
        return render(request, "crm/imports/mappings.html", {"mappings": mappings})


class MappingDeleteView(ImportView):
    """Forgets one; what was imported by it stays as it is."""

    http_method_names = ["post"]
    model = ImportMapping  # type: ignore[assignment]
    verb = Verb.DELETE

    def get_queryset(self) -> Any:
        return ImportMapping.objects.visible_to(self.request.user).select_related("actor")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mapping = self.get_record()
        delete_mapping(actor=self.request.user, mapping=mapping)
        messages.success(request, "Deleted: files with such columns are not read like this any more.")
        return redirect("crm:importmapping_list")


class MappingUseView(ImportMapView):
    """Reads the file as an earlier one that was chosen, or afresh."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.verb = Verb.CHANGE
        run = self.get_record()
        kind = self.kind_of(run)
        columns = columns_of(run, kind, ImportOptions.from_json(run.options))
        chosen, fit = request.POST.get("mapping", ""), None
        if chosen:
            mappings = ImportMapping.objects.visible_to(self.request.user).filter(kind=kind.name)
            mapping = get_object_or_404(mappings, pk=key_in(chosen) or 0)
            fit = next((one for one in fits_of(self.request.user, kind, columns) if one.mapping == mapping), None)
            if fit is None:
                messages.warning(request, "The columns of that file are others: it does not fit this one.")
                return redirect(run)
        try:
            use_mapping(actor=self.request.user, run=run, kind=kind, columns=columns, fit=fit)
        except ImportUnderWay as meanwhile:
            return self.led_to(meanwhile.job)
        return redirect(run)


class MappingKeepView(ImportMapView):
    """Keeps the columns as they are said now under a name."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.verb = Verb.CHANGE
        run = self.get_record()
        kind = self.kind_of(run)
        name = " ".join(request.POST.get("mapping_name", "").split())
        try:
            options = self.read_form(run, kind) if "encoding" in request.POST else ImportOptions.from_json(run.options)
            keep_options(actor=self.request.user, run=run, options=options)
        except ImportUnderWay as meanwhile:
            return self.led_to(meanwhile.job)
        columns = columns_of(run, kind, options)
        if not name or len(name) > LONGEST_NAME or "\0" in name or not columns:
            messages.warning(
                request,
                spoken(
                    request,
                    "Give the columns a name of at most %(longest_name)s letters to keep them.",
                    longest_name=LONGEST_NAME,
                ),
            )
            return self.show(run, kind, options, status=422)
        keep_mapping(actor=self.request.user, run=run, columns=columns, name=name)
        messages.success(
            request, spoken(request, "Kept as “%(name)s”: files with such columns are read like this.", name=name)
        )
        return redirect(run)
