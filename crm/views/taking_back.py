"""An import is taken back: the page that says what would become of it, and the start."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.importing.taking_back.actions import NOT_YOURS, may_take_back, plan_of, start_taking_back, why_not
from crm.jobs import finish_now
from crm.languages.telling import spoken_refusal
from crm.models import JobRun
from crm.once import new_token, once
from crm.requests import SignedInRequest

DONE_AT_ONCE = 2_000
REFUSED = 422


class ImportBackView(View):
    """What would go, what would be put back and what stands in the way (GET); the start (POST).

    404 for a job that the person may not know, 403 for one that may only be seen.
    """

    request: SignedInRequest

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.get_job())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job, user, made = self.get_job(), self.request.user, list[JobRun]()

        def make() -> str:
            made.append(start_taking_back(actor=user, job=job, only_looks="look" in request.POST))
            return made[0].get_absolute_url()

        try:
            url = once(user=user, data=request.POST, make=make)
        except ValidationError as error:
            return self.show(job, spoken_refusal(self.request, error), REFUSED)
        if made and _size(job) <= DONE_AT_ONCE:
            finish_now(made[0])
        return redirect(url)

    def get_job(self) -> JobRun:
        job = get_object_or_404(JobRun.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        if not can(self.request.user, Verb.CHANGE, job):
            raise PermissionDenied
        return job

    def show(self, job: JobRun, problem: str = "", status: int = 200) -> HttpResponse:
        problem = problem or (why_not(job) if may_take_back(self.request.user, job) else NOT_YOURS)
        is_large = _size(job) > DONE_AT_ONCE
        plan = None if problem or is_large else plan_of(job, self.request.user)
        context = {"job": job, "problem": problem, "plan": plan, "is_large": is_large, "form_token": new_token()}
        return render(self.request, "crm/imports/take_back.html", context, status=status)


def _size(job: JobRun) -> int:
    return sum(int(job.result.get(name, 0)) for name in ("created", "updated", "changed"))
