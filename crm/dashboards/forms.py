"""What people say about a dashboard of their own, and about whom it is mailed to, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_noop

from crm.access import can, team_ids_of
from crm.choices import Role, Verb
from crm.dashboards.queries import all_tiles, ready_tiles, tiles_for
from crm.fields import SectionedForm
from crm.languages.refusing import refused
from crm.layouts.places import Block
from crm.models import Dashboard, DashboardSubscription, Team, User
from crm.tiles.segments import segment_choices

HIDDEN, PANEL = "hidden", "panel:"
MOST_TILES = 40


class DashboardForm(SectionedForm, forms.ModelForm):
    """The tiles stand beside the fields: `part` says in order which are shown, and behind `hidden` which are not."""

    layout = (("", (("name",), ("period", "segment"), ("team",), ("roles",))),)

    segment = forms.ChoiceField(required=False, label="Begins with the segment")
    roles = forms.MultipleChoiceField(
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        label="Share with everybody of a role",
        help_text="Each sees only the tiles that they may see, with their own rows.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Dashboard
        fields = ("name", "period", "segment", "team", "roles")
        labels = {"period": "Begins with periods of a", "team": "Share with the team"}

    def __init__(self, *, user: User, record: Dashboard | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        begin = {"version": record.version if record else None, **initial}
        self.begin_with: list[str] = begin.pop("tiles", None) or (record.tiles if record else list(tiles_for(user)))
        super().__init__(data=data, instance=record, initial=begin)
        teams = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        teams.queryset, teams.empty_label = _teams_of(user, record), "nobody"
        self._offer_segments(segment_choices(user), record.segment if record else "")
        if not can(user, Verb.RUN, Dashboard):
            del self.fields["roles"]

    def _offer_segments(self, known: list[str], kept: str) -> None:
        """Where the person may not know of segments, the one that stands there stays."""
        if not known:
            del self.fields["segment"]
            return
        names = list(dict.fromkeys([*known, *([kept] if kept else [])]))
        cast("forms.ChoiceField", self.fields["segment"]).choices = [("", "All"), *((name, name) for name in names)]

    @property
    def tile_names(self) -> list[str]:
        """The chosen tiles in their order, as sent or as stored."""
        if not self.is_bound:
            return self.begin_with
        shown = []
        for part in cast("QueryDict", self.data).getlist("part"):
            if part == HIDDEN:
                break
            shown.append(part.removeprefix(PANEL))
        return list(dict.fromkeys(shown))

    @property
    def shown_tiles(self) -> list[Block]:
        """What the page draws as chosen, in its order."""
        return [Block(tile.label, panel=name) for name, tile in self._known(self.tile_names)]

    @property
    def left_tiles(self) -> list[Block]:
        """The other tiles that the person may see."""
        chosen = set(self.tile_names)
        return [Block(tile.label, panel=name) for name, tile in ready_tiles(self.user).items() if name not in chosen]

    def further_state(self) -> dict[str, list[str]]:
        """The tiles in words, for who saved at the same time as somebody else."""
        labels = [tile.label for _, tile in self._known(self.tile_names)]
        return {"Tiles": [f"{number}. {label}" for number, label in enumerate(labels, start=1)]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [name for name, _ in self._known(self.tile_names)]
        if not names:
            raise ValidationError("Choose at least one tile.")
        cleaned["tiles"] = names[:MOST_TILES]
        return cleaned

    def _known(self, names: Iterable[str]) -> list[tuple[str, Any]]:
        """Tiles that the person may see, and those that stand there already: somebody else's choice is kept."""
        ready, stored, every = ready_tiles(self.user), set(self.record.tiles if self.record else ()), all_tiles()
        return [(name, every[name]) for name in names if name in ready or (name in stored and name in every)]

    @property
    def dashboard_fields(self) -> dict[str, Any]:
        names = (*self.Meta.fields, "tiles")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def _teams_of(user: User, record: Dashboard | None) -> Any:
    """The teams that a person may share with: their own and those below it; every one for who may share with roles."""
    rows = Team.objects.visible_to(user)
    if can(user, Verb.RUN, Dashboard):
        return rows
    return rows.filter(pk__in=[*team_ids_of(user), record.team_id if record and record.team_id else 0])


class SubscriptionForm(SectionedForm, forms.ModelForm):
    """Who gets which dashboard by mail, and when. Only who may share with roles may name others."""

    layout = (("", (("dashboard",), ("rhythm", "hour"), ("weekday", "day"), ("recipients",))),)

    hour = forms.TypedChoiceField(
        coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)], initial=7, label="At"
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = DashboardSubscription
        fields = ("dashboard", "rhythm", "hour", "weekday", "day", "recipients")
        labels = {"weekday": "Weekday", "day": "Day of the month", "recipients": "Who gets it", "rhythm": "How often"}
        help_texts = {
            "day": "A shorter month has it on its last day.",
            "recipients": "Each gets what they may see themselves, with their own rows.",
        }

    def __init__(
        self, *, user: User, record: DashboardSubscription | None, initial: dict[str, Any], data: Any = None
    ) -> None:
        self.user = user
        super().__init__(data=data, instance=record, initial={"version": record.version if record else None, **initial})
        boards = cast("forms.ModelChoiceField[Dashboard]", self.fields["dashboard"])
        boards.queryset, boards.empty_label = Dashboard.objects.visible_to(user), "The dashboard of the role"
        self.fields["hour"].help_text = "On your clock, where you are at home."
        if not can(user, Verb.RUN, Dashboard):
            del self.fields["recipients"]
            return
        people = cast("forms.ModelMultipleChoiceField[User]", self.fields["recipients"])
        people.queryset = User.objects.visible_to(user).filter(is_active=True, email__isnull=False).order_by("name")
        people.widget.attrs["data-pick"] = "many"
        if record is None:
            people.initial = [user.pk]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        dashboard, people = cleaned.get("dashboard"), list(cleaned.get("recipients", ()))
        if "recipients" in cleaned and not people:
            self.add_error("recipients", "Name at least one person.")
        if dashboard is not None and (out := [one.name for one in people if not sees(one, dashboard)]):
            sentence = gettext_noop("%(people)s cannot see “%(dashboard)s”: share it first, with their role or team.")
            self.add_error("recipients", refused(sentence, people=", ".join(out), dashboard=dashboard))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the row, without the recipients."""
        names = ("dashboard", "rhythm", "hour", "weekday", "day")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def people(self) -> list[User] | None:
        """Who is named; None: it stays as it is, the person alone for a new one."""
        return list(self.cleaned_data["recipients"]) if "recipients" in self.cleaned_data else None


def sees(user: User, dashboard: Dashboard) -> bool:
    """Whether a person may open this dashboard now."""
    return bool(Dashboard.objects.visible_to(user).filter(pk=dashboard.pk).exists())
