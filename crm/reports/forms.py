"""What people say about a saved report: its name, what it answers, with whom it is shared."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.access import can, scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.fields import SectionedForm
from crm.filtering.trees.nodes import TreeProblem
from crm.models import SavedReport, User
from crm.reports.definitions import asked_by
from crm.reports.reading import Report
from crm.saved_views.forms import teams_of


class SavedReportForm(SectionedForm, forms.ModelForm):
    """`record` None makes a new report of what the hidden `definition` asks (the words of an address, as JSON)."""

    layout = (("", (("name",), ("sentence",), ("team", "role"), ("owner",))),)

    definition = forms.CharField(widget=forms.HiddenInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = SavedReport
        fields = ("name", "sentence", "team", "role", "owner")
        labels = {
            "owner": "Belongs to",
            "team": "Share with the team",
            "role": "Share with everybody of a role",
            "sentence": "What it answers",
        }

    def __init__(self, *, user: User, record: SavedReport | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        super().__init__(data=data, instance=record, initial={"version": record.version if record else None, **initial})
        teams: Any = self.fields["team"]
        teams.queryset, teams.empty_label = teams_of(user, cast(Any, record)), "nobody"
        self._offer_owners(user, record)
        if not can(user, Verb.RUN, SavedReport):
            del self.fields["role"]
        if record:
            del self.fields["definition"]

    def _offer_owners(self, user: User, record: SavedReport | None) -> None:
        """Who looks after reports of others may hand one over, to people within their reach."""
        scope = scope_of(user, SavedReport, Verb.CHANGE)
        if record is None or scope == Scope.OWN or (self.is_bound and "owner" not in self.data):
            del self.fields["owner"]
            return
        within = Q(is_active=True) if scope == Scope.ALL else Q(is_active=True, team__in=team_ids_of(user))
        owners = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        owners.queryset = User.objects.visible_to(user).filter(within | Q(pk=user.pk) | Q(pk=record.owner_id))
        owners.empty_label = "nobody"

    def clean_definition(self) -> dict[str, Any]:
        return read_definition(self.user, self.cleaned_data["definition"])

    @property
    def report_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def read_definition(user: User, text: str) -> dict[str, Any]:
    """What a report asks, as its page told: held against what the person may see again. Raises ValidationError."""
    try:
        said = json.loads(text)
        definition = asked_by({name: said[name] for name in said if isinstance(said[name], str)})
        data = definition.as_data()
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        sentence = str(error) if isinstance(error, TreeProblem) else "What the report asks could not be read."
        raise ValidationError(sentence) from error
    if "\0" in json.dumps(data) or "\\u0000" in json.dumps(data):
        raise ValidationError("The report holds a sign that cannot be kept.")
    if problems := Report(definition, user).problems:
        raise ValidationError(" ".join(problems))
    return data
