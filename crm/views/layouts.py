"""The page on which administrators arrange forms and the side of record pages, for everybody or for a role."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from crm.access import can
from crm.choices import Role, Verb
from crm.conflicts import Conflict, State, compare, difference, opened_state
from crm.languages.telling import spoken_refusal
from crm.layouts.actions import hold_layout, reset_layout, set_layout, whom
from crm.layouts.arranging import Arrangement, arranged, read_arrangement
from crm.layouts.places import places
from crm.layouts.reading import inherited, stored_layout
from crm.models import Layout
from crm.requests import SignedInRequest
from crm.saving import what_happened

REFUSED, CONFLICT = 422, 409
STANDS = "Layout"


class LayoutView(View):
    """`?place=` names what is arranged, `?role=` for whom (nobody named: everybody)."""

    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, Layout):
            raise PermissionDenied
        known = places()
        name, self.role = request.GET.get("place") or next(iter(known)), request.GET.get("role", "")
        if name not in known or self.role not in ("", *Role.values):
            raise Http404("There is nothing of that name to arrange.")
        self.place = known[name]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def address(self, url_name: str = "crm:layout", **changes: str) -> str:
        return f"{reverse(url_name)}?{urlencode({'place': self.place.name, 'role': self.role} | changes)}"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.stands())

    def stands(self) -> Arrangement:
        stored = stored_layout(self.place, self.role)
        return arranged(self.place, stored) if stored else inherited(self.place, self.role)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            mine = read_arrangement(self.place, request.POST)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return self.show(self.stands(), REFUSED)
        with transaction.atomic():
            hold_layout(self.place, self.role)
            theirs: State = {STANDS: self.stands().in_words}
            typed: State = {STANDS: mine.in_words}
            both, _ = compare(opened=opened_state(request.POST) or theirs, theirs=theirs, mine=typed)
            if both:
                messages.error(request, what_happened(Layout))
                return self.show(mine, CONFLICT, Conflict(both=[difference(STANDS, theirs, typed)]))
            set_layout(actor=self.request.user, place=self.place, role=self.role, arrangement=mine)
        messages.success(request, f"“{self.place.label}” is arranged like this for {whom(self.role)} from now on.")
        return redirect(self.address())

    def show(self, shown: Arrangement, status: int = 200, conflict: Conflict | None = None) -> HttpResponse:
        context = {
            "place": self.place,
            "shown": shown,
            "opened": json.dumps({STANDS: self.stands().in_words}),
            "conflict": conflict,
            "url": self.address(),
            "reset_url": self.address("crm:layout_reset"),
            "is_own": stored_layout(self.place, self.role) is not None,
            "whom": whom(self.role),
            "role": self.role,
            "is_form": self.place.draw is None,
            "tabs": [
                {"label": "Everybody" if not role else Role(role).label, "url": self.address(role=role),
                 "active": role == self.role} for role in ("", *Role.values)
            ],
            "places": [
                {"label": one.label, "url": self.address(place=one.name), "active": one == self.place}
                for one in places().values()
            ],
        }  # fmt: skip
        return render(self.request, "crm/layouts.html", context, status=status)


class LayoutResetView(LayoutView):
    """Takes a layout back: a role has everybody's again, everybody the shipped one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if reset_layout(actor=self.request.user, place=self.place, role=self.role):
            then = "as everybody has it" if self.role else "as it is shipped"
            messages.success(request, f"“{self.place.label}” is {then} again for {whom(self.role)}.")
        return redirect(self.address())
