"""The page on which administrators say what each role may do, and which fields are hidden from it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.accounts.step_up import StepUp
from crm.choices import FieldRight, Role, Scope, Verb
from crm.models import AccessRule
from crm.requests import SignedInRequest
from crm.rights import ROLES, field_rows, governed_verbs, reset_rights, scope_rows, set_rights

REFUSED = 422


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
        """Every select names what it is about, so that a field that was not sent stays as it is."""
        try:
            scopes = {
                key: Scope(request.POST[name]) for name, key in self.scope_names().items() if name in request.POST
            }
            sent = {key: request.POST[name] for name, key in self.field_names().items() if name in request.POST}
            fields = {key: FieldRight(right) if right else "" for key, right in sent.items()}
        except ValueError:
            messages.error(request, "One of the rights is not one that can be given. Nothing was changed.")
            return self.show(REFUSED)
        changed = set_rights(actor=self.request.user, role=self.role, scopes=scopes, fields=fields)
        count = len(changed)
        said = f"Changed: {'; '.join(changed[:3])}{' …' if count > 3 else ''}." if changed else "Nothing was changed."
        messages.success(request, said)
        return redirect(self.url)

    @staticmethod
    def scope_names() -> dict[str, tuple[str, Verb]]:
        return {f"scope:{label}:{verb}": (label, verb) for label, verbs in governed_verbs().items() for verb in verbs}

    def field_names(self) -> dict[str, tuple[str, str]]:
        rows = [row for _, group in field_rows(self.role) for row in group]
        return {f"field:{row.field.model}:{row.field.field}": (row.field.model, row.field.field) for row in rows}

    def show(self, status: int = 200) -> HttpResponse:
        context = {
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
        messages.success(request, f"{Role(self.role).label}: everything is as shipped again.")
        return redirect(self.url)
