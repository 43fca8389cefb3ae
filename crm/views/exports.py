"""Lists as files that a worker makes: the page that offers it, the press, the link."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.exporting.formats import format_called
from crm.exporting.later import start_export, view_of
from crm.models import ExportRun
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.views.jobs import FileDownloadView
from crm.views.lists import WRONG_QUESTION, ListExport

GONE = 410


class ExportStartView(View):
    """Hands a list to a worker, as its page showed it: `list` is the name of its export address, `query` the rest."""

    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        view = self.list_view()
        if not can(request.user, Verb.EXPORT, view.model):
            raise PermissionDenied
        form = format_called(request.POST.get("format", ""), view.export_formats)
        if form is None or view.listing.problems:
            said = " ".join(view.listing.problems) or "There is no such format."
            return HttpResponse(said, status=WRONG_QUESTION, content_type="text/plain; charset=utf-8")
        if view.is_too_long(form):
            return view.offer(request, problem=view.too_long(form))

        def make() -> str:
            job = start_export(actor=request.user, view=view, form=form, narrowed=view.narrowed())
            return job.get_absolute_url()

        try:
            return redirect(once(user=request.user, data=request.POST, make=make))
        except MadeAlready as again:
            return redirect(again.url)

    def list_view(self) -> Any:
        """The export that the form names; 404 for what is no list."""
        name = self.request.POST.get("list", "")
        try:
            view = view_of(name, self.request.POST.get("query", "")[:20_000], self.request.user)
        except (NoReverseMatch, AttributeError) as error:
            raise Http404("There is no such list.") from error
        if not isinstance(view, ListExport):
            raise Http404("There is no such list.")
        return view


class ExportDownloadView(FileDownloadView):
    """A file that a worker made, for who asked for it, as long as they may still take such rows out."""

    def get(self, request: SignedInRequest, pk: int) -> FileResponse | HttpResponseBase:  # type: ignore[override]
        run = get_object_or_404(ExportRun.objects.filter(actor=request.user).select_related("file", "job"), pk=pk)
        if not can(request.user, Verb.EXPORT, apps.get_model(run.model)):
            raise PermissionDenied
        if not run.is_there or run.file is None or run.file.removed_at is not None:
            return render(request, "crm/exports/gone.html", {"run": run}, status=GONE)
        return self.serve(run.file)
