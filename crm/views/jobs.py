"""Long work as people see it: the list, one job with its bar, cancel, retry, and the files it made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View
from django.views.generic import DetailView, ListView

from crm.access import can, scope_of
from crm.bulk.undoing import may_undo
from crm.choices import JobState, Scope, Verb
from crm.foreign.contents import served_type
from crm.foreign.names import clean_name
from crm.importing.taking_back.actions import may_take_back, taken_back
from crm.job_overview import bad_jobs, by_state, periodic_jobs, queues_now
from crm.jobs import request_cancel, retry_job
from crm.models import JobRun, StoredFile
from crm.once import new_token
from crm.requests import SignedInRequest

RECENT_JOBS = 100
ENDED_BADLY = "bad"


def visible_jobs(request: SignedInRequest) -> QuerySet[JobRun]:
    return JobRun.objects.visible_to(request.user).select_related("actor", "result_file")


class JobListView(ListView):
    """The newest jobs that the person may see, by state; for who sees all of them, how the queues and the clock are."""

    request: SignedInRequest
    template_name = "crm/job_list.html"
    context_object_name = "jobs"

    def get_queryset(self) -> QuerySet[JobRun]:
        state = self.request.GET.get("state", "")
        if state == ENDED_BADLY:
            return bad_jobs(self.request.user).select_related("actor", "result_file")[:RECENT_JOBS]
        if state and state not in JobState.values:
            raise Http404("There is no such state.")
        jobs = visible_jobs(self.request)
        return (jobs.filter(state=state) if state else jobs)[:RECENT_JOBS]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = by_state(JobRun.objects.visible_to(self.request.user))
        asked, path = self.request.GET.get("state", ""), self.request.path
        tabs: list[dict[str, Any]] = [{"label": "All", "url": path, "active": not asked, "count": None}]
        shown = [state for state in JobState if counts.get(state) or state == asked]
        tabs += [
            {
                "label": one.label.capitalize(),
                "url": f"{path}?state={one}",
                "active": one == asked,
                "count": counts.get(one),
            }
            for one in shown
        ]
        if asked == ENDED_BADLY:
            tabs.append(
                {
                    "label": "Ended badly, 7 days",
                    "url": f"{path}?state={ENDED_BADLY}",
                    "active": True,
                    "count": bad_jobs(self.request.user).count(),
                }
            )
        sees_all = scope_of(self.request.user, JobRun, Verb.VIEW) == Scope.ALL
        overview = {"queues": queues_now(), "periodic": periodic_jobs()} if sees_all else {}
        return super().get_context_data(**kwargs) | overview | {"tabs": tabs}


class JobDetailView(DetailView):
    """One job; htmx asks again every second until it is over, so the bar survives a reload."""

    request: SignedInRequest
    context_object_name = "job"

    def get_queryset(self) -> QuerySet[JobRun]:
        return visible_jobs(self.request)

    def get_template_names(self) -> list[str]:
        return ["crm/_job_progress.html" if self.request.htmx else "crm/job.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        may_change = can(self.request.user, Verb.CHANGE, job)
        return super().get_context_data(
            can_cancel=may_change and not job.is_finished and job.cancel_requested_at is None,
            can_undo=may_undo(self.request.user, job),
            can_take_back=may_take_back(self.request.user, job),
            taken_back=taken_back(job),
            form_token=new_token(),
            can_retry=may_change and job.state in (JobState.FAILED, JobState.PARKED, JobState.CANCELLED),
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.request.htmx and self.object.is_finished:
            response["HX-Refresh"] = "true"
        return response


class JobChangeView(View):
    """Base of the two buttons: POST only; 404 for a job one may not know, 403 for one that may only be seen."""

    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        job = get_object_or_404(visible_jobs(request), pk=pk)
        if not can(request.user, Verb.CHANGE, job):
            return HttpResponse("You may see this job but not change it.", status=403)
        self.act(job)
        return redirect(job)

    def act(self, job: JobRun) -> None:
        raise NotImplementedError


class JobCancelView(JobChangeView):
    def act(self, job: JobRun) -> None:
        request_cancel(actor=self.request.user, job=job)
        messages.info(self.request, "The job stops at its next step; what it had begun is taken back.")


class JobRetryView(JobChangeView):
    def act(self, job: JobRun) -> None:
        if not retry_job(actor=self.request.user, job=job):
            messages.warning(self.request, "This job is not one that failed, so there is nothing to try again.")


class FileDownloadView(View):
    """A stored file as a download, never shown in the browser."""

    def get(self, request: SignedInRequest, pk: int) -> FileResponse:
        return self.serve(
            get_object_or_404(StoredFile.objects.visible_to(request.user).filter(removed_at=None, exports=None), pk=pk)
        )

    def serve(self, stored: StoredFile) -> FileResponse:
        """The content of a file that the person may have. Raises 404 where it is gone."""
        try:
            content = stored.file.open("rb")
        except FileNotFoundError as error:
            raise Http404("The file is no longer there.") from error
        name, content_type = clean_name(stored.name), served_type(stored.content_type)
        response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox"
        return response
