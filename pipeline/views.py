"""The pages of deals."""

from __future__ import annotations

from typing import Any

from crm.views.bulk import BulkChangeView
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from pipeline.models import Deal
from pipeline.queries import search_deals


class DealListView(ListPage):
    model = Deal
    heading = "Deals"
    name_column = "title"
    default_sort = "-added_on"
    search = staticmethod(search_deals)
    search_hint = "Title, id or customer"
    phone = {"amount": "cell-end", "customer": "cell-secondary", "stage": "cell-secondary-end"}
    import_url_name = "crm:import_list"
    export_url_name = "pipeline:deal_export"
    edit_path = "edit/"
    bulk_url_name = "pipeline:deal_bulk"
    empty_title = "No deals yet"
    empty_text = "Bring a file of deals in, or open the first one."


class DealExportView(ListExport, DealListView):
    """The list's rows as a file."""


class DealBulkView(BulkChangeView):
    """Changes the chosen deals."""

    model = Deal


class DealDetailView(RecordPage):
    model = Deal
    template_name = "pipeline/deal_detail.html"

    def get_queryset(self) -> Any:
        related = ("stage", "pipeline", "organization", "contact", "owner", "team", "product")
        return super().get_queryset().select_related(*related)
