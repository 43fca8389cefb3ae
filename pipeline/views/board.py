"""The board: a column for each open stage of a pipeline, with count and value of all that matches."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_specs, hides
from crm.filtering.listings import ListDesign, Listing
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from pipeline.actions import make_ready_pipeline
from pipeline.board import MORE, Cards, columns_of, more_cards
from pipeline.models import Deal, Pipeline, Stage
from pipeline.queries import search_deals
from pipeline.ready import READY

WRONG_QUESTION = 400


class BoardView(ScopedView):
    """`?pipeline=` names one; the rest of the address filters as in the list. `?part=cards:…` gives more cards of a
    column, `?part=filters` the filter builder."""

    model = Deal

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        return list(Pipeline.objects.visible_to(self.request.user))

    @cached_property
    def pipeline(self) -> Pipeline:
        """The one that is asked for, else the first; 404 for one that is not there."""
        asked = self.request.GET.get("pipeline", "")
        if not asked:
            return self.pipelines[0]
        found = next((one for one in self.pipelines if str(one.pk) == asked), None)
        if found is None:
            raise Http404("There is no such pipeline.")
        return found

    @cached_property
    def stages(self) -> list[Stage]:
        return list(Stage.objects.filter(pipeline=self.pipeline).order_by("position", "pk"))

    @cached_property
    def listing(self) -> Listing:
        """What the filters of the address mean, as the list reads them."""
        hidden = hidden_specs(self.request.user, "pipeline.deal")
        design = ListDesign("pipeline.deal", "title", "-added_on", search_deals, hidden=hidden)
        # by stages, not by pipeline: the index of the board has these, and answers alone
        rows = Deal.objects.visible_to(self.request.user).open().filter(stage__in=[one.pk for one in self.stages])
        return Listing(design, self.request, rows, (), self.request.company.currency)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.pipelines:
            may_start = can(self.request.user, Verb.ADD, Pipeline)
            return render(request, "pipeline/board_empty.html", {"ready": READY if may_start else ()})
        part = request.GET.get("part", "")
        if part == "filters":
            return render(request, "components/_filter_builder.html", {"builder": json.dumps(self.listing.builder)})
        if part.startswith(MORE):
            column = more_cards(self.cards, part)
            return render(request, "pipeline/_cards.html", {"column": column, "may_change": self.may_change})
        status = WRONG_QUESTION if self.listing.problems else 200
        return render(request, "pipeline/board.html", self.get_context_data(), status=status)

    @cached_property
    def cards(self) -> Cards:
        shows_money = not hides(self.request.user, "pipeline.deal.amount")
        return Cards(self.request.user, self.listing, self.stages, shows_money=shows_money)

    def get_context_data(self) -> dict[str, Any]:
        return {
            "pipeline": self.pipeline,
            "pipelines": self.pipelines,
            "columns": columns_of(self.cards),
            "ends": self.cards.ends,
            "listing": self.listing,
            "problems": self.listing.problems,
            "chips": [chip for chip in self.listing.chips if chip.label != "Pipeline"],
            "filters_url": self.listing.address(part="filters"),
            "list_url": self.listing.address(pipeline=str(self.pipeline.pk)).replace(
                self.request.path, reverse("pipeline:deal_list"), 1
            ),
            "search_value": self.request.GET.get("q", ""),
            "may_add": can(self.request.user, Verb.ADD, Deal),
            "may_change": self.may_change,
            "may_set_up": can(self.request.user, Verb.CHANGE, Pipeline),
            "shows_money": self.cards.shows_money,
            "rotting_url": f"{reverse('pipeline:deal_list')}?rotting=yes",
        }

    @property
    def may_change(self) -> bool:
        return can(self.request.user, Verb.CHANGE, Deal)


class PipelineStartView(View):
    """Makes one of the ready pipelines (`key`)."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.ADD, Pipeline):
            raise PermissionDenied
        key = request.POST.get("key", "")
        if key not in {one.key for one in READY}:
            raise Http404("There is no such pipeline.")
        user = self.request.user
        try:
            url = once(
                user=user, data=request.POST, make=lambda: make_ready_pipeline(actor=user, key=key).get_absolute_url()
            )
        except MadeAlready as made:  # the token of another one's form
            url = made.url
        return redirect(url)
