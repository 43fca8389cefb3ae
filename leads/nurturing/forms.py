"""What people type about sequences, parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from contacts.models import Purpose
from contacts.permission.rule import MARKETING
from crm.fields import SectionedForm
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import SavedView, User
from leads.allocation.forms import KEEP, WEEK
from leads.choices import BY_SCORE, BY_SEGMENT, StepCondition, StepKind
from leads.models import Lead, Sequence, SequenceStep
from leads.models.allocation import WORKDAYS
from leads.nurturing.actions import StepInput
from leads.nurturing.composing import PLACES
from leads.nurturing.conditions import problem_of

MOST_STEPS = 30
LONGEST_WAIT = 365
FIRST_STEPS = ({"kind": StepKind.MAIL, "wait_days": 0}, {"kind": StepKind.CALL, "wait_days": 3})
TIME = {"type": "time"}


class StepForm(forms.Form):
    """One step; a row that says nothing is none. `key` is the id of a step that stands there already."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput(), min_value=1, max_value=2**62)
    kind = forms.ChoiceField(choices=StepKind.choices, required=False, label="What")
    wait_days = forms.IntegerField(
        required=False, min_value=0, max_value=LONGEST_WAIT, label="Days after the one before"
    )
    title = forms.CharField(max_length=200, required=False, label="Subject, or task")
    text = forms.CharField(max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    condition = forms.ChoiceField(choices=StepCondition.choices, required=False, label="Only for")
    threshold = forms.IntegerField(required=False, min_value=0, max_value=100, label="Score")
    segment = forms.ChoiceField(required=False, label="Segment")

    def __init__(self, *args: Any, views: Mapping[str, SavedView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.views = views
        kept = self.initial.get("segment_name", "")
        named = [(key, view.name) for key, view in views.items()]
        choices = [("", "choose a view of the leads"), *([(KEEP, f"As it was: {kept}")] if kept else []), *named]
        cast(forms.ChoiceField, self.fields["segment"]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("DELETE") or not self.says_something:
            return cleaned
        if not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", "What is its subject, or the task?")
        if cleaned.get("kind") == StepKind.MAIL and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", "What does the mail say?")
        if cleaned.get("condition") in BY_SCORE and cleaned.get("threshold") is None and "threshold" not in self.errors:
            self.add_error("threshold", "Which score? 0 to 100.")
        if cleaned.get("condition") in BY_SEGMENT and "segment" not in self.errors:
            self._check_segment(cleaned.get("segment") or "")
        for name in ("title", "text"):
            try:
                PLACES.check(cleaned.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    def _check_segment(self, chosen: str) -> None:
        if not chosen:
            self.add_error("segment", "Which segment? Any saved view of the leads is one.")
        elif chosen in self.views and (problem := problem_of(SequenceStep(tree=self.views[chosen].filter))):
            self.add_error("segment", problem)

    @property
    def says_something(self) -> bool:
        return bool(self.cleaned_data.get("title") or self.cleaned_data.get("text"))

    @property
    def step(self) -> StepInput:
        said = self.cleaned_data
        return StepInput(
            kind=said["kind"] or StepKind.MAIL,
            wait_days=said["wait_days"] or 0,
            title=" ".join(said["title"].split()),
            text=said["text"],
            pk=said["key"],
            condition=said["condition"],
            threshold=said["threshold"] if said["condition"] in BY_SCORE else None,
            **self._segment(),
        )

    def _segment(self) -> dict[str, Any]:
        """Name and filter of the view, copied: what becomes of the view later changes no sequence."""
        said = self.cleaned_data
        view = self.views.get(said["segment"]) if said["condition"] in BY_SEGMENT else None
        if view is not None:
            return {"segment": view.name, "tree": dict(view.filter)}
        return {} if said["segment"] == KEEP else {"tree": {}}

    def in_words(self) -> str:
        """`3 days: Call, Ask what they think`, for who saved at the same time as somebody else."""
        what = dict(StepKind.choices).get(self["kind"].value() or "", "")
        title = self["title"].value()
        only = dict(StepCondition.choices).get(self["condition"].value() or StepCondition.ALWAYS, "")
        if self["condition"].value() in BY_SCORE:
            only += f" {self['threshold'].value()}"
        return f"{self['wait_days'].value() or 0} days: {what}, {title} ({only.lower()})" if title else ""


class BaseSteps(BaseFormSet):
    """The steps of a sequence, by the place that each was given."""

    ordering_widget = forms.NumberInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Step"
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["DELETE"].label = "Remove"

    @property
    def steps(self) -> list[StepInput]:
        kept = [form for form in self.forms if form.says_something and not form.cleaned_data.get("DELETE")]
        return [form.step for form in sorted(kept, key=_place)]


def _place(form: Any) -> int:
    place = form.cleaned_data.get("ORDER")
    return 10**6 if place is None else int(place)


StepForms = forms.formset_factory(
    StepForm, formset=BaseSteps, extra=0, can_delete=True, can_order=True, max_num=MOST_STEPS, absolute_max=MOST_STEPS
)


class SequenceForm(SectionedForm, forms.ModelForm):
    """A sequence and its steps (`steps`, a formset) on one page."""

    layout = (
        ("", (("name", "purpose"), ("is_active",))),
        ("When mails leave", (("workdays",), ("sends_from", "sends_until"))),
    )
    purpose = forms.ChoiceField(label="Its mails are for", help_text="A mail goes only to whom allows this.")
    workdays = forms.TypedMultipleChoiceField(choices=WEEK, coerce=int, widget=forms.CheckboxSelectMultiple())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Sequence
        fields = ("name", "is_active", "purpose", "workdays", "sends_from", "sends_until")
        labels = {"sends_from": "From", "sends_until": "Until"}
        help_texts = {"is_active": "Taken out of use, nothing more happens until it is in use again."}
        widgets = {
            "sends_from": forms.TimeInput(attrs=TIME, format="%H:%M"),
            "sends_until": forms.TimeInput(attrs=TIME, format="%H:%M"),
        }

    def __init__(self, *, user: User, record: Sequence | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {"purpose": MARKETING, "workdays": WORKDAYS}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        purposes = [(one.key, one.label) for one in Purpose.objects.all()] or [(MARKETING, "Marketing")]
        if record and record.purpose not in dict(purposes):
            purposes.append((record.purpose, record.purpose))
        cast(forms.ChoiceField, self.fields["purpose"]).choices = purposes
        make: Any = StepForms
        rows = _rows_of(record) if record else [dict(one) for one in FIRST_STEPS]
        views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "leads.lead")}
        self.steps = make(data=data, prefix="steps", initial=rows, form_kwargs={"views": views})
        self.places = PLACES.in_words

    def is_valid(self) -> bool:
        is_right = all([super().is_valid(), self.steps.is_valid()])
        if is_right and not self.steps.steps:
            self.add_error(None, "A sequence needs at least one step.")
            return False
        return is_right

    def further_state(self) -> dict[str, list[str]]:
        """The steps in words, for who saved at the same time as somebody else."""
        return {"Steps": [words for step in self.steps if (words := step.in_words())]}

    @property
    def sequence_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def _rows_of(sequence: Sequence) -> list[dict[str, Any]]:
    return [
        {"key": step.pk, "kind": step.kind, "wait_days": step.wait_days, "title": step.title, "text": step.text,
         "ORDER": place, "condition": step.condition, "threshold": step.threshold, "segment_name": step.segment,
         "segment": KEEP if step.segment else ""}
        for place, step in enumerate(SequenceStep.objects.filter(sequence=sequence, removed_at=None), start=1)
    ]  # fmt: skip


class EnrolForm(SectionedForm, forms.Form):
    """Which sequence a lead comes into."""

    layout = (("", (("sequence",),)),)
    sequence = forms.ModelChoiceField(Sequence.objects.none(), empty_label=None)

    def __init__(self, *, user: User, record: Lead, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        super().__init__(data, initial=initial)
        rows = Sequence.objects.visible_to(user).filter(is_active=True)
        cast(forms.ModelChoiceField, self.fields["sequence"]).queryset = rows


class EnrolManyForm(SectionedForm, forms.Form):
    """The segment of leads that comes into a sequence."""

    layout = (("", (("segment",),)),)
    segment = forms.ChoiceField(help_text="A saved view of the leads. Of them, those that you may change.")

    def __init__(
        self, *, user: User, record: Sequence, initial: dict[str, Any] | None = None, data: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.user = user
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "leads.lead")}
        named = [(key, view.name) for key, view in self.views.items()]
        cast(forms.ChoiceField, self.fields["segment"]).choices = named

    def clean_segment(self) -> Any:
        """The leads of the view. A filter that cannot be asked any more is refused."""
        view = self.views[self.cleaned_data["segment"]]
        rows = Lead.objects.visible_to(self.user, "change")
        try:
            node = tree_of(view.filter) if view.filter else None
            return rows.filter(TreeList("leads.lead", self.user).meant(node)) if node is not None else rows
        except TreeProblem as problem:
            raise ValidationError(str(problem)) from problem
