"""The page of prospects: who is most like the best customers and why; each becomes a lead, a call, a sequence."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views import View

from analytics import jobs
from analytics.forms import ProspectRunForm
from analytics.models import ModelRun, ProspectScore
from analytics.prospect_page import ProspectPage, last_good_run, newer_sentences
from analytics.views import AnalysisView, StartsRun
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.languages.telling import spoken_refusal
from crm.models import JobRun
from crm.requests import SignedInRequest
from leads.calling.actions import add_to_call_list
from leads.models import CallList, Lead, Sequence
from leads.nurturing.actions import enrol_lead
from leads.prospecting import lead_of_contact

MOST_CHOICES = 100


class ProspectView(AnalysisView):
    """The last run that learned anything, and the form of a new one for who may run it."""

    scores = ProspectScore

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(ProspectRunForm(initial={"as_of": company_today()}), is_open="run" in request.GET)

    def show(self, form: ProspectRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        user = self.request.user
        may_run, may_add = can(user, Verb.RUN, ModelRun), can(user, Verb.ADD, Lead)
        lists = CallList.objects.visible_to(user).filter(closed_at=None)
        context = {
            "page": self.page,
            "form": form if may_run else None,
            "is_form_open": is_open or self.page is None,
            "later": newer_sentences(self.page.run if self.page else None),
            "may_add": may_add,
            "call_lists": list(lists[:MOST_CHOICES]) if may_add else [],
            "sequences": list(Sequence.objects.visible_to(user).filter(is_active=True)) if may_add else [],
            **self.run_state("prospects", self.page.run if self.page else None),
        }
        return render(self.request, "analytics/prospects.html", context, status=status)

    @cached_property
    def page(self) -> ProspectPage | None:
        run = last_good_run()
        return ProspectPage(run, self.request.user, self.request.GET.get("kind", "")) if run else None


class ProspectRunView(StartsRun, ProspectView):
    """Ask for a new comparison; the page shows how far it is."""

    form_class = ProspectRunForm
    url_name = "analytics:prospect_list"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_prospects(**asked)


class ProspectTakeView(View):
    """Makes a prospect (`lead`, `call` or `enrol`: its number) a lead, in a call list (`call_list`) or a sequence
    (`sequence`), in one step. Twice is once: an open lead of the contact is taken."""

    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.ADD, Lead):
            raise PermissionDenied
        what = next((name for name in ("lead", "call", "enrol") if request.POST.get(name)), "")
        if not what:
            messages.info(request, "Nobody was chosen.")
            return redirect("analytics:prospect_list")
        contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=_key(request.POST[what]))
        try:
            with transaction.atomic():
                lead = lead_of_contact(actor=request.user, contact=contact)
                said = self.go_on(what, lead)
        except ValidationError as error:
            messages.error(request, f"{contact}: {spoken_refusal(request, error)}")
        else:
            messages.success(request, format_html('<a href="{}">{}</a> {}', lead.get_absolute_url(), lead, said))
        return redirect("analytics:prospect_list")

    def go_on(self, what: str, lead: Lead) -> str:
        """What comes after the lead is there; what is said then."""
        user, data = self.request.user, self.request.POST
        if what == "call":
            rows = CallList.objects.visible_to(user, Verb.CHANGE).filter(closed_at=None)
            chosen = rows.filter(pk=_key(data.get("call_list", ""))).first()
            if chosen is None:
                raise ValidationError("Choose a call list that is yours to change.")
            add_to_call_list(actor=user, call_list=chosen, lead=lead)
            return f"is in the call list “{chosen}”."
        if what == "enrol":
            sequence = Sequence.objects.visible_to(user).filter(pk=_key(data.get("sequence", ""))).first()
            if sequence is None:
                raise ValidationError("Choose a sequence.")
            enrol_lead(actor=user, lead=lead, sequence=sequence)
            return f"is in the sequence “{sequence}”."
        return "is a lead."


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
