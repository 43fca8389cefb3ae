"""The pages that convert a lead and take it back."""

from __future__ import annotations

from typing import Any

from crm.choices import Verb
from crm.views.base import ActionView
from crm.views.forms import FormPage
from leads.conversion.actions import convert_lead, reverse_conversion
from leads.conversion.forms import ConvertForm
from leads.models import Lead


class LeadConvertView(FormPage):
    """A lead becomes a contact, an organization, and what the app above makes of it."""

    model = Lead
    form_class = ConvertForm
    template_name = "leads/convert.html"
    verb = Verb.CHANGE
    heading = "Convert {record.name}"
    submit_label = "Convert"
    done = "{record} is converted. It can be taken back for a day."

    def save(self, form: ConvertForm) -> Any:
        user = self.request.user
        step = form.step

        def make(lead: Lead, person: Any, organization: Any) -> Any:
            if step is None:
                return None
            return step.make(actor=user, lead=lead, contact=person, organization=organization, form=form.part)

        self.conversion = convert_lead(
            actor=user,
            lead=self.record,
            person=form.party("person"),
            organization=form.party("organization"),
            make=make,
        )
        return self.record


class ConversionReverseView(ActionView):
    """Takes the conversion of the last day back."""

    model = Lead
    verb = Verb.CHANGE
    done = "The conversion is taken back; the lead stands as before."

    def act(self, record: Lead) -> None:
        reverse_conversion(actor=self.request.user, lead=record)
