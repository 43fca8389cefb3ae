"""Pipelines, stages, deals and targets in the administration."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from crm.administration.bases import LoggedAdmin, SearchedAdmin, ViewOnlyAdmin, register_the_rest
from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.languages.refusing import refused
from crm.models import StoredFile, User
from crm.primary_keys import key_in
from pipeline.actions.pipelines import hold_names, hold_pipeline
from pipeline.choices import StageKind
from pipeline.keeping import refresh_deals
from pipeline.models import (
    Deal,
    DiscountLimit,
    Letterhead,
    OutcomeReason,
    Pipeline,
    Quote,
    Stage,
    StageChange,
    Target,
)


@admin.register(Pipeline)
class PipelineAdmin(LoggedAdmin):
    """The first by position is where deals go that name none."""

    list_display = ("name", "position")
    sortable_by = ()


class AdministeredStage(forms.ModelForm):
    """A stage whose number is typed: won and lost stand behind every open one."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        pipeline, kind, position = cleaned.get("pipeline"), cleaned.get("kind"), cleaned.get("position")
        if pipeline is None or not kind or position is None:
            return cleaned
        hold_pipeline(pipeline.pk)
        others = Stage.objects.filter(pipeline=pipeline).exclude(pk=self.instance.pk)
        if kind == StageKind.OPEN:
            if end := others.exclude(kind=StageKind.OPEN).filter(position__lte=position).order_by("position").first():
                self.add_error(
                    "position",
                    refused(
                        "“%(end)s” ends deals and has number %(position)s: stay below it.",
                        end=end,
                        position=end.position,
                    ),
                )
        elif last := others.filter(kind=StageKind.OPEN, position__gte=position).order_by("position").last():
            self.add_error(
                "position",
                refused(
                    "Deals end behind the open stages: go above the %(position)s of “%(last)s”.",
                    position=last.position,
                    last=last,
                ),
            )
        return cleaned


@admin.register(Stage)
class StageAdmin(LoggedAdmin):
    form = AdministeredStage
    list_display = ("name", "pipeline", "position", "kind", "probability", "expected_days")
    list_select_related = ("pipeline",)
    list_filter = ("pipeline",)
    ordering = ("pipeline__position", "position")
    sortable_by = ()

    def _lock(self, object_id: str) -> None:
        """The pipeline is held before its stage, as on the pages that set pipelines up."""
        key = key_in(unquote(object_id))
        if key is not None and (stage := Stage.objects.filter(pk=key).first()):
            hold_pipeline(stage.pipeline_id)
        super()._lock(object_id)


class AdministeredReason(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        hold_names()
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned


@admin.register(OutcomeReason)
class OutcomeReasonAdmin(LoggedAdmin):
    form = AdministeredReason
    list_display = ("name", "outcome", "position")
    sortable_by = ()

    def _lock(self, object_id: str) -> None:
        """Names are held before the row of one, as on the page of reasons."""
        hold_names()
        super()._lock(object_id)


@admin.register(Target)
class TargetAdmin(LoggedAdmin):
    list_display = ("__str__", "amount")
    fields = ("amount", "starts_on", "months", "user", "team")
    list_select_related = ("user", "team")
    sortable_by = ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.version += 1 if change else 0
        super().save_model(request, obj, form, change)


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


@admin.register(Quote)
class QuoteAdmin(ViewOnlyAdmin):
    """Quotes are made, approved and answered on their pages, where what each step asks for is asked for."""

    list_display = ("number", "title", "contact", "state", "amount", "currency", "owner")
    list_select_related = ("contact", "owner")
    list_filter = ("state",)
    found_by = ("number",)


@admin.register(DiscountLimit)
class DiscountLimitAdmin(LoggedAdmin):
    """How much off the list price each role may give without asking."""

    list_display = ("role", "percent")
    sortable_by = ()


class LetterheadForm(forms.ModelForm):
    """The letterhead; a picture that is brought becomes its logo."""

    logo_file = forms.FileField(
        label="New logo",
        required=False,
        help_text="PNG or JPEG, shown 16 mm high. Empty: the one that is there stays.",
    )
    without_logo = forms.BooleanField(label="Without a logo", required=False)
    current_user: User | None = None

    def clean_logo_file(self) -> StoredFile | None:
        """The picture, drawn anew and stored; what is undone with the form if something else will not do."""
        upload = self.cleaned_data["logo_file"]
        if not upload:
            return None
        try:
            return store_upload(actor=self.current_user, upload=upload, purpose=UploadPurpose.PICTURE)
        except UploadRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


@admin.register(Letterhead)
class LetterheadAdmin(LoggedAdmin):
    """The one row that says what stands on every quote."""

    form = LetterheadForm
    list_display = ("__str__", "company_name", "prefix", "valid_days", "tax_rate")
    sortable_by = ()
    readonly_fields = ("logo",)
    fieldsets = (
        (None, {"fields": ("company_name", "address", "contact_lines", "bank", "footer")}),
        ("Look", {"fields": ("logo", "logo_file", "without_logo", "colour")}),
        ("What a quote begins with", {"fields": ("prefix", "valid_days", "tax_rate", "intro", "terms")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.current_user = cast(User, request.user)  # the class is made for this request
        return form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Letterhead.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = 1
        if form.cleaned_data.get("without_logo"):
            obj.logo = None
        elif form.cleaned_data.get("logo_file"):
            obj.logo = form.cleaned_data["logo_file"]
        super().save_model(request, obj, form, change)


register_the_rest("pipeline")
