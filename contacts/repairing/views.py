"""The work lists of repairs: what would become of the rows, chosen one by one or all, done by a worker."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from contacts.repairing.actions import may_repair, repairable, start_repair
from contacts.repairing.repairs import REPAIRS, Repair
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.languages.telling import spoken_refusal
from crm.models import JobRun, User
from crm.once import MadeAlready, once
from crm.primary_keys import key_in
from crm.requests import SignedInRequest

from contacts.models import Contact  # isort: skip

SHOWN = 200


class RepairView(View):
    """`?repair=` names the work list; without it, the first that the person may do."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.repair())

    def post(self, request: HttpRequest) -> HttpResponse:
        repair, user = self.repair(), self.request.user
        chosen = [key for text in request.POST.getlist("pk") if (key := key_in(text)) is not None]
        keys = None if "all" in request.POST else chosen

        def make() -> str:
            job: JobRun = start_repair(actor=user, repair=repair, keys=keys)
            return job.get_absolute_url()

        try:
            return redirect(once(user=user, data=request.POST, make=make))
        except MadeAlready as again:
            return redirect(again.url)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return self.show(repair, status=422)

    def repair(self) -> Repair:
        """The repair that is asked for, where the person may do it."""
        if not can(self.request.user, Verb.CHANGE, Contact):
            raise PermissionDenied
        allowed = self.allowed(self.request.user)
        name = self.request.POST.get("repair") or self.request.GET.get("repair", "")
        if name and name not in REPAIRS:
            raise Http404("There is no such repair.")
        if not allowed or (name and name not in allowed):
            raise PermissionDenied
        return REPAIRS[name or allowed[0]]

    def allowed(self, user: User) -> list[str]:
        hidden = hidden_fields(user, Contact)
        return [name for name, one in REPAIRS.items() if may_repair(user, one) and not set(one.needs) & hidden]

    def show(self, repair: Repair, status: int = 200) -> HttpResponse:
        user = self.request.user
        proposals = list(islice(repair.proposals(repairable(user)), SHOWN + 1))
        tabs: list[dict[str, Any]] = [
            {"label": REPAIRS[name].label, "url": f"{self.request.path}?repair={name}", "active": name == repair.name}
            for name in self.allowed(user)
        ]
        context = {
            "repair": repair,
            "proposals": proposals[:SHOWN],
            "has_more": len(proposals) > SHOWN,
            "tabs": tabs,
        }
        return render(self.request, "quality/repair.html", context, status=status)
