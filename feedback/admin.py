"""Touch points in the administration; surveys and answers to look at."""

from __future__ import annotations

from django.contrib import admin

from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest
from feedback.models import MysteryVisit, Response, Suggestion, Survey, TouchPoint


@admin.register(TouchPoint)
class TouchPointAdmin(LoggedAdmin):
    """Where customers meet the house, along their journey."""

    list_display = ("name", "stage", "channel", "position")
    sortable_by = ()


@admin.register(Survey)
class SurveyAdmin(ViewOnlyAdmin):
    """Surveys are built on their pages."""

    list_display = ("name", "kind", "state", "owner")
    list_select_related = ("owner",)
    sortable_by = ()


@admin.register(Response)
class ResponseAdmin(ViewOnlyAdmin):
    """What customers answered."""

    list_display = ("pk", "survey", "contact", "nps", "told_at")
    list_select_related = ("survey", "contact")
    list_filter = ("survey",)
    sortable_by = ()


@admin.register(Suggestion)
class SuggestionAdmin(ViewOnlyAdmin):
    """What customers suggest."""

    list_display = ("title", "state", "votes", "owner")
    list_select_related = ("owner",)
    list_filter = ("state",)
    sortable_by = ()


@admin.register(MysteryVisit)
class MysteryVisitAdmin(ViewOnlyAdmin):
    """Mystery visits are planned and marked on their pages."""

    list_display = ("checklist", "site", "state", "visited_on", "score")
    list_select_related = ("checklist",)
    sortable_by = ()


register_the_rest("feedback")
