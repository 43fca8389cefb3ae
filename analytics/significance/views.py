"""The page of significant customers, and the pages that say by hand for what one is significant."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics.choices import Significance
from analytics.models import ModelRun, SignificanceMark, SignificanceScore
from analytics.portfolio.queries import contacts_url
from analytics.queries import last_run
from analytics.significance.actions import mark_significant, unmark_significant
from analytics.significance.forms import MarkForm
from analytics.significance.panels import hidden_figures
from analytics.significance.queries import flag_rows, significant_contacts
from analytics.significance.specs import pills, reasons_for
from analytics.views import AnalysisView, StartsSteps
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.views.base import ScopedView
from crm.views.parts import PartFormPage

SHOWN = 100
ANY = {FILTER: as_text(Condition("significant", "not_empty"))}


class SignificanceView(AnalysisView):
    """How many customers have each flag, and who they are with their reasons; `kind` narrows to one flag."""

    scores = SignificanceScore

    def get(self, request: HttpRequest) -> HttpResponse:
        user, run = self.request.user, last_run("significance")
        if hidden_fields(user, SignificanceMark):
            raise PermissionDenied
        asked = request.GET.get("kind", "")
        kind = asked if asked in Significance.values else ""
        hides, rows = hidden_figures(user), flag_rows(user)
        contacts = significant_contacts(user, kind)
        context = {
            "run": run,
            "flags": rows,
            "kind": kind,
            "kind_label": Significance(kind).label if kind else "",
            "customers": [_line(one, hides) for one in contacts[:SHOWN]],
            "total": contacts.count(),
            "shown": SHOWN,
            "list_url": contacts_url(significant=kind) if kind else contacts_url(**ANY),
            "currency": current_company().currency,
            "hides": hides,
            "is_narrowed": not self.sees_all,
            "may_run": can(user, Verb.RUN, ModelRun),
            **self.run_state("significance", run),
        }
        return render(request, "analytics/significance/page.html", context)


def _line(contact: Contact, hides: frozenset[str]) -> dict[str, Any]:
    reasons = reasons_for(contact, hides)
    return {"contact": contact, "pills": pills(reasons), "reasons": reasons}


class SignificanceRunView(StartsSteps):
    """Asks for it to be reckoned now; the page follows the job."""

    steps = ("clv", "significance")
    url_name = "analytics:significance_list"


class MarkCreateView(PartFormPage):
    """Says for what the contact is significant; whoever may change the contact may."""

    model = SignificanceMark
    whole_model = Contact
    form_class = MarkForm
    heading = "{record} is significant"
    submit_label = "Say so"
    done = "It is said."

    def save(self, form: MarkForm) -> Contact:
        contact = cast(Contact, self.whole)
        mark_significant(actor=self.request.user, contact=contact, **form.cleaned_data)
        return contact


class MarkEndView(ScopedView):
    """Takes back what was said of the contact (`mark`, its id, in the body)."""

    model = Contact
    verb = Verb.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact, key = self.get_record(), request.POST.get("mark", "")
        own = SignificanceMark.objects.filter(contact=contact).select_related("contact")
        mark = own.filter(pk=int(key) if key.isdecimal() and len(key) < 19 else 0).first()
        if mark is None:
            messages.info(request, "That has been taken back already.")
        else:
            unmark_significant(actor=self.request.user, mark=mark)
            messages.success(request, "It is taken back.")
        return redirect(contact.get_absolute_url())
