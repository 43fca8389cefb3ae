"""The list of deals, a deal's page, its form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from contacts.history import history_context
from crm.access import with_rights
from crm.choices import Verb
from crm.company import company_today
from crm.counted_panels import panel_counts
from crm.views.base import ActionView
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from pipeline import actions
from pipeline.composing import AT_DEAL, people_of
from pipeline.forms import DealForm
from pipeline.layouts import FORM
from pipeline.models import Deal
from pipeline.queries import search_deals, seen_customers, stage_bar, with_parts


class DealListView(ListPage):
    model = Deal
    heading = "Deals"
    name_column = "title"
    default_sort = "-added_on"
    search = staticmethod(search_deals)
    search_hint = "Title, id or customer"
    phone = {"amount": "cell-end", "customer": "cell-secondary", "stage": "cell-secondary-end"}
    new_url_name = "pipeline:deal_create"
    new_label = "New deal"
    import_url_name = "crm:import_list"
    export_url_name = "pipeline:deal_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "pipeline:deal_bulk"
    empty_title = "No deals yet"
    empty_text = "Bring a file of deals in, or open the first one."


class DealExportView(ListExport, DealListView):
    """The list's rows as a file."""


class DealBulkView(BulkChangeView):
    """Changes the chosen deals."""

    model = Deal


class DealCellView(CellEditView):
    """Changes one cell of the list."""

    model = Deal
    list_url_name = "pipeline:deal_list"


class DealDetailView(RecordPage):
    """What is known of a deal beside all that happened to it."""

    model = Deal
    template_name = "pipeline/deal_detail.html"
    own_tab = ("timeline", _("Timeline"))

    def get_queryset(self) -> Any:
        related = ("stage", "pipeline", "organization", "contact", "owner", "team", "product")
        user = self.request.user
        rows = with_parts(super().get_queryset().select_related(*related))
        return with_rights(rows, user).annotate(**panel_counts("pipeline.deal", user), **seen_customers(user))

    def get_context_data(self) -> dict[str, Any]:
        today, user = company_today(), self.request.user
        if self.is_tab_alone and self.tab:
            return super().get_context_data()
        people = self.record.people_seen = people_of(user, self.record)
        context = super().get_context_data() | {
            "today": today,
            "is_slipped": self.record.is_slipped(today),
            "days_in_stage": self.record.days_in_stage(today) if self.record.is_open else None,
            "stages": stage_bar(self.record),
        }
        return context if self.tab else context | history_context(self.request, self.record, AT_DEAL, people)


class DealFormView(FormPage):
    """What opening and changing a deal share."""

    model = Deal
    form_class = DealForm
    layout_place = FORM.name
    list_url_name = "pipeline:deal_list"


class DealCreateView(DealFormView):
    verb = Verb.ADD
    heading = "New deal"
    submit_label = "Open the deal"
    done = "{record.title} is on the board."

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        return {name: asked[name] for name in ("organization", "contact", "stage") if asked.get(name, "").isdecimal()}

    def save(self, form: DealForm) -> Deal:
        return actions.open_deal(actor=self.request.user, fields=form.deal_fields, custom=form.custom)


class DealUpdateView(DealFormView):
    verb = Verb.CHANGE
    heading = "Edit {record.title}"
    done = "Saved {record.title}."

    def save(self, form: DealForm) -> Deal:
        version = form.cleaned_data["version"]
        return actions.change_deal(
            actor=self.request.user, deal=self.record, version=version, fields=form.deal_fields, custom=form.custom
        )


class DealArchiveView(ActionView):
    model = Deal
    verb = Verb.DELETE
    done = "{record.title} is archived. It is out of the lists and figures; restore it from its page."

    def act(self, record: Deal) -> None:
        actions.archive_deal(actor=self.request.user, deal=record)


class DealRestoreView(ActionView):
    model = Deal
    verb = Verb.DELETE
    done = "{record.title} is back."

    def act(self, record: Deal) -> None:
        actions.restore_deal(actor=self.request.user, deal=record)
