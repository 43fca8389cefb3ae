"""One fact of a deal, edited where it stands on its page."""

from __future__ import annotations

from crm.views.facts import FactPage
from pipeline import actions
from pipeline.forms import DealForm
from pipeline.models import Deal
from pipeline.views.deals import DealFormView

FACTS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "organization": ("organization",),
    "contact": ("contact",),
    "amount": ("amount", "currency"),
    "product": ("product",),
    "opened_on": ("opened_on",),
    "expected_on": ("expected_on",),
    "next_step": ("next_step", "next_step_on"),
    "owner": ("owner", "team"),
    "forecast_category": ("forecast_category",),
    "source": ("source",),
    "external_id": ("external_id",),
}


class DealFactView(FactPage, DealFormView):
    """`?fact=` names it."""

    facts = FACTS
    template_name = "pipeline/_fact_form.html"
    heading = "Edit {record.title}"
    done = "Saved {record.title}."

    def save(self, form: DealForm) -> Deal:
        return actions.change_deal(
            actor=self.request.user,
            deal=self.record,
            version=form.cleaned_data["version"],
            fields=form.deal_fields,
            custom=form.custom,
        )
