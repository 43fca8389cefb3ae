"""Adding to a deal and taking away: lines, people with their roles, shares, competitors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from crm.choices import Verb
from crm.languages.telling import spoken_refusal
from crm.saving import StaleRecord
from crm.views.base import ScopedView
from crm.views.parts import PartFormPage
from pipeline import actions
from pipeline.actions.deals import PARTS
from pipeline.forms import CompetitorForm, LineForm, RoleForm, ShareForm
from pipeline.models import Deal, DealCompetitor, DealLine, DealRole, DealShare

FIELDS = {
    "lines": ("product", "quantity", "unit_price", "discount"),
    "shares": ("user", "percent"),
    "roles": ("contact", "role"),
    "competitors": ("name", "note"),
}


def rows_of(deal: Deal, part: str) -> list[dict[str, Any]]:
    """The stored rows of a part, as the action takes them."""
    rows = PARTS[part].objects.filter(deal=deal)
    return [{name: getattr(row, name) for name in FIELDS[part]} for row in rows]


class DealPartCreateView(PartFormPage):
    """Adds one; who may change the deal may."""

    whole_model = Deal
    part = ""
    done = "Added."
    submit_label = "Add"

    def save(self, form: Any) -> Deal:
        deal: Deal = self.whole
        added = {name: form.cleaned_data[name] for name in FIELDS[self.part]}
        rows = [*rows_of(deal, self.part), added]
        return actions.change_deal(
            actor=self.request.user, deal=deal, version=deal.version, fields={}, parts={self.part: rows}
        )


class LineCreateView(DealPartCreateView):
    model, part, form_class, heading = DealLine, "lines", LineForm, "A line of {record}"


class RoleCreateView(DealPartCreateView):
    model, part, form_class, heading = DealRole, "roles", RoleForm, "Somebody in {record}"


class ShareCreateView(DealPartCreateView):
    model, part, form_class, heading = DealShare, "shares", ShareForm, "A share of {record}"


class CompetitorCreateView(DealPartCreateView):
    model, part, form_class, heading = DealCompetitor, "competitors", CompetitorForm, "A competitor for {record}"


class DealPartRemoveView(ScopedView):
    """Takes one away: `part` and its `id` in the body."""

    model = Deal
    verb = Verb.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deal, part, key = self.get_record(), request.POST.get("part", ""), request.POST.get("id", "")
        if part not in PARTS:
            raise Http404("A deal has no such part.")
        keys = list(PARTS[part].objects.filter(deal=deal).values_list("pk", flat=True))
        rows = [row for pk, row in zip(keys, rows_of(deal, part), strict=True) if str(pk) != key]
        try:
            actions.change_deal(actor=self.request.user, deal=deal, version=deal.version, fields={}, parts={part: rows})
        except StaleRecord as stale:
            messages.error(request, spoken_refusal(request, ValidationError(stale.sentence)))
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, "Taken away.")
        return redirect(deal)
