"""The pages about a person's data: requests with their deadline, one request, all data as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from contacts.choices import RequestState
from contacts.models import Contact, PrivacyRequest, RetentionRule
from contacts.privacy import actions
from contacts.privacy.erasing import plan_erasure
from contacts.privacy.forms import EraseForm
from contacts.privacy.people import person_of
from contacts.privacy.reading import sections_of
from contacts.privacy.tables import apps_with_personal_data
from contacts.privacy.writing import as_archive, as_html, as_json
from crm.access import can
from crm.choices import Verb
from crm.filtering.patience import OutOfPatience, patience
from crm.filtering.searching import search_condition
from crm.models import StoredFile
from crm.views.base import ActionView, ScopedView
from crm.views.forms import REFUSED, add_refusal
from crm.views.lists import ListPage

TONES = {
    RequestState.OPEN: "warn",
    RequestState.WORKING: "accent",
    RequestState.DONE: "good",
    RequestState.REFUSED: "neutral",
}
LONGEST_COUNT = 4_000
"""Milliseconds of one table, for the page of an erasure."""
FORMS = {"json": "application/json", "html": "text/html; charset=utf-8", "zip": "application/zip"}


class RequestListView(ListPage):
    """Requests of persons about their data."""

    model = PrivacyRequest
    template_name = "contacts/privacy/request_list.html"
    heading = "Privacy"
    name_column = "kind"
    default_sort = "-asked"
    search_hint = "Contact"
    phone = {"contact": "cell-secondary", "state": "cell-end", "due": "cell-secondary-end"}
    empty_title = "Nobody asked about their data yet"
    empty_text = "Hand out or erase a person's data on their page, under the tab Privacy; each request stands here."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not can(self.request.user, Verb.VIEW, PrivacyRequest):
            raise PermissionDenied
        return super().get(request, *args, **kwargs)

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"may_see_rules": can(self.request.user, Verb.VIEW, RetentionRule)}

    @staticmethod
    def search(rows: Any, text: str, user: Any = None) -> Any:
        """Requests of contacts whose name has the text."""
        return rows.filter(search_condition(text, "contact__")) if text.strip() else rows


class RequestDetailView(ScopedView):
    """One request: what was asked, by when, what was done."""

    model = PrivacyRequest

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "actor", "job")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, user = self.get_record(), self.request.user
        context = {
            "asked": asked,
            "tone": TONES[asked.state],
            "may_see": can(user, Verb.VIEW, asked.contact),
            "may_see_job": asked.job is not None and can(user, Verb.VIEW, asked.job),
            "counts": asked.counts.get("tables", []),
            "late_at": dt.datetime.fromisoformat(asked.late["at"]) if "at" in asked.late else None,
            "late_files": files_told(asked),
        }
        return render(request, "contacts/privacy/request.html", context)


def files_told(asked: PrivacyRequest) -> list[tuple[str, int, bool]]:
    """The files that named an erased person: what each is called, how many lines went, whether it went as a whole."""
    said = asked.late.get("files", [])
    names = dict(StoredFile.objects.filter(pk__in=[one["file"] for one in said]).values_list("pk", "name"))
    return [(names.get(one["file"], f"File {one['file']}"), one["lines"], one["is_gone"]) for one in said]


class OnPerson(ScopedView):
    """About one contact that the person sees, for who has the `right` to persons' data."""

    model = Contact
    right: str = Verb.EXPORT

    def get_record(self) -> Contact:
        contact: Contact = super().get_record()
        if not can(self.request.user, self.right, PrivacyRequest):
            raise PermissionDenied
        return contact


class PersonFileView(OnPerson):
    """All data of the contact as a file (`form` in the body: json, html, or a zip of both with their files)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        contact, form = self.get_record(), request.POST.get("form", "")
        if form not in FORMS:
            form = "json"
        name = f"contact-{contact.pk}.{form}"
        answer: HttpResponseBase
        if form == "zip":
            whole = as_archive(contact)
            answer = FileResponse(whole, as_attachment=True, filename=name, content_type=FORMS[form])
        else:
            sections = sections_of(contact)
            content = as_json(contact, sections) if form == "json" else as_html(contact, sections)
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            answer = HttpResponse(content, content_type=FORMS[form], headers=headers)
        # only now: what could not be put together has answered nobody
        actions.hand_out(actor=self.request.user, contact=contact, form=form)
        return answer


class EraseView(OnPerson):
    """What an erasure would do, and what should be ended before; sent with the typed name, a job does it."""

    right = Verb.RUN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_record(), EraseForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact, form = self.get_record(), EraseForm(request.POST)
        if not form.is_valid():
            return self.show(contact, form, REFUSED)
        try:
            asked = actions.ask_for_erasure(actor=self.request.user, contact=contact, **form.cleaned_data)
        except ValidationError as error:
            add_refusal(form, error)
            return self.show(contact, form, REFUSED)
        messages.success(request, "A job erases them now.")
        return redirect(asked)

    def show(self, contact: Contact, form: EraseForm, status: int = 200) -> HttpResponse:
        refused, counts, is_too_much = actions.refusal(contact), [], False
        person = person_of(contact)
        try:
            with patience(LONGEST_COUNT):
                counts = [] if refused else plan_erasure([person]).counts()
        except OutOfPatience:
            is_too_much = True
        context = {
            "record": contact,
            "form": form,
            "refused": refused,
            "counts": counts,
            "is_too_much": is_too_much,
            "standing": [words for app in apps_with_personal_data() for ask in app.stands for words in ask(person)],
        }
        return render(self.request, "contacts/privacy/erase.html", context, status=status)


class AccessAskView(OnPerson, ActionView):
    """Writes down that the person asks for their data."""

    verb = Verb.VIEW
    done = "Written down: the answer is due within a month."

    def act(self, record: Contact) -> None:
        actions.ask_for_access(actor=self.request.user, contact=record)

    def get_success_url(self, record: Contact) -> str:
        return f"{record.get_absolute_url()}?tab=privacy"
