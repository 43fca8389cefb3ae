"""The analysis in the administration: its segments can be changed, its results looked at."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import ModelRun, RfmScore, RfmSegment
from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest


@admin.register(RfmSegment)
class RfmSegmentAdmin(LoggedAdmin):
    """The named segments; the next run uses them."""

    list_display = ("position", "name", "r_low", "r_high", "f_low", "f_high", "m_low", "m_high", "tone", "advice")
    list_display_links = ("position", "name")
    search_fields = ("name",)


@admin.register(ModelRun)
class ModelRunAdmin(ViewOnlyAdmin):
    list_display = ("step", "as_of", "row_count", "seconds", "actor", "created_at")
    list_filter = ("step",)
    list_select_related = ("actor", "job")


@admin.register(RfmScore)
class RfmScoreAdmin(ViewOnlyAdmin):
    list_display = ("contact", "r", "f", "m", "segment", "recency_days", "frequency", "monetary", "as_of")
    list_filter = ("r", "f", "m")
    list_select_related = ("contact",)
    sortable_by = ("recency_days", "frequency", "monetary")


register_the_rest("analytics")
