"""What all pages of the administration have in common."""

from __future__ import annotations

import json
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry as DjangoLogEntry
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from crm.administration.guarding import GuardedAdmin
from crm.filtering.counting import count_rows
from crm.filtering.searching import search_rows
from crm.log import log
from crm.models import LogEntry
from crm.primary_keys import key_in

if TYPE_CHECKING:
    from crm.models import User

LOG_SHOWN = 200


class EstimatingPaginator(Paginator):
    """Counts exactly up to 10,000 rows; above that the planner's estimate will do."""

    @cached_property
    def count(self) -> int:
        return count_rows(self.object_list).value if isinstance(self.object_list, QuerySet) else len(self.object_list)


class LoggedAdmin(GuardedAdmin):
    """A table that administrators may change. Each save is one row of our log; Django's own log stays empty."""

    paginator = EstimatingPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return self._log(request, "create", obj, f"Created {obj}")

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return self._log(request, "change", obj, f"{obj}: {_sentence(message)}")

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return [self._log(request, "delete", obj, f"Deleted {obj}") for obj in queryset]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The rows of our log about this record."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        entries = LogEntry.objects.filter(model=self.opts.label_lower, object_id=record.pk).select_related("actor")
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {record}",
            "opts": self.opts,
            "object": record,
            "entries": entries[:LOG_SHOWN],
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def _log(self, request: HttpRequest, verb: str, obj: Model, summary: str) -> LogEntry:
        return log(
            actor=cast("User", request.user), verb=verb, object=obj, contact_id=_contact_id(obj), summary=summary
        )


class SearchedAdmin(LoggedAdmin):
    """A table with `sort_name` and `search_text`: found by the index, as in the lists of the site."""

    search_fields = ("search_text",)  # shows the box; how it searches is below
    ordering = ("sort_name", "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search_rows(queryset, search_term), False


class ExactAdmin(LoggedAdmin):
    """A long table: found by a whole word in one of the indexed fields `found_by`."""

    found_by: tuple[str, ...] = ()

    def get_search_fields(self, request: HttpRequest) -> Any:
        return self.found_by or super().get_search_fields(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        word = search_term.strip()
        if not self.found_by or not word:
            return super().get_search_results(request, queryset, search_term)
        names = [name for name in self.found_by if _fits(self.opts, name, word)]
        conditions = [Q(**{name: word}) for name in names]
        return queryset.filter(reduce(or_, conditions, Q(pk__in=[]))), False


class ViewOnlyAdmin(ExactAdmin):
    """A table that is written by the product alone: to be looked at."""

    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = self.get_list_select_related(request)
        found = super().get_queryset(request)
        return found.select_related(*related) if isinstance(related, list | tuple) else found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlainAdmin(ViewOnlyAdmin):
    """A table that no `admin.py` lists. Long texts, documents and files are left out: they may hold what only their
    reader may know (a link that signs in)."""

    sortable_by = ()

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """A row is told by its `str`, which may name what it belongs to."""
        return [field.name for field in self.opts.concrete_fields if field.many_to_one]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        hidden = (models.TextField, models.JSONField, models.FileField)
        return tuple(field.name for field in self.opts.get_fields() if isinstance(field, hidden))


def register_the_rest(app_label: str) -> None:
    """Tables of the app that its `admin.py` does not list: to be looked at, newest first.

    Django's administration has no pages for tables whose key is made of several columns.
    """
    for model in apps.get_app_config(app_label).get_models():
        if not admin.site.is_registered(model) and not model._meta.is_composite_pk:
            admin.site.register(model, PlainAdmin)


def _fits(opts: Any, name: str, word: str) -> bool:
    """Whether the word can be a value of the field: numbers are digits and not too many."""
    is_number = isinstance(opts.get_field(name.split("__", maxsplit=1)[0]), models.IntegerField)
    return not is_number or key_in(word) is not None


def _contact_id(obj: Model) -> int | None:
    if obj._meta.label_lower == "contacts.contact":
        return int(obj.pk)
    return getattr(obj, "contact_id", None)


def _sentence(message: Any) -> str:
    """What Django says was changed, in words."""
    words = DjangoLogEntry(change_message=json.dumps(message)) if isinstance(message, list) else None
    return words.get_change_message() if words else str(message)
