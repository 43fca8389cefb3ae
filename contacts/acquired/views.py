"""The pages of acquired lists: list, record, form, removal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from contacts.acquired import actions
from contacts.acquired.forms import AcquiredListForm
from contacts.acquired.queries import count_names, search_lists
from contacts.models import AcquiredList
from crm.choices import Verb
from crm.company import company_today
from crm.languages.telling import spoken
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage

LIST = "contacts:acquired_list_list"


class AcquiredListListView(ListPage):
    model = AcquiredList
    heading = "Acquired lists"
    search = staticmethod(search_lists)
    search_hint = "Name or vendor"
    phone = {"licence_ends_on": "cell-end", "kind": "cell-secondary", "revenue": "cell-secondary-end"}
    new_url_name = "contacts:acquired_list_create"
    new_label = "New list"
    export_url_name = "contacts:acquired_list_export"
    empty_title = "No lists yet"
    empty_text = "Write down where names come from: who sold or gathered them, until when, and what they cost."


class AcquiredListExportView(ListExport, AcquiredListListView):
    """The list's rows as a file."""


class AcquiredListDetailView(RecordPage):
    model = AcquiredList
    template_name = "contacts/acquired/detail.html"

    def get_context_data(self) -> dict[str, Any]:
        count_names([self.record], self.request.user)
        return super().get_context_data() | {"has_ended": self.record.has_ended(company_today())}


class AcquiredListFormView(FormPage):
    """What making and changing a list share."""

    model = AcquiredList
    form_class = AcquiredListForm
    list_url_name = LIST


class AcquiredListCreateView(AcquiredListFormView):
    verb = Verb.ADD
    heading = "New list"
    submit_label = "Write it down"
    done = "{record} is written down. Choose it when you import its names."

    def save(self, form: AcquiredListForm) -> AcquiredList:
        return actions.create_acquired_list(actor=self.request.user, fields=form.list_fields)


class AcquiredListUpdateView(AcquiredListFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved {record}."

    def save(self, form: AcquiredListForm) -> AcquiredList:
        return actions.change_acquired_list(
            actor=self.request.user,
            acquired=self.record,
            version=form.cleaned_data["version"],
            fields=form.list_fields,
        )


class AcquiredListRemoveView(ScopedView):
    """Forgets a list; its contacts stay."""

    model = AcquiredList
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        acquired = self.get_record()
        actions.remove_acquired_list(actor=self.request.user, acquired=acquired)
        messages.success(request, spoken(request, "%(acquired)s is removed; its contacts stay.", acquired=acquired))
        return redirect(LIST)
