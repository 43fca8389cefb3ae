"""Saved views: save what a list shows, name and share it, keep what it shows now, delete it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from crm.choices import Verb
from crm.languages.telling import spoken, spoken_refusal
from crm.models import SavedView
from crm.primary_keys import key_in
from crm.requests import SignedInRequest
from crm.saved_views.actions import (
    MOST_VIEWS,
    arrange_views,
    change_view,
    create_view,
    delete_view,
    keep_shown,
    move_view,
)
from crm.saved_views.forms import SavedViewForm, read_shown
from crm.saved_views.managing import managed_views
from crm.saving import StaleRecord
from crm.views.base import ScopedView
from crm.views.forms import FormPage

NOTHING = {"filter": {"version": 1, "where": None}, "words": "", "columns": [], "sort": ""}


class ViewListView(ScopedView):
    """Who has which views, with whom they are shared, which open first, and which ask for what is gone."""

    model = SavedView

    def get(self, request: HttpRequest) -> HttpResponse:
        nothing = {
            "icon": "bookmark",
            "title": "No saved views yet",
            "text": "Filter a list, choose its columns, and save it as a view: it becomes a tab of the list.",
        }
        return render(request, "crm/view_list.html", {"rows": managed_views(self.request.user), "nothing": nothing})


class ViewFormView(FormPage):
    """What saving and changing a view share."""

    model = SavedView
    form_class = SavedViewForm
    list_url_name = "crm:home"


class ViewCreateView(ViewFormView):
    """`?list=` and `?shown=` (JSON) say what is saved; a list page leads here with both."""

    verb = Verb.ADD
    heading = "Save this view"
    submit_label = "Save the view"
    done = "“{record}” is a tab of this list now."

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET
        return {"list": wanted.get("list", "contacts.contact"), "shown": wanted.get("shown") or json.dumps(NOTHING)}

    def save(self, form: SavedViewForm) -> SavedView:
        said = form.cleaned_data
        return create_view(actor=self.request.user, label=said["list"], shown=said["shown"], fields=form.view_fields)


class ViewUpdateView(ViewFormView):
    verb = Verb.CHANGE
    heading = "The view {record}"
    template_name = "crm/view_form.html"
    done = "Saved {record}."

    def get_success_url(self, record: SavedView) -> str:
        """Its list, for who has it as a tab there."""
        tabs = SavedView.objects.shown_to(self.request.user, record.list_name)
        return record.get_absolute_url() if tabs.filter(pk=record.pk).exists() else reverse("crm:view_list")

    def save(self, form: SavedViewForm) -> SavedView:
        return change_view(
            actor=self.request.user, view=self.record, version=form.cleaned_data["version"], fields=form.view_fields
        )


class ViewKeepView(ScopedView):
    """Makes a view what its list shows now."""

    model = SavedView
    http_method_names = ["post"]
    verb = Verb.CHANGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view: SavedView = self.get_record()
        version = request.POST.get("version", "")
        try:
            shown = read_shown(self.request.user, view.list_name, request.POST.get("shown", ""))
            number = int(version) if version.isascii() and version.isdecimal() else 0
            keep_shown(actor=self.request.user, view=view, version=number, shown=shown)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        except StaleRecord:
            messages.error(request, "Somebody changed this view meanwhile. Open it again to see what it shows now.")
        else:
            messages.success(request, spoken(request, "“%(view)s” shows this from now on.", view=view))
        return redirect(view.get_absolute_url())


class ViewMoveView(ScopedView):
    """Puts a tab one place forward (`to` up) or back, for the person alone."""

    model = SavedView
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view: SavedView = self.get_record()
        try:
            move_view(actor=self.request.user, view=view, is_up=request.POST.get("to") == "up")
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        return redirect(f"{reverse('crm:view_list')}#view-{view.pk}")


class ViewOrderView(View):
    """Puts the tabs above a list (`?list=`) in the order of `keys`, for the person alone."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        words = request.POST.get("keys", "").split(",")[:MOST_VIEWS]
        keys = [key for word in words if (key := key_in(word)) is not None]
        arrange_views(actor=self.request.user, label=request.GET.get("list", "")[:60], keys=keys)
        return HttpResponse(status=204)


class ViewDeleteView(ScopedView):
    model = SavedView
    http_method_names = ["post"]
    verb = Verb.DELETE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view: SavedView = self.get_record()
        url = view.get_absolute_url().partition("?")[0]
        delete_view(actor=self.request.user, view=view)
        messages.success(
            request, spoken(request, "The view “%(view)s” is gone; the records are as they were.", view=view)
        )
        return redirect("crm:view_list" if request.POST.get("from") == "views" else url)
