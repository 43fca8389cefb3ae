"""What people say about a saved view: its name, with whom it is shared, whether it opens first."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.access import can, scope_of, team_ids_of
from crm.catalogue import fields_of
from crm.choices import Scope, Verb
from crm.field_rights import hidden_specs
from crm.fields import SectionedForm
from crm.filtering.trees.asked import asked_tree
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import as_data
from crm.models import SavedView, Team, User


class SavedViewForm(SectionedForm, forms.ModelForm):
    """`record` None makes a new view of what the hidden `shown` says about `list`."""

    layout = (("", (("name",), ("team", "role"), ("row_height", "is_default"), ("owner",))),)

    list = forms.CharField(widget=forms.HiddenInput())
    shown = forms.CharField(widget=forms.HiddenInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = SavedView
        fields = ("name", "team", "role", "row_height", "is_default", "owner")
        labels = {
            "owner": "Belongs to",
            "team": "Share with the team",
            "role": "First for everybody of a role",
            "row_height": "Row height",
        }

    def __init__(self, *, user: User, record: SavedView | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        super().__init__(data=data, instance=record, initial={"version": record.version if record else None, **initial})
        teams: Any = self.fields["team"]
        teams.queryset, teams.empty_label = teams_of(user, record), "nobody"
        self._offer_owners(user, record)
        if not can(user, Verb.RUN, SavedView):
            del self.fields["role"]
        if record:
            del self.fields["list"], self.fields["shown"]

    def _offer_owners(self, user: User, record: SavedView | None) -> None:
        """Who looks after views of others may hand one over, to people within their reach."""
        scope, owners = (
            scope_of(user, SavedView, Verb.CHANGE),
            cast("forms.ModelChoiceField[User]", self.fields["owner"]),
        )
        if record is None or scope == Scope.OWN or (self.is_bound and "owner" not in self.data):
            del self.fields["owner"]
            return
        people = User.objects.visible_to(user)
        within = Q(is_active=True) if scope == Scope.ALL else Q(is_active=True, team__in=team_ids_of(user))
        owners.queryset = people.filter(within | Q(pk=user.pk) | Q(pk=record.owner_id))
        owners.empty_label = "nobody"
        owners.help_text = "A view that changes hands opens first for nobody until its new owner says so."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.record and not self.errors:
            cleaned["shown"] = read_shown(self.user, cleaned["list"], cleaned["shown"])
        return cleaned

    @property
    def view_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def teams_of(user: User, record: SavedView | None = None) -> Any:
    """The teams that a person may share a view with: their own and those below it; every one for administrators."""
    rows = Team.objects.visible_to(user)
    if can(user, Verb.RUN, SavedView):
        return rows
    return rows.filter(pk__in=[*team_ids_of(user), record.team_id if record and record.team_id else 0])


def read_shown(user: User, label: str, text: str) -> dict[str, Any]:
    """What a list shows, as its page told: held against the fields again. Raises ValidationError."""
    try:
        said = json.loads(text)
        tree, words, columns, sort = (said[name] for name in ("filter", "words", "columns", "sort"))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValidationError("What the list shows could not be read: open it again.") from error
    names = {spec.name for spec in fields_of(label)} - hidden_specs(user, label) if _is_list(label) else set()
    if not names:
        raise ValidationError("There is no such list.")
    text = tree if isinstance(tree, str) else json.dumps(tree)
    asked = asked_tree(TreeList(label, user, hidden_specs(user, label)), text)
    if asked.problems:
        raise ValidationError(" ".join(asked.problems))
    is_listed = isinstance(columns, list) and len(columns) <= 200 and all(one in names for one in columns)
    is_sorted = isinstance(sort, str) and sort.removeprefix("-") in names | {""}
    if not is_listed or not is_sorted or not isinstance(words, str) or len(words) > 200 or "\0" in words:
        raise ValidationError("The columns or the order are not known here.")
    return {"filter": as_data(asked.node), "words": words, "columns": columns, "sort": sort}


def _is_list(label: str) -> bool:
    return bool(label) and any(spec.column for spec in fields_of_known(label))


def fields_of_known(label: str) -> tuple[Any, ...]:
    """The fields of a label that somebody typed; none for one that names no list."""
    try:
        return fields_of(label)
    except (LookupError, ValueError):
        return ()
