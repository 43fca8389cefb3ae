"""What deals add to the conversion of a lead: a deal with the person and the organization that the lead became."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.fields import SectionedForm
from crm.languages.refusing import refused
from crm.models import User
from crm.templatetags.figures import in_sentence
from leads.conversion.steps import ConversionStep
from leads.models import Lead
from pipeline.actions import archive_deal, open_deal
from pipeline.models import Deal, Pipeline
from pipeline.quotes.choices import QuoteState

EXPECTED_DAYS = 30


class DealPart(SectionedForm, forms.Form):
    """Whether a deal is opened, and what it begins with."""

    layout = (("", (("wanted",), ("title",), ("amount", "expected_on"), ("pipeline",))),)
    wanted = forms.BooleanField(required=False, initial=True, label="Open a deal")
    title = forms.CharField(required=False, max_length=300, label="Deal")
    amount = forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=2)
    expected_on = forms.DateField(
        required=False, label="Expected close", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    pipeline = forms.ModelChoiceField(queryset=Pipeline.objects.none(), required=False, empty_label="the first one")

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        self.may_add = can(user, Verb.ADD, Deal)
        wish = lead.product.name if lead.product else lead.source or "enquiry"
        initial = {
            "title": f"{lead.organization or lead.name}: {wish}"[:300],
            "expected_on": company_today() + dt.timedelta(days=EXPECTED_DAYS),
            "wanted": self.may_add,
        }
        super().__init__(data, initial=initial, prefix="deal")
        self.fields["pipeline"].queryset = Pipeline.objects.visible_to(user)  # type: ignore[attr-defined]
        if not self.may_add:
            for field in self.fields.values():
                field.disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("wanted") and not cleaned.get("title"):
            self.add_error("title", "What is the deal called?")
        return cleaned


def make_deal(
    *, actor: User | None, lead: Lead, contact: Contact | None, organization: Contact | None, form: DealPart
) -> Deal | None:
    """The deal, or None where none is wanted or the actor may open none."""
    given = form.cleaned_data
    if not given["wanted"] or not form.may_add:
        return None
    fields = {
        "title": given["title"],
        "contact": contact,
        "organization": organization,
        "owner": lead.owner,
        "team": lead.team,
        "product": lead.product,
        "source": lead.source,
        "amount": given["amount"],
        "expected_on": given["expected_on"],
    }
    if given["pipeline"]:
        fields["pipeline"] = given["pipeline"]
    return open_deal(actor=actor, fields=fields)


def put_deal_away(*, actor: User | None, record: Deal) -> None:
    """Archive the deal of a conversion that is taken back. Raises ValidationError for one that is won or lost, or whose
    customer has a quote in hand: they could accept it of nobody."""
    if not record.is_open:
        raise refused(
            "The deal “%(record)s” is %(outcome)s: move it to an open stage first.",
            record=record,
            outcome=lambda: in_sentence(record.get_outcome_display()),
        )
    if record.quotes.filter(state=QuoteState.SENT).exists():
        raise refused("A quote of the deal “%(record)s” is with the customer: withdraw it first.", record=record)
    archive_deal(actor=actor, deal=record)


STEP = ConversionStep(title="Deal", model="pipeline.deal", form=DealPart, make=make_deal, undo=put_deal_away)
