"""The pages of contacts: list, record, form, archive and restore, composer, timeline, options for select fields."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views import View

from contacts import actions, queries
from contacts.choices import ContactKind
from contacts.forms import ContactForm, InteractionForm
from contacts.models import Contact, ContactQuerySet, Interaction
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.filtering.searching import search_rows
from crm.once import sent_before
from crm.requests import SignedInRequest
from crm.sharing import may_share
from crm.timeline import read_timeline, source_choices
from crm.views.base import ActionView, ScopedView
from crm.views.bulk import BulkView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from crm.views.sharing import ShareEndView, ShareView

MOST_OPTIONS = 20


class ContactListView(ListPage):
    model = Contact
    heading = "Contacts"
    search_hint = "Name, e-mail, phone or id"
    phone = {"revenue": "cell-end", "place": "cell-secondary", "segment": "cell-secondary-end"}
    new_url_name = "contacts:contact_create"
    new_label = "New contact"
    import_url_name = "crm:import_list"
    export_url_name = "contacts:contact_export"
    edit_path = "edit/"
    bulk = (("Archive", "contacts:contact_bulk_archive", Verb.DELETE, "Archive the ticked contacts?"),)
    empty_title = "No contacts yet"
    empty_text = "Bring a file of customers in, or write the first one down."

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("search_text")


class ContactExportView(ListExport, ContactListView):
    """The list's rows as a file."""


class ContactBulkArchiveView(BulkView):
    """Takes the ticked contacts out of the lists."""

    model = Contact
    verb = Verb.DELETE
    row_name = "contact"
    done = "archived"
    back_to = "/contacts/"

    def act(self, record: Contact) -> None:
        actions.archive_contact(actor=self.request.user, contact=record)


class ContactDetailView(RecordPage):
    model = Contact
    template_name = "contacts/contact_detail.html"
    own_tab = ("timeline", "Timeline")

    def get_queryset(self) -> Any:
        return queries.for_record(cast(ContactQuerySet, super().get_queryset()), self.request.user)

    def get_context_data(self) -> dict[str, Any]:
        context = super().get_context_data()
        context |= {
            "place": queries.place_of(self.record),
            "points": self.record.points.all(),
            "addresses": self.record.addresses.all(),
            "may_log": can(self.request.user, Verb.ADD, Interaction),
            "may_share": context["may_change"] and may_share(self.request.user, self.record),
        }
        return context if self.tab else context | timeline_context(self.request, self.record)


class ContactTimelineView(ScopedView):
    """The timeline alone: narrowed to a source, or the entries before a moment."""

    model = Contact
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = timeline_context(request, self.get_record())
        template = "contacts/_entries.html" if "before" in request.GET else "contacts/_timeline.html"
        return render(request, template, context)


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


class ContactCreateView(ContactFormView):
    verb = Verb.ADD
    heading = "New contact"
    submit_label = "Create contact"
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
        )
        self.warn_of_namesakes(contact)
        return contact


class ContactUpdateView(ContactFormView):
    verb = Verb.CHANGE
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

    def save(self, form: ContactForm) -> Contact:
        contact = actions.change_contact(
            actor=self.request.user,
            contact=self.record,
            version=form.cleaned_data["version"],
            fields=form.contact_fields,
            points=form.points,
            address=form.address,
            custom=form.custom,
        )
        self.warn_of_namesakes(contact)
        return contact


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


class InteractionCreateView(ScopedView):
    """Logs an interaction with a contact the person may see, and answers with the fresh timeline."""

    model = Contact
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact = self.get_record()
        if not can(self.request.user, Verb.ADD, Interaction):
            raise PermissionDenied
        form = InteractionForm(request.POST)
        if form.is_valid():
            self._log(contact, form)
        composer = form if form.errors else None
        context = timeline_context(request, contact) | {"composer": composer, "may_log": True}
        return render(request, "contacts/_history.html", context, status=422 if composer else 200)

    def _log(self, contact: Contact, form: InteractionForm) -> None:
        """What is wrong is told to the form. A note that is sent twice is one."""
        try:
            with transaction.atomic():
                if sent_before(user=self.request.user, data=self.request.POST) is None:
                    actions.log_interaction(actor=self.request.user, contact=contact, **form.touch)
        except ValidationError as error:
            form.add_error(None, error)


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


def timeline_context(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """One page of the contact's history, what it can be narrowed to, and the empty composer."""
    only, choices = request.GET.get("only", ""), source_choices()
    if only and only not in {choice.name for choice in choices}:
        raise Http404("This timeline has no such part.")
    moment = _moment(request.GET.get("before", ""))
    return {
        "record": contact,
        "timeline": read_timeline(cast(SignedInRequest, request).user, contact.pk, before=moment, only=only),
        "sources": choices,
        "only": only,
        "untouched_composer": untouched_composer(),
    }


@cache
def untouched_composer() -> SafeString:
    """The fields of an empty composer: the same for everybody, so drawn once a process."""
    return render_to_string("contacts/_composer_fields.html", {"composer": InteractionForm()})


def _moment(text: str) -> dt.datetime | None:
    """The moment that an older page begins before, None for the newest page."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Http404("That is not a moment.") from error
    if moment.tzinfo is None:
        raise Http404("A moment needs its zone.")
    return moment
