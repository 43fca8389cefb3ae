"""The page of clusters: kinds of customers by how they buy; each leads to its customers, and to a segment of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import jobs, queries
from analytics.cluster_page import ClusterPage
from analytics.forms import ClusterRunForm
from analytics.models import ClusterScore, ModelRun, RfmScore
from analytics.views import AnalysisView, StartsRun, TakesFigures, day_of
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.field_rights import hidden_fields
from crm.models import JobRun
from crm.onward import links_from


class ClusterView(AnalysisView):
    """The clusters of the last run, for who may see all customers and their scores; and the form of a new run."""

    scores = ClusterScore

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.sees_all or hidden_fields(self.request.user, RfmScore):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(ClusterRunForm(initial={"as_of": company_today()}), is_open="run" in request.GET)

    def show(self, form: ClusterRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        user, run = self.request.user, self.page.run if self.page else None
        onward = links_from("contacts.contact", user)
        rows = self.page.rows if self.page and self.page.has_clusters else []
        context = {
            "page": self.page,
            "form": form if can(user, Verb.RUN, ModelRun) else None,
            "is_form_open": is_open or self.page is None,
            "has_onward": bool(onward),
            "rows": [
                {**row, "onward": [(one, one.url_for(row["tree"], row["name"])) for one in onward]} for row in rows
            ],
            "may_export": can(user, Verb.EXPORT, ClusterScore),
            **self.run_state("clusters", run),
        }
        return render(self.request, "analytics/clusters.html", context, status=status)

    @cached_property
    def page(self) -> ClusterPage | None:
        run = queries.last_run("clusters")
        return ClusterPage(run, current_company().currency) if run else None


class ClusterRunView(StartsRun, ClusterView):
    """Ask for new clusters; the page shows how far they are."""

    form_class = ClusterRunForm
    url_name = "analytics:cluster_list"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_clusters(**asked)


class ClusterExportView(TakesFigures, ClusterView):
    """The profile of the clusters as CSV; its head alone before the first run."""

    exported = ClusterScore

    def file(self) -> HttpResponse:
        day = day_of(self.page.run if self.page else None)
        rows = profile_rows(self.page)
        return self.file_of(rows, f"clusters-{day}", kind=ClusterScore, what="the profile of the clusters")


def profile_rows(page: ClusterPage | None) -> Iterator[Sequence[Any]]:
    """A row for each cluster and one for all, with the median of each feature."""
    if page is None or not page.has_clusters:
        yield ["cluster", "customers", "jaccard"]
        return
    found, names = page.found, page.used
    yield ["cluster", "customers", "jaccard", *names]
    for row in found["profile"]:
        yield [row["name"], row["customers"], row["jaccard"], *(row["medians"][name] for name in names)]
    yield ["all", found["customers"], "", *(found["medians"][name] for name in names)]
