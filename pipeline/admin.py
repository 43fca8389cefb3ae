"""Pipelines, stages, deals and targets in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from crm.administration.bases import LoggedAdmin, SearchedAdmin, ViewOnlyAdmin, register_the_rest
from pipeline.keeping import refresh_deals
from pipeline.models import Deal, OutcomeReason, Pipeline, Stage, StageChange, Target


@admin.register(Pipeline)
class PipelineAdmin(LoggedAdmin):
    """The first by position is where deals go that name none."""

    list_display = ("name", "position")
    sortable_by = ()


@admin.register(Stage)
class StageAdmin(LoggedAdmin):
    list_display = ("name", "pipeline", "position", "kind", "probability", "expected_days")
    list_select_related = ("pipeline",)
    list_filter = ("pipeline",)
    ordering = ("pipeline__position", "position")
    sortable_by = ()


@admin.register(OutcomeReason)
class OutcomeReasonAdmin(LoggedAdmin):
    list_display = ("name", "outcome", "position")
    sortable_by = ()


@admin.register(Target)
class TargetAdmin(LoggedAdmin):
    list_display = ("__str__", "amount")
    fields = ("amount", "starts_on", "months", "user", "team")
    list_select_related = ("user", "team")
    sortable_by = ()


class DealForm(forms.ModelForm):
    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None


@admin.register(Deal)
class DealAdmin(SearchedAdmin):
    """Deals are moved and closed on the board or on their page, where the stage's conditions are asked for."""

    form = DealForm
    list_display = ("title", "stage", "organization", "amount", "currency", "owner", "outcome", "expected_on")
    list_select_related = ("stage", "organization", "owner")
    list_filter = ("outcome", "pipeline")
    autocomplete_fields = ("organization", "contact", "product")
    readonly_fields = ("pipeline", "stage", "outcome", "closed_on", "stage_since", "base_amount", "archived_at")
    fields = (
        "title",
        "external_id",
        "organization",
        "contact",
        "product",
        "owner",
        "team",
        "amount",
        "currency",
        "opened_on",
        "expected_on",
        "forecast_category",
        "reason",
        "source",
        "next_step",
        "next_step_on",
        *readonly_fields,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.version += 1 if change else 0
        super().save_model(request, obj, form, change)
        refresh_deals([obj.pk])


@admin.register(StageChange)
class StageChangeAdmin(ViewOnlyAdmin):
    """The ledger of stages: only added to."""

    list_display = ("changed_on", "deal", "from_stage", "to_stage", "is_inferred")
    list_select_related = ("deal", "from_stage", "to_stage")
    sortable_by = ()


register_the_rest("pipeline")
