"""The page of the profile of the best customers: the tree, its leaves with their customers, and its quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import queries
from analytics.models import ModelRun, ProfileScore, RfmScore
from analytics.profile.page import ProfilePage
from analytics.views import AnalysisView, StartsSteps, TakesFigures, day_of
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hidden_specs
from crm.onward import links_from


class ProfileView(AnalysisView):
    """For who may see all customers, what they are worth, and the facts that the questions ask for."""

    scores = ProfileScore

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        is_hidden = hidden_fields(user, RfmScore) or "profile" in hidden_specs(user, "contacts.contact")
        if not self.sees_all or is_hidden:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        onward = links_from("contacts.contact", user)
        leaves = self.page.leaves if self.page and self.page.has_tree else []
        context = {
            "page": self.page,
            "may_run": can(user, Verb.RUN, ModelRun),
            "has_onward": bool(onward),
            "leaves": [
                {**leaf, "onward": [(one, one.url_for(leaf["tree"], leaf["rule"][:80])) for one in onward]}
                for leaf in leaves
            ],
            "may_export": can(user, Verb.EXPORT, ProfileScore),
            **self.run_state("profile", self.page.run if self.page else None),
        }
        return render(request, "analytics/profile/page.html", context)

    @cached_property
    def page(self) -> ProfilePage | None:
        run = queries.last_run("profile")
        return ProfilePage(run, current_company().currency) if run else None


class ProfileRunView(StartsSteps, ProfileView):
    """Asks for a tree of today; the page follows the job."""

    steps = ("profile",)
    url_name = "analytics:profile_detail"


class ProfileExportView(TakesFigures, ProfileView):
    """The leaves as CSV; its head alone where there is no tree."""

    exported = ProfileScore

    def file(self) -> HttpResponse:
        day = day_of(self.page.run if self.page else None)
        return self.file_of(leaf_rows(self.page), f"profile-{day}", kind=ProfileScore, what="the profile of the best")


def leaf_rows(page: ProfilePage | None) -> Iterator[Sequence[Any]]:
    """A row for each leaf, the one with the largest share of the best first."""
    yield ["rule", "customers", "best", "share", "share_low", "share_high"]
    for leaf in page.leaves if page and page.has_tree else ():
        yield [leaf["rule"], leaf["count"], leaf["best"], *(round(leaf[name], 4) for name in ("share", "low", "high"))]
