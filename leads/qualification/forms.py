"""The checklist of a lead with its verdict, and the form of one question."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from contacts.choices import Market
from crm.company import company_today
from crm.fields import SectionedForm
from crm.models import User
from leads.choices import Found, LeadStatus, LostReason
from leads.forms import standing_of
from leads.models import ChecklistItem, Lead
from leads.qualification.actions import items_for

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
VERDICTS = (
    ("", "only keep the answers"),
    (LeadStatus.QUALIFIED, "Qualified"),
    (LeadStatus.NURTURING, "Not yet"),
    (LeadStatus.DISQUALIFIED, "Not pursued"),
)


class QualifyForm(SectionedForm, forms.Form):
    """A question a row: what was found (`ID-found`) and a note (`ID-note`); then the verdict."""

    verdict = forms.ChoiceField(choices=VERDICTS, required=False, widget=forms.RadioSelect())
    reason = forms.CharField(max_length=200, required=False, label="In your words")
    recycle_on = forms.DateField(required=False, label="Not yet: comes back on", widget=DAY)
    lost_reason = forms.ChoiceField(choices=[("", "–"), *LostReason.choices], required=False, label="Not pursued: why")

    def __init__(self, *, user: User, record: Lead, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        self.lead, self.items = record, items_for(record)
        stored = {answer.item_id: answer for answer in record.answers.all()}
        known: dict[str, Any] = {"recycle_on": company_today() + dt.timedelta(days=90)}
        for key, answer in stored.items():
            known |= {f"{key}-found": answer.found, f"{key}-note": answer.note}
        super().__init__(data, initial={**known, **(initial or {})})
        for item in self.items:
            label = f"{item.get_kind_display()}: {item.text}{' *' if item.is_needed else ''}"
            self.fields[f"{item.pk}-found"] = forms.ChoiceField(
                label=label, choices=Found.choices, required=False, initial=Found.OPEN
            )
            self.fields[f"{item.pk}-note"] = forms.CharField(label="Note", required=False, max_length=200)
        rows = tuple((f"{item.pk}-found", f"{item.pk}-note") for item in self.items)
        self.layout = (
            ("What was found", rows),
            ("Verdict", (("verdict",), ("reason",), ("recycle_on", "lost_reason"))),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        verdict = cleaned.get("verdict")
        if verdict == LeadStatus.NURTURING and not cleaned.get("recycle_on"):
            self.add_error("recycle_on", "On which day is it worked on again?")
        if verdict == LeadStatus.DISQUALIFIED and not cleaned.get("lost_reason"):
            self.add_error("lost_reason", "Why is it not pursued?")
        return cleaned

    def further_state(self) -> dict[str, list[str]]:
        return standing_of(self.lead, self.data)

    @property
    def result(self) -> dict[str, Any]:
        given = self.cleaned_data
        answers = {item.pk: (given[f"{item.pk}-found"] or Found.OPEN, given[f"{item.pk}-note"]) for item in self.items}
        is_not_yet, is_lost = (given["verdict"] == one for one in (LeadStatus.NURTURING, LeadStatus.DISQUALIFIED))
        return {
            "answers": answers,
            "verdict": given["verdict"],
            "reason": given["reason"],
            "recycle_on": given["recycle_on"] if is_not_yet else None,
            "lost_reason": given["lost_reason"] if is_lost else "",
        }


class ChecklistItemForm(SectionedForm, forms.ModelForm):
    """One question of the checklist."""

    layout = (("", (("text",), ("kind", "position"), ("markets",), ("is_needed",), ("is_active",))),)
    markets = forms.MultipleChoiceField(
        choices=Market.choices, required=False, widget=forms.CheckboxSelectMultiple(), help_text="None: asked of all."
    )

    class Meta:
        model = ChecklistItem
        fields = ("text", "kind", "position", "markets", "is_needed", "is_active")

    def __init__(self, *, user: User, record: ChecklistItem | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)

    @property
    def item_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
