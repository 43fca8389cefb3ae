"""The pages on which pipelines and their stages are set up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.languages.telling import spoken, spoken_refusal
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from pipeline import actions
from pipeline.actions.pipelines import hold_names, hold_pipeline
from pipeline.choices import RequiredField
from pipeline.models import OutcomeReason, Pipeline, Stage
from pipeline.ready import READY
from pipeline.stage_forms import PipelineForm, StageForm
from pipeline.sums import open_by_stage


class PipelineListView(ScopedView):
    """Every pipeline with its stages in order, what each asks for, and the ready ones to add."""

    model = Pipeline

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Pipeline):
            raise PermissionDenied
        counts = open_by_stage(user)
        stages = Stage.objects.order_by("position", "pk")
        pipelines = Pipeline.objects.visible_to(user).prefetch_related(Prefetch("stages", queryset=stages))
        may_add = can(user, Verb.ADD, Pipeline)
        context = {
            "pipelines": [(one, [_shown(stage, counts) for stage in one.stages.all()]) for one in pipelines],
            "ready": READY if may_add else (),
            "may_add": may_add,
            "may_change": can(user, Verb.CHANGE, Pipeline),
            "sees_reasons": can(user, Verb.VIEW, OutcomeReason),
        }
        return render(request, "pipeline/pipelines.html", context)


class PipelineFormView(FormPage):
    model: Any = Pipeline
    form_class: Any = PipelineForm
    list_url_name = "pipeline:pipeline_list"

    def get_success_url(self, record: Any) -> str:
        return reverse("pipeline:pipeline_list")

    def get_cancel_url(self) -> str:
        return reverse("pipeline:pipeline_list")


class PipelineCreateView(PipelineFormView):
    verb = Verb.ADD
    heading = "New pipeline"
    done = "The pipeline is there. Say of each stage what it asks for."

    def save(self, form: PipelineForm) -> Pipeline:
        return actions.create_pipeline(actor=self.request.user, **form.pipeline_fields)


class PipelineUpdateView(PipelineFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"

    def refuse_stale(self) -> None:
        hold_names()
        super().refuse_stale()

    def save(self, form: PipelineForm) -> Pipeline:
        return actions.change_pipeline(actor=self.request.user, pipeline=self.record, fields=form.pipeline_fields)


class StageCreateView(PipelineFormView):
    """`?pipeline=` is the one that it is made for; it stands behind the last open stage, unless said."""

    model = Stage
    form_class = StageForm
    verb = Verb.ADD
    heading = "New stage"
    done = "The stage is there."

    def get_initial(self) -> dict[str, Any]:
        key = self.request.GET.get("pipeline", "")
        rows = Pipeline.objects.visible_to(self.request.user)
        pipeline = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else rows.first()
        if pipeline is None:
            return {}
        return {"pipeline": pipeline.pk}

    def save(self, form: StageForm) -> Stage:
        return actions.save_stage(actor=self.request.user, stage=None, fields=form.stage_fields)


class StageUpdateView(PipelineFormView):
    model = Stage
    form_class = StageForm
    verb = Verb.CHANGE
    heading = "Stage {record}"

    def refuse_stale(self) -> None:
        hold_pipeline(self.record.pipeline_id)
        super().refuse_stale()

    def save(self, form: StageForm) -> Stage:
        return actions.save_stage(actor=self.request.user, stage=self.record, fields=form.stage_fields)


class StageRemoveView(ScopedView):
    model = Stage
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        stage = self.get_record()
        try:
            actions.remove_stage(actor=self.request.user, stage=stage)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, spoken(request, "The stage “%(stage)s” is taken away.", stage=stage))
        return redirect("pipeline:pipeline_list")


def _shown(stage: Stage, counts: dict[int, int]) -> tuple[Stage, int, str]:
    """A stage with how many open deals the person sees in it, and what a deal must have to enter it, in words."""
    labels = dict(RequiredField.choices)
    return stage, counts.get(stage.pk, 0), ", ".join(labels.get(name, name) for name in stage.required_fields)
