"""The audit page: the log of intent and the row history, for who may read both (administrators, as shipped)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.models import LogEntry, RowChange
from crm.past.grouping import count_parts, parts_made_with, without_parts
from crm.past.reading import is_number, rows_with, search_changes, search_log, tell
from crm.past.specs import kind_name, row_words
from crm.views.base import ScopedView
from crm.views.lists import ListExport, ListPage

ROWS_A_PAGE = 50


class AuditGate(ScopedView):
    """Who may not read the row history does not get the lists."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, RowChange):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AuditPage(AuditGate, ListPage):
    """What both lists have in common."""

    template_name = "crm/audit/list.html"
    default_sort = "-at"
    empty_title = "Nothing yet"
    search_hint = "Name or number of a record"

    def get_context_data(self) -> dict[str, Any]:
        pages = (("Actions", "crm:audit_list"), ("Rows", "crm:audit_rows"))
        views = [
            {"label": label, "url": reverse(name), "active": reverse(name) == self.request.path, "count": None}
            for label, name in pages
        ]
        return super().get_context_data() | {"views": views}


class AuditListView(AuditPage):
    model = LogEntry
    heading = "Audit"
    name_column = "summary"
    search = staticmethod(search_log)
    phone = {"at": "cell-end", "actor": "cell-secondary", "named": "cell-secondary-end"}
    export_url_name = "crm:audit_export"
    empty_text = "Everything that people do here is written down: one line for each action."


class AuditExportView(ListExport, AuditListView):
    """The list's rows as a file."""


class RowListView(AuditPage):
    model = RowChange
    heading = "Audit"
    name_column = "what"
    search = staticmethod(search_changes)
    phone = {"at": "cell-end", "actor": "cell-secondary"}
    empty_text = "What each row was before each change is kept here, whichever way the change came."

    def get_queryset(self) -> Any:
        """A record that was made is one line with its parts, unless one kind of rows, or one row, is asked for."""
        rows = super().get_queryset()
        is_asked_for = any(self.request.GET.get(name) for name in ("table", "q"))
        return rows if is_asked_for else without_parts(rows)


class AuditEntryView(ScopedView):
    """One action: who and when, its record, and every row that was written with it, field by field."""

    model = LogEntry

    def get_queryset(self) -> Any:
        """Only for who may read rows of any kind."""
        entries = super().get_queryset().select_related("actor", "job")
        return entries if can(self.request.user, Verb.VIEW, RowChange) else entries.none()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry: LogEntry = self.get_record()
        rows = rows_with(entry).filter(pk__gt=self._after()).order_by("pk")
        page: Sequence[RowChange] = list(rows[: ROWS_A_PAGE + 1])
        context = {
            "entry": entry,
            "kind": kind_name(entry.model),
            "record": self._record(entry),
            "told": tell(page[:ROWS_A_PAGE], self.request.user),
            "next_url": f"{request.path}?after={page[ROWS_A_PAGE - 1].pk}" if len(page) > ROWS_A_PAGE else "",
        }
        return render(request, "crm/audit/entry.html", context)

    def _after(self) -> int:
        word = self.request.GET.get("after", "0")
        if not is_number(word):
            raise Http404("That is not a place in this list.")
        return int(word)

    def _record(self, entry: LogEntry) -> Any:
        """The record itself, if it is still there and has a page."""
        if not entry.model or not entry.object_id:
            return None
        try:
            model = apps.get_model(entry.model)
        except LookupError:
            return None
        found = model._default_manager.filter(pk=entry.object_id).first()
        return found if hasattr(found, "get_absolute_url") else None


class RowView(ScopedView):
    """One row's change, and the actions of the same request."""

    model = RowChange

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("actor", "job")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        change: RowChange = self.get_record()
        same = LogEntry.objects.filter(request_id=change.request_id) if change.request_id else LogEntry.objects.none()
        count_parts([change])
        context = {
            "change": change,
            "heading": row_words(change),
            "told": tell([change, *parts_made_with(change)[:ROWS_A_PAGE]], self.request.user),
            "entries": same.select_related("actor")[:ROWS_A_PAGE],
        }
        return render(request, "crm/audit/row.html", context)
