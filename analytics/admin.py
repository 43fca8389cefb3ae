"""The analysis in the administration: its segments can be changed, its results looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from analytics.models import DuplicateArray, ModelRun, QualityRules, RfmScore, RfmSegment, UsageLevel
from analytics.models.quality import FIELDS
from crm.administration.bases import LoggedAdmin, PlainAdmin, ViewOnlyAdmin, register_the_rest


@admin.register(RfmSegment)
class RfmSegmentAdmin(LoggedAdmin):
    """The named segments; the next run uses them."""

    list_display = ("position", "name", "r_low", "r_high", "f_low", "f_high", "m_low", "m_high", "tone", "advice")
    list_display_links = ("position", "name")
    search_fields = ("name",)


@admin.register(UsageLevel)
class UsageLevelAdmin(LoggedAdmin):
    """How often is often, and the message that suits; the next run uses the shares."""

    list_display = ("level", "share", "message")


class QualityRulesForm(forms.ModelForm):
    """Weights, days, and the fields that are asked of persons and of organizations."""

    person_fields = forms.MultipleChoiceField(choices=FIELDS, required=False, widget=forms.CheckboxSelectMultiple)
    organization_fields = forms.MultipleChoiceField(choices=FIELDS, required=False, widget=forms.CheckboxSelectMultiple)


@admin.register(QualityRules)
class QualityRulesAdmin(LoggedAdmin):
    """The one row: what counts for data quality; the next run goes by it."""

    form = QualityRulesForm
    list_display = ("__str__", "complete_weight", "valid_weight", "fresh_weight", "unique_weight", "least_score")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not QualityRules.objects.exists()


@admin.register(ModelRun)
class ModelRunAdmin(ViewOnlyAdmin):
    list_display = ("step", "as_of", "row_count", "seconds", "actor", "created_at", "error")
    list_filter = ("step",)
    list_select_related = ("actor", "job")


class ScoreFilter(admin.SimpleListFilter):
    """One of the scores, 1 to 5, without asking the table which there are."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(score), str(score)) for score in range(1, 6)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        known = dict(self.lookup_choices)
        return queryset.filter(**{str(self.parameter_name): int(chosen)}) if chosen in known else queryset


class RecencyFilter(ScoreFilter):
    title, parameter_name = "recency score", "r"


class FrequencyFilter(ScoreFilter):
    title, parameter_name = "frequency score", "f"


class MonetaryFilter(ScoreFilter):
    title, parameter_name = "monetary score", "m"


@admin.register(RfmScore)
class RfmScoreAdmin(ViewOnlyAdmin):
    list_display = ("contact", "r", "f", "m", "segment", "recency_days", "frequency", "monetary", "as_of")
    list_filter = (RecencyFilter, FrequencyFilter, MonetaryFilter)
    list_select_related = ("contact",)
    sortable_by = ("recency_days", "frequency", "monetary")


@admin.register(DuplicateArray)
class DuplicateArrayAdmin(PlainAdmin):
    """Without its numbers: megabytes a row."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


register_the_rest("analytics")
