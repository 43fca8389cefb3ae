"""Empty files to fill in: for each kind of rows that somebody may import, a file with the names of its columns."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from crm.choices import Verb
from crm.exporting.csv import csv_lines
from crm.importing.custom import with_stored_fields
from crm.importing.forms import kinds_for
from crm.importing.kinds import ImportField, ImportKind
from crm.models import ImportRun, User
from crm.requests import SignedInRequest
from crm.views.base import ScopedView


class ImportTemplateView(ScopedView):
    """The kinds with their columns; `?kind=` the file of one."""

    request: SignedInRequest
    model = ImportRun
    verb = Verb.ADD

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = [with_stored_fields(kind) for kind in kinds_for(self.request.user)]
        asked = request.GET.get("kind", "")
        if asked:
            kind = next((one for one in kinds if one.name == asked), None)
            if kind is None:
                raise Http404("There is no such kind of rows.")
            return _file_of(kind, self.request.user)
        shown = [(kind, open_fields(kind, self.request.user)) for kind in kinds]
        return render(request, "crm/imports/templates.html", {"kinds": shown})


def open_fields(kind: ImportKind, user: User) -> list[ImportField]:
    """The fields of a kind that this person may write, what each row needs first."""
    closed = kind.closed_to(user)
    return sorted((one for one in kind.fields if one.name not in closed), key=lambda one: not one.required)


def _file_of(kind: ImportKind, user: User) -> HttpResponse:
    lines = csv_lines([[one.name for one in open_fields(kind, user)]])
    response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.name}.csv"'
    return response
