"""The list page: filters, search, chosen columns, order, keyset pages, export. A list says what, this says how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_noop as _
from django.views import View

from crm.access import can
from crm.bulk.changes import cell_names, editable_names
from crm.bulk.choosing import MOST_TICKED
from crm.bulk.editing import editing_of
from crm.catalogue import catalogues, fields_of
from crm.choices import Verb
from crm.company import company_today
from crm.exporting.formats import FORMATS, Format, format_called
from crm.exporting.lists import lines_of
from crm.exporting.taken import Taken
from crm.field_rights import hidden_specs
from crm.filtering.listings import ListDesign, Listing
from crm.filtering.searching import search_rows
from crm.filtering.trees.keeping import keep_tree
from crm.filtering.trees.nodes import TreeProblem
from crm.languages.words import Typed
from crm.log import log_export
from crm.models import ImportRun, SavedView
from crm.onward import links_from
from crm.primary_keys import key_in
from crm.reports.subjects import all_subjects
from crm.saved_views.showing import ALL, VIEW, first_view, shown_by, views_of
from crm.templatetags.figures import plural
from crm.views.base import ScopedView

TICKED, LATER, FORMAT = "ticked", "later", "format"
WRONG_QUESTION, REFUSED = 400, 422


def formats_of(formats: Sequence[Format]) -> list[tuple[str, str]]:
    """(words, parameter) of the forms in which a list can leave, and of the way by a worker."""
    return [*((one.label, f"{FORMAT}={one.name}") for one in formats), ("By a worker, with a link …", f"part={LATER}")]


class ListPage(ScopedView):
    """Rows of one model that the person may see.

    A list names its `model`, `heading`, the column that names a row, the default order, and its sentences for an
    empty list. `bulk_url_name` leads to what may be done with chosen rows,
    `further_bulk` names more of it (operation, words, key). `?part=filters` answers
    the filter builder alone, `?part=count` the number of rows, `?part=row&pk=` one row; an htmx request the table
    alone. `cell_path` leads from a record's address to the form of one cell (`crm.views.cells`).
    """

    heading = ""
    name_column = "name"
    default_sort = "name"
    search = staticmethod(search_rows)
    search_hint = "Search this list"
    phone: dict[str, str] = {}
    template_name = "layouts/list.html"
    new_url_name = ""
    new_label = "New"
    import_url_name = ""
    export_url_name = ""
    export_formats: tuple[Format, ...] = FORMATS
    edit_path = ""
    cell_path = ""
    bulk_url_name = ""
    further_bulk: tuple[tuple[str, str, str], ...] = ()
    empty_title = "Nothing here yet"
    empty_text = ""

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @cached_property
    def hidden(self) -> frozenset[str]:
        return hidden_specs(self.request.user, self.label)

    @cached_property
    def design(self) -> ListDesign:
        names = cell_names(self.request.user, self.label) if self._may_change and self.cell_path else ()
        design = ListDesign(self.label, self.name_column, self.default_sort, self.search, self.phone)
        return replace(design, hidden=self.hidden, editable=frozenset(names))

    @cached_property
    def _may_change(self) -> bool:
        return can(self.request.user, Verb.CHANGE, self.model)

    @cached_property
    def views(self) -> list[SavedView]:
        return views_of(self.request.user, self.label)

    @cached_property
    def saved_view(self) -> SavedView | None:
        """The view that the address names; 404 for one that is not this person's to see."""
        asked = self.request.GET.get(VIEW, "")
        if asked in ("", ALL):
            return None
        found = next((view for view in self.views if str(view.pk) == asked), None)
        if found is None:
            raise Http404("There is no such view.")
        return found

    @cached_property
    def listing(self) -> Listing:
        remembered: Sequence[str] = self.request.session.get(memory_of(self.label), ())
        currency, rows = self.request.company.currency, self.get_queryset()
        return Listing(self.design, self.request, rows, remembered, currency, self.saved_view)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("part") == "filters":
            return render(request, "components/_filter_builder.html", {"builder": json.dumps(self.listing.builder)})
        if request.GET.get("part") == "count":
            return self.count()
        if request.GET.get("part") == "row":
            return self.row()
        if not request.GET and (first := first_view(self.views, self.request.user)):
            return redirect(f"{request.path}?{VIEW}={first.pk}")
        is_part = self.request.htmx and not self.request.htmx.boosted
        template = "components/_table.html" if is_part else self.template_name
        status = WRONG_QUESTION if self.listing.problems else 200
        response = render(request, template, self.get_context_data(), status=status)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def count(self) -> JsonResponse:
        """How many rows match, for the filter builder, or what is wrong."""
        problems = self.listing.problems
        said = "" if problems else str(self.listing.count)
        return JsonResponse({"count": said, "problems": problems}, status=WRONG_QUESTION if problems else 200)

    def row(self) -> HttpResponse:
        """One row alone, as it stands after a change of a cell."""
        table = self.listing.row(self.request.GET.get("pk", ""))
        if not table.rows or self.listing.problems:
            raise Http404("There is no such row.")
        return render(self.request, "components/_rows.html", {"table": table, "bulk": self._bulk()})

    def get_context_data(self) -> dict[str, Any]:
        listing = self.listing
        return {
            "heading": self.heading,
            "listing": listing,
            "problems": listing.problems,
            "table": listing.table,
            "chips": listing.chips,
            "count": str(listing.count),
            "next_url": listing.next_url,
            "previous_url": listing.previous_url,
            "filters_url": listing.address(part="filters"),
            "columns_menu": listing.columns_menu,
            "columns_back": listing.address(without=("columns",)),
            "search_value": self.request.GET.get("q", ""),
            "search_hint": self.search_hint,
            "import_url": self._import_url(),
            "export_url": self._export_url(),
            "report_url": self._report_url(),
            "export_formats": formats_of(self.export_formats),
            "new_url": self._new_url(),
            "new_label": self.new_label,
            "edit_path": self.edit_path if self._may_change else "",
            "shown_columns": ",".join(column.name for column in listing.columns),
            "cell_path": self.cell_path if self.design.editable else "",
            "bulk": self._bulk(),
            "saved_view": self.saved_view,
            **self._tabs(),
            "empty": self._empty(),
        }

    def _tabs(self) -> dict[str, Any]:
        """The saved views as tabs, and what can be done with the one that is open."""
        view, path, asked = self.saved_view, self.request.path, self.listing.asked
        everything = f"{path}?{VIEW}={ALL}" if first_view(self.views, self.request.user) else path
        tabs = [{"label": f"All {self.heading.lower()}", "url": everything, "active": view is None}]
        tabs += [
            {"label": Typed(one.name), "url": f"{path}?{VIEW}={one.pk}", "active": one == view, "key": one.pk}
            for one in self.views
        ]
        may_change = view is not None and can(self.request.user, Verb.CHANGE, view)
        is_changed = bool(set(asked) - {VIEW, "after", "before", "part"})
        shown = json.dumps(shown_by(self.listing))
        return {
            "views": tabs if len(tabs) > 1 or is_changed else [],
            "order_url": f"{reverse('crm:view_order')}?list={self.label}" if len(self.views) > 1 else "",
            "save_url": f"{reverse('crm:view_create')}?{urlencode({'list': self.label, 'shown': shown})}",
            "can_save": is_changed or view is not None,
            "onward": self._onward(),
            "edit_view_url": reverse("crm:view_update", args=[view.pk]) if view and may_change else "",
            "keep_view_url": reverse("crm:view_keep", args=[view.pk]) if view and may_change and is_changed else "",
            "shown": shown,
        }

    def _bulk(self) -> dict[str, Any] | None:
        """What may be done with chosen rows: the operations with their keys, and what "all that match" means."""
        url, editing = self._url_for(Verb.CHANGE, self.bulk_url_name), editing_of(self.model)
        if not url or editing is None:
            return {"actions": []} if self._export_url() else None
        names = editable_names(self.request.user, self.label)
        offered = [("assign", _("Assign"), "a", "owner" in names), ("add_tag", _("Tag"), "t", editing.tags in names)]
        offered += [("set", _("Edit a field"), "", bool(names))]
        may_archive = bool(editing.archived_at) and can(self.request.user, Verb.DELETE, self.model)
        offered += [(*one, True) for one in self.further_bulk]
        offered += [("archive", _("Archive"), "", may_archive)]
        actions = [{"op": op, "label": label, "key": key} for op, label, key, is_offered in offered if is_offered]
        return {"url": url, "actions": actions, "query": self.listing.query_of_all}

    def _url_for(self, verb: str, url_name: str) -> str:
        """The address, for who may do the verb."""
        return reverse(url_name) if url_name and can(self.request.user, verb, self.model) else ""

    def _new_url(self) -> str:
        return self._url_for(Verb.ADD, self.new_url_name)

    def _import_url(self) -> str:
        """Nothing for who may bring such rows in by other doors, and has no page of imports."""
        return self._url_for(Verb.IMPORT, self.import_url_name) if can(self.request.user, Verb.VIEW, ImportRun) else ""

    def _export_url(self) -> str:
        url = self._url_for(Verb.EXPORT, self.export_url_name)
        return self.listing.address().replace(self.request.path, url, 1) if url else ""

    def _report_url(self) -> str:
        """A report of these rows; empty for a list that none is made of."""
        if self.label not in all_subjects() or self.listing.problems:
            return ""
        said = {"subject": self.label, "filter": self.listing.short_tree, "q": self.listing.parameters.get("q", "")}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{reverse('reports:build')}?{query}"

    def _onward(self) -> list[dict[str, Any]]:
        """Pages that take these rows along: their filter, so nothing is offered for all rows or for words."""
        tree = self.listing.short_tree
        if not tree or self.listing.problems or self.listing.parameters.get("q"):
            return []
        return [{"link": one, "url": one.url_for(tree)} for one in links_from(self.label, self.request.user)]

    def _empty(self) -> dict[str, str]:
        if self.listing.is_narrowed:
            text = _("Take a filter away, or look for fewer words.")
            return {
                "title": _("Nothing matches"),
                "text": text,
                "icon": "search",
                "action_label": _("Show all"),
                "action_url": self.request.path,
            }
        return {
            "title": self.empty_title,
            "text": self.empty_text,
            "action_label": self.new_label,
            "action_url": self._new_url(),
        }


class ListExport(ListPage):
    """All rows of a list that match (or those that were ticked) and that the person may export, with the shown columns,
    as CSV or in another format (`?format=xlsx`)."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not can(self.request.user, Verb.EXPORT, self.model):
            raise PermissionDenied
        if self.listing.problems:
            return HttpResponse("\n".join(self.listing.problems), status=WRONG_QUESTION, content_type="text/plain")
        form = format_called(request.GET.get(FORMAT, ""), self.export_formats)
        if form is None:
            known = ", ".join(one.name for one in self.export_formats)
            return HttpResponse(f"A format is one of {known}.", status=WRONG_QUESTION, content_type="text/plain")
        if self.is_too_long(form):
            return self.offer(request, problem=self.too_long(form))
        if request.GET.get("part") == LATER or self.has_more_than(settings.CRM_EXPORT_AT_ONCE):
            return self.offer(request)
        said = {"what": self.heading.lower(), "narrowed": self.narrowed()}
        entry = log_export(actor=self.request.user, kind=self.model, **said)
        response = StreamingHttpResponse(self.taken.followed(self.pieces(form), entry), content_type=form.content_type)
        response["Content-Disposition"] = f'attachment; filename="{self.file_name(form)}"'
        return response

    @cached_property
    def taken(self) -> Taken:
        return Taken()

    def offer(self, request: HttpRequest, problem: str = "") -> HttpResponse:
        """The page on which a worker is asked to make the file."""
        context = {
            "heading": self.heading,
            "count": str(self.listing.count),
            "narrowed": self.narrowed(),
            "problem": problem,
            "list_name": self.export_url_name,
            "query": request.GET.urlencode() or request.POST.get("query", ""),
            "formats": [(one, self.is_too_long(one)) for one in self.export_formats],
            "asked": request.GET.get(FORMAT, "") or request.POST.get(FORMAT, ""),
            "days": settings.CRM_KEEP_EXPORTS_DAYS,
            "back_url": self.listing.address(without=("part", FORMAT)).replace("export/", "", 1),
        }
        return render(request, "crm/exports/offer.html", context, status=REFUSED if problem else 200)

    def has_more_than(self, count: int) -> bool:
        return bool(self.listing.matching.order_by()[: count + 1].count() > count)

    def is_too_long(self, form: Format) -> bool:
        """Whether there are more rows than go into one file of this form."""
        return form.most is not None and self.has_more_than(form.most)

    def too_long(self, form: Format) -> str:
        return f"{form.label}: at most {form.most:,} rows. Take these as CSV or JSON lines, or narrow the list."

    def file_name(self, form: Format) -> str:
        return f"{self.heading.lower()}-{company_today(self.request.company).isoformat()}.{form.name}"

    def narrowed(self) -> str:
        """What the rows are narrowed by, in words, for the log."""
        words = [f"{chip.label}: {chip.value}" for chip in self.listing.chips]
        if typed := " ".join(self.listing.parameters.get("q", "").split()):
            words.append(f"Search: {typed}")
        said = ", ".join(words)
        if self.request.GET.get("part") == TICKED:
            said = f"{plural(len(self.request.GET.getlist('pk')), 'ticked row')}, {said}".removesuffix(", ")
        return said

    def passing(self, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows on their way into the file; a job counts them here."""
        return rows

    def pieces(self, form: Format) -> Iterator[str] | Iterator[bytes]:
        """The file in this form, piece by piece."""
        names = [column.name for column in self.listing.columns]
        rows = lines_of(self.listing, self.request.user, self.taken)
        return form.write(names, [str(heading) for heading in next(rows)], self.passing(rows))

    def get_queryset(self) -> Any:
        """What may be exported; of it the ticked rows alone, where `?part=ticked` names them by `pk`."""
        rows = super().get_queryset().visible_to(self.request.user, Verb.EXPORT)
        if self.request.GET.get("part") != TICKED:
            return rows
        keys = [key for text in self.request.GET.getlist("pk") if (key := key_in(text)) is not None]
        return rows.filter(pk__in=keys[:MOST_TICKED])


class FilterKeepView(View):
    """A short name for a filter that is too long for an address, or what is wrong with it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            return JsonResponse({"filter": keep_tree(request.POST.get("filter", ""))})
        except TreeProblem as problem:
            return JsonResponse({"problem": str(problem)}, status=REFUSED)


class ColumnsKeepView(View):
    """Remembers the columns that a person chose for a list, for their next visits."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        label = request.POST.get("list", "")
        is_list = any(label in catalogue.fields for catalogue in catalogues())
        known = {spec.name for spec in fields_of(label) if spec.column} if is_list else set()
        names = [name for name in request.POST.get("columns", "").split(",") if name in known]
        if names:
            request.session[memory_of(label)] = names
        back = request.POST.get("next", "")
        return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


def memory_of(label: str) -> str:
    """Under which name the session keeps the chosen columns of a list."""
    return f"columns:{label}"
