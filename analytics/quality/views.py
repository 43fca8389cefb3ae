"""The page of data quality: how good the data are, and one press to the rows behind each figure."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from analytics import jobs
from analytics.models import ModelRun
from analytics.quality import queries
from analytics.queries import failure_after, last_run
from analytics.views import StartsSteps
from contacts.models import Contact
from contacts.repairing.actions import may_repair
from contacts.repairing.repairs import REPAIRS
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_specs
from crm.requests import SignedInRequest

STEP, LABEL = "quality", "contacts.contact"


class QualityView(View):
    """Over all, by fault, by source, by owner; of the contacts that the person sees."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        hidden = hidden_specs(user, LABEL)
        if not can(user, Verb.VIEW, Contact) or "quality" in hidden:
            raise PermissionDenied
        run = last_run(STEP)
        repairs = {one.fault: one.name for one in REPAIRS.values() if may_repair(user, one)}
        faults = [(line, repairs.get(line.fault, "")) for line in queries.by_fault(user, hidden)]
        context = {
            "overall": queries.overall(user),
            "faults": faults,
            "sources": [] if "source" in hidden else queries.by_source(user),
            "owners": [] if "owner" in hidden else queries.by_owner(user),
            "repairs": [one for one in REPAIRS.values() if may_repair(user, one)],
            "run": run,
            "failure": failure_after(run, STEP),
            "may_run": can(user, Verb.RUN, ModelRun),
            **jobs.newest_job(user, run, STEP),
        }
        return render(request, "quality/overview.html", context)


class QualityRunView(StartsSteps):
    """Asks for the scores to be reckoned now; the page follows the job."""

    steps = (STEP,)
    url_name = "quality:overview"
