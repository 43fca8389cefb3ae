"""The list of the recipients of all campaigns."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from campaigns.models import Recipient
from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from crm.views.lists import ListExport, ListPage


def search_recipients(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """The places of the contacts that the text finds."""
    if not text.strip():
        return rows
    found = search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    return rows.filter(contact__in=Contact.objects.filter(found).order_by().values("pk"))


class RecipientListView(ListPage):
    """Everybody in a campaign that people planned: without the mails of plays."""

    model = Recipient
    heading = "Recipients"
    default_sort = "-recorded_at"
    search = staticmethod(search_recipients)
    search_hint = "Name of the contact"
    phone = {"state": "cell-end", "campaign": "cell-secondary"}
    import_url_name = "crm:import_list"
    export_url_name = "campaigns:recipient_export"
    empty_title = "Nobody was in a campaign yet"
    empty_text = "Who a campaign went to, who was kept out as control, and what each of them did stands here."

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(campaign__play=None)


class RecipientExportView(ListExport, RecipientListView):
    """The list's rows as a file."""
