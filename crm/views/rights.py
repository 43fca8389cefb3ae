"""The page on which administrators say what each role may do, and which fields are hidden from it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.accounts.step_up import StepUp
from crm.choices import FieldRight, Role, Scope, Verb
from crm.conflicts import Conflict, Difference, State, compare, opened_state
from crm.languages.telling import spoken
from crm.languages.words import translated
from crm.models import AccessRule
from crm.requests import SignedInRequest
from crm.rights import (
    ROLES,
    field_rows,
    hold_rights,
    reset_rights,
    right_labels,
    rights_state,
    scope_rows,
    set_rights,
)
from crm.saving import what_happened

REFUSED, CONFLICT = 422, 409


class RightsView(StepUp):
    """One role at a time (`?role=`): a table of scopes and a list of fields, saved together."""

    request: SignedInRequest
    template_name = "crm/rights.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, AccessRule):
            raise PermissionDenied
        self.role = request.GET.get("role", ROLES[0])
        if self.role not in ROLES:
            raise Http404("There is no such role to set rights for.")
        return super().dispatch(request, *args, **kwargs)

    @property
    def url(self) -> str:
        return f"{reverse('crm:rights')}?role={self.role}"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Each select is kept by itself: what somebody else changed meanwhile and this person left alone stays."""
        names = set(rights_state(self.role))
        mine: State = {name: [str(value)] for name, value in request.POST.items() if name in names}
        with transaction.atomic():
            hold_rights(self.role)
            theirs = rights_state(self.role)
            both, taken = compare(opened=opened_state(request.POST) or theirs, theirs=theirs, mine=theirs | mine)
            if both:
                return self.show_conflict(both, theirs, mine)
            try:
                changed = self.save({name: values[0] for name, values in mine.items() if name not in taken})
            except ValueError:
                messages.error(request, "One of the rights is not one that can be given. Nothing was changed.")
                return self.show(status=REFUSED)
        count = len(changed)
        said = f"Changed: {'; '.join(changed[:3])}{' …' if count > 3 else ''}." if changed else "Nothing was changed."
        messages.success(request, said)
        return redirect(self.url)

    def save(self, sent: dict[str, str]) -> list[str]:
        """What changed, in words. A select that was not sent stays as it is. Raises ValueError for an unknown right."""
        scopes, fields = {}, {}
        for name, value in sent.items():
            kind, model, rest = name.split(":")
            if kind == "scope":
                scopes[model, Verb(rest)] = Scope(value)
            else:
                fields[model, rest] = FieldRight(value) if value else ""
        return set_rights(actor=self.request.user, role=self.role, scopes=scopes, fields=fields)

    def show_conflict(self, both: list[str], theirs: State, mine: State) -> HttpResponse:
        """Theirs beside mine; sent again, mine takes the place of theirs."""
        messages.error(self.request, what_happened(AccessRule))
        labels = right_labels(self.role)
        words = {"": "as the record", **dict(Scope.choices), **dict(FieldRight.choices)}

        def say(state: State, name: str) -> str:
            return str(words.get(state[name][0], state[name][0]))

        said = [Difference(labels[name], say(theirs, name), say(mine, name)) for name in both]
        return self.show(CONFLICT, Conflict(both=said), theirs | {name: mine[name] for name in both})

    def show(self, status: int = 200, conflict: Conflict | None = None, shown: State | None = None) -> HttpResponse:
        stands = rights_state(self.role)
        context = {
            "conflict": conflict,
            "shown": {name: values[0] for name, values in (shown or stands).items()},
            "opened": json.dumps(stands),
            "tabs": [
                {"label": role.label, "url": f"{reverse('crm:rights')}?role={role}", "active": role == self.role}
                for role in ROLES
            ],
            "role": Role(self.role),
            "url": self.url,
            "verbs": [verb.label for verb in Verb],
            "rows": scope_rows(self.role),
            "groups": field_rows(self.role),
            "field_rights": FieldRight.choices,
        }
        return render(self.request, self.template_name, context, status=status)


class RightsResetView(RightsView):
    """Takes back all that was changed for the role (`?role=`)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        reset_rights(actor=self.request.user, role=self.role)
        messages.success(
            request,
            spoken(
                request, "%(label)s: everything is as shipped again.", label=lambda: translated(Role(self.role).label)
            ),
        )
        return redirect(self.url)
