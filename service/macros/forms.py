"""What people type about macros, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.forms.formsets import BaseFormSet

from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.fields import SectionedForm, TagsField
from crm.languages.refusing import refused
from crm.models import Team, User
from service.choices import MacroReach
from service.forms import LONGEST_TEXT
from service.languages import LANGUAGES
from service.macros.filling import FIELDS
from service.models import Macro, Queue

TEXT = {"rows": 8, "class": "say-text"}
MOST_TEXTS = len(LANGUAGES)


class MacroTextForm(forms.Form):
    """The reply in one more language."""

    language = forms.ChoiceField(choices=[("", "Choose"), *LANGUAGES.items()], required=False)
    text = forms.CharField(
        label="Reply", required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        FIELDS.check(text)
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (cleaned.get("text") or "").strip() and not cleaned.get("language") and "language" not in self.errors:
            self.add_error("language", "Say in which language this is.")
        return cleaned


class BaseTexts(BaseFormSet):
    """The reply in other languages, each once."""

    def clean(self) -> None:
        named = [form.cleaned_data.get("language") for form in self.forms if self._is_kept(form)]
        twice = next((name for name in named if name and named.count(name) > 1), None)
        if twice:
            raise refused("%(languages)s is there twice.", languages=LANGUAGES[twice])

    @property
    def texts(self) -> dict[str, str]:
        """Replies by language."""
        return {form.cleaned_data["language"]: form.cleaned_data["text"] for form in self.forms if self._is_kept(form)}

    @staticmethod
    def _is_kept(form: Any) -> bool:
        said = getattr(form, "cleaned_data", {})
        return bool((said.get("text") or "").strip()) and not said.get("DELETE")


MacroTexts = forms.formset_factory(
    MacroTextForm, formset=BaseTexts, extra=0, can_delete=True, max_num=MOST_TEXTS, absolute_max=MOST_TEXTS
)


class MacroForm(SectionedForm, forms.ModelForm):
    """A macro: the reply, in some languages (`texts`, a formset), and what else it does."""

    layout = (
        ("", (("name", "code"), ("reach", "team"), ("is_active",))),
        ("Reply", (("text",),)),
        ("What else it does", (("then", "takes"), ("queue", "priority"), ("kind", "tags"))),
    )
    tags = TagsField(required=False, label="Adds tags", help_text="Between commas.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Macro
        fields = (
            "name", "code", "reach", "team", "is_active", "text", "queue", "priority", "kind", "tags", "takes", "then",
        )  # fmt: skip
        labels = {"queue": "Moves it to", "priority": "Sets the priority", "kind": "Sets the kind"}
        widgets = {"text": forms.Textarea(attrs=TEXT)}
        help_texts = {"text": "Empty: a macro that only changes the ticket, at once."}

    def __init__(self, *, user: User, record: Macro | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {"reach": MacroReach.OWN}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        self.user, self.record = user, record
        is_for_all = scope_of(user, Macro, Verb.CHANGE if record else Verb.ADD) == Scope.ALL
        reaches = [one for one in MacroReach.choices if is_for_all or one[0] != MacroReach.ALL]
        if record and record.reach not in dict(reaches):
            reaches.append((record.reach, record.get_reach_display()))
        cast(forms.ChoiceField, self.fields["reach"]).choices = reaches
        self._set("team", _teams(user, record, is_for_all))
        self._set("queue", Queue.objects.visible_to(user))
        kept = [{"language": language, "text": text} for language, text in (record.texts if record else {}).items()]
        make: Any = MacroTexts
        self.texts = make(data=data, prefix="texts", initial=kept)
        self.places = FIELDS.in_words

    def clean_code(self) -> str:
        return cast(str, self.cleaned_data["code"]).removeprefix("/")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        FIELDS.check(text)
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reach") != MacroReach.TEAM:
            cleaned["team"] = None
        elif cleaned.get("team") is None:
            self.add_error("team", "Say whose team: it sees the macro, and the teams below it do.")
        return cleaned

    def is_valid(self) -> bool:
        is_right = all([super().is_valid(), self.texts.is_valid()])
        if not is_right:
            return False
        if self.texts.texts and not self.cleaned_data["text"].strip():
            self.add_error("text", "Write the reply that is sent to those of another language.")
        elif not self._does_something():
            self.add_error(None, "Write a reply, or choose at least one change.")
        return not self.errors

    def further_state(self) -> dict[str, list[str]]:
        """The other languages, for who saved at the same time as somebody else."""
        rows = [(form["language"].value(), form["text"].value()) for form in self.texts]
        return {"Other languages": [f"{LANGUAGES.get(name, name)}: {text}" for name, text in rows if name and text]}

    @property
    def macro_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | {"texts": self.texts.texts}

    def _does_something(self) -> bool:
        said = self.cleaned_data
        return bool(said["text"].strip()) or any(
            said[name] for name in ("queue", "priority", "kind", "tags", "takes", "then")
        )

    def _set(self, name: str, rows: QuerySet[Any]) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


def _teams(user: User, record: Macro | None, is_for_all: bool) -> QuerySet[Team]:
    rows = Team.objects.visible_to(user)
    if is_for_all:
        return rows
    return rows.filter(Q(pk__in=team_ids_of(user)) | Q(pk=record.team_id if record else None))
