"""The pages of contacts: list, record, form, archive and restore, composer, timeline, options for select fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_noop as _
from django.views import View

from contacts import actions, queries
from contacts.choices import ContactKind
from contacts.exporting import card_rows
from contacts.forms import ContactForm
from contacts.history import history_context
from contacts.layouts import FORM, ORGANIZATION_FORM, ORGANIZATION_SIDE, SIDE
from contacts.models import Contact, ContactQuerySet, PrivacyRequest
from contacts.privacy.looks.noting import looked_at
from crm.access import can
from crm.catalogue import export_kinds
from crm.choices import Verb
from crm.exporting.formats import FORMATS, Format
from crm.exporting.streams import shown_columns
from crm.exporting.vcards import FIELDS as CARD_FIELDS
from crm.exporting.vcards import VCARD
from crm.field_rights import hidden_fields
from crm.filtering.searching import search_rows
from crm.requests import SignedInRequest
from crm.saving import StaleRecord
from crm.sharing import may_share
from crm.views.base import ActionView, ScopedView
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from crm.views.sharing import ShareEndView, ShareView

MOST_OPTIONS = 20
ERASE = "erase"


class ContactListView(ListPage):
    model = Contact
    heading = "Contacts"
    search_hint = "Name, e-mail, phone or id"
    phone = {"revenue": "cell-end", "place": "cell-secondary", "segment": "cell-secondary-end"}
    new_url_name = "contacts:contact_create"
    new_label = "New contact"
    import_url_name = "crm:import_list"
    export_url_name = "contacts:contact_export"
    export_formats = (*FORMATS, VCARD)
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "contacts:contact_bulk"
    empty_title = _("No contacts yet")
    empty_text = _("Bring a file of customers in, or write the first one down.")

    @property
    def further_bulk(self) -> tuple[tuple[str, str, str], ...]:  # type: ignore[override]
        return ((ERASE, _("Erase"), ""),) if can(self.request.user, Verb.RUN, PrivacyRequest) else ()

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("search_text")


class ContactExportView(ListExport, ContactListView):
    """The list's rows as a file; as vCards with what these say, whichever columns are shown."""

    def pieces(self, form: Format) -> Iterator[str] | Iterator[bytes]:
        if form is not VCARD:
            return super().pieces(form)
        shown = shown_columns(export_kinds()["contacts"], self.request.user)
        columns = [name for name in CARD_FIELDS if name in shown]
        rows = card_rows(self.request.user, self.listing.matching, columns, "pk")
        return form.write(columns, columns, self.passing(self.taken.passing(rows)))


class ContactBulkView(BulkChangeView):
    """Changes the chosen contacts; to erase people has a page of its own."""

    model = Contact

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("op") == ERASE:
            query = request.GET.copy()
            for name in ("op", "next"):
                query.pop(name, None)
            return self.lead(f"{reverse('privacy:erase_many')}?{query.urlencode()}")
        return super().get(request)


class ContactCellView(CellEditView):
    """Changes one cell of the list."""

    model = Contact
    list_url_name = "contacts:contact_list"


class ContactDetailView(RecordPage):
    model = Contact
    template_name = "contacts/contact_detail.html"
    own_tab = ("timeline", _("Timeline"))

    @property
    def side_part(self) -> str:  # type: ignore[override]
        return (ORGANIZATION_SIDE if self.record.is_organization else SIDE).part

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; the old address of a contact that was merged leads to the one it goes on as."""
        contact = self.get_record()
        if contact.goes_on_as is not None:
            return redirect(ScopedView.get_record(self))
        self.read = contact
        response = super().get(request, *args, **kwargs)
        return looked_at(response, contact_id=contact.pk, user=self.request.user)

    def get_record(self) -> Contact:
        contact = getattr(self, "read", None) or queries.read_record(self.request.user, self.kwargs["pk"])
        if contact is None:
            raise Http404
        return contact

    def get_context_data(self) -> dict[str, Any]:
        context = super().get_context_data()
        context |= {
            "place": queries.place_of(self.record),
            "points": self.record.points.all(),
            "addresses": self.record.addresses.all(),
            "may_share": context["may_change"] and may_share(self.request.user, self.record),
        }
        return context if self.tab else context | history_context(self.request, self.record)


class ContactFormView(FormPage):
    """What making and changing a contact share."""

    model = Contact
    form_class = ContactForm
    template_name = "contacts/contact_form.html"
    list_url_name = "contacts:contact_list"

    def warn_of_namesakes(self, contact: Contact) -> None:
        """Two people with one e-mail address are allowed, and said."""
        for twin in queries.namesakes_by_email(self.request.user, contact)[:3]:
            sentence = format_html(
                '<a href="{}">{}</a> has the same e-mail address. Are they the same?',
                twin.get_absolute_url(),
                twin.name,
            )
            messages.warning(self.request, sentence)


class ContactWholeFormView(ContactFormView):
    """The whole form, arranged as the person's role has it."""

    @property
    def layout_place(self) -> str:  # type: ignore[override]
        return ORGANIZATION_FORM.name if self.record and self.record.is_organization else FORM.name


class ContactCreateView(ContactWholeFormView):
    verb = Verb.ADD
    heading = "New contact"
    submit_label = _("Create contact")
    done = "{record.name} is in your contacts."

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET
        initial: dict[str, Any] = {"kind": wanted["kind"]} if wanted.get("kind") in ContactKind.values else {}
        organization = wanted.get("organization", "")
        return initial | ({"organization": organization} if organization.isdecimal() else {})

    def save(self, form: ContactForm) -> Contact:
        contact = actions.create_contact(
            actor=self.request.user,
            fields=form.contact_fields,
            points=form.points,
            address=form.address,
            custom=form.custom,
            lists=form.lists,
        )
        self.warn_of_namesakes(contact)
        return contact


class ContactUpdateView(ContactWholeFormView):
    verb = Verb.CHANGE
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

    def save(self, form: ContactForm) -> Contact:
        """Whose form was opened before a merge sees first what the contact is now."""
        if form.cleaned_data.get("opened_as") not in (None, self.record.pk):
            raise StaleRecord(self.record)
        contact = actions.change_contact(
            actor=self.request.user,
            contact=self.record,
            version=form.cleaned_data["version"],
            fields=form.contact_fields,
            points=form.points,
            address=form.address,
            custom=form.custom,
            lists=form.lists,
        )
        self.warn_of_namesakes(contact)
        return contact

    def show_conflict(self, form: ContactForm, stale: StaleRecord) -> HttpResponse:
        data: QueryDict = form.data.copy()  # type: ignore[attr-defined]
        data["opened_as"] = str(stale.record.pk)
        form.data = data
        return super().show_conflict(form, stale)


class ContactArchiveView(ActionView):
    model = Contact
    verb = Verb.DELETE
    done = "{record.name} is archived. It is out of the lists; restore it from its page."

    def act(self, record: Contact) -> None:
        actions.archive_contact(actor=self.request.user, contact=record)


class ContactRestoreView(ActionView):
    model = Contact
    verb = Verb.DELETE
    done = "{record.name} is back."

    def act(self, record: Contact) -> None:
        actions.restore_contact(actor=self.request.user, contact=record)


class ContactShareView(ShareView):
    model = Contact
    share_url_name = "contacts:contact_share"
    end_url_name = "contacts:contact_unshare"


class ContactUnshareView(ShareEndView):
    model = Contact
    share_url_name = "contacts:contact_share"


class ContactOptionsView(View):
    """Contacts that the person may see, for a select field: `?q=` words; at most 20, by name."""

    request: SignedInRequest

    def get_rows(self) -> ContactQuerySet:
        rows: ContactQuerySet = Contact.objects.visible_to(self.request.user)
        return rows.current()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        text = request.GET.get("q", "").replace("\0", "")[:200]
        rows = search_rows(self.get_rows(), text, self.request.user).order_by("sort_name", "id")
        shown = Contact.objects.visible_to(self.request.user).filter(pk=OuterRef("organization")).values("name")
        if "organization" in hidden_fields(self.request.user, Contact):
            shown = shown.none()
        found = rows.annotate(works_at=Subquery(shown)).values_list("pk", "name", "works_at")[:MOST_OPTIONS]
        options = [
            {"value": str(pk), "text": f"{name} · {works_at}" if works_at else name} for pk, name, works_at in found
        ]
        return JsonResponse({"options": options})


class OrganizationOptionsView(ContactOptionsView):
    def get_rows(self) -> ContactQuerySet:
        return super().get_rows().organizations()
