"""One fact of a deal, edited where it stands on its page."""

from __future__ import annotations

from crm.layouts.facts import fields_by_fact
from crm.views.facts import FactPage
from pipeline import actions
from pipeline.forms import DealForm
from pipeline.layouts import FACTS
from pipeline.models import Deal
from pipeline.views.deals import DealFormView


class DealFactView(FactPage, DealFormView):
    """`?fact=` names it."""

    facts = {"title": ("title",), **fields_by_fact(FACTS)}
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
