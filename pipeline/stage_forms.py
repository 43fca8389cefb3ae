"""What managers type about pipelines, their stages and the reasons of an end, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from crm.conflicts import is_untouched
from crm.fields import LinesField, SectionedForm
from crm.models import User
from crm.saving import place_in
from pipeline.choices import RequiredField
from pipeline.models import OutcomeReason, Pipeline, Stage
from pipeline.queries import in_order, reasons_of


class PipelineForm(SectionedForm, forms.ModelForm):
    """A pipeline; a new one with its open stages, one a line."""

    stages = LinesField(
        label="Open stages, one a line", most=30, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="In their order. Won and lost come behind them by themselves.",
        check=Stage._meta.get_field("name").run_validators,
    )  # fmt: skip

    class Meta:
        model = Pipeline
        fields = ("name", "position")
        help_texts = {"position": "The first is where deals go that name none."}

    def __init__(self, *, user: User, record: Pipeline | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial=initial)
        del self.fields["position" if record is None else "stages"]
        self.layout = (("", (("name",), ("stages",) if record is None else ("position",))),)

    @property
    def pipeline_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "position", "stages") if name in self.fields}


class StageForm(SectionedForm, forms.ModelForm):
    """A stage. Its pipeline, and whether it is open, won or lost, are said once: deals stand in it."""

    required_fields = forms.MultipleChoiceField(
        choices=RequiredField.choices, required=False, widget=forms.CheckboxSelectMultiple(),
        label="What a deal must have before it may enter",
    )  # fmt: skip
    checklist = LinesField(
        label="Checklist, one a line", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What must be ticked before a deal goes on.",
        check=Stage._meta.get_field("checklist").base_field.run_validators,
    )  # fmt: skip

    class Meta:
        model = Stage
        fields = (
            "pipeline",
            "name",
            "kind",
            "position",
            "probability",
            "expected_days",
            "required_fields",
            "checklist",
        )
        labels = {"position": "Rank", "expected_days": "Expected days", "kind": "A deal in it is"}
        help_texts = {"position": "1 is the first; the others make room."}

    def __init__(self, *, user: User, record: Stage | None, initial: dict[str, Any], data: Any = None) -> None:
        if record is not None:
            initial = {"position": place_in(in_order(record.pipeline_id), record), **initial}
        super().__init__(data=data, instance=record, initial=initial)
        self.fields["position"].required = False
        what = (("pipeline", "kind"),) if record is None else ()
        if record is None:
            cast(forms.ModelChoiceField, self.fields["pipeline"]).queryset = Pipeline.objects.visible_to(user)
            self.fields["position"].help_text += " Empty: behind the last open one."
        else:
            del self.fields["pipeline"], self.fields["kind"]
            if not record.is_open:  # won and lost stand at the end
                del self.fields["position"]
        rows = (("probability", "expected_days"), ("required_fields",), ("checklist",))
        named = ("name", "position") if "position" in self.fields else ("name",)
        self.layout = (("", (*what, named)), ("What it asks for", rows))

    def _post_clean(self) -> None:
        """The action checks the whole stage, with the pipeline that this form may not hold."""

    @property
    def stage_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class ReasonForm(SectionedForm, forms.ModelForm):
    """A reason that is offered when a deal ends. Whether it is of won or lost deals is said once."""

    class Meta:
        model = OutcomeReason
        fields = ("outcome", "name", "position")
        labels = {"outcome": "For deals that are", "name": "Reason", "position": "Rank"}
        help_texts = {"position": "1 is offered first; the others make room. Empty: it comes last."}

    def __init__(self, *, user: User, record: OutcomeReason | None, initial: dict[str, Any], data: Any = None) -> None:
        place = {} if record is None else {"position": place_in(reasons_of(record.outcome), record)}
        super().__init__(data=data, instance=record, initial={**place, **initial})
        self.fields["position"].required = False
        if record is None:
            self.initial["position"] = None
            self.layout = (("", (("outcome",), ("name", "position"))),)
        else:
            del self.fields["outcome"]
            self.fields["position"].help_text = "1 is offered first; the others make room. Empty: it stays."
            self.layout = (("", (("name", "position"),)),)

    def _post_clean(self) -> None:
        """The action checks the reason with its outcome, which this form may not hold."""

    @property
    def reason_fields(self) -> dict[str, Any]:
        """A place that was not typed is none: the reason stays where it stands by now."""
        fields = {name: self.cleaned_data[name] for name in self.fields}
        return {**fields, "position": None} if is_untouched(self.data, "position") else fields
